"""Commands of many parts, in portions that a station takes at once (2.0.1 B05.FR.11, B06.FR.05).

How much that is a station says itself, by a variable for each kind of request; it is asked once,
when it first matters. One that does not say takes all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from csms.domain.altered import altered
from csms.domain.commands import (
    ClearMonitors,
    Command,
    MonitorsOutcome,
    Outcome,
    ReadVariables,
    SetMonitors,
    VariableQuery,
    VariablesOutcome,
    WriteVariables,
)
from csms.domain.device_model import Component, VariableName
from csms.service.live_station import LiveStation
from csms.service.ports import StationGateway

OutcomeT = TypeVar("OutcomeT", bound=Outcome)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Where a command has its parts, and which variable says how many a station takes."""

    field: str
    limit: VariableName


def _limit(component: str, request: str) -> VariableName:
    return VariableName(
        component=Component(name=component), name="ItemsPerMessage", instance=request
    )


_DEVICE: Final = "DeviceDataCtrlr"
_MONITORING: Final = "MonitoringCtrlr"
_PARTS: Final[Mapping[type[Command[Any]], _Parts]] = {
    ClearMonitors: _Parts("monitor_ids", _limit(_MONITORING, "ClearVariableMonitoring")),
    ReadVariables: _Parts("variables", _limit(_DEVICE, "GetVariables")),
    SetMonitors: _Parts("monitors", _limit(_MONITORING, "SetVariableMonitoring")),
    WriteVariables: _Parts("variables", _limit(_DEVICE, "SetVariables")),
}
_LIMITS: Final = frozenset(parts.limit for parts in _PARTS.values())


class Portions:
    """Sends commands in as many portions as a station needs.

    Args:
        gateway: Delivers commands.
    """

    def __init__(self, gateway: StationGateway) -> None:
        self._gateway = gateway

    async def send(self, station: LiveStation, command: Command[OutcomeT]) -> OutcomeT:
        """Send a command and wait for what comes of all its portions."""
        parts = _PARTS.get(type(command))
        every: Sequence[Any] = getattr(command, parts.field) if parts else ()
        if parts is None or len(every) <= 1:
            return await self._send(station, command)
        most = await self._most(station, parts.limit)
        if most is None or len(every) <= most:
            return await self._send(station, command)
        outcomes: list[OutcomeT] = []
        for first in range(0, len(every), most):
            portion = altered(command, **{parts.field: tuple(every[first : first + most])})
            outcomes.append(await self._send(station, portion))
        return _joined(outcomes)

    async def _send(self, station: LiveStation, command: Command[OutcomeT]) -> OutcomeT:
        """Send a command, and learn from the answer how much the station takes at once."""
        outcome = await self._gateway.send(station.station_id, command)
        if isinstance(command, ReadVariables) and isinstance(outcome, VariablesOutcome):
            for result in outcome.results:
                if result.variable in _LIMITS and result.is_accepted:
                    station.items_per_message[result.variable] = _number(result.value)
        return outcome

    async def _most(self, station: LiveStation, limit: VariableName) -> int | None:
        """How many parts a station takes at once, None if it does not say."""
        known = station.items_per_message
        if limit not in known:
            query = ReadVariables((VariableQuery(variable=limit),))
            if (await self._send(station, query)).is_certain:
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
