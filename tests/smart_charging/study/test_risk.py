"""Who is likeliest to be cut short comes first: chances that are written out by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from smart_charging.arrays import Array
from smart_charging.study import policies
from smart_charging.study.drawing import Population
from smart_charging.study.engine import Instant
from smart_charging.study.expectation import Expected, Standing
from smart_charging.study.risk import (
    CURVE_STEPS,
    FULL_LEVELS,
    STEPS_PER_DAY,
    WAIT,
    Chances,
    Foretelling,
    weigh_risks,
)
from tests.smart_charging.study.rig import L1, QUARTER_WH, THREE, grid, live, population

STEPS = np.arange(CURVE_STEPS + 1)


class Told:
    """Says of each stay what it was given: hazards per step, and the one energy that it takes."""

    def __init__(self, *stays: tuple[Array, float]) -> None:
        self._stays = stays

    def expect(self, standing: Sequence[Standing]) -> Expected:
        raise NotImplementedError

    def chances(self, stays: Sequence[tuple[int, int]]) -> Chances:
        told = [self._stays[user] for user, _ in stays]
        return Chances(
            leaving=np.array([leaving for leaving, _ in told]),
            full_wh=np.array([np.full(len(FULL_LEVELS), wh) for _, wh in told]),
        )


def leaves_at(step: int) -> Array:
    """Surely in that step, and not before."""
    return np.where(step < STEPS, 50.0, 0.0)


def leaves_by(rate: float) -> Array:
    """At the same rate in each step."""
    return np.asarray(rate * STEPS, dtype=np.float64)


def instant(people: Population, *, waited: float = 0.0, got_wh: float = 0.0) -> Instant:
    stay = np.arange(len(people.user))[None, :]
    ones = np.ones(stay.shape)
    return Instant(
        step=0,
        seed=np.array([0]),
        users=np.array([stay.size]),
        stay=stay,
        wanted_a=10.0 * ones,
        left_wh=ones,
        got_wh=got_wh * ones,
        left=ones,
        waited=waited * ones,
        max_a=10.0 * ones,
        w_per_a=230.0 * ones,
        way=np.zeros(stay.shape, dtype=int),
        room_a=np.full((1, 3), 10.0),
    )


def of_one(told: Told, **when: float) -> float:
    people = population((0, 9, QUARTER_WH, 10, L1), steps=9)
    assert isinstance(told, Foretelling)
    return float(weigh_risks(told, [people]).of(instant(people, **when))[0, 0])


def test_the_risk_is_to_leave_within_what_is_needed_and_an_hour() -> None:
    """At 0.01 a step, two steps needed and four waited: 1 - exp(-0.06)."""
    risk = of_one(Told((leaves_by(0.01), 2 * QUARTER_WH)))
    assert pytest.approx(4.0) == WAIT
    assert risk == pytest.approx(0.0582355)


def test_what_it_has_got_is_needed_no_more() -> None:
    """Of 8 steps it has 6: as if it had come for two."""
    told = Told((leaves_by(0.01), 8 * QUARTER_WH))
    assert of_one(told, got_wh=6 * QUARTER_WH) == pytest.approx(0.0582355)


def test_that_it_is_still_there_counts() -> None:
    """Sure to leave at step 20; nothing before. Two steps needed and four waited reach it at 15."""
    told = Told((leaves_at(20), 2 * QUARTER_WH))
    assert of_one(told, waited=13) == 0.0
    assert of_one(told, waited=15) == pytest.approx(1.0)


def test_a_vehicle_that_takes_more_than_was_thought_still_wants_a_little() -> None:
    """250 Wh at 2.3 kW are 0.43 steps."""
    told = Told((leaves_by(0.01), QUARTER_WH))
    assert of_one(told, got_wh=9 * QUARTER_WH) == pytest.approx(1 - np.exp(-0.0443478))


def test_after_four_days_the_last_day_goes_on() -> None:
    rising = np.where(STEPS > 3 * STEPS_PER_DAY + 40, 50.0, 0.0)
    told = Told((rising, 2 * QUARTER_WH))
    assert of_one(told, waited=3 * STEPS_PER_DAY + 38) == pytest.approx(1.0)
    assert of_one(told, waited=9 * STEPS_PER_DAY + 38) == pytest.approx(1.0)
    assert of_one(told, waited=9 * STEPS_PER_DAY + 10) == 0.0


def test_who_leaves_first_is_served_first_where_room_is_short() -> None:
    """10 A for two vehicles of 10 A, a step each. The second leaves after one, the first after two.

    Who came first comes first would lose the second's.
    """
    people = population(
        (0, 2, QUARTER_WH, 10, L1),
        (0, 1, QUARTER_WH, 10, L1),
        steps=2,
    )
    told = Told((leaves_at(30), QUARTER_WH), (leaves_at(1), QUARTER_WH))
    risks = weigh_risks(told, [people])
    feeder = grid(10.0, 2)
    assert live(feeder, people, policies.by_risk(feeder, risks)).share == pytest.approx(1.0)
    swapped = Told((leaves_at(1), QUARTER_WH), (leaves_at(30), QUARTER_WH))
    wrong = policies.by_risk(feeder, weigh_risks(swapped, [people]))
    assert live(feeder, people, wrong).share == pytest.approx(0.5)


def test_where_there_is_room_all_get_what_they_want() -> None:
    people = population((0, 9, QUARTER_WH, 10, L1), (0, 9, QUARTER_WH, 10, L1), steps=9)
    told = Told((leaves_by(0.1), QUARTER_WH), (leaves_by(0.2), QUARTER_WH))
    dealing = policies.by_risk(grid(20.0, 9), weigh_risks(told, [people]))
    there = instant(people)
    wide = replace(there, room_a=np.full((1, 3), 20.0))
    assert dealing(wide).tolist() == [[10.0, 10.0]]


def test_an_ampere_on_three_lines_comes_first_where_one_of_them_is_full() -> None:
    """10 A on each line. On L1 three want 10 A, so it is short; on three lines one wants 10 A.

    Its risk is half of theirs, but what it gets brings three times as much.
    """
    people = population(
        (0, 9, QUARTER_WH, 10, L1),
        (0, 9, QUARTER_WH, 10, L1),
        (0, 9, 3 * QUARTER_WH, 10, THREE),
        steps=9,
    )
    told = Told(
        (leaves_by(0.02), QUARTER_WH), (leaves_by(0.02), QUARTER_WH), (leaves_by(0.01), QUARTER_WH)
    )
    dealing = policies.by_risk(grid(10.0, 9), weigh_risks(told, [people]))
    there = replace(instant(people), way=np.array([[L1, L1, THREE]]))
    assert dealing(there).tolist() == [[0.0, 0.0, 10.0]]
    crowded = replace(there, way=np.array([[L1, L1, L1]]))
    assert dealing(crowded).tolist() == [[10.0, 0.0, 0.0]]
