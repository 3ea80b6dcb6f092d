"""Commands of many parts go out in portions of what the station says that it takes at once."""

from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from csms.domain.altered import altered
from csms.domain.authorization import Authorization, IdToken, TokenStatus
from csms.domain.commands import (
    ClearMonitors,
    Command,
    CommandStatus,
    ListEntry,
    ListUpdate,
    MonitorResult,
    MonitorsOutcome,
    Outcome,
    ReadSettings,
    ReadVariables,
    ResetStation,
    SendLocalList,
    SettingsOutcome,
    VariableQuery,
    VariableResult,
    VariablesOutcome,
    WriteVariables,
)
from csms.domain.device_model import Component, VariableName, VariableValue
from csms.domain.identity import StationId
from csms.service.live_station import LiveStation
from csms.service.portions import Portions
from tests.service.rig import FakeGateway

LIMIT: Final = VariableName(
    component=Component(name="DeviceDataCtrlr"), name="ItemsPerMessage", instance="GetVariables"
)


def variable(name: str) -> VariableName:
    return VariableName(component=Component(name="AuthCtrlr"), name=name)


def read(*names: str) -> ReadVariables:
    return ReadVariables(tuple(VariableQuery(variable=variable(name)) for name in names))


@dataclass
class Limited:
    """A station that says how much it takes at once, or does not; some names it refuses."""

    says: str | None = None
    refuses: frozenset[str] = frozenset()
    status: CommandStatus = CommandStatus.ACCEPTED
    bytes: str | None = None
    refuses_list: int = 0
    sizes: list[int] = field(default_factory=list)
    lists: list[SendLocalList] = field(default_factory=list)

    def __call__(self, _station_id: StationId, command: Command[Any]) -> Outcome:
        if isinstance(command, ReadSettings):
            values = {} if self.says is None else {command.names[0]: self.says}
            return SettingsOutcome(status=self.status, values=values)
        if isinstance(command, SendLocalList):
            self.lists.append(command)
            is_good = len(self.lists) != self.refuses_list
            status = CommandStatus.ACCEPTED if is_good else CommandStatus.REJECTED
            return Outcome(status=status)
        if isinstance(command, ReadVariables):
            name = command.variables[0].variable
            if name.name == "ItemsPerMessage":
                return self._limit(name, self.says)
            if name.name == "BytesPerMessage":
                return self._limit(name, self.bytes)
        if isinstance(command, ClearMonitors):
            self.sizes.append(len(command.monitor_ids))
            results = [
                MonitorResult(monitor_id=one, is_accepted=True, answer="Accepted")
                for one in command.monitor_ids
            ]
            return MonitorsOutcome(status=CommandStatus.ACCEPTED, results=tuple(results))
        assert isinstance(command, ReadVariables | WriteVariables)
        self.sizes.append(len(command.variables))
        results_ = tuple(self._result(one.variable) for one in command.variables)
        is_good = all(one.is_accepted for one in results_)
        status = CommandStatus.ACCEPTED if is_good else CommandStatus.UNKNOWN
        return VariablesOutcome(status=status, results=results_)

    def _limit(self, name: VariableName, says: str | None) -> Outcome:
        is_told = says is not None
        result = VariableResult(variable=name, is_accepted=is_told, answer="Accepted", value=says)
        return VariablesOutcome(status=self.status, results=(result,))

    def _result(self, name: VariableName) -> VariableResult:
        return VariableResult(
            variable=name, is_accepted=name.name not in self.refuses, answer="", value="1"
        )


def size_of(command: Command[Any]) -> int:
    """100 bytes for each variable or entry, and 40 beside."""
    field = "entries" if isinstance(command, SendLocalList) else "variables"
    return 40 + 100 * len(getattr(command, field, ()))


async def sent(station: Limited, *commands: Command[Any]) -> list[Any]:
    """What comes of commands that are sent to a station one after the other."""
    portions = Portions(FakeGateway(reply=station, size=size_of))
    live = LiveStation(station_id="G-01")
    return [(await portions.send(live, command)).outcome for command in commands]


async def test_many_variables_are_read_in_portions_and_told_together() -> None:
    station = Limited(says="2")
    [outcome] = await sent(station, read("a", "b", "c", "d", "e"))
    assert station.sizes == [2, 2, 1]
    assert [result.variable.name for result in outcome.results] == ["a", "b", "c", "d", "e"]
    assert outcome.is_accepted


async def test_portion_that_is_not_accepted_says_how_it_went() -> None:
    [outcome] = await sent(Limited("2", frozenset({"c"})), read("a", "b", "c", "d"))
    assert outcome.status is CommandStatus.UNKNOWN
    assert [result.is_accepted for result in outcome.results] == [True, True, False, True]


@pytest.mark.parametrize("says", [None, "", "0", "many", "5"])
async def test_station_that_says_nothing_sensible_or_takes_enough_gets_all_at_once(
    says: str | None,
) -> None:
    station = Limited(says)
    await sent(station, read("a", "b", "c"))
    assert station.sizes == [3]


async def test_station_is_asked_once_how_much_it_takes() -> None:
    station = Limited("2")
    gateway = FakeGateway(reply=station)
    portions, live = Portions(gateway), LiveStation(station_id="G-01")
    for _ in range(2):
        await portions.send(live, read("a", "b", "c"))
    asked = [one for _, one in gateway.of(ReadVariables) if one.variables[0].variable == LIMIT]
    assert len(asked) == 1


