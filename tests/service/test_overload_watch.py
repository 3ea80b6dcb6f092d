"""What is noted while meters show more than a limit, reading by reading."""

from datetime import timedelta
from typing import Any

import pytest

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.site import AmpereSchedule
from csms.service.live_site import LiveSite
from csms.service.overload_watch import OverloadWatch
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON
from tests.service.sites import connect, draw, evse_of, hold, it_site, plug_in, with_meter

NOT_FOLLOWED = "Vehicles had not yet followed"


def seconds(count: float) -> Any:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=count)


class Seen:
    """A site of 63 A with one charger of 32 A and a metered building, and what is noted of it."""

    def __init__(self, live: LiveSite) -> None:
        self.live = live
        self.watch = OverloadWatch(live)

    def building(self, at_s: float, *amps: float) -> None:
        """Let the building's meter show a current, and look."""
        first, second, third = amps if len(amps) == 3 else amps * 3
        self.live.read_feeder("intake", seconds(at_s), (first, second, third))
        self.watch.look(seconds(at_s))

    def noted(self) -> list[tuple[Any, ...]]:
        """Line, amperes, limit, start in seconds after noon, duration and cause of all events."""
        events = self.live.guard.take()
        assert all(event.kind is GuardEventKind.OVER_LIMIT for event in events)
        return [_facts(event) for event in events]


def _facts(event: GuardEvent) -> tuple[Any, ...]:
    began_s = (event.at - NOON).total_seconds()
    return (event.line, event.amps, event.limit_a, began_s, event.lasted_s, event.cause)


@pytest.fixture
def seen() -> Seen:
    site = with_meter(small_site(place("A", "level-1", 6.0)), flat(60.0))
    live = LiveSite(site)
    connect(live, "A")
    hold(plug_in(live, "A"), 20.0)
    draw(evse_of(live, "A"), 20.0, 20.0, 20.0)
    return Seen(live)


def test_excess_is_noted_when_a_measurement_shows_that_it_has_ended(seen: Seen) -> None:
    seen.building(0, 40.0)
    assert seen.noted() == []
    seen.building(10, 40.0, 46.2, 40.0)
    assert seen.noted() == []
    seen.building(14, 40.0, 48.25, 40.0)
    seen.building(22, 40.0)
    assert seen.noted() == [(2, 68.2, 63.0, 10.0, 12.0, NOT_FOLLOWED)]
    assert seen.live.guard.over_s == {"intake": 12.0}
    seen.building(30, 40.0)
    assert seen.noted() == []


@pytest.mark.parametrize(("amps", "is_over"), [(43.6, False), (43.7, True)])
def test_what_meters_round_away_is_no_excess(seen: Seen, amps: float, is_over: bool) -> None:
    seen.building(0, amps)  # 1 % of 63 A are 0.63 A
    seen.building(5, 40.0)
    assert bool(seen.noted()) is is_over


@pytest.mark.parametrize(("amps", "is_over"), [(20.5, False), (20.6, True)])
def test_half_an_ampere_above_a_small_limit_is_no_excess(amps: float, is_over: bool) -> None:
    live = LiveSite(small_site(place("A", "level-1", 6.0), intake=flat(20.0)))
    connect(live, "A")
    hold(plug_in(live, "A"), 20.0)
    draw(evse_of(live, "A"), amps)
    watch = OverloadWatch(live)
    watch.look(NOON)
    assert bool(live.guard.overloads) is is_over


def test_what_lasts_is_noted_every_minute_with_the_peak_of_each_part(seen: Seen) -> None:
    seen.building(0, 46.0)
    seen.building(30, 55.0)
    seen.watch.look(seconds(59))
    assert seen.noted() == []
    seen.building(60, 47.0)
    assert [event[1:5] for event in seen.noted()] == [(75.0, 63.0, 0.0, 60.0)] * 3
    seen.building(90, 48.0)
    seen.building(100, 40.0)
    assert [event[1:5] for event in seen.noted()] == [(68.0, 63.0, 60.0, 40.0)] * 3
    assert seen.live.guard.over_s == {"intake": 100.0}  # three lines, but the same seconds


def test_what_lasts_when_nobody_looks_any_more_is_noted(seen: Seen) -> None:
    seen.building(0, 46.0, 40.0, 40.0)
    seen.watch.stop(seconds(7))
    assert seen.noted() == [(1, 66.0, 63.0, 0.0, 7.0, NOT_FOLLOWED)]
    assert seen.live.guard.overloads == {}


def test_limit_that_is_about_to_begin_is_not_exceeded_before_it_does(seen: Seen) -> None:
    seen.building(0, 30.0)
    coming = ImposedLimit(
        feeder_id="intake",
        party=LimitParty.GRID_COMPANY,
        amps=(40.0, 40.0, 40.0),
        from_at=seconds(10),
    )
    seen.live.imposed["intake", LimitParty.GRID_COMPANY] = (coming,)
    for at_s in (5, 9):
        seen.watch.look(seconds(at_s))
    assert seen.live.guard.overloads == {}
    seen.watch.look(seconds(10))  # vehicles have had the time to follow, and have not
    assert list(seen.live.guard.overloads) == [("intake", line) for line in (1, 2, 3)]
    seen.building(14, 15.0)
    assert [event[1:5] for event in seen.noted()] == [(50.0, 40.0, 10.0, 4.0)] * 3


