"""Currents through transformers: on paper, against absolute phasors, and in plans."""

import cmath
import math
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_charging.currents import Load, line_currents
from smart_charging.plan import Method
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.problem import ChargingProblem
from smart_charging.taps import Tap, Transformer, pair_tap, unknown_tap, wye_tap
from smart_charging.verify import verify
from tests.smart_charging.examples import examples
from tests.smart_charging.generated import IT_TAPS, TN_TAPS, problems
from tests.smart_charging.oracle import current_a, faults
from tests.smart_charging.oracle_currents import Draw, worst_a
from tests.smart_charging.problems import (
    L1,
    L2,
    THREE,
    evse,
    feeder,
    first_a,
    plan_of,
    problem,
    reservation,
)
from tests.smart_charging.solved import given_a, round_slot

P12, P23, P31 = pair_tap(1, 2), pair_tap(2, 3), pair_tap(3, 1)
DELTA_WYE = Transformer(is_delta_wye=True)
_VOLTAGE = [cmath.rect(1.0, math.radians(degrees)) for degrees in (0, -120, 120)]


def primary_a(turns: Transformer, *drawn: tuple[Tap, float]) -> list[float]:
    """What the lines of the primary side carry at most."""
    main = feeder("main", 63.0, slots=1, transformer=turns)
    loads = [Load("main", tap, np.array([amps])) for tap, amps in drawn]
    column: list[float] = line_currents([main], loads)["main"][:, 0].tolist()
    return column


@pytest.mark.parametrize("tap", [*TN_TAPS, *IT_TAPS[:4]])
@pytest.mark.parametrize("ratio", [1.0, 25.0])
def test_delta_wye_gives_the_difference_of_two_secondary_currents(tap: Tap, ratio: float) -> None:
    seen = Transformer(ratio, is_delta_wye=True).primary(tap.phasors, is_angle_known=True)
    one, two, three = (p * v for p, v in zip(tap.phasors, _VOLTAGE, strict=True))
    differences = (one - three, two - one, three - two)
    # the primary lines' own voltages lie where a balanced load's currents do
    own = (_VOLTAGE[0] - _VOLTAGE[2], _VOLTAGE[1] - _VOLTAGE[0], _VOLTAGE[2] - _VOLTAGE[1])
    for phasor, current, voltage in zip(seen, differences, own, strict=True):
        assert phasor == pytest.approx(current / ratio / (voltage / sqrt(3)), abs=1e-12)


@pytest.mark.parametrize(
    ("drawn", "expected_a"),
    [
        pytest.param([(L1, 10.0)], [10, 10, 0], id="one line becomes two"),
        pytest.param([(THREE, 10.0)], [10 * sqrt(3)] * 3, id="balanced"),
        pytest.param([(L1, 10.0), (L2, 10.0)], [10, 10 * sqrt(3), 10], id="120 degrees apart"),
        pytest.param([(wye_tap((1, 2)), 10.0)], [10, 10 * sqrt(3), 10], id="two-phase"),
        pytest.param([(P12, 10.0)], [10, 20, 10], id="one pair loads all three, one of them twice"),
        pytest.param([(unknown_tap((1, 2)), 10.0)], [10, 20, 10], id="unknown angles add up"),
        pytest.param([(unknown_tap((1, 2, 3)), 10.0)], [20, 20, 20], id="any of three lines"),
        # L1: 10 A at 30 degrees and 6 A at -90: together 8.7 A, so the first alone is worse.
        # L2 and L3 are 60 degrees apart: sqrt(20² + 6² + 120) and sqrt(10² + 12² + 120)
        pytest.param(
            [(P12, 10.0), (P23, 6.0)], [10, sqrt(556), sqrt(364)], id="an absent load is worse"
        ),
    ],
)
def test_primary_currents_as_on_paper(
    drawn: list[tuple[Tap, float]], expected_a: list[float]
) -> None:
    assert primary_a(DELTA_WYE, *drawn) == pytest.approx(expected_a)
    quarter = Transformer(4.0, is_delta_wye=True)
    assert primary_a(quarter, *drawn) == pytest.approx([amps / 4 for amps in expected_a])


def test_windings_alike_on_both_sides_only_scale() -> None:
    assert primary_a(Transformer(2.5), (P12, 10.0), (L1, 5.0)) == pytest.approx(
        [abs(4 * cmath.rect(1.0, math.pi / 6) + 2), 4, 0]
    )


def test_feeders_below_carry_secondary_currents_and_those_above_primary_ones() -> None:
    tree = (
        feeder("grid", 63.0, slots=1),
        feeder("main", 63.0, "grid", slots=1, transformer=Transformer(2.0, is_delta_wye=True)),
        feeder("leaf", 63.0, "main", slots=1, uncontrolled_a=[0.0, 0.0, 4.0]),
    )
    currents = line_currents(tree, [Load("leaf", L1, np.array([10.0]))])
    assert currents["leaf"][:, 0] == pytest.approx([10, 0, 4])
    # the load of unknown angle on L3 is on primary lines L3 and L1
    assert currents["main"][:, 0] == pytest.approx([5 + 2, 5, 2])
    assert currents["grid"][:, 0] == pytest.approx([5 + 2, 5, 2])