async def test_station_that_did_not_answer_is_asked_again() -> None:
    station = Limited(None, status=CommandStatus.TIMED_OUT)
    gateway = FakeGateway(reply=station)
    portions, live = Portions(gateway), LiveStation(station_id="G-01")
    for _ in range(2):
        await portions.send(live, read("a", "b", "c"))
    asked = [one for _, one in gateway.of(ReadVariables) if one.variables[0].variable == LIMIT]
    assert len(asked) == 2


async def test_what_an_operator_has_read_of_it_is_remembered() -> None:
    station = Limited("2")
    gateway = FakeGateway(reply=station)
    portions, live = Portions(gateway), LiveStation(station_id="G-01")
    await portions.send(live, ReadVariables((VariableQuery(variable=LIMIT),)))
    await portions.send(live, read("a", "b", "c"))
    assert len(gateway.of(ReadVariables)) == 3
    assert station.sizes == [2, 1]


async def test_variables_are_written_and_monitors_cleared_in_portions() -> None:
    station = Limited("2")
    values = tuple(VariableValue(variable=variable(name), value="1") for name in "abc")
    written, cleared = await sent(station, WriteVariables(values), ClearMonitors((1, 2, 3)))
    assert station.sizes == [2, 1, 2, 1]
    assert (len(written.results), len(cleared.results)) == (3, 3)


async def test_command_without_parts_goes_out_as_it_is() -> None:
    accepted = Outcome(status=CommandStatus.ACCEPTED)
    gateway = FakeGateway(reply=lambda _station_id, _command: accepted)
    live = LiveStation(station_id="G-01")
    assert (await Portions(gateway).send(live, ResetStation())).outcome == accepted
    assert gateway.sent == [("G-01", ResetStation())]


async def test_message_that_is_too_long_is_halved_until_it_fits() -> None:
    station = Limited(bytes="240")
    assert size_of(read("a", "b", "c", "d", "e")) > 500
    [outcome] = await sent(station, read("a", "b", "c", "d", "e", "f", "g"))
    assert station.sizes == [1, 2, 2, 2]  # 240 bytes at the most
    assert [result.variable.name for result in outcome.results] == list("abcdefg")
    assert outcome.is_accepted


async def test_parts_go_out_alone_where_no_two_fit_and_nonsense_is_not_believed() -> None:
    station = Limited(bytes="150")
    await sent(station, read("a", "b", "c", "d", "e"))
    assert station.sizes == [1, 1, 1, 1, 1]
    nonsense = Limited(bytes="149")
    await sent(nonsense, read("a", "b", "c", "d", "e"))
    assert nonsense.sizes == [5]


async def test_nobody_is_asked_whether_a_short_message_fits() -> None:
    station = Limited(bytes="240")
    await sent(station, read("a", "b", "c", "d"))
    assert station.sizes == [4]
    query = ReadVariables((VariableQuery(variable=altered(LIMIT, name="BytesPerMessage")),))
    await sent(station, query, read("a", "b", "c", "d"))
    assert station.sizes == [4, 2, 2]


def entries(*names: str) -> tuple[ListEntry, ...]:
    accepted = Authorization(status=TokenStatus.ACCEPTED)
    return tuple(ListEntry(id_token=IdToken(name), verdict=accepted) for name in names)


async def test_long_list_begins_with_what_replaces_it_and_goes_on_with_what_adds_to_it() -> None:
    # D01.FR.11, FR.15: the last one has the version that was wanted
    station = Limited("2")
    await sent(station, SendLocalList(version=7, entries=entries("A", "B", "C", "D", "E")))
    assert station.lists == [
        SendLocalList(version=5, update=ListUpdate.FULL, entries=entries("A", "B")),
        SendLocalList(version=6, update=ListUpdate.DIFFERENTIAL, entries=entries("C", "D")),
        SendLocalList(version=7, update=ListUpdate.DIFFERENTIAL, entries=entries("E")),
    ]


async def test_changes_of_a_list_in_portions_have_rising_versions_from_the_one_wanted() -> None:
    # D01.FR.19: each is above the one before, and above what the station holds
    station = Limited("1")
    update = SendLocalList(
        version=7, update=ListUpdate.DIFFERENTIAL, entries=entries("A", "B", "C")
    )
    await sent(station, update)
    told = [(one.version, one.update, one.entries[0].id_token.value) for one in station.lists]
    assert told == [
        (7, ListUpdate.DIFFERENTIAL, "A"),
        (8, ListUpdate.DIFFERENTIAL, "B"),
        (9, ListUpdate.DIFFERENTIAL, "C"),
    ]


async def test_first_versions_of_a_list_are_never_below_one() -> None:
    station = Limited("1")
    await sent(station, SendLocalList(version=1, entries=entries("A", "B", "C")))
    assert [one.version for one in station.lists] == [1, 2, 3]


async def test_nothing_follows_a_portion_of_a_list_that_was_refused() -> None:
    station = Limited("1", refuses_list=2)
    told = await Portions(FakeGateway(reply=station)).send(
        LiveStation(station_id="G-01"), SendLocalList(version=9, entries=entries("A", "B", "C"))
    )
    assert told.outcome.status is CommandStatus.REJECTED
    assert [one.version for one in station.lists] == [7, 8]
    assert told.taken == (station.lists[0],)


async def test_list_that_is_short_enough_goes_out_as_it_is() -> None:
    station = Limited("5")
    update = SendLocalList(version=3, entries=entries("A", "B"))
    await sent(station, update)
    assert station.lists == [update]
