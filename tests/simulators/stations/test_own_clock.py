"""What a station takes the time to be, and what follows from it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulators.clock import ScaledClock
from simulators.stations.charging_profiles import FOREVER
from simulators.stations.manners import Manners
from simulators.stations.own_clock import OwnClock
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import BOOTED, Json
from tests.simulators.stations.builders import NOON, Scene, scene

BOTH = pytest.mark.parametrize("version", ["1.6", "2.0.1"])
HOUR = timedelta(hours=1)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def shown_after(told: datetime, *, asked_s: float = 0.0, wrong_s: float = 0.0) -> datetime:
    """What a clock shows at noon, when an answer to a question has come."""

    async def story() -> datetime:
        clock = OwnClock(ScaledClock(NOON), wrong_s)
        clock.set(told, after(-asked_s))
        return clock.now()

    return run_virtual(story())


def test_clock_is_set_by_what_it_is_told() -> None:
    assert shown_after(NOON + HOUR) == NOON + HOUR
    assert shown_after(NOON - HOUR) == NOON - HOUR


@pytest.mark.parametrize("told_s", [-30, -29, -0.5, 0])
def test_clock_that_showed_that_since_it_asked_is_left_alone(told_s: float) -> None:
    assert shown_after(after(told_s), asked_s=30) == NOON


@pytest.mark.parametrize("told_s", [-32, 1])
def test_clock_that_did_not_show_that_is_set(told_s: float) -> None:
    assert shown_after(after(told_s), asked_s=30) == after(told_s)


def test_answer_in_whole_seconds_sets_no_clock_back() -> None:
    assert shown_after(after(-0.9)) == NOON


def test_wrong_clock_stays_wrong_whatever_it_is_told() -> None:
    assert shown_after(NOON, wrong_s=3600) == NOON + HOUR
    assert shown_after(NOON + 5 * HOUR, wrong_s=-3600) == NOON + 4 * HOUR


def test_instants_are_translated_both_ways() -> None:
    async def story() -> None:
        clock = OwnClock(ScaledClock(NOON), 3600)
        assert clock.at(NOON) == NOON + HOUR
        assert clock.when(NOON + HOUR) == NOON
        assert clock.when(FOREVER) == FOREVER

    run_virtual(story())


async def give_limit(stage: Scene, starts_at: datetime | None, **schedule: Any) -> None:
    """Install a default limit of 10 A from an instant, or from the start of charging."""
    written: Json = {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
        **schedule,
    }
    if starts_at is not None:
        written["startSchedule"] = starts_at.isoformat()
    profile: Json = {
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative" if starts_at is None else "Absolute",
    }
    if stage.station.subprotocol == "ocpp1.6":
        profile |= {"chargingProfileId": 1, "chargingSchedule": written}
        request = {"connectorId": 1, "csChargingProfiles": profile}
    else:
        profile |= {"id": 1, "chargingSchedule": [{"id": 1, **written}]}
        request = {"evseId": 1, "chargingProfile": profile}
    assert (await stage.csms.call("SetChargingProfile", request))["status"] == "Accepted"


def told_times(stage: Scene) -> list[str]:
    return [status["timestamp"] for status in stage.csms.payloads("StatusNotification")]


@BOTH
def test_station_sets_its_clock_by_the_answer_to_its_boot(version: str, tmp_path: Path) -> None:
    boot = {**BOOTED, "currentTime": "2026-11-25T08:00:00Z"}

    async def story() -> None:
        replies: Any = {"BootNotification": boot}
        async with scene(version, tmp_path, replies=replies, tells_time=False) as stage:
            assert set(told_times(stage)) == {"2026-11-25T08:00:00.000Z"}
            await stage.charge()
            assert told_times(stage)[-1].startswith("2026-11-25T08:01:")

    run_virtual(story())


@BOTH
def test_station_sets_its_clock_by_the_answer_to_a_heartbeat(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        replies: Any = {"Heartbeat": {"currentTime": "2026-01-14T13:00:00Z"}}
        async with scene(version, tmp_path, replies=replies, tells_time=False) as stage:
            await stage.pass_time(900)
            await stage.charge()
            assert told_times(stage)[-1].startswith("2026-01-14T13:0")

    run_virtual(story())


@BOTH
@pytest.mark.parametrize("text", ["soon", 7])
def test_time_that_is_none_is_ignored(version: str, text: object, tmp_path: Path) -> None:
    async def story() -> None:
        replies: Any = {"BootNotification": {**BOOTED, "currentTime": text}}
        async with scene(version, tmp_path, replies=replies, tells_time=False) as stage:
            assert told_times(stage)[-1].startswith("2026-01-14T12:00")

    run_virtual(story())


@BOTH
def test_profile_begins_and_ends_by_the_stations_own_clock(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path, manners=Manners(wrong_clock_s=-600)) as stage:
            await give_limit(stage, stage.clock.now(), duration=300)
            await stage.charge()
            assert stage.amps == (32.0, 32.0, 32.0)
            await stage.pass_time(540 + 30)
            assert stage.amps == (10.0, 10.0, 10.0)
            await stage.pass_time(300)
            assert stage.amps == (32.0, 32.0, 32.0)

    run_virtual(story())


@BOTH
def test_relative_profile_holds_whatever_the_clock_shows(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path, manners=Manners(wrong_clock_s=-30_000_000)) as stage:
            await give_limit(stage, None)
            await stage.charge()
            assert stage.amps == (10.0, 10.0, 10.0)
            assert told_times(stage)[-1].startswith("2025-02-")

    run_virtual(story())


@BOTH
def test_setting_the_clock_brings_the_limit_of_that_time(version: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(version, tmp_path) as stage:
            await give_limit(stage, NOON + HOUR)
            await stage.charge()
            assert stage.amps == (32.0, 32.0, 32.0)
            stage.csms.now = lambda: stage.clock.now() + 2 * HOUR
            await stage.csms.call("TriggerMessage", {"requestedMessage": "Heartbeat"})
            await stage.pass_time(20)
            assert stage.amps == (10.0, 10.0, 10.0)

    run_virtual(story())


def test_clock_that_jumps_stays_wrong_however_it_is_set() -> None:
    async def story() -> None:
        clock = ScaledClock(NOON)
        own = OwnClock(clock)
        own.jump(-300)
        assert own.now() == NOON - timedelta(minutes=5)
        own.set(NOON, NOON)
        assert own.now() == NOON - timedelta(minutes=5)

    run_virtual(story())