@examples(100)
@given(problems(), st.randoms(use_true_random=False))
def test_currents_of_any_tree_are_those_of_the_worst_subset(
    asked: ChargingProblem, random: Any
) -> None:
    slots = len(asked.slots_s)
    places = [(one.feeder, one.tap) for one in asked.evses]
    places += [(one.feeder, one.tap) for one in asked.reservations]
    drawn = [
        (key, tap, np.array([random.choice((0.0, 6.0, 13.3, 32.0)) for _ in range(slots)]))
        for key, tap in places
    ]
    found = line_currents(asked.feeders, [Load(*one) for one in drawn], asked.policy.risk)
    expected = worst_a(asked, [Draw(*one) for one in drawn])
    for one in asked.feeders:
        np.testing.assert_allclose(found[one.key], expected[one.key], atol=1e-9)


def behind(limit_a: float | list[float], *evses: Any, **more: Any) -> ChargingProblem:
    """A site behind a delta-wye transformer: limits are of the primary side."""
    main = feeder("main", limit_a, slots=1, transformer=DELTA_WYE)
    return problem(main, *evses, slots_s=(3600,), **more)


@pytest.mark.parametrize(
    ("tap", "expected_a"),
    [(L1, 20.0), (THREE, 20.0 / sqrt(3)), (P12, 10.0), (unknown_tap((1, 2, 3)), 10.0)],
)
def test_program_keeps_the_primary_lines(tap: Tap, expected_a: float) -> None:
    [[limit_a]] = given_a(behind(20.0, evse("a", tap)))
    assert expected_a * (1 - 0.0087) <= limit_a <= expected_a + 1e-3


def test_vehicles_120_degrees_apart_do_not_make_room_for_each_other_nor_take_it() -> None:
    # on L1 both together are 10 A, and so is each alone
    asked = behind([10.0, 99.0, 99.0], evse("a", P12), evse("b", P23))
    plan = make_plan(asked)
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    assert first_a(plan) == pytest.approx([10.0, 10.0], abs=0.2)
    assert max(first_a(plan)) <= 10.0


def test_minimum_of_both_fits_where_each_alone_fits() -> None:
    asked = behind([6.1, 99.0, 99.0], evse("a", P12), evse("b", P23))
    assert first_a(make_plan(asked)) == [6.1, 6.1]


def test_silent_charger_makes_no_room_as_it_may_draw_nothing() -> None:
    # with it there would be room for 3 + sqrt(73) = 11.5 A: x² - 6 x + 36 = 100
    silent = reservation("main", P12, 6.0, slots=1)
    asked = behind([10.0, 99.0, 99.0], evse("a", P23), reservations=(silent,))
    plan = make_plan(asked)
    assert plan.method is Method.LINEAR_PROGRAM
    assert first_a(plan) == pytest.approx([10.0], abs=0.2)
    assert current_a(asked, first_a(plan), "main", 0, 0) <= 10.0 + 1e-6


def test_silent_chargers_do_not_make_room_for_others_by_their_sum() -> None:
    # both together are 10 A midway; if only the first draws, it leaves 8 A
    both = (
        reservation("main", P12, 10.0, slots=1),
        reservation("main", P23, 10.0, slots=1, key="other"),
    )
    asked = behind([18.0, 99.0, 99.0], evse("a", P12), reservations=both)
    plan = make_plan(asked)
    assert plan.method is Method.LINEAR_PROGRAM
    assert first_a(plan) == pytest.approx([8.0], abs=0.2)


@examples(40)
@given(problems(without=("stores",), turns=(DELTA_WYE,)))
def test_rounding_and_plan_behind_transformers_keep_every_line(asked: ChargingProblem) -> None:
    for plan in (make_plan(asked), plan_by_heuristic(asked, "late")):
        verify(asked, plan)
        assert list(faults(asked, plan)) == []
    wish = [one.max_a for one in asked.evses]
    for slot in range(len(asked.slots_s)):
        limits_a, _ = round_slot(asked, slot, wish, wish)
        rows = [tuple(limit for _ in asked.slots_s) for limit in limits_a]
        carried = [one for one in faults(asked, plan_of(asked, *rows)) if f"slot {slot}:" in one]
        assert [one for one in carried if "draws" in one] == []


def test_load_of_unknown_angle_counts_alike_behind_any_number_of_transformers() -> None:
    # 5 A on L1 become (5, 5, 0), (5, 10, 5) and (10, 15, 15) A: 22 A of 32 are left on L1
    tree = [feeder("top", [32.0, 99.0, 99.0], slots=1)]
    for key, parent in (("a", "top"), ("b", "a"), ("c", "b")):
        load_a = [5.0, 0.0, 0.0] if key == "c" else 0.0
        tree.append(feeder(key, 99.0, parent, load_a, slots=1, transformer=DELTA_WYE))
    asked = problem(tuple(tree), evse("e", L1, feeder="top"), slots_s=(3600,))
    assert given_a(asked) == [[22.0]]
    assert first_a(make_plan(asked)) == [22.0]
