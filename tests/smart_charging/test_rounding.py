"""From amperes of a linear program to limits that may be sent, slot by slot."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_charging.problem import ChargingProblem
from smart_charging.taps import pair_tap
from tests.smart_charging.examples import examples
from tests.smart_charging.problems import L1, evse, feeder, problem
from tests.smart_charging.sites import LINES, Site, sites
from tests.smart_charging.solved import round_slot

CHARGING: dict[str, Any] = {"held_a": 8.0, "on_s": 60.0}
"""It has charged for a minute: its turn is not over."""


def rounded(
    asked: ChargingProblem, wanted_a: list[float], most_a: list[float] | None = None
) -> list[float]:
    """The first slot; a vehicle can use what it wants where nothing else is said."""
    limits, _ = round_slot(asked, 0, wanted_a, most_a or wanted_a)
    return limits


def site_of(limit_a: float, *evses: Any) -> ChargingProblem:
    return problem(feeder("main", limit_a), *evses)


@pytest.mark.parametrize(
    ("step_a", "wanted_a", "given_a"),
    [
        (0.1, 10.37, 10.3),
        (0.5, 10.37, 10.0),
        (1.0, 10.99, 10.0),
        (0.1, 10.3, 10.3),  # no step is lost to the binary fraction of 0.1
        (0.1, 6.0, 6.0),
        (0.1, 31.99999999, 32.0),
        (0.1, 32.0, 32.0),
    ],
)
def test_wish_is_rounded_down_to_a_whole_step(
    step_a: float, wanted_a: float, given_a: float
) -> None:
    assert rounded(site_of(63.0, evse("a", step_a=step_a)), [wanted_a]) == [given_a]


def test_maximum_may_be_given_even_if_it_is_no_whole_step() -> None:
    assert rounded(site_of(63.0, evse("a", max_a=16.04)), [16.04]) == [16.04]
    assert rounded(site_of(16.03, evse("a", max_a=16.04)), [16.04]) == [16.0]


def test_nobody_gets_more_than_the_maximum_or_than_can_be_used() -> None:
    assert rounded(site_of(63.0, evse("a", max_a=16.0)), [32.0]) == [16.0]
    assert rounded(site_of(63.0, evse("a")), [32.0], [9.0]) == [9.0]


def test_wish_below_the_minimum_is_raised_to_it_where_there_is_room() -> None:
    assert rounded(site_of(63.0, evse("a")), [2.0], [6.0]) == [6.0]
    assert rounded(site_of(63.0, evse("a", step_a=0.8)), [2.0], [6.4]) == [6.4]
    assert rounded(site_of(5.9, evse("a")), [2.0], [6.0]) == [0.0]


def test_whoever_was_given_the_minimum_comes_before_whoever_was_given_less() -> None:
    asked = site_of(13.0, evse("a", weight=9.0), evse("b"))
    assert rounded(asked, [5.0, 8.0]) == [0.0, 8.0]


def test_who_wants_nothing_gets_nothing() -> None:
    assert rounded(site_of(63.0, evse("a"), evse("b")), [0.0, 16.0]) == [0.0, 16.0]


def test_rest_is_handed_out_in_equal_bites() -> None:
    two = [evse("a"), evse("b")]
    assert rounded(site_of(20.0, *two), [0.0, 0.0], [32.0, 32.0]) == [10.0, 10.0]
    # 6 A each are 18 A, and the two amperes that are left go to two of them
    three = [*two, evse("c")]
    assert sorted(rounded(site_of(20.0, *three), [6.0] * 3, [32.0] * 3)) == [6.0, 7.0, 7.0]


def test_each_bite_is_offered_first_to_whoever_has_least() -> None:
    pair = [evse("a"), evse("b")]
    assert rounded(site_of(23.0, *pair), [16.0, 6.0], [32.0, 32.0]) == [16.0, 7.0]
    assert rounded(site_of(32.0, *pair), [16.0, 6.0], [32.0, 32.0]) == [21.0, 11.0]


def test_nobody_takes_of_the_rest_what_cannot_be_used() -> None:
    asked = site_of(32.0, evse("a"), evse("b"))
    assert rounded(asked, [8.0, 8.0], [8.0, 32.0]) == [8.0, 24.0]


def test_floor_comes_first_whatever_was_wanted() -> None:
    asked = site_of(20.0, evse("a", L1), evse("b", L1, floor_a=8.0))
    assert rounded(asked, [16.0, 0.0]) == [12.0, 8.0]
    overloaded = problem(feeder("main", 20.0, uncontrolled_a=25.0), evse("a", floor_a=8.0))
    assert rounded(overloaded, [16.0]) == [8.0]


def test_feeders_above_end_what_is_given() -> None:
    feeders = (feeder("main", 15.0), feeder("left", 32.0, parent="main"))
    asked = problem(feeders, evse("a", feeder="left"))
    assert rounded(asked, [20.0]) == [15.0]


def test_pairs_get_what_their_vector_sum_allows() -> None:
    # 18.4 A * sqrt 3 = 31.87 A; one step more, |18.5 + 18.4 at 60 degrees| = 31.96 A
    asked = site_of(31.9, evse("a", pair_tap(1, 2)), evse("b", pair_tap(3, 1)))
    assert rounded(asked, [18.4, 18.4], [32.0, 18.4]) == [18.4, 18.4]


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        pytest.param({}, {}, 0, id="order"),
        pytest.param({}, CHARGING, 1, id="whoever charges goes on"),
        pytest.param({}, {"held_a": 8.0, "on_s": 1800.0}, 0, id="until the turn is over"),
        pytest.param({}, {"held_a": 5.0, "on_s": 60.0}, 0, id="5 A is not charging"),
        pytest.param(CHARGING, {"off_s": 899.0}, 0, id="has not waited long enough"),
        pytest.param(CHARGING, {"off_s": 901.0}, 1, id="has waited half a turn"),
        pytest.param({"off_s": 3600.0}, {"off_s": 7200.0}, 0, id="two turns at most"),
        pytest.param({}, {"weight": 2.0}, 1, id="weight"),
        pytest.param({"weight": 2.0}, {"off_s": 1801.0}, 1, id="waiting beats double weight"),
        pytest.param({"weight": 3.0}, {"off_s": 1801.0}, 0, id="but not threefold weight"),
    ],
)
def test_where_one_fits_the_greater_claim_has_it(
    first: dict[str, Any], second: dict[str, Any], winner: int
) -> None:
    asked = site_of(11.0, evse("a", **first), evse("b", **second))
    given_a = rounded(asked, [6.0, 6.0])
    assert given_a[winner] == 6.0
    assert given_a[1 - winner] == 0.0


def test_idle_vehicle_gets_its_minimum_last_of_all() -> None:
    idle = evse("a", is_idle=True)
    assert rounded(site_of(22.0, idle, evse("b")), [0.0, 16.0]) == [6.0, 16.0]
    assert rounded(site_of(21.9, idle, evse("b")), [0.0, 16.0]) == [0.0, 16.0]


def test_idle_vehicle_that_has_a_limit_keeps_it_before_another_gets_one() -> None:
    asked = site_of(11.0, evse("a", is_idle=True), evse("b", is_idle=True, held_a=6.0))
    assert rounded(asked, [0.0, 0.0]) == [0.0, 6.0]


def test_occupancy_tells_what_is_left_afterwards() -> None:
    asked = site_of(32.0, evse("a"), evse("b", L1), evse("c", L1), evse("d", pair_tap(2, 3)))
    _, occupancy = round_slot(asked, 0, [10.0, 8.0, 0.0, 0.0], [10.0, 8.0, 0.0, 0.0])
    room_a = occupancy.room_a(np.array([2, 3]))
    assert room_a == pytest.approx([14.0, -5 * math.sqrt(3) + math.sqrt(999)])


@examples(100)
@given(
    sites(cars_at_least=1, may_pause=False),
    st.sampled_from([0.1, 0.5, 1.0]),
    st.sampled_from([0.0, 0.03, 2.0]),
)
def test_of_what_fits_less_than_a_step_is_lost(site: Site, step_a: float, spare_a: float) -> None:
    asked = site.problem(site.all_planned_a() + spare_a, step_a)
    for slot in site.slots:
        wanted_a = [car.amps[slot] for car in site.cars]
        given_a, _ = round_slot(asked, slot, wanted_a, wanted_a)
        for wanted, limit in zip(wanted_a, given_a, strict=True):
            assert wanted - step_a < limit <= wanted + 1e-6


@examples(100)
@given(
    sites(cars_at_least=1),
    st.sampled_from([0.1, 0.5, 1.0]),
    st.sampled_from([5.0, 14.95, 30.0, 64.0]),
)
def test_nothing_is_exceeded_and_no_step_is_left_that_somebody_could_take(
    site: Site, step_a: float, most_a: float
) -> None:
    limit_a = np.full((len(site.parents), 3, len(site.slots)), most_a)
    asked = site.problem(limit_a, step_a)
    for slot in site.slots:
        wanted_a = [car.amps[slot] for car in site.cars]
        given_a, _ = round_slot(asked, slot, wanted_a, [32.0] * len(site.cars))
        assert overload_a(site, slot, given_a, most_a) <= 2e-6
        for i, limit in enumerate(given_a):
            assert limit == 0.0 or 6.0 <= limit <= 32.0
            assert abs(limit / step_a - round(limit / step_a)) < 1e-6
            more = [*given_a]
            more[i] = limit + step_a if limit else 6.0
            assert more[i] > 32.0 or overload_a(site, slot, more, most_a) > 1e-9


def overload_a(site: Site, slot: int, given_a: list[float], most_a: float) -> float:
    """By how much the worst line is over what is allowed there."""
    return max(
        site.current_a(feeder, line, slot, given_a)
        - max(most_a, site.unavoidable_a(feeder, line, slot))
        for feeder in range(len(site.parents))
        for line in LINES
    )
