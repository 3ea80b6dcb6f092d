"""Commands of many parts, in portions that a station takes at once (2.0.1 B05.FR.11, B06.FR.05).

How many parts and how many bytes that is a station says itself, by variables for each kind of
request (in 1.6 of local lists only, SendLocalListMaxLength); it is asked once after each boot, when
it first matters. One that does not say takes all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

from csms.domain.altered import altered
from csms.domain.commands import (
    ClearMonitors,
    Command,
    ListUpdate,
    MonitorsOutcome,
    Outcome,
    ReadSettings,
    ReadVariables,
    SendLocalList,
    SetMonitors,
    SettingName,
    VariableQuery,
    VariablesOutcome,
    WriteVariables,
)
from csms.domain.device_model import Component, VariableName
from csms.domain.local_list import in_portions
from csms.service.live_station import LiveStation
from csms.service.ports import StationGateway

OutcomeT = TypeVar("OutcomeT", bound=Outcome)


Limit: TypeAlias = VariableName | SettingName
"""Where a station says how much it takes: a variable, or a setting that every version has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """Where a command has its parts, and what says how many of them, and bytes, a station takes."""

    field: str
    items: Limit
    bytes: Limit


@dataclass(frozen=True, slots=True)
class Told(Generic[OutcomeT]):
    """What came of a command.

    Attributes:
        outcome: Of all its portions.
        taken: Those that the station has accepted, in order.
    """

    outcome: OutcomeT
    taken: tuple[Command[OutcomeT], ...]


def _parts(field: str, component: str, request: str | None, items: Limit | None = None) -> _Parts:
    def limit(name: str) -> VariableName:
        return VariableName(component=Component(name=component), name=name, instance=request)

    return _Parts(
        field=field, items=items or limit("ItemsPerMessage"), bytes=limit("BytesPerMessage")
    )


_SHORT_BYTES: Final = 500
"""No station is asked whether it takes a message that is no longer."""
_LEAST_BYTES: Final = 150
"""One part needs as many: who says that it takes less does not mean it."""
_DEVICE: Final = "DeviceDataCtrlr"
_MONITORING: Final = "MonitoringCtrlr"
_LIST: Final = "LocalAuthListCtrlr"
_LIST_ENTRIES: Final = SettingName.LIST_ENTRIES_PER_MESSAGE
_PARTS: Final[Mapping[type[Command[Any]], _Parts]] = {
    ClearMonitors: _parts("monitor_ids", _MONITORING, "ClearVariableMonitoring"),
    ReadVariables: _parts("variables", _DEVICE, "GetVariables"),
    SendLocalList: _parts("entries", _LIST, None, _LIST_ENTRIES),
    SetMonitors: _parts("monitors", _MONITORING, "SetVariableMonitoring"),
    WriteVariables: _parts("variables", _DEVICE, "SetVariables"),
}
_LIMITS: Final = frozenset(
    limit for parts in _PARTS.values() for limit in (parts.items, parts.bytes)
)


class Portions:
    """Sends commands in as many portions as a station needs.

    Args:
        gateway: Delivers commands.
    """

    def __init__(self, gateway: StationGateway) -> None:
        self._gateway = gateway

    async def send(self, station: LiveStation, command: Command[OutcomeT]) -> Told[OutcomeT]:
        """Send a command and wait for what comes of all its portions.

        Of a local list nothing more is sent once a portion is not accepted: what follows builds on
        it.
        """
        outcomes: list[OutcomeT] = []
        taken: list[Command[OutcomeT]] = []
        for portion in await self._split(station, command):
            outcomes.append(await self._send(station, portion))
            if outcomes[-1].is_accepted:
                taken.append(portion)
            elif isinstance(command, SendLocalList):
                break
        return Told(_joined(outcomes), tuple(taken))

    async def _split(
        self, station: LiveStation, command: Command[OutcomeT]
    ) -> Sequence[Command[OutcomeT]]:
        """A command in portions that the station takes, in order."""
        parts = _PARTS.get(type(command))
        every: tuple[Any, ...] = getattr(command, parts.field) if parts else ()
        if parts is None or len(every) <= 1:
            return (command,)
        most = await self._most(station, parts.items) or len(every)
        room = await self._room(
            station, parts.bytes, altered(command, **{parts.field: every[:most]})
        )
        longest: Command[Any] = command
        if isinstance(longest, SendLocalList):
            longest = altered(longest, update=ListUpdate.DIFFERENTIAL)  # the longer word
        pieces = [
            piece
            for first in range(0, len(every), most)
            for piece in self._fitting(
                station, longest, parts.field, every[first : first + most], room
            )
        ]
        if len(pieces) == 1:
            return (command,)
        if isinstance(command, SendLocalList):
            return in_portions(command, pieces)  # type: ignore[return-value]
        return [altered(command, **{parts.field: piece}) for piece in pieces]

    async def _room(self, station: LiveStation, limit: Limit, largest: Command[Any]) -> int | None:
        """How many bytes a message to a station may have; None: as many as it takes."""
        size = self._gateway.size_of(station.station_id, largest)
        is_short = size is None or size <= _SHORT_BYTES
        if is_short and limit not in station.message_limits:
            return None
        room = await self._most(station, limit)
        return room if room is not None and room >= _LEAST_BYTES else None

    def _fitting(
        self,
        station: LiveStation,
        command: Command[Any],
        field: str,
        some: tuple[Any, ...],
        room: int | None,
    ) -> Iterator[tuple[Any, ...]]:
        """Halve some parts until a message of them fits; a single one is sent as long as it is."""
        if room is None or len(some) == 1:
            yield some
            return
        size = self._gateway.size_of(station.station_id, altered(command, **{field: some}))
        if size is None or size <= room:
            yield some
            return
        half = len(some) // 2
        for fewer in (some[:half], some[half:]):
            yield from self._fitting(station, command, field, fewer, room)

    async def _send(self, station: LiveStation, command: Command[OutcomeT]) -> OutcomeT:
        """Send a command, and learn from the answer how much the station takes at once."""
        outcome = await self._gateway.send(station.station_id, command)
        if isinstance(command, ReadVariables) and isinstance(outcome, VariablesOutcome):
            for result in outcome.results:
                if result.variable in _LIMITS and result.is_accepted:
                    station.message_limits[result.variable] = _number(result.value)
        return outcome

    async def _most(self, station: LiveStation, limit: Limit) -> int | None:
        """How many parts or bytes a station takes at once, None if it does not say."""
        known = station.message_limits
        if limit in known:
            return known[limit]
        if isinstance(limit, VariableName):
            query = ReadVariables((VariableQuery(variable=limit),))
            is_certain = (await self._send(station, query)).is_certain
        else:
            told = await self._gateway.send(station.station_id, ReadSettings((limit,)))
            is_certain = told.is_certain
            if limit in told.values:
                known[limit] = _number(told.values[limit])
        if is_certain:
            known.setdefault(limit, None)
        return known.get(limit)


def _number(told: str | None) -> int | None:
    return int(told) if told and told.isdecimal() and int(told) > 0 else None


def _joined(outcomes: Sequence[OutcomeT]) -> OutcomeT:
    """What came of all portions: the first that was not accepted says how it went."""
    worst = next((one for one in outcomes if not one.is_accepted), outcomes[0])
    if isinstance(worst, VariablesOutcome | MonitorsOutcome):
        results = tuple(
            result
            for one in outcomes
            if isinstance(one, VariablesOutcome | MonitorsOutcome)
            for result in one.results
        )
        return altered(worst, results=results)
    return worst
