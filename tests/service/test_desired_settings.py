"""Settings as desired state: compared with what a station says, and written where they differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest

from csms.domain.commands import (
    Command,
    CommandStatus,
    Outcome,
    ReadSettings,
    SettingsOutcome,
    WriteSetting,
)
from csms.domain.identity import StationId
from csms.domain.settings import SettingState, SettingVerdict, WantedSetting
from csms.service.desired_settings import DesiredSettings
from csms.service.live_station import LiveStation
from tests.service.rig import NOON, FakeClock, FakeGateway


@dataclass
class Settable:
    """A station with settings, and what it answers to those who write them."""

    has: dict[str, str] = field(default_factory=dict)
    answers: Mapping[str, CommandStatus] = field(default_factory=dict)

    def __call__(self, _station_id: StationId, command: Command[Any]) -> Outcome:
        if isinstance(command, ReadSettings):
            values = {name: self.has[name] for name in command.names if name in self.has}
            return SettingsOutcome(status=CommandStatus.ACCEPTED, values=values)
        written = cast(WriteSetting, command)
        status = self.answers.get(written.name, CommandStatus.ACCEPTED)
        return Outcome(status=status, detail="why" if written.name in self.answers else "")


async def applied(
    station: Settable, *wanted: WantedSetting
) -> tuple[Mapping[str, SettingState], FakeGateway]:
    """What is known of a station's settings after they were compared once."""
    gateway = FakeGateway(reply=station)
    live = LiveStation(station_id="G-01", protocol="1.6")
    await DesiredSettings(gateway, FakeClock()).apply(live, wanted)
    return live.settings, gateway


def want(name: str, value: str, **more: Any) -> WantedSetting:
    return WantedSetting(name=name, value=value, **more)


def state(name: str, told: str | None, verdict: SettingVerdict, detail: str = "") -> SettingState:
    return SettingState(name=name, wanted="60", told=told, verdict=verdict, detail=detail, at=NOON)


async def test_setting_that_is_as_it_should_be_is_not_written() -> None:
    states, gateway = await applied(Settable({"Interval": "60.0"}), want("Interval", "60"))
    assert states == {"Interval": state("Interval", "60.0", SettingVerdict.SAME)}
    assert gateway.of(WriteSetting) == []


async def test_setting_that_differs_is_written() -> None:
    states, gateway = await applied(Settable({"Interval": "300"}), want("Interval", "60"))
    assert states == {"Interval": state("Interval", "300", SettingVerdict.WRITTEN)}
    assert gateway.of(WriteSetting) == [("G-01", WriteSetting("Interval", "60"))]


async def test_setting_that_the_station_does_not_tell_is_written() -> None:
    states, gateway = await applied(Settable(), want("Interval", "60"))
    assert states == {"Interval": state("Interval", None, SettingVerdict.WRITTEN)}
    assert gateway.of(WriteSetting) == [("G-01", WriteSetting("Interval", "60"))]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (CommandStatus.REBOOT_REQUIRED, SettingVerdict.AFTER_RESTART),
        (CommandStatus.REJECTED, SettingVerdict.REFUSED),
        (CommandStatus.NOT_SUPPORTED, SettingVerdict.UNKNOWN),
        (CommandStatus.UNKNOWN, SettingVerdict.UNKNOWN),
        (CommandStatus.TIMED_OUT, SettingVerdict.UNANSWERED),
        (CommandStatus.NOT_SENT, SettingVerdict.UNANSWERED),
        (CommandStatus.FAILED, SettingVerdict.UNANSWERED),
    ],
)
async def test_what_the_station_makes_of_a_setting_is_told(
    answer: CommandStatus, verdict: SettingVerdict
) -> None:
    station = Settable({"Interval": "300"}, {"Interval": answer})
    states, _ = await applied(station, want("Interval", "60"))
    assert states == {"Interval": state("Interval", "300", verdict, "why")}


async def test_only_settings_for_the_station_and_its_version_are_looked_at() -> None:
    states, gateway = await applied(
        Settable(),
        want("a", "60", protocol="2.0.1"),
        want("b", "60", stations=frozenset({"G-02"})),
        want("c", "60", protocol="1.6", stations=frozenset({"G-01"})),
    )
    assert list(states) == ["c"]
    assert gateway.of(ReadSettings) == [("G-01", ReadSettings(("c",)))]


async def test_many_settings_are_read_a_few_at_a_time() -> None:
    names = [f"s{number}" for number in range(6)]
    _, gateway = await applied(
        Settable(dict.fromkeys(names, "60")), *(want(n, "60") for n in names)
    )
    assert [command.names for _, command in gateway.of(ReadSettings)] == [
        ("s0", "s1", "s2", "s3"),
        ("s4", "s5"),
    ]


async def test_what_was_found_out_is_replaced_when_it_is_looked_at_again() -> None:
    station, clock = Settable({"Interval": "300"}), FakeClock()
    live = LiveStation(station_id="G-01", protocol="1.6")
    desired = DesiredSettings(FakeGateway(reply=station), clock)
    await desired.apply(live, [want("Interval", "60")])
    station.has["Interval"] = "60"
    clock.turn(30)
    await desired.apply(live, [want("Interval", "60")])
    found = live.settings["Interval"]
    assert (found.verdict, found.at) == (SettingVerdict.SAME, NOON + timedelta(seconds=30))
