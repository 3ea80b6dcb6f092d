"""Plans of few vehicles from the last one: the same as without it, only found faster."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given

from smart_charging.arrays import ComplexArray
from smart_charging.case import lay_out_case
from smart_charging.lines import unlikely_rows
from smart_charging.model import write
from smart_charging.plan import Method
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem
from smart_charging.resuming import bound_before
from smart_charging.taps import pair_tap
from smart_charging.verify import verify
from tests.smart_charging.examples import examples
from tests.smart_charging.generated import problems
from tests.smart_charging.problems import L1, evse, feeder, problem

HOUR_S = 3600


def full(limit_a: float = 20.0, slots: int = 3) -> ChargingProblem:
    """Two vehicles on L1 that want 40 A h in three hours, of which they get 20 in each."""
    cars = [evse(key, L1, wh=40 * 230.0) for key in "ab"]
    main = feeder("main", limit_a, slots=slots)
    return problem(main, *cars, slots_s=(HOUR_S,) * slots)


def bound(asked: ChargingProblem, later: ChargingProblem) -> ComplexArray | None:
    return bound_before(lay_out_case(later), make_plan(asked))


def test_currents_are_known_where_lines_bound() -> None:
    towards = bound(full(), full())
    assert towards is not None
    assert towards[0, 1] == pytest.approx(np.array([20.0, 20.0, 20.0]))  # L1, in the same slot
    assert not towards[1:].any()


def test_slots_are_found_again_later() -> None:
    # the line binds in the first two of four hours; an hour later it did in the first, and before
    asked = replace(
        full(slots=4), evses=(evse("a", L1, wh=30 * 230.0), evse("b", L1, wh=18 * 230.0))
    )
    later = replace(asked, starts_at=asked.starts_at + timedelta(hours=1))
    towards = bound(asked, later)
    assert towards is not None
    assert (np.abs(towards[0]) > 0).tolist() == [
        [True, True, False, False],
        [True, False, False, False],
        [False, False, False, False],
    ]


def test_nothing_is_known_where_no_line_bound() -> None:
    assert bound(full(99.0), full()) is None


def test_nothing_is_known_of_another_tree() -> None:
    two = (feeder("main", 20.0, slots=3), feeder("sub", 20.0, "main", slots=3))
    assert bound(full(), replace(full(), feeders=two)) is None


def test_program_begins_with_the_chords_beside_those_that_bound() -> None:
    # vehicles between L1 and L2 and between L3 and L1: 60 degrees on L1 are eight chords
    cars = [evse(key, pair_tap(*ends)) for key, ends in (("a", (1, 2)), ("b", (3, 1)))]
    asked = problem(feeder("main", 40.0, slots=1), *cars, slots_s=(HOUR_S,))
    case = lay_out_case(asked)
    draft = write(asked, case.network, case.units, case.weights)
    towards = np.zeros((3, 3, 1), dtype=complex)
    towards[0, 1, 0] = 40.0  # in the middle
    is_unlikely = unlikely_rows(draft, towards)
    on_first = draft.lines[0].constraints[draft.lines[0].rows == 0, 0]
    assert is_unlikely[on_first].tolist() == [True, True, False, False, False, False, True, True]


@examples(60)
@given(problems())
def test_plan_from_the_last_is_as_good_and_passes_the_verifier(asked: ChargingProblem) -> None:
    cold = make_plan(asked, 60.0)
    warm = make_plan(asked, 60.0, cold)
    verify(asked, warm)
    assert warm.method is Method.LINEAR_PROGRAM
    assert warm.objective is not None
    assert cold.objective is not None
    assert warm.objective.bound == pytest.approx(cold.objective.bound, rel=1e-6, abs=1e-3)
