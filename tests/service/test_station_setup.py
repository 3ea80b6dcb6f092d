"""Setting a station up: fallback first, and nothing is believed that was not answered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.altered import altered
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
from csms.domain.settings import WantedSetting
from csms.domain.site import Site
from csms.domain.station import Capabilities, RateUnit
from csms.service.station_setup import StationSetup
from simulators.clock import ScaledClock
from tests.domain.sites import place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON, Office, accept, open_office, with_control
from tests.service.sites import it_site, transaction

A: Final = RateUnit.AMPERE
W: Final = RateUnit.WATT


@asynccontextmanager
async def benched(path: Path, site: Site) -> AsyncIterator[Office]:
    """A site whose stations are set up as they come."""
    async with open_office(path, site, clock=ScaledClock(NOON)) as office:
        setup = StationSetup(office.access)
        running = asyncio.ensure_future(setup.run())
        try:
            yield office
        finally:
            running.cancel()
            await asyncio.wait({running})


async def boot(office: Office, station_id: StationId = "G-01") -> None:
    """Let a station come and boot, and give it a moment to be set up."""
    await office.sites.connected(station_id, "2.0.1")
    office.live.station_booted(station_id)
    await asyncio.sleep(1)


@in_virtual_time
async def test_settings_that_the_site_wants_are_written_after_every_boot(
    database_file: Path,
) -> None:
    wanted = (WantedSetting(name="LocalPreAuthorize", value="false"),)
    async with benched(database_file, replace(one(), settings=wanted)) as office:
        write = ("G-01", WriteSetting("LocalPreAuthorize", "false"))
        await boot(office)
        assert office.gateway.sent[-1] == write
        office.gateway.sent.clear()
        await boot(office)
        assert office.gateway.sent[-1] == write


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


def given(office: Office, number: int = 1) -> ChargingProfile:
    """The only profile that was sent to an EVSE; 0: to the whole station."""
    [profile] = [
        command.profile
        for _, command in office.gateway.of(SetProfile)
        if command.evse_number == number
    ]
    assert isinstance(profile, ChargingProfile)
    return profile


def fallback(profile_id: int, amps: float, stack_level: int) -> ChargingProfile:
    """A limit that counts from the start of charging and never ends: no clock matters to it."""
    return ChargingProfile(
        profile_id=profile_id,
        purpose=ProfilePurpose.TX_DEFAULT,
        stack_level=stack_level,
        unit=A,
        periods=(ProfilePeriod(0, amps),),
        starts_at=None,
        phases=3,
    )


@in_virtual_time
async def test_station_is_asked_what_it_can_then_given_its_fallback_then_told_how_to_meter(
    database_file: Path,
) -> None:
    async with benched(database_file, one()) as office:
        await boot(office)
        names = (SettingName.MAX_STACK_LEVEL, SettingName.MAX_PERIODS, SettingName.RATE_UNITS)
        measurands = "Current.Import,Power.Active.Import,Energy.Active.Import.Register,SoC"
        assert office.gateway.sent == [
            ("G-01", ReadSettings(names)),
            ("G-01", SetProfile(evse_number=1, profile=fallback(1001, 6.0, stack_level=5))),
            ("G-01", SetProfile(evse_number=0, profile=fallback(1000, 6.0, stack_level=0))),
            ("G-01", WriteSetting(SettingName.METER_INTERVAL_S, "60")),
            ("G-01", WriteSetting(SettingName.METER_MEASURANDS, measurands)),
        ]


@in_virtual_time
async def test_station_that_took_its_fallback_is_ready_and_counts_at_it(
    database_file: Path,
) -> None:
    async with benched(database_file, one()) as office:
        office.live.dirty.clear()
        await boot(office)
        station, evse = office.live.stations["G-01"], office.evse("G-01/1")
        assert station.is_ready
        assert (evse.allowance.standing, evse.allowance.standing_a) == (Standing.HELD, 6.0)
        assert station.capabilities == Capabilities(
            rate_units=frozenset({A, W}),
            max_stack_level=5,
            max_periods=24,
            is_told=True,
            are_units_told=True,
        )
        assert office.live.dirty.is_set()
        rows = await office.rows("SELECT standing, fallback_a FROM evse")
        assert rows == [{"standing": "held", "fallback_a": 6.0}]


@in_virtual_time
async def test_station_is_set_up_when_it_has_booted_and_not_before(database_file: Path) -> None:
    async with benched(database_file, one()) as office:
        await office.sites.connected("G-01", "2.0.1")
        await asyncio.sleep(2)
        assert office.gateway.sent == []
        office.live.station_booted("G-01")
        await asyncio.sleep(0.1)
        assert office.live.stations["G-01"].is_ready


@in_virtual_time
async def test_station_that_comes_without_a_boot_is_set_up_after_five_seconds(
    database_file: Path,
) -> None:
    async with benched(database_file, one()) as office:
        await office.sites.connected("G-01", "2.0.1")
        await asyncio.sleep(4.9)
        assert office.gateway.sent == []
        await asyncio.sleep(0.2)
        assert office.live.stations["G-01"].is_ready


@in_virtual_time
async def test_station_that_is_ready_is_left_alone(database_file: Path) -> None:
    async with benched(database_file, one()) as office:
        await boot(office)
        office.gateway.sent.clear()
        await asyncio.sleep(3600)
        assert office.gateway.sent == []


@in_virtual_time
async def test_fallback_that_was_known_to_be_held_is_not_sent_again(database_file: Path) -> None:
    async with benched(database_file, one()) as office:
        evse = office.evse("G-01/1")
        evse.allowance = evse.allowance.restanding(Standing.HELD)
        await office.sites.connected("G-01", "2.0.1")
        await asyncio.sleep(6)
        assert office.gateway.of(SetProfile) == []
        assert office.live.stations["G-01"].is_ready


@in_virtual_time
async def test_station_that_refuses_its_fallback_counts_at_its_rating(database_file: Path) -> None:
    async with benched(database_file, one()) as office:
        office.gateway.reply = refuse(SetProfile)
        await boot(office)
        evse = office.evse("G-01/1")
        assert (evse.allowance.standing, evse.allowance.standing_a) == (Standing.REFUSED, 32.0)
        assert evse.refusal == "no"
        assert office.live.stations["G-01"].is_ready  # it has said what it makes of it
        assert await office.rows("SELECT standing FROM evse") == [{"standing": "refused"}]


@pytest.mark.parametrize("status", [CommandStatus.TIMED_OUT, CommandStatus.NOT_SENT])
def test_fallback_that_was_not_answered_is_sent_again_after_the_interval(
    database_file: Path, status: CommandStatus
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with benched(database_file, with_control(one(), plan_every_s=300)) as office:
            office.gateway.reply = refuse(SetProfile, status=status)
            await boot(office)
            evse, station = office.evse("G-01/1"), office.live.stations["G-01"]
            assert (evse.allowance.standing, evse.allowance.standing_a) == (Standing.UNKNOWN, 32.0)
            assert not station.is_ready
            office.gateway.reply = accept
            await asyncio.sleep(298)
            assert not station.is_ready
            await asyncio.sleep(2)
            assert station.is_ready
            assert evse.allowance.standing is Standing.HELD

    check()


@in_virtual_time
async def test_fallbacks_are_kept_with_what_came_of_them(database_file: Path) -> None:
    async with benched(database_file, one()) as office:

        def reply(station_id: StationId, command: Command[Any]) -> Outcome:
            if isinstance(command, SetProfile) and command.evse_number == 0:
                return Outcome(status=CommandStatus.REJECTED, detail="DuplicateProfile")
            return accept(station_id, command)

        office.gateway.reply = reply
        await boot(office)
        rows = await office.rows(
            "SELECT evse_number, purpose, steps, ends_at, verdict, detail FROM sent_limit"
        )
        common = {"purpose": "tx_default", "steps": "[[0, 6.0]]", "ends_at": None}
        assert rows == [
            {"evse_number": 1, **common, "verdict": "accepted", "detail": ""},
            {"evse_number": 0, **common, "verdict": "refused", "detail": "DuplicateProfile"},
        ]


@in_virtual_time
async def test_station_that_takes_no_common_fallback_is_none_the_worse(database_file: Path) -> None:
    async with benched(database_file, one()) as office:

        def reply(station_id: StationId, command: Command[Any]) -> Outcome:
            if isinstance(command, SetProfile) and command.evse_number == 0:
                return Outcome(status=CommandStatus.TIMED_OUT)
            return accept(station_id, command)

        office.gateway.reply = reply
        await boot(office)
        assert office.live.stations["G-01"].is_ready
        assert office.evse("G-01/1").allowance.standing is Standing.HELD


@in_virtual_time
async def test_station_that_tells_nothing_is_assumed_to_be_simple(database_file: Path) -> None:
    async with benched(database_file, one()) as office:
        office.gateway.reply = refuse(ReadSettings)
        await boot(office)
        assert office.live.stations["G-01"].capabilities == Capabilities()
        profile = given(office)
        assert (profile.stack_level, profile.unit) == (0, A)


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
        Capabilities(
            rate_units=frozenset({W}), max_stack_level=8, is_told=True, are_units_told=True
        ),
    ),
    "spaced": (
        {"rate_units": "A, W"},
        Capabilities(rate_units=frozenset({A, W}), is_told=True, are_units_told=True),
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
        async with benched(database_file, one()) as office:
            office.gateway.reply = reply
            await boot(office)
            assert office.live.stations["G-01"].capabilities == capabilities

    check()


def only_watts(station_id: StationId, command: Command[Any]) -> Outcome:
    if isinstance(command, ReadSettings):
        values = {str(SettingName.RATE_UNITS): "W"}
        return SettingsOutcome(status=CommandStatus.ACCEPTED, values=values)
    return accept(station_id, command)


@pytest.mark.parametrize(
    ("site", "reply", "unit", "amps", "phases"),
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
    amps: float,
    phases: int | None,
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with benched(database_file, site) as office:
            office.gateway.reply = reply
            await boot(office)
            profile = given(office)
            assert (profile.unit, profile.phases) == (unit, phases)
            [period] = profile.periods
            assert period.start_s == 0
            assert period.limit == pytest.approx(amps)
            assert profile.ends_at is None  # it stands for ever

    check()


@in_virtual_time
async def test_measurands_that_a_station_does_not_have_are_left_out(database_file: Path) -> None:
    def reply(station_id: StationId, command: Command[Any]) -> Outcome:
        if isinstance(command, WriteSetting) and "SoC" in command.value:
            return Outcome(status=CommandStatus.REJECTED)
        return accept(station_id, command)

    async with benched(database_file, one()) as office:
        office.gateway.reply = reply
        await boot(office)
        fewer = "Current.Import,Power.Active.Import,Energy.Active.Import.Register"
        assert office.gateway.sent[-1] == (
            "G-01",
            WriteSetting(SettingName.METER_MEASURANDS, fewer),
        )
        assert office.live.stations["G-01"].is_ready


@in_virtual_time
async def test_every_evse_of_a_station_gets_its_own_fallback_and_others_the_lowest(
    database_file: Path,
) -> None:
    second = replace(place("G-01", "level-2", 8.0), evse=EvseId("G-01", 2))
    site = small_site(second, place("G-01", "level-1", 6.0))
    async with benched(database_file, site) as office:
        await boot(office)
        sent = [(c.evse_number, c.profile) for _, c in office.gateway.of(SetProfile)]
        assert [(n, p.profile_id, p.periods[0].limit) for n, p in sent] == [
            (2, 1002, 8.0),
            (1, 1001, 6.0),
            (0, 1000, 6.0),
        ]


@in_virtual_time
async def test_evse_that_the_site_file_does_not_know_is_given_nothing(database_file: Path) -> None:
    async with benched(database_file, one()) as office:
        stray = transaction("G-01", number=7)
        office.live.transaction_changed(altered(stray, evse=EvseId("G-01", 2)), NOON)
        await boot(office)
        assert [c.evse_number for _, c in office.gateway.of(SetProfile)] == [1, 0]
        assert office.live.stations["G-01"].is_ready
        assert office.evse("G-01/2").allowance.standing_a == 32.0


@in_virtual_time
async def test_slow_station_does_not_keep_the_others_waiting(database_file: Path) -> None:
    site = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-1", 6.0))
    async with benched(database_file, site) as office:
        gate = office.gateway.shut("G-01")
        await boot(office, "G-01")
        await boot(office, "G-02")
        stations = office.live.stations
        assert (stations["G-01"].is_ready, stations["G-02"].is_ready) == (False, True)
        assert len(office.gateway.of(ReadSettings)) == 2  # the slow one is not asked twice
        gate.set()
        await asyncio.sleep(1)
        assert stations["G-01"].is_ready


@in_virtual_time
async def test_station_that_comes_anew_meanwhile_is_set_up_anew(database_file: Path) -> None:
    async with benched(database_file, one()) as office:
        gate = office.gateway.shut("G-01")
        await boot(office)
        await office.sites.connected("G-01", "2.0.1")
        gate.set()
        await asyncio.sleep(1)
        assert not office.live.stations["G-01"].is_ready
        await asyncio.sleep(5)
        assert office.live.stations["G-01"].is_ready
        assert office.evse("G-01/1").allowance.standing is Standing.HELD


@pytest.mark.parametrize("kind", [ReadSettings, SetProfile, WriteSetting])
def test_station_that_reboots_while_it_is_set_up_is_set_up_anew_at_once(
    database_file: Path, kind: type[Command[Any]]
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with benched(database_file, one()) as office:
            standings: list[Standing] = []

            def reply(station_id: StationId, command: Command[Any]) -> Outcome:
                standings.append(office.evse("G-01/1").allowance.standing)
                if isinstance(command, kind):
                    office.gateway.reply = note
                    office.live.station_booted("G-01")
                return accept(station_id, command)

            def note(station_id: StationId, command: Command[Any]) -> Outcome:
                standings.append(office.evse("G-01/1").allowance.standing)
                return accept(station_id, command)

            office.gateway.reply = reply
            await boot(office)
            assert Standing.REFUSED not in standings
            assert office.live.stations["G-01"].is_ready
            assert office.live.stations["G-01"].capabilities.is_told
            assert office.evse("G-01/1").allowance.standing is Standing.HELD
            last = [command for _, command in office.gateway.sent][-5:]
            assert [type(command) for command in last] == [
                ReadSettings,
                SetProfile,
                SetProfile,
                WriteSetting,
                WriteSetting,
            ]

    check()


@in_virtual_time
async def test_fallback_that_a_reboot_may_have_taken_away_is_not_taken_to_be_held(
    database_file: Path,
) -> None:
    async with benched(database_file, one()) as office:

        def reply(station_id: StationId, command: Command[Any]) -> Outcome:
            if isinstance(command, SetProfile):
                office.live.station_booted("G-01")
                office.gateway.shut("G-01")
            return accept(station_id, command)

        office.gateway.reply = reply
        await boot(office)
        assert office.evse("G-01/1").allowance.standing is Standing.UNKNOWN
        assert await office.rows("SELECT standing FROM evse") == [{"standing": "unknown"}]


@in_virtual_time
async def test_station_that_is_not_connected_is_not_set_up(database_file: Path) -> None:
    async with benched(database_file, one()) as office:
        await office.sites.connected("G-01", "2.0.1")
        await office.sites.disconnected("G-01")
        await asyncio.sleep(600)
        assert office.gateway.sent == []


@in_virtual_time
async def test_setting_up_that_cannot_be_kept_is_tried_again_and_stops_nothing(
    database_file: Path,
) -> None:
    async with benched(database_file, one()) as office:
        await office.sites.connected("G-01", "2.0.1")
        office.is_disk_full = True
        await asyncio.sleep(6)
        assert len(office.gateway.of(SetProfile)) == 1
        office.is_disk_full = False
        await asyncio.sleep(290)
        assert not office.live.stations["G-01"].is_ready
        await asyncio.sleep(10)
        assert office.live.stations["G-01"].is_ready
        assert await office.rows("SELECT standing FROM evse") == [{"standing": "held"}]
