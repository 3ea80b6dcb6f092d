"""Room that comes back gradually after many stations have come back, and where each begins."""

import asyncio
from pathlib import Path

import pytest

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.limits import Standing
from csms.domain.ramp import RampCause
from csms.service.grid_guard import allowed_charging, keep_books
from csms.service.live_site import LiveSite
from csms.service.ramping import begin_ramps, look_after_ramps
from tests.domain.sites import flat, place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON, after, with_control
from tests.service.sites import connect, evse_of, hold, plug_in, with_meter
from tests.service.test_charging_control import running, yard

LEVEL = "level-1"


def came_back(live: LiveSite, minutes: float, *names: str) -> None:
    """Stations lose their power, and come back after so many minutes."""
    for name in names:
        live.station_disconnected(name)
    for name in names:
        live.station_connected(name, "2.0.1", after(minutes))


def usable_a(live: LiveSite, minutes: float) -> float:
    return float(keep_books(live, after(minutes)).usable_a[LEVEL][0, 0])


def site_of(*names: str, fallback_a: float = 6.0) -> LiveSite:
    live = LiveSite(small_site(*(place(name, LEVEL, fallback_a) for name in names)))
    connect(live, *names)
    return live


def test_a_mass_return_begins_a_ramp_from_what_is_allowed_then() -> None:
    live = site_of("A", "B", "C", "D")
    hold(plug_in(live, "D"), 10.0)
    came_back(live, 1, "A", "B", "C")
    look_after_ramps(live, after(1))
    assert live.ramps[LEVEL].cause is RampCause.RETURN
    assert live.ramps[LEVEL].from_a == (28.0, 28.0, 28.0)  # three fallbacks, and D
    assert [usable_a(live, minutes) for minutes in (1, 2, 3)] == [28.0, 36.0, 40.0]


def test_a_mass_return_is_noted_with_its_cause() -> None:
    live = site_of("A", "B", "C", "D")
    came_back(live, 1, "A", "B", "C")
    look_after_ramps(live, after(1))
    events = {event.feeder_id: event for event in live.guard.take()}
    assert set(events) == {"intake", LEVEL}
    event = events[LEVEL]
    assert (event.kind, event.at) == (GuardEventKind.RETURN, after(1))
    assert event.cause == ("3 of 4 chargers below Level 1 have come back within 10 minutes")


def test_two_stations_that_come_back_are_no_mass_return() -> None:
    live = site_of("A", "B", "C", "D")
    came_back(live, 1, "A", "B")
    look_after_ramps(live, after(1))
    assert live.ramps == {}
    assert live.guard.take() == []


def test_who_is_about_to_be_set_up_makes_no_room_for_a_leap() -> None:
    """They count at their ratings until then, and at their fallbacks afterwards."""
    live = site_of("A", "B", "C")
    came_back(live, 1, "A", "B", "C")
    for name in "ABC":
        live.profiles_in_doubt(name)
    look_after_ramps(live, after(1))
    assert live.ramps[LEVEL].from_a == (18.0, 18.0, 18.0)
    assert live.ramps[LEVEL].held_a == (96.0, 96.0, 96.0)
    assert usable_a(live, 1) == 40.0  # nobody is lowered for it
    for name in "ABC":
        evse = evse_of(live, name)
        evse.allowance = evse.allowance.restanding(Standing.HELD)
    look_after_ramps(live, after(1.5))
    assert usable_a(live, 1.5) == 22.0


def test_a_ramp_is_over_when_it_has_reached_the_limit() -> None:
    live = site_of("A")
    begin_ramps(live, (LEVEL,), RampCause.START, NOON)
    look_after_ramps(live, after(4))
    assert LEVEL in live.ramps
    look_after_ramps(live, after(4.5))  # 6 A, and 8 A more each minute
    assert live.ramps == {}


def test_what_may_be_charged_is_told_without_the_building() -> None:
    live = LiveSite(
        small_site(place("A", LEVEL, 6.0, (1,)), place("B", "level-2", 6.0), level_load=(9.0,) * 3)
    )
    connect(live, "A", "B")
    assert allowed_charging(live, NOON) == {
        "intake": (12.0, 6.0, 6.0),
        LEVEL: (6.0, 0.0, 0.0),
        "level-2": (6.0, 6.0, 6.0),
    }


@pytest.mark.parametrize(("at_most_s", "latest_s"), [(60, 60), (0, 0)])
def test_each_evse_that_has_come_back_waits_another_time(at_most_s: int, latest_s: int) -> None:
    names = [f"C-{number}" for number in range(1, 21)]
    site = small_site(*(place(name, LEVEL, 0.0) for name in names))
    live = LiveSite(with_control(site, return_delay_s=at_most_s))
    connect(live, *names)
    came_back(live, 1, *names)
    look_after_ramps(live, after(1))
    assert all(evse.is_held_back(after(60)) for evse in live.evses.values())
    waits_s = [evse.hold_back(after(60)) for evse in live.evses.values()]
    assert 0 <= min(waits_s) <= max(waits_s) <= latest_s
    assert len(set(waits_s)) > 10 or latest_s == 0
    assert not any(evse.is_held_back(after(61)) for evse in live.evses.values())


@in_virtual_time
async def test_vehicles_begin_one_after_the_other_after_a_mass_return(database_file: Path) -> None:
    names = ("C-1", "C-2", "C-3")
    async with running(database_file, yard(3), names) as run:
        await asyncio.sleep(30)
        live = run.live
        for name in names:
            live.station_disconnected(name)
        await asyncio.sleep(20 * 60)  # their limits have lapsed
        back_at = run.office.clock.now()
        for name in names:
            live.station_connected(name, "2.0.1", back_at)
            live.stations[name].is_ready = True
            live.stations[name].set_up_at = None
        live.mark()
        began_s: dict[str, float] = {}
        drawn: dict[str, float] = {}
        for second in range(1, 6 * 60):
            await asyncio.sleep(1)
            now = run.office.clock.now()
            drawn = {name: evse_of(live, name).allowance.now_a(now) for name in names}
            assert sum(drawn.values()) <= 8.0 * second / 60 + 0.5
            for name, amps in drawn.items():
                if amps > 0:
                    began_s.setdefault(name, second)
        assert sorted(began_s) == ["C-1", "C-2", "C-3"]
        assert len(set(began_s.values())) == 3
        assert sum(drawn.values()) == 40.0


def test_what_was_cut_comes_back_gradually_from_when_there_is_room_again() -> None:
    live = LiveSite(with_meter(small_site(place("A", LEVEL, 6.0)), flat(60.0), step_a=0.0))
    connect(live, "A")
    hold(plug_in(live, "A"), 10.0)
    live.guard.cut = GuardEvent(
        kind=GuardEventKind.CUT, at=NOON, cause="the building", feeder_id="intake", line=1
    )
    live.read_feeder("intake", NOON, (53.0, 53.0, 53.0))
    risen_a, slack = [], []
    for minute in range(11):
        look_after_ramps(live, after(minute))
        risen_a.append(round(live.ramps["intake"].at(after(minute))[0], 1))
        slack.append(live.ramps["intake"].is_slack)
        live.read_feeder("intake", after(minute + 0.5), (13.0, 13.0, 13.0))
    assert live.ramps["intake"].cause is RampCause.CUT
    # What was measured counts for five minutes; then 12.6 A come back in a minute, up to 50 A.
    assert risen_a == [10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 22.6, 35.2, 47.8, 50.0]
    assert slack == [True] * 6 + [False] * 4 + [True]
