"""Stations that no site knows: remembered with the cause, and what an operator does about them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from csms.domain.attempt import Attempt, StrangerPolicy
from csms.domain.errors import (
    AdoptionRefusedError,
    CallRefusedError,
    InvalidInputError,
    UnknownSiteError,
    UnknownStationError,
)
from csms.domain.events import HeartbeatReceived, StationBooted
from csms.domain.limits import Standing
from csms.domain.security import Proof, SecurityProfile
from csms.domain.site import GuestPlace, Site
from csms.domain.station import Registration, StationModel
from csms.service.ports import Refusal
from csms.service.requirements import OPEN, SecurityPolicy
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, Office, after, open_office

GUESTS: Final = GuestPlace(feeder_id="level-2", lines=(1, 2, 3), max_a=16.0, max_stations=2)
SITE: Final = small_site(place("G-01", "level-1", 6.0), guests=GUESTS)
WITHOUT_GUESTS: Final = small_site(place("G-01", "level-1", 6.0))
HOLD: Final = replace(OPEN, strangers=StrangerPolicy.HOLD)
REFUSE: Final = replace(OPEN, strangers=StrangerPolicy.REFUSE)
GUARDED: Final = SecurityPolicy(profile=SecurityProfile.PASSWORD, strangers=StrangerPolicy.REFUSE)
PROOF: Final = Proof(address="192.0.2.7", offered=("ocpp1.6",))
MODEL: Final = StationModel(vendor="Acme", model="Box", serial="7", firmware="1.0")
PASSWORD: Final = "correct-horse-battery"  # noqa: S105


async def opened(file: Path, policy: SecurityPolicy, site: Site = SITE) -> AsyncIterator[Office]:
    async with open_office(file, site, policy=policy) as office:
        yield office


@pytest.fixture
async def holding(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, SITE, policy=HOLD) as office:
        yield office


@pytest.fixture
async def refusing(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, SITE, policy=REFUSE) as office:
        yield office


@pytest.fixture
async def guarded(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, SITE, policy=GUARDED) as office:
        yield office


async def knocks(office: Office, station_id: str = "NEW-1", proof: Proof = PROOF) -> str:
    """Somebody wants to come in; return why not, nothing if it may."""
    return (await office.security.door.admit(station_id, proof)).cause


async def waits(office: Office, station_id: str = "NEW-1") -> None:
    """A stranger comes in, and has to wait."""
    assert await knocks(office, station_id) == ""
    await office.security.door.connected(station_id, "1.6")


async def boots(office: Office, station_id: str = "NEW-1") -> Registration:
    return (await office.handle(StationBooted(station_id=station_id, model=MODEL))).registration


def causes(office: Office) -> dict[str, str]:
    return {one.station_id: one.cause for one in office.adoption.attempts.newest_first()}


async def test_stranger_that_is_turned_away_is_remembered_with_the_cause(refusing: Office) -> None:
    assert await knocks(refusing) == "it is in no site file, and strangers are refused"
    assert refusing.adoption.attempts.newest_first() == [
        Attempt(
            station_id="NEW-1",
            cause="it is in no site file, and strangers are refused",
            address="192.0.2.7",
            offered=("ocpp1.6",),
            profile=SecurityProfile.NONE,
            first_at=NOON,
            last_at=NOON,
        )
    ]


async def test_station_that_is_known_is_remembered_while_it_cannot_prove_itself(
    guarded: Office,
) -> None:
    await guarded.security.set_password("G-01", PASSWORD)
    wrong = replace(PROOF, password=b"wrong-horse-battery")
    await knocks(guarded, "G-01", wrong)
    await knocks(guarded, "NEW-1", wrong)
    assert causes(guarded) == {
        "G-01": "its password is wrong",
        "NEW-1": "it is in no site file, and no password has been set for it",
    }
    assert await knocks(guarded, "G-01", replace(PROOF, password=PASSWORD.encode())) == ""
    await guarded.security.door.connected("G-01", "1.6")
    assert list(causes(guarded)) == ["NEW-1"]


async def test_guest_that_finds_no_room_is_remembered(database_file: Path) -> None:
    async with open_office(database_file, SITE, policy=OPEN) as office:
        for name in ("NEW-1", "NEW-2", "NEW-3"):
            await knocks(office, name)
        assert causes(office) == {"NEW-3": "all 2 places for guests are taken"}


async def test_what_is_remembered_survives_a_restart(database_file: Path) -> None:
    async with open_office(database_file, SITE, policy=REFUSE) as office:
        await knocks(office)
        await knocks(office, "NEW-2")
        await office.adoption.refuse("NEW-2")
        before = office.adoption.attempts.newest_first()
    async with open_office(database_file, SITE, policy=OPEN) as office:
        assert office.adoption.attempts.newest_first() == before
        assert await knocks(office, "NEW-2") == "an operator has refused it"
        await office.adoption.forget("NEW-2")
    async with open_office(database_file, SITE, policy=OPEN) as office:
        assert await knocks(office, "NEW-2") == ""


async def test_stranger_is_held_until_it_is_adopted_and_served_at_its_next_boot(
    holding: Office,
) -> None:
    await waits(holding)
    assert causes(holding) == {"NEW-1": "it waits to be adopted"}
    assert holding.live.guest_count == 0
    assert await boots(holding) is Registration.PENDING
    with pytest.raises(CallRefusedError, match="expected BootNotification until accepted"):
        await holding.handle(HeartbeatReceived(station_id="NEW-1"))
    known = holding.adoption.attempts.of("NEW-1")
    assert known is not None
    assert known.model == MODEL
    adopted = await holding.adoption.adopt("NEW-1", "fjordgata")
    assert (adopted.profile, adopted.password) == (SecurityProfile.NONE, None)
    station = holding.live.stations["NEW-1"]
    assert (station.is_connected, station.protocol) == (True, "1.6")
    assert station.registration is Registration.PENDING
    assert holding.evse("NEW-1/1").allowance.standing is Standing.UNKNOWN
    assert await boots(holding) is Registration.ACCEPTED
    await holding.handle(HeartbeatReceived(station_id="NEW-1"))
    assert causes(holding) == {}


async def test_stranger_that_waits_is_rejected_once_it_is_refused(holding: Office) -> None:
    await waits(holding)
    await holding.adoption.refuse("NEW-1")
    assert await boots(holding) is Registration.REJECTED
    assert await knocks(holding) == "an operator has refused it"


async def test_stranger_that_has_gone_waits_no_longer(holding: Office) -> None:
    await waits(holding)
    await holding.security.door.disconnected("NEW-1")
    assert not holding.adoption.attempts.is_held("NEW-1")
    await holding.adoption.adopt("NEW-1", "fjordgata")
    assert not holding.live.stations["NEW-1"].is_connected
    await waits(holding)
    assert holding.live.stations["NEW-1"].is_connected
    assert await boots(holding) is Registration.ACCEPTED


async def test_no_more_than_a_hundred_strangers_wait(holding: Office) -> None:
    for number in range(100):
        holding.adoption.attempts.hold(f"X-{number}", "1.6")
    admission = await holding.security.door.admit("NEW-1", PROOF)
    assert admission.cause == "too many strangers wait to be adopted"
    assert admission.refusal is Refusal.NO_ROOM


async def test_adopted_station_is_a_guest_of_its_site_also_after_a_restart(
    database_file: Path,
) -> None:
    async with open_office(database_file, SITE, policy=REFUSE) as office:
        await knocks(office)
        await office.adoption.adopt("NEW-1", "fjordgata")
        assert causes(office) == {}
        assert await knocks(office) == ""
    async with open_office(database_file, SITE, policy=REFUSE) as office:
        assert office.live.is_guest("NEW-1")
        assert await knocks(office) == ""
        await office.operations.remove_guest("NEW-1")
        assert await knocks(office) == "it is in no site file, and strangers are refused"


async def test_adopted_station_is_waited_for_also_if_it_has_come_and_said_nothing(
    database_file: Path,
) -> None:
    async with open_office(database_file, SITE, policy=REFUSE) as office:
        await office.adoption.adopt("NEW-1", "fjordgata")
        office.clock.instant = after(24 * 60)
        await office.sites.forget_passers_by()
        await waits(office)
        await office.security.door.disconnected("NEW-1")
        office.clock.instant = after(48 * 60)
        await office.sites.forget_passers_by()
        assert await knocks(office) == ""
    async with open_office(database_file, SITE, policy=REFUSE) as office:
        office.clock.instant = after(72 * 60)
        await office.sites.forget_passers_by()
        assert await knocks(office) == ""


async def test_password_is_made_for_who_needs_one_and_it_opens_the_door(guarded: Office) -> None:
    await knocks(guarded)
    adopted = await guarded.adoption.adopt("NEW-1", "fjordgata")
    assert adopted.profile is SecurityProfile.PASSWORD
    assert adopted.password is not None
    right = replace(PROOF, password=adopted.password.encode())
    assert await knocks(guarded, "NEW-1", right) == ""
    assert await knocks(guarded) == "it brings no password"


async def test_password_that_a_station_has_already_is_taken_over(guarded: Office) -> None:
    adopted = await guarded.adoption.adopt("NEW-1", "fjordgata", PASSWORD)
    assert adopted.password is None
    assert await knocks(guarded, "NEW-1", replace(PROOF, password=PASSWORD.encode())) == ""
    with pytest.raises(InvalidInputError):
        await guarded.adoption.adopt("NEW-2", "fjordgata", "short")


async def test_who_is_known_is_not_adopted_again(refusing: Office) -> None:
    with pytest.raises(AdoptionRefusedError, match="site 'fjordgata' knows it already"):
        await refusing.adoption.adopt("G-01", "fjordgata")


async def test_site_without_a_place_for_guests_says_where_the_station_belongs(
    database_file: Path,
) -> None:
    async with open_office(database_file, WITHOUT_GUESTS, policy=REFUSE) as office:
        with pytest.raises(AdoptionRefusedError, match="list the station under `chargers` in its"):
            await office.adoption.adopt("NEW-1", "fjordgata")


async def test_adoption_needs_room_a_site_and_a_proper_name(refusing: Office) -> None:
    for name in ("NEW-1", "NEW-2"):
        await refusing.adoption.adopt(name, "fjordgata")
    with pytest.raises(AdoptionRefusedError, match="all 2 places for guests are taken"):
        await refusing.adoption.adopt("NEW-3", "fjordgata")
    with pytest.raises(UnknownSiteError):
        await refusing.adoption.adopt("NEW-3", "nowhere")
    with pytest.raises(InvalidInputError, match="expected 1 to 48 printable characters"):
        await refusing.adoption.adopt("x" * 49, "fjordgata")


async def test_nothing_is_known_of_who_never_came(refusing: Office) -> None:
    for act in (refusing.adoption.refuse, refusing.adoption.forget):
        with pytest.raises(UnknownStationError):
            await act("NEW-1")


async def test_what_could_not_be_kept_is_kept_the_next_time(
    database_file: Path, refusing: Office
) -> None:
    await knocks(refusing)
    refusing.is_disk_full = True
    with pytest.raises(Exception, match="the disk is full"):
        await refusing.adoption.keep()
    refusing.is_disk_full = False
    await refusing.adoption.keep()
    assert await refusing.rows("SELECT station_id FROM station_attempt") == [
        {"station_id": "NEW-1"}
    ]


async def test_thousand_attempts_write_one_row(refusing: Office) -> None:
    for _ in range(1000):
        await knocks(refusing)
    assert await refusing.rows("SELECT count FROM station_attempt") == []
    await refusing.adoption.keep()
    assert await refusing.rows("SELECT count FROM station_attempt") == [{"count": 1000}]
