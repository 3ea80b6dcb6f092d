"""Commands of many parts go out in portions of what the station says that it takes at once."""

from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from csms.domain.commands import (
    ClearMonitors,
    Command,
    CommandStatus,
    MonitorResult,
    MonitorsOutcome,
    Outcome,
    ReadVariables,
    ResetStation,
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
    sizes: list[int] = field(default_factory=list)

    def __call__(self, _station_id: StationId, command: Command[Any]) -> Outcome:
        if isinstance(command, ReadVariables) and command.variables[0].variable.name == LIMIT.name:
            return self._limit(command.variables[0].variable)
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

    def _limit(self, name: VariableName) -> Outcome:
        is_told = self.says is not None
        result = VariableResult(
            variable=name, is_accepted=is_told, answer="Accepted", value=self.says
        )
        return VariablesOutcome(status=self.status, results=(result,))

    def _result(self, name: VariableName) -> VariableResult:
        return VariableResult(
            variable=name, is_accepted=name.name not in self.refuses, answer="", value="1"
        )


async def sent(station: Limited, *commands: Command[Any]) -> list[Any]:
    """What comes of commands that are sent to a station one after the other."""
    portions = Portions(FakeGateway(reply=station))
    live = LiveStation(station_id="G-01")
    return [await portions.send(live, command) for command in commands]


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
    assert await Portions(gateway).send(live, ResetStation()) == accepted
    assert gateway.sent == [("G-01", ResetStation())]
