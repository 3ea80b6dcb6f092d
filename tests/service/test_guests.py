"""Guests: let in only where there is room, counted until set up or removed, forgotten if mute."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.dialect import Dialect
from csms.domain.errors import StationStaysError, UnknownStationError
from csms.domain.events import HeartbeatReceived, StationBooted
from csms.domain.identity import EvseId
from csms.domain.limits import Standing
from csms.domain.site import AmpereSchedule, GuestPlace, Site, Window
from csms.domain.station import StationModel
from csms.service.grid_guard import keep_books
from csms.service.guests import judge_guest
from csms.service.live_site import LiveSite
from csms.service.ports import Admission, Refusal
from simulators.clock import ScaledClock
from tests.domain.sites import flat, place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.handlers.stories import TellerV201
from tests.service.rig import NOON, CommitError, FakeClock, Office, after, open_office
from tests.service.sites import connect, evse_of, hold, it_site, plug_in

GUESTS: Final = GuestPlace(feeder_id="level-2", lines=(1, 2, 3), max_a=16.0, max_stations=4)
BOOT: Final = StationModel(vendor="Nordlys", model="NL-22")


def site(*more: Any, **fields: Any) -> Site:
    """One charger on each level of 40 A, and four places for guests of 16 A on the second."""
    places = (place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0), *more)
    return small_site(*places, **{"guests": GUESTS, **fields})


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, site()) as opened:
        connect(opened.live, "G-01", "G-02")
        yield opened


def reserved_a(office: Office) -> float:
    """What may be drawn on level 2."""
    books = keep_books(office.live, office.clock.now())
    return float(books.allowed_a["level-2"][0, 0])


async def pass_by(office: Office, station_id: str, *, boots: bool = False) -> Admission:
    """A guest comes for a moment, and goes before it is set up."""
    admission = await office.sites.admit(station_id)
    if admission.is_granted:
        await office.sites.connected(station_id, "1.6")
        if boots:
            await office.handle(StationBooted(station_id=station_id, model=BOOT))
        await office.sites.disconnected(station_id)
    return admission


def told(live: LiveSite) -> str:
    return judge_guest(live, NOON).cause


async def test_guests_that_are_not_set_up_are_let_in_only_while_their_ratings_fit(
    office: Office,
) -> None:
    assert [(await pass_by(office, name)).is_granted for name in "ABCD"] == [
        True,
        True,
        False,
        False,
    ]
    assert reserved_a(office) == 38.0  # of 40 A: the charger's fallback and two ratings
    cause = "a guest may draw 16 A, and Level 2 has 2.0 A left on L1 beside what cannot be lowered"
    assert await office.sites.admit("C") == Admission(cause, Refusal.NO_ROOM)
    assert await office.rows("SELECT id FROM station WHERE id = 'C'") == []


async def test_guest_that_is_set_up_makes_room_for_the_next(office: Office) -> None:
    for name in "ABCD":
        assert (await office.sites.admit(name)).is_granted
        connect(office.live, name)
    assert reserved_a(office) == 6.0
    assert (await office.sites.admit("E")).cause == "all 4 places for guests are taken"


def test_what_is_charging_can_be_lowered_for_a_guest() -> None:
    live = LiveSite(site())
    connect(live, "G-01", "G-02")
    for name in ("G-01", "G-02"):
        hold(plug_in(live, name), 31.5)
    assert judge_guest(live, NOON) == Admission()


def test_what_a_lost_station_may_draw_cannot_be_lowered_for_a_guest() -> None:
    live = LiveSite(site())
    connect(live, "G-01", "G-02")
    hold(plug_in(live, "G-02"), 25.0)
    live.station_disconnected("G-02")
    assert told(live) == (
        "a guest may draw 16 A, and Level 2 has 15.0 A left on L1 beside what cannot be lowered"
    )


def test_station_that_refuses_its_fallback_leaves_no_room_for_guests() -> None:
    live = LiveSite(site())
    connect(live, "G-01", "G-02")
    evse = evse_of(live, "G-02")
    evse.allowance = evse.allowance.restanding(Standing.REFUSED)
    assert "Level 2 has 8.0 A left on L1" in told(live)
    evse.allowance = replace(evse.allowance.restanding(Standing.HELD), is_disobeyed=True)
    assert "Level 2 has 8.0 A left on L1" in told(live)


def test_stations_of_the_file_count_at_their_fallback_before_they_are_set_up() -> None:
    assert judge_guest(LiveSite(site()), NOON) == Admission()


def test_chargers_that_are_only_planned_take_no_room_of_guests() -> None:
    planned = place("G-03", "level-2", 30.0, is_installed=False)
    assert judge_guest(LiveSite(site(planned)), NOON) == Admission()


def test_every_feeder_above_a_guest_and_every_line_of_it_must_have_room() -> None:
    live = LiveSite(site(intake_load=AmpereSchedule((30.0, 36.0, 30.0))))
    assert "Intake has 15.0 A left on L2" in told(live)
    single = replace(GUESTS, lines=(3,))
    live = LiveSite(site(intake_load=AmpereSchedule((30.0, 36.0, 30.0)), guests=single))
    assert told(live) == ""


def test_room_that_a_window_takes_before_a_limit_would_lapse_is_no_room() -> None:
    opens_at = after(75)  # local time is an hour ahead: limits live a quarter of an hour
    window = Window(
        weekdays=frozenset(range(7)),
        from_time=opens_at.time(),
        to_time=after(90).time(),
        amps=(20.0, 20.0, 20.0),
    )
    live = LiveSite(site(intake=AmpereSchedule((63.0, 63.0, 63.0), (window,))))
    assert told(live) == ""
    assert "Intake has 8.0 A left" in judge_guest(live, after(0.1)).cause


def test_currents_in_an_it_grid_are_added_as_plain_numbers() -> None:
    live = LiveSite(replace(it_site(place("G-02", "level-2", 25.0, (1, 2))), guests=GUESTS))
    assert "Level 2 has 15.0 A left on L1" in told(live)


async def test_guest_that_never_said_a_word_is_forgotten_once_limits_would_have_lapsed(
    office: Office,
) -> None:
    for name in "AB":
        await pass_by(office, name)
    office.clock.turn(899)
    await office.sites.forget_passers_by()
    assert reserved_a(office) == 38.0
    office.clock.turn(1)
    office.live.dirty.clear()
    await office.sites.forget_passers_by()
    assert reserved_a(office) == 6.0
    assert office.live.dirty.is_set()
    assert list(office.live.stations) == ["G-01", "G-02"]
    assert await office.rows("SELECT id FROM station WHERE is_guest") == []
    assert (await office.sites.admit("C")).is_granted


async def test_guest_that_never_completed_its_handshake_is_forgotten_too(office: Office) -> None:
    await office.sites.admit("A")
    office.clock.turn(900)
    await office.sites.forget_passers_by()
    assert office.sites.of_station("A") is None


async def test_guest_that_is_connected_is_not_forgotten_however_mute(office: Office) -> None:
    await office.sites.admit("A")
    await office.sites.connected("A", "1.6")
    office.clock.turn(3600)
    await office.sites.forget_passers_by()
    assert reserved_a(office) == 22.0


async def test_charger_that_was_not_set_up_counts_until_it_is_back_or_removed(
    office: Office,
) -> None:
    await pass_by(office, "A", boots=True)
    office.clock.turn(7 * 86_400)
    await office.sites.forget_passers_by()
    assert reserved_a(office) == 22.0  # it may charge as if nothing limited it
    await office.sites.remove_guest("A")
    assert reserved_a(office) == 6.0


async def test_any_word_shows_that_a_guest_is_a_charger(office: Office) -> None:
    await office.sites.admit("A")
    await office.sites.connected("A", "1.6")
    await office.handle(HeartbeatReceived(station_id="A"))
    await office.sites.disconnected("A")
    office.clock.turn(3600)
    await office.sites.forget_passers_by()
    assert office.sites.of_station("A") is office.live


async def test_guest_that_took_its_fallback_keeps_its_place_and_no_more_than_the_fallback(
    office: Office,
) -> None:
    await office.sites.admit("A")
    connect(office.live, "A")
    office.live.dialects.put(office.live.stations["A"], Dialect(keeps=True))
    await office.sites.disconnected("A")
    office.clock.turn(3600)
    await office.sites.forget_passers_by()
    assert reserved_a(office) == 6.0
    assert "A" in office.live.stations


async def test_guest_that_was_not_seen_to_keep_its_fallback_keeps_room_for_its_rating(
    office: Office,
) -> None:
    await office.sites.admit("A")
    connect(office.live, "A")
    assert reserved_a(office) == 6.0  # that of G-02
    await office.sites.disconnected("A")
    assert reserved_a(office) == 22.0


async def test_station_of_the_site_file_is_never_forgotten(office: Office) -> None:
    await office.sites.disconnected("G-02")
    office.clock.turn(3600)
    await office.sites.forget_passers_by()
    assert "G-02" in office.live.stations


async def test_after_a_restart_passers_by_are_forgotten_and_chargers_are_not(
    database_file: Path,
) -> None:
    clock = FakeClock()
    async with open_office(database_file, site(), clock=clock) as before:
        await pass_by(before, "A")
        await pass_by(before, "B", boots=True)
    clock.turn(86_400)
    async with open_office(database_file, site(), clock=clock) as again:
        await again.sites.forget_passers_by()
        assert list(again.live.stations) == ["G-01", "G-02", "A", "B"]
        clock.turn(900)
        await again.sites.forget_passers_by()
        assert list(again.live.stations) == ["G-01", "G-02", "B"]


async def test_guest_that_an_operator_has_announced_is_waited_for(database_file: Path) -> None:
    clock = FakeClock()
    async with open_office(database_file, site(), clock=clock) as before:
        assert (await before.sites.announce("A", "fjordgata")).is_granted
    async with open_office(database_file, site(), clock=clock) as again:
        clock.turn(86_400)
        await again.sites.forget_passers_by()
        assert "A" in again.live.stations


@in_virtual_time
async def test_guests_are_looked_after_every_minute(
    database_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_office(database_file, site(), clock=ScaledClock(NOON)) as office:
        looking = asyncio.create_task(office.sites.look_after_guests())
        await pass_by(office, "A")
        office.is_disk_full = True
        await asyncio.sleep(970)
        assert "could not look after the guests" in caplog.text
        assert "A" in office.live.stations
        office.is_disk_full = False
        await asyncio.sleep(60)
        assert "A" not in office.live.stations
        looking.cancel()


async def test_guest_that_overcommits_the_site_is_set_up_at_once(office: Office) -> None:
    hold(plug_in(office.live, "G-02"), 30.0)
    await office.sites.admit("A")
    assert not office.live.urgent.is_set()
    await office.sites.connected("A", "1.6")
    assert office.live.urgent.is_set()


async def test_guest_that_finds_room_waits_for_the_next_round(office: Office) -> None:
    await office.sites.admit("A")
    await office.sites.connected("A", "1.6")
    assert (office.live.urgent.is_set(), office.live.dirty.is_set()) == (False, True)


async def test_removed_guest_leaves_what_it_has_charged(office: Office) -> None:
    teller = TellerV201()
    await office.sites.admit("A")
    await office.sites.connected("A", "2.0.1")
    await office.hear(teller.adapter, *teller.starts(NOON), "A")
    await office.sites.disconnected("A")
    await office.sites.remove_guest("A")
    assert office.sites.of_station("A") is None
    assert EvseId("A", 1) not in office.live.evses
    assert await office.rows("SELECT site_id, is_guest FROM station WHERE id = 'A'") == [
        {"site_id": None, "is_guest": 0}
    ]
    kept = await office.rows("SELECT station_id FROM charging_transaction")
    assert kept == [{"station_id": "A"}]
    assert await office.rows("SELECT station_id FROM evse WHERE station_id = 'A'") == []


async def test_removed_guest_may_come_back_and_counts_at_its_rating_again(
    database_file: Path,
) -> None:
    async with open_office(database_file, site()) as before:
        await before.sites.admit("A")
        async with before.open_uow() as uow:
            await uow.stations.note_standing(EvseId("A", 1), Standing.HELD, 0.0, NOON)
            await uow.commit()
        await before.sites.remove_guest("A")
        await before.sites.admit("A")
    async with open_office(database_file, site()) as again:
        assert again.evse("A/1").allowance.standing is Standing.UNKNOWN


async def test_guest_that_was_removed_while_it_connected_is_given_its_place_again(
    office: Office,
) -> None:
    await office.sites.admit("A")
    await office.sites.remove_guest("A")
    await office.sites.connected("A", "1.6")
    assert office.live.stations["A"].is_connected
    assert await office.rows("SELECT id, protocol FROM station WHERE is_guest") == [
        {"id": "A", "protocol": "1.6"}
    ]


@pytest.mark.parametrize(
    ("station_id", "cause"), [("A", "it is connected"), ("G-01", "it is in the site file")]
)
async def test_station_that_is_connected_or_listed_is_not_removed(
    office: Office, station_id: str, cause: str
) -> None:
    await office.sites.admit("A")
    await office.sites.connected("A", "1.6")
    with pytest.raises(StationStaysError, match=cause):
        await office.sites.remove_guest(station_id)
    assert station_id in office.live.stations


async def test_station_that_nobody_knows_is_not_removed(office: Office) -> None:
    with pytest.raises(UnknownStationError, match="no station is called 'X-99'"):
        await office.sites.remove_guest("X-99")


async def test_guest_that_the_database_does_not_let_go_stays_counted(office: Office) -> None:
    await pass_by(office, "A")
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await office.sites.remove_guest("A")
    assert reserved_a(office) == 22.0


def test_limit_of_a_level_may_be_below_a_guests_rating_at_any_time() -> None:
    live = LiveSite(site(intake=flat(10.0)))
    assert "Intake has 0.0 A left on L1" in told(live)
