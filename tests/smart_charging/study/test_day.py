"""The same day under other policies, worked out by hand."""

from typing import Any

import pytest

from smart_charging.study.day import Day, Visit, equal_share, perfect_foresight, uncontrolled
from tests.smart_charging.problems import L1, NOON, QUARTER_S, THREE, after, feeder

SLOTS = 8
HOURS = SLOTS * QUARTER_S / 3600


def visit(key: str, wh: float, **more: Any) -> Visit:
    """A vehicle at a three-phase outlet of 16 A that stays for the whole two hours."""
    fields: dict[str, Any] = {
        "feeder": "main",
        "tap": THREE,
        "w_per_a": 690.0,
        "max_a": 16.0,
        "min_a": 6.0,
        "arrives_at": NOON,
        "departs_at": after(HOURS),
    }
    return Visit(key=key, energy_wh=wh, **{**fields, **more})


def day(limit_a: float, *visits: Visit, uncontrolled_a: float = 0.0) -> Day:
    return Day(
        starts_at=NOON,
        slots_s=(QUARTER_S,) * SLOTS,
        feeders=(feeder("main", limit_a, uncontrolled_a=uncontrolled_a, slots=SLOTS),),
        visits=visits,
    )


def test_where_there_is_room_all_policies_deliver_everything() -> None:
    easy = day(40.0, visit("a", 5000.0), visit("b", 8000.0))
    for policy in (uncontrolled, equal_share, perfect_foresight):
        result = policy(easy)
        assert result.wanted_wh == 13_000.0
        assert result.delivered_wh == pytest.approx(13_000.0, abs=1.0)
        assert (result.over_ah, result.well_served) == (0.0, 1.0)


def test_who_is_not_steered_goes_over_the_limit() -> None:
    result = uncontrolled(day(20.0, visit("a", 5520.0), visit("b", 5520.0)))
    assert result.delivered_wh == pytest.approx(11_040.0)  # half an hour of 2 * 16 A * 690 W/A
    assert result.peak_share == pytest.approx(1.6)
    assert result.over_ah == pytest.approx(3 * 12.0 * 0.5)  # three lines, 12 A, half an hour


def test_building_takes_its_part_of_the_limit() -> None:
    result = uncontrolled(day(20.0, visit("a", 100_000.0, tap=L1), uncontrolled_a=10.0))
    assert result.peak_share == pytest.approx(1.3)
    assert result.over_ah == pytest.approx(6.0 * HOURS)


def test_equal_shares_keep_the_limit_and_serve_alike() -> None:
    result = equal_share(day(20.0, visit("a", 100_000.0), visit("b", 100_000.0)))
    assert result.delivered_wh == pytest.approx(20.0 * 690.0 * HOURS, rel=0.01)
    assert result.peak_share <= 1.0 + 1e-9
    assert result.over_ah == 0.0
    assert result.well_served == 0.0


def test_where_not_all_fit_equal_shares_are_turns() -> None:
    hurried = visit("b", 690.0 * 2.5, departs_at=after(1.0))
    result = equal_share(day(8.0, visit("a", 690.0 * 16.0), hurried))
    assert result.delivered_wh == pytest.approx(690.0 * 16.0)
    assert result.well_served == 1.0  # the one that has waited gets its quarter of an hour


def test_foresight_serves_first_who_leaves_first() -> None:
    one_hour = after(1.0)
    hurried = visit("a", 11_040.0, departs_at=one_hour)  # 16 A for its whole hour
    patient = visit("b", 11_040.0)
    tight = day(16.0, hurried, patient)
    best, fair = perfect_foresight(tight), equal_share(tight)
    assert best.delivered_wh == pytest.approx(22_080.0, rel=1e-4)
    assert best.well_served == 1.0
    assert best.peak_share <= 1.0 + 1e-6
    # Equal shares give both 8 A for an hour; then the second can make up for it, the first cannot.
    assert fair.delivered_wh == pytest.approx(690.0 * (8.0 + 16.0), rel=0.02)


def test_vehicle_gets_nothing_before_it_comes_or_after_it_has_left() -> None:
    half = visit("a", 100_000.0, arrives_at=after(0.5), departs_at=after(1.125))
    most_wh = 16.0 * 690.0 * 0.625
    for policy in (uncontrolled, equal_share, perfect_foresight):
        assert policy(day(40.0, half)).delivered_wh == pytest.approx(most_wh, rel=1e-3)


def test_day_without_vehicles_is_a_day() -> None:
    for policy in (uncontrolled, equal_share, perfect_foresight):
        result = policy(day(20.0, uncontrolled_a=10.0))
        assert (result.wanted_wh, result.delivered_wh, result.over_ah) == (0.0, 0.0, 0.0)
        assert (result.peak_share, result.well_served) == (0.5, 1.0)