def test_present_excess_is_there_to_be_seen(seen: Seen) -> None:
    seen.building(0, 46.0, 40.0, 40.0)
    seen.building(9, 44.0, 40.0, 40.0)
    [overload] = seen.live.guard.overloads.values()
    assert (overload.feeder_id, overload.line, overload.since) == ("intake", 1, NOON)
    assert (overload.amps, overload.limit_a, overload.cause) == (64.0, 63.0, NOT_FOLLOWED)
    seen.live.changed.clear()
    seen.building(10, 40.0)
    assert seen.live.guard.overloads == {}
    assert seen.live.changed.is_set()


def test_uncontrolled_load_that_is_too_much_by_itself_is_the_cause(seen: Seen) -> None:
    seen.building(0, 64.0, 40.0, 40.0)
    seen.building(5, 40.0)
    [event] = seen.noted()
    assert event[5] == "Uncontrolled load alone is above the limit"


def test_building_above_its_worst_case_is_the_cause(seen: Seen) -> None:
    seen.building(0, 61.0, 40.0, 40.0)
    seen.building(2, 45.0, 40.0, 40.0)  # what it was is what has to be told
    seen.building(5, 40.0)
    [event] = seen.noted()
    assert event[5] == (
        "The building draws more than the site file's worst case: 61.0 of 60 A at Intake"
    )


def test_station_that_draws_more_than_it_may_is_the_cause(seen: Seen) -> None:
    seen.building(0, 46.0, 40.0, 40.0)
    evse_of(seen.live, "A").distrust("Draws more than it was allowed")
    seen.building(5, 46.0, 40.0, 40.0)
    seen.building(9, 40.0)
    [event] = seen.noted()
    assert event[5] == "A draws more than allowed"


def test_station_that_draws_from_another_line_is_not_to_blame() -> None:
    narrow = AmpereSchedule((20.0, 63.0, 63.0))
    live = LiveSite(
        small_site(place("A", "level-1", 6.0), place("B", "level-1", 6.0), intake=narrow)
    )
    connect(live, "A", "B")
    for name in ("A", "B"):
        hold(plug_in(live, name), 32.0)
    evse_of(live, "A").distrust("Draws more than it was allowed")
    draw(evse_of(live, "A"), 0.0, 32.0, 0.0)
    draw(evse_of(live, "B"), 22.0, 0.0, 0.0)
    watch = OverloadWatch(live)
    watch.look(NOON)
    [overload] = live.guard.overloads.values()
    assert (overload.line, overload.cause) == (1, NOT_FOLLOWED)
    draw(evse_of(live, "A"), 2.0, 32.0, 0.0)
    watch.look(seconds(1))
    assert live.guard.overloads["intake", 1].cause == "A draws more than allowed"


def test_of_many_stations_to_blame_three_are_named() -> None:
    names = ("A", "B", "C", "D")
    live = LiveSite(small_site(*(place(name, "level-1", 0.0) for name in names)))
    connect(live, *names)
    for name in names:
        evse = evse_of(live, name)
        draw(evse, 16.0)
        evse.distrust("Draws more than it was allowed")
    watch = OverloadWatch(live)
    watch.look(NOON)
    causes = {overload.cause for overload in live.guard.overloads.values()}
    assert causes == {"A, B, C and 1 more draw more than allowed"}
    assert set(live.guard.overloads) == {("level-1", 1), ("intake", 1)}


def test_load_that_is_only_reckoned_with_proves_nothing() -> None:
    site = small_site(place("A", "level-1", 6.0), intake_load=flat(60.0))
    live = LiveSite(site)
    connect(live, "A")
    hold(plug_in(live, "A"), 20.0)
    draw(evse_of(live, "A"), 20.0, 20.0, 20.0)
    OverloadWatch(live).look(NOON)
    assert live.guard.overloads == {}


def test_meter_that_has_fallen_silent_proves_nothing(seen: Seen) -> None:
    seen.building(0, 46.0, 40.0, 40.0)
    seen.watch.look(seconds(181))
    assert [event[3:5] for event in seen.noted()] == [(0.0, 181.0)]


def test_vehicle_is_given_the_time_that_it_has_to_follow(seen: Seen) -> None:
    seen.building(0, 46.0, 40.0, 40.0)
    hold(evse_of(seen.live, "A"), 10.0, seconds(2))
    seen.building(5, 46.0, 40.0, 40.0)  # its meter shows 20 A still, and has not told anything
    assert seen.noted() == []
    seen.building(8, 46.0, 40.0, 40.0)  # 6 s after it was lowered it is taken to obey
    assert seen.noted() == [(1, 66.0, 63.0, 0.0, 8.0, NOT_FOLLOWED)]


def test_lines_of_a_grid_without_neutral_add_up_as_vectors() -> None:
    live = LiveSite(it_site(place("A", "level-1", 0.0), place("B", "level-1", 0.0)))
    connect(live, "A", "B")
    draw(evse_of(live, "A"), 25.0, 25.0, 25.0)
    draw(evse_of(live, "B"), 20.0, 20.0, 0.0)
    OverloadWatch(live).look(NOON)
    # 20 A between L1 and L2 lie 30 degrees off: 43.5 A on both
    assert {key: round(one.amps, 1) for key, one in live.guard.overloads.items()} == {
        ("level-1", 1): 43.5,
        ("level-1", 2): 43.5,
    }
