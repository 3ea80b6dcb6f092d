"""Whether a station is accepted, and what it may say before it is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from csms.domain.authorization import IdToken
from csms.domain.commands import (
    CommandStatus,
    ReportKind,
    ResetStation,
    StartCharging,
    TriggerReport,
)
from csms.domain.errors import CallRefusedError, UnknownStationError
from csms.domain.events import HeartbeatReceived, StationBooted, TimeReply
from csms.domain.limits import Standing
from csms.domain.site_policy import Acceptance
from csms.domain.station import Registration, StationModel
from csms.service.command_desk import CommandDesk
from csms.service.station_setup import StationSetup
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, Office, open_office, with_control
from tests.service.sites import connect

BOOT: Final = StationBooted(station_id="G-01", model=StationModel(vendor="Nordlys", model="NL-22"))
BEAT: Final = HeartbeatReceived(station_id="G-01")
START: Final = StartCharging(id_token=IdToken("04A2B3C4"), remote_start_id=1)


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    """A site that accepts stations when they are set up, with one that is connected."""
    site = with_control(
        small_site(place("G-01", "level-1", 6.0)), acceptance=Acceptance.WHEN_SET_UP
    )
    async with open_office(database_file, site) as opened:
        connect(opened.live, "G-01")
        yield opened


def desk(office: Office) -> CommandDesk:
    return CommandDesk(office.sites, office.gateway, office.open_uow, office.clock)


async def set_up(office: Office) -> None:
    """Let the station be set up once."""
    station = office.live.stations["G-01"]
    setup = StationSetup(office.access)
    await setup._set_up(station)
    assert station.is_ready


async def registration(office: Office) -> Registration:
    return (await office.handle(BOOT)).registration


async def test_station_that_is_not_set_up_is_told_to_wait_and_boot_again(office: Office) -> None:
    reply = await office.handle(BOOT)
    assert (reply.registration, reply.interval_s) == (Registration.PENDING, 30)


async def test_station_that_waits_is_refused_whatever_else_it_says(office: Office) -> None:
    await office.handle(BOOT)
    with pytest.raises(CallRefusedError, match="expected BootNotification") as refusal:
        await office.handle(BEAT)
    assert refusal.value.code == "SecurityError"


async def test_station_is_asked_to_boot_again_once_it_is_set_up_and_is_accepted(
    office: Office,
) -> None:
    await office.handle(BOOT)
    await set_up(office)
    assert office.gateway.sent[-1] == ("G-01", TriggerReport(kind=ReportKind.BOOT))
    assert await registration(office) is Registration.ACCEPTED
    assert await office.handle(BEAT) == TimeReply(NOON)


async def test_boot_that_was_asked_for_puts_no_profile_in_doubt(office: Office) -> None:
    await office.handle(BOOT)
    await set_up(office)
    await office.handle(BOOT)
    assert office.evse("G-01/1").allowance.standing is Standing.HELD
    assert office.live.stations["G-01"].is_ready


async def test_station_that_boots_again_before_it_is_set_up_waits_on(office: Office) -> None:
    await office.handle(BOOT)
    assert await registration(office) is Registration.PENDING


async def test_station_that_restarts_later_waits_again(office: Office) -> None:
    await office.handle(BOOT)
    await set_up(office)
    await office.handle(BOOT)
    assert await registration(office) is Registration.PENDING


async def test_station_that_waits_may_say_what_it_was_asked_for(office: Office) -> None:
    await office.handle(BOOT)
    await desk(office).command("G-01", TriggerReport(kind=ReportKind.HEARTBEAT))
    assert await office.handle(BEAT) == TimeReply(NOON)


async def test_station_that_waits_is_not_asked_to_charge(office: Office) -> None:
    await office.handle(BOOT)
    outcome = (await desk(office).command("G-01", START)).outcome
    assert outcome.status is CommandStatus.NOT_SENT
    assert outcome.detail == "the station is not accepted: its boot was answered Pending"
    assert office.gateway.of(StartCharging) == []


async def test_station_that_waits_can_be_asked_for_the_rest(office: Office) -> None:
    await office.handle(BOOT)
    sent = await desk(office).command("G-01", ResetStation())
    assert sent.outcome.status is CommandStatus.ACCEPTED


async def test_station_is_accepted_at_once_where_the_site_says_so(database_file: Path) -> None:
    async with open_office(database_file, small_site(place("G-01", "level-1", 6.0))) as office:
        assert await registration(office) is Registration.ACCEPTED
        assert await office.handle(BEAT) == TimeReply(NOON)


@pytest.mark.parametrize("wanted", [Registration.PENDING, Registration.REJECTED])
async def test_station_that_the_operator_holds_back_is_told_so_until_it_is_accepted(
    database_file: Path, wanted: Registration
) -> None:
    async with open_office(database_file, small_site(place("G-01", "level-1", 6.0))) as office:
        await office.operations.register("G-01", wanted)
        assert await registration(office) is wanted
        with pytest.raises(CallRefusedError, match="expected BootNotification"):
            await office.handle(BEAT)
        await office.operations.register("G-01", Registration.ACCEPTED)
        assert await registration(office) is Registration.ACCEPTED
        assert await office.handle(BEAT) == TimeReply(NOON)


async def test_station_that_is_rejected_is_not_spoken_to(database_file: Path) -> None:
    async with open_office(database_file, small_site(place("G-01", "level-1", 6.0))) as office:
        connect(office.live, "G-01")
        await office.operations.register("G-01", Registration.REJECTED)
        await office.handle(BOOT)
        sent = await desk(office).command("G-01", ResetStation())
        assert sent.outcome.status is CommandStatus.NOT_SENT
        assert office.gateway.sent == []


async def test_station_is_held_back_after_a_restart_as_well(database_file: Path) -> None:
    site = small_site(place("G-01", "level-1", 6.0))
    async with open_office(database_file, site) as office:
        await office.operations.register("G-01", Registration.REJECTED)
    async with open_office(database_file, site) as office:
        assert await registration(office) is Registration.REJECTED


async def test_station_that_nobody_knows_cannot_be_held_back(office: Office) -> None:
    with pytest.raises(UnknownStationError):
        await office.operations.register("X-99", Registration.PENDING)
