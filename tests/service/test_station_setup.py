"""Setting a station up: fallback first, and nothing is believed that was not answered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    Command,
    CommandStatus,
    Outcome,
    ReadSettings,
    SetProfile,
    SettingName,
    SettingsOutcome,
    WriteSetting,
)
from csms.domain.identity import EvseId, StationId
from csms.domain.limits import Standing
from csms.domain.site import Site
from csms.domain.station import Capabilities, RateUnit
from csms.service.station_setup import StationSetup
from simulators.clock import ScaledClock
from tests.domain.sites import place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON, Office, accept, after, open_office, with_control
from tests.service.sites import it_site

A: Final = RateUnit.AMPERE
W: Final = RateUnit.WATT


@dataclass
class Bench:
    """A station setup, and the tasks that it starts."""

    office: Office
    setup: StationSetup
    tasks: asyncio.TaskGroup

    async def run(self) -> None:
        await self.setup.set_up_new(self.tasks)


@asynccontextmanager
async def benched(path: Path, site: Site) -> AsyncIterator[Bench]:
    """A site whose stations have just connected."""
    async with open_office(path, site, clock=ScaledClock(NOON)) as office:
        for station_id in office.live.stations:
            await office.sites.connected(station_id, "2.0.1")
        setup = StationSetup(office.live, office.gateway, office.open_uow, office.clock)
        async with asyncio.TaskGroup() as tasks:
            yield Bench(office, setup, tasks)


def one(fallback_a: float = 6.0, **more: Any) -> Site:
    return small_site(replace(place("G-01", "level-1", fallback_a), **more))


def refuse(*kinds: type[Command[Any]], status: CommandStatus = CommandStatus.REJECTED) -> Any:
    """Answer commands of these kinds with a refusal, others as a good station does."""

    def reply(station_id: StationId, command: Command[Any]) -> Outcome:
        if isinstance(command, kinds):
            outcome: Outcome = command.unanswered(status, "no")
            return outcome
        return accept(station_id, command)

    return reply


@in_virtual_time
async def test_station_is_asked_what_it_can_then_given_its_fallback_then_told_how_to_meter(
    database_file: Path,
) -> None:
    async with benched(database_file, one()) as bench:
        await bench.run()
        names = (SettingName.MAX_STACK_LEVEL, SettingName.MAX_PERIODS, SettingName.RATE_UNITS)
        fallback = ChargingProfile(
            profile_id=1001,
            purpose=ProfilePurpose.TX_DEFAULT,
            stack_level=5,
            unit=A,
            periods=(ProfilePeriod(0, 6.0),),
            starts_at=after(-24 * 60),
            phases=3,
        )
        measurands = "Current.Import,Power.Active.Import,Energy.Active.Import.Register,SoC"
        assert bench.office.gateway.sent == [
            ("G-01", ReadSettings(names)),
            ("G-01", SetProfile(evse_number=1, profile=fallback)),
            ("G-01", WriteSetting(SettingName.METER_INTERVAL_S, "60")),
            ("G-01", WriteSetting(SettingName.METER_MEASURANDS, measurands)),
        ]


@in_virtual_time
async def test_station_that_took_its_fallback_is_ready_and_counts_at_it(
    database_file: Path,
) -> None:
    async with benched(database_file, one()) as bench:
        office = bench.office
        office.live.dirty.clear()
        await bench.run()
        station, evse = office.live.stations["G-01"], office.evse("G-01/1")
        assert station.is_ready
        assert (evse.allowance.standing, evse.allowance.standing_a) == (Standing.HELD, 6.0)
        assert station.capabilities == Capabilities(
            rate_units=frozenset({A, W}), max_stack_level=5, max_periods=24, is_told=True
        )
        assert office.live.dirty.is_set()
        rows = await office.rows("SELECT standing, fallback_a FROM evse")
        assert rows == [{"standing": "held", "fallback_a": 6.0}]


@in_virtual_time
async def test_station_that_is_ready_is_left_alone(database_file: Path) -> None:
    async with benched(database_file, one()) as bench:
        await bench.run()
        bench.office.gateway.sent.clear()
        await bench.run()
        assert bench.office.gateway.sent == []


@in_virtual_time
async def test_fallback_that_was_known_to_be_held_is_not_sent_again(database_file: Path) -> None:
    async with benched(database_file, one()) as bench:
        evse = bench.office.evse("G-01/1")
        evse.allowance = evse.allowance.restanding(Standing.HELD)
        await bench.run()
        assert bench.office.gateway.of(SetProfile) == []
        assert bench.office.live.stations["G-01"].is_ready


@in_virtual_time
async def test_station_that_refuses_its_fallback_counts_at_its_rating(database_file: Path) -> None:
    async with benched(database_file, one()) as bench:
        office = bench.office
        office.gateway.reply = refuse(SetProfile)
        await bench.run()
        evse = office.evse("G-01/1")
        assert (evse.allowance.standing, evse.allowance.standing_a) == (Standing.REFUSED, 32.0)
        assert evse.refusal == "no"
        assert office.live.stations["G-01"].is_ready  # it has said what it makes of it
        assert await office.rows("SELECT standing FROM evse") == [{"standing": "refused"}]


@in_virtual_time
async def test_unanswered_fallback_is_sent_again_after_the_interval(database_file: Path) -> None:
    async with benched(database_file, with_control(one(), plan_every_s=300)) as bench:
        office = bench.office
        office.gateway.reply = refuse(SetProfile, status=CommandStatus.TIMED_OUT)
        await bench.run()
        evse, station = office.evse("G-01/1"), office.live.stations["G-01"]
        assert (evse.allowance.standing, evse.allowance.standing_a) == (Standing.UNKNOWN, 32.0)
        assert not station.is_ready
        office.gateway.reply = accept
        await office.clock.sleep(299)
        await bench.run()
        assert not station.is_ready
        await office.clock.sleep(1)
        await bench.run()
        assert station.is_ready
        assert evse.allowance.standing is Standing.HELD


@in_virtual_time
async def test_station_that_tells_nothing_is_assumed_to_be_simple(database_file: Path) -> None:
    async with benched(database_file, one()) as bench:
        bench.office.gateway.reply = refuse(ReadSettings)
        await bench.run()
        assert bench.office.live.stations["G-01"].capabilities == Capabilities()
        [(_, command)] = bench.office.gateway.of(SetProfile)
        assert (command.profile.stack_level, command.profile.unit) == (0, A)


ODD_SETTINGS: Final[dict[str, tuple[dict[str, str], Capabilities]]] = {
    "nothing": ({}, Capabilities(is_told=True)),
    "no numbers": (
        {"max_stack_level": "many", "max_periods": "", "rate_units": "horses"},
        Capabilities(is_told=True),
    ),
    "no periods": ({"max_periods": "0"}, Capabilities(max_periods=1, is_told=True)),
    "negative": ({"max_stack_level": "-1"}, Capabilities(is_told=True)),
    "padded": (
        {"max_stack_level": " 8 ", "rate_units": "W"},
        Capabilities(rate_units=frozenset({W}), max_stack_level=8, is_told=True),
    ),
    "spaced": (
        {"rate_units": "A, W"},
        Capabilities(rate_units=frozenset({A, W}), is_told=True),
    ),
}


@pytest.mark.parametrize("settings", ODD_SETTINGS.values(), ids=ODD_SETTINGS.keys())
def test_odd_settings_are_read_as_far_as_they_make_sense(
    database_file: Path, settings: tuple[dict[str, str], Capabilities]
) -> None:
    values, capabilities = settings

    def reply(station_id: StationId, command: Command[Any]) -> Outcome:
        if isinstance(command, ReadSettings):
            return SettingsOutcome(status=CommandStatus.ACCEPTED, values=values)
        return accept(station_id, command)

    @in_virtual_time
    async def check() -> None:
        async with benched(database_file, one()) as bench:
            bench.office.gateway.reply = reply
            await bench.run()
            assert bench.office.live.stations["G-01"].capabilities == capabilities

    check()


def only_watts(station_id: StationId, command: Command[Any]) -> Outcome:
    if isinstance(command, ReadSettings):
        values = {str(SettingName.RATE_UNITS): "W"}
        return SettingsOutcome(status=CommandStatus.ACCEPTED, values=values)
    return accept(station_id, command)


@pytest.mark.parametrize(
    ("site", "reply", "unit", "fallback", "phases"),
    [
        (small_site(place("G-01", "level-1", 6.0)), accept, A, 6.0, 3),
        (small_site(place("G-01", "level-1", 6.0)), only_watts, W, 4140.0, 3),
        (small_site(place("G-01", "level-1", 6.0, (2,))), only_watts, W, 1380.0, 1),
        (it_site(place("G-01", "level-1", 6.0, (1, 2))), only_watts, W, 1380.0, 1),
        (one(6.0, is_dc=True, efficiency=0.95), accept, W, 3933.0, None),
    ],
    ids=["A", "W on three lines", "W on one line", "W between two lines", "DC"],
)
def test_fallback_is_written_in_the_unit_that_the_station_takes(
    database_file: Path,
    site: Site,
    reply: Callable[[StationId, Command[Any]], Outcome],
    unit: RateUnit,
    fallback: float,
    phases: int | None,
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with benched(database_file, site) as bench:
            bench.office.gateway.reply = reply
            await bench.run()
            [(_, command)] = bench.office.gateway.of(SetProfile)
            profile = command.profile
            assert (profile.unit, profile.phases) == (unit, phases)
            [period] = profile.periods
            assert (period.start_s, period.limit) == (0, pytest.approx(fallback))
            assert profile.ends_at is None  # it stands for ever

    check()


@in_virtual_time
async def test_measurands_that_a_station_does_not_have_are_left_out(database_file: Path) -> None:
    def reply(station_id: StationId, command: Command[Any]) -> Outcome:
        if isinstance(command, WriteSetting) and "SoC" in command.value:
            return Outcome(status=CommandStatus.REJECTED)
        return accept(station_id, command)

    async with benched(database_file, one()) as bench:
        bench.office.gateway.reply = reply
        await bench.run()
        fewer = "Current.Import,Power.Active.Import,Energy.Active.Import.Register"
        assert bench.office.gateway.sent[-1] == (
            "G-01",
            WriteSetting(SettingName.METER_MEASURANDS, fewer),
        )
        assert bench.office.live.stations["G-01"].is_ready


@in_virtual_time
async def test_every_evse_of_a_station_gets_its_own_fallback(database_file: Path) -> None:
    second = replace(place("G-01", "level-2", 8.0), evse=EvseId("G-01", 2))
    site = small_site(place("G-01", "level-1", 6.0), second)
    async with benched(database_file, site) as bench:
        await bench.run()
        sent = [(c.evse_number, c.profile) for _, c in bench.office.gateway.of(SetProfile)]
        assert [(n, p.profile_id, p.periods[0].limit) for n, p in sent] == [
            (1, 1001, 6.0),
            (2, 1002, 8.0),
        ]


@in_virtual_time
async def test_slow_station_does_not_keep_the_others_waiting(database_file: Path) -> None:
    site = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-1", 6.0))
    async with benched(database_file, site) as bench:
        office = bench.office
        gate = office.gateway.shut("G-01")
        await bench.run()
        assert office.clock.now() == after(0.25)  # 15 s, and then control goes on
        stations = office.live.stations
        assert (stations["G-01"].is_ready, stations["G-02"].is_ready) == (False, True)
        await bench.run()
        assert len(office.gateway.of(ReadSettings)) == 2  # the slow one is not asked twice
        gate.set()
        await bench.run()
        assert stations["G-01"].is_ready


@in_virtual_time
async def test_station_that_comes_anew_meanwhile_is_set_up_anew(database_file: Path) -> None:
    async with benched(database_file, one()) as bench:
        office = bench.office
        gate = office.gateway.shut("G-01")
        await bench.run()
        await office.sites.connected("G-01", "2.0.1")
        gate.set()
        await bench.office.live.stations["G-01"].setting_up  # type: ignore[misc]
        assert not office.live.stations["G-01"].is_ready
        await bench.run()
        assert office.live.stations["G-01"].is_ready


@in_virtual_time
async def test_station_that_reboots_while_it_is_set_up_is_set_up_anew(database_file: Path) -> None:
    async with benched(database_file, one()) as bench:
        office = bench.office

        def reply(station_id: StationId, command: Command[Any]) -> Outcome:
            if isinstance(command, WriteSetting):
                office.live.station_booted("G-01")
                office.gateway.reply = accept
            return accept(station_id, command)

        office.gateway.reply = reply
        await bench.run()
        assert office.evse("G-01/1").allowance.standing is Standing.UNKNOWN
        assert not office.live.stations["G-01"].is_ready
        await office.clock.sleep(300)
        await bench.run()
        assert office.live.stations["G-01"].is_ready
        assert office.evse("G-01/1").allowance.standing is Standing.HELD


@in_virtual_time
async def test_station_that_is_not_connected_is_not_set_up(database_file: Path) -> None:
    async with benched(database_file, one()) as bench:
        await bench.office.sites.disconnected("G-01")
        await bench.run()
        assert bench.office.gateway.sent == []


@in_virtual_time
async def test_setting_up_that_cannot_be_kept_is_tried_again_and_stops_nothing(
    database_file: Path,
) -> None:
    async with benched(database_file, one()) as bench:
        office = bench.office
        office.is_disk_full = True
        await bench.run()
        assert not office.live.stations["G-01"].is_ready
        office.is_disk_full = False
        await bench.run()
        assert not office.live.stations["G-01"].is_ready
        await office.clock.sleep(300)
        await bench.run()
        assert office.live.stations["G-01"].is_ready
        assert await office.rows("SELECT standing FROM evse") == [{"standing": "held"}]
