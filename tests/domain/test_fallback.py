from datetime import time

from csms.domain.fallback import Excess, feeders_below, overcommitted_fallbacks
from csms.domain.site import AmpereSchedule, GuestPlace, Window
from tests.domain.sites import flat, place, small_site


def excess(
    feeder: str, line: int, fallback_a: float, uncontrolled_a: float, limit_a: float
) -> Excess:
    return Excess(
        feeder_id=feeder,
        line=line,
        fallback_a=fallback_a,
        uncontrolled_a=uncontrolled_a,
        limit_a=limit_a,
    )


def test_uncontrolled_load_alone_may_be_more_than_a_feeder_carries() -> None:
    site = small_site(
        place("G-01", "level-1", 0.0),
        intake=AmpereSchedule((63.0, 63.0, 0.0)),
        intake_load=AmpereSchedule((63.0, 160.0, 16.0)),
    )
    assert overcommitted_fallbacks(site) == [
        excess("intake", 2, 0.0, 160.0, 63.0),
        excess("intake", 3, 0.0, 16.0, 0.0),
    ]


def test_feeder_that_is_shut_off_may_feed_nothing() -> None:
    assert (
        overcommitted_fallbacks(small_site(place("G-01", "level-1", 0.0), intake=flat(0.0))) == []
    )


def test_fallbacks_may_fill_a_feeder_to_its_limit() -> None:
    places = [place(f"G-0{i}", "level-1", 8.0) for i in range(5)]
    assert overcommitted_fallbacks(small_site(*places)) == []


def test_fallbacks_above_a_feeders_limit_are_told_line_by_line() -> None:
    places = [place(f"G-0{i}", "level-1", 8.2) for i in range(5)]
    assert overcommitted_fallbacks(small_site(*places)) == [
        excess("level-1", 1, 41.0, 0.0, 40.0),
        excess("level-1", 2, 41.0, 0.0, 40.0),
        excess("level-1", 3, 41.0, 0.0, 40.0),
    ]


def test_fallbacks_of_all_levels_must_fit_under_the_intake() -> None:
    one = [place(f"G-1{i}", "level-1", 8.0) for i in range(4)]
    two = [place(f"G-2{i}", "level-2", 8.0) for i in range(4)]
    assert overcommitted_fallbacks(small_site(*one, *two)) == [
        excess("intake", 1, 64.0, 0.0, 63.0),
        excess("intake", 2, 64.0, 0.0, 63.0),
        excess("intake", 3, 64.0, 0.0, 63.0),
    ]


def test_single_phase_chargers_load_only_the_lines_that_they_hang_on() -> None:
    places = [place(f"G-0{i}", "level-1", 16.0, lines=(2, 3)) for i in range(3)]
    assert overcommitted_fallbacks(small_site(*places)) == [
        excess("level-1", 2, 48.0, 0.0, 40.0),
        excess("level-1", 3, 48.0, 0.0, 40.0),
    ]


def test_planned_charger_draws_nothing() -> None:
    places = [place(f"G-0{i}", "level-1", 8.0) for i in range(5)]
    planned = place("G-09", "level-1", 8.0, is_installed=False)
    assert overcommitted_fallbacks(small_site(*places, planned)) == []


def test_uncontrolled_load_below_a_feeder_takes_its_room() -> None:
    site = small_site(place("G-01", "level-2", 16.0), intake_load=flat(40.0), level_load=(0, 0, 8))
    assert overcommitted_fallbacks(site) == [excess("intake", 3, 16.0, 48.0, 63.0)]


def test_low_limit_at_one_hour_of_the_week_is_found_there() -> None:
    sunday_night = Window(
        weekdays=frozenset({6}), from_time=time(23), to_time=time(1), amps=(20.0, 63.0, 63.0)
    )
    site = small_site(
        place("G-01", "level-1", 16.0),
        place("G-02", "level-2", 8.0),
        intake=AmpereSchedule((63.0, 63.0, 63.0), (sunday_night,)),
    )
    assert overcommitted_fallbacks(site) == [excess("intake", 1, 24.0, 0.0, 20.0)]


def test_the_worst_hour_of_several_is_told() -> None:
    evening = Window(
        weekdays=frozenset(range(7)), from_time=time(16), to_time=time(20), amps=(50.0, 0.0, 0.0)
    )
    peak = Window(
        weekdays=frozenset(range(7)), from_time=time(17), to_time=time(18), amps=(60.0, 0.0, 0.0)
    )
    site = small_site(
        place("G-01", "level-1", 16.0), intake_load=AmpereSchedule((0, 0, 0), (evening, peak))
    )
    assert overcommitted_fallbacks(site) == [excess("intake", 1, 16.0, 60.0, 63.0)]


def test_high_load_and_low_limit_at_different_hours_do_not_add_up() -> None:
    day, night = (
        Window(weekdays=frozenset(range(7)), from_time=time(a), to_time=time(b), amps=(c, c, c))
        for a, b, c in ((8, 16, 50.0), (16, 8, 30.0))
    )
    site = small_site(
        place("G-01", "level-1", 13.0),
        intake=AmpereSchedule((63.0, 63.0, 63.0), (night,)),
        intake_load=AmpereSchedule((10.0, 10.0, 10.0), (day,)),
    )
    assert overcommitted_fallbacks(site) == []


def test_fallbacks_of_all_guests_that_may_come_are_counted() -> None:
    guests = GuestPlace(
        feeder_id="level-2", lines=(1, 2, 3), max_a=16.0, fallback_a=6.0, max_stations=4
    )
    places = [place("G-01", "level-2", 16.0)]
    assert overcommitted_fallbacks(small_site(*places, guests=guests)) == []
    places.append(place("G-02", "level-2", 8.0, lines=(1,)))
    assert overcommitted_fallbacks(small_site(*places, guests=guests)) == [
        excess("level-2", 1, 48.0, 0.0, 40.0)
    ]


def test_feeder_feeds_itself_and_all_below_it() -> None:
    site = small_site()
    assert feeders_below(site, "intake") == frozenset({"intake", "level-1", "level-2"})
    assert feeders_below(site, "level-2") == frozenset({"level-2"})
