"""The optimum where nobody waits for anybody: by hand, and beside the linear program's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given

from smart_charging.alone import each_alone
from smart_charging.case import lay_out_case
from smart_charging.linear_program import maximise
from smart_charging.model import relax, write
from smart_charging.policy import Aim, Fairness, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import PowerModule
from smart_charging.taps import Transformer
from smart_charging.vehicle import Discharge, Outcome, Taper
from tests.smart_charging.examples import examples
from tests.smart_charging.generated import problems
from tests.smart_charging.problems import L1, L2, NOON, after, evse, feeder, problem, store

AH = 230.0


def alone_a(asked: ChargingProblem) -> list[list[float]] | None:
    """What each vehicle takes if that is all that counts: [evse, slot]."""
    case = lay_out_case(asked)
    amps = each_alone(asked, case.network, case.units, case.weights)
    return None if amps is None else amps.round(9).tolist()


def without_floors(asked: ChargingProblem) -> ChargingProblem:
    """The same without what always needs the program."""
    evses = tuple(replace(one, floor_a=0.0, module=None) for one in asked.evses)
    policy = Policy(fairness=Fairness.PROPORTIONAL)
    return replace(asked, evses=evses, modules=(), tariff=None, policy=policy)


def site(limit_a: float, *ah: float, **more: Any) -> ChargingProblem:
    """Vehicles of 16 A on L1 that want so much in three hours."""
    cars = [evse(f"{i}", L1, wh=one * AH, max_a=16.0, **more) for i, one in enumerate(ah)]
    return problem(feeder("main", limit_a, slots=3), *cars, slots_s=(3600,) * 3)


def test_whoever_is_alone_takes_all_from_the_first_slot_on() -> None:
    assert alone_a(site(32.0, 40.0, 5.0)) == [[16.0, 16.0, 8.0], [5.0, 0.0, 0.0]]


def test_a_line_that_does_not_carry_them_all_leaves_it_to_the_program() -> None:
    assert alone_a(site(21.0, 40.0, 5.0)) is not None
    assert alone_a(site(20.9, 40.0, 5.0)) is None


def test_who_comes_when_another_has_left_does_not_wait() -> None:
    cars = [
        evse("a", L1, wh=99 * AH, max_a=16.0, departs_at=after(1)),
        evse("b", L1, wh=20 * AH, max_a=16.0, arrives_at=after(1), departs_at=after(3)),
    ]
    asked = problem(feeder("main", 16.0, slots=3), *cars, slots_s=(3600,) * 3)
    assert alone_a(asked) == [[16.0, 0.0, 0.0], [0.0, 16.0, 4.0]]


def test_opposite_currents_of_a_delta_are_not_added_up() -> None:
    # L1 and L2 meet on a primary line as 16 A at 60 degrees each: 27.7 A, not 32
    def asked(limit_a: float) -> ChargingProblem:
        turns = Transformer(is_delta_wye=True)
        cars = (evse("a", L1, max_a=16.0), evse("b", L2, max_a=16.0))
        return problem(feeder("main", limit_a, transformer=turns), *cars)

    assert alone_a(asked(28.0)) is not None
    assert alone_a(asked(27.0)) is None


def test_what_may_be_needed_earlier_is_no_reason_to_wait() -> None:
    may = (
        Outcome(probability=0.3, departs_at=after(1), energy_wh=20 * AH),
        Outcome(probability=0.7, departs_at=after(3), energy_wh=20 * AH),
    )
    assert alone_a(site(16.0, 20.0, departs_at=after(3), outcomes=may)) == [[16.0, 4.0, 0.0]]


def test_more_needed_earlier_than_at_last_is_left_to_the_program() -> None:
    may = (
        Outcome(probability=0.3, departs_at=after(1), energy_wh=20 * AH),
        Outcome(probability=0.7, departs_at=after(3), energy_wh=10 * AH),
    )
    assert alone_a(site(16.0, 20.0, departs_at=after(3), outcomes=may)) is None


@pytest.mark.parametrize(
    "more",
    [
        {"floor_a": 6.0, "min_a": 6.0},
        {"taper": Taper(begins_wh=1000.0, missing_wh=5000.0)},
        {"discharge": Discharge(max_a=6.0, available_wh=1000.0)},
    ],
)
def test_floors_and_batteries_are_left_to_the_program(more: dict[str, Any]) -> None:
    assert alone_a(site(99.0, 20.0, **more)) is None


def test_what_is_shared_beside_lines_is_left_to_the_program() -> None:
    module = PowerModule(key="m", max_w=1e5)
    car, main = evse("a", L1), feeder("main", 99.0)
    assert alone_a(problem(main, car)) is not None
    assert alone_a(problem(main, evse("a", L1, module="m"), modules=(module,))) is None
    assert alone_a(problem(main, car, stores=(store("s"),))) is None


@pytest.mark.parametrize("aim", [Aim.CHEAP, Aim.LEVEL])
def test_where_cost_or_peak_count_it_is_left_to_the_program(aim: Aim) -> None:
    assert alone_a(problem(feeder("main", 99.0), evse("a", L1), policy=Policy(aim=aim))) is None


@examples(150)
@given(problems(without=("discharges", "stores", "tapers")))
def test_it_is_worth_what_the_program_finds(generated: ChargingProblem) -> None:
    asked = without_floors(generated)
    case = lay_out_case(asked)
    assume(each_alone(asked, case.network, case.units, case.weights) is not None)
    draft = write(asked, case.network, case.units, case.weights)
    best = maximise(draft.columns, draft.rows, 30.0)
    found = relax(asked, case.network, case.units, case.weights, 30.0)
    assert found.objective == pytest.approx(best.objective, rel=1e-9, abs=1e-6)
    assert np.isfinite(found.amps).all()


def test_last_slot_of_a_stay_is_filled_to_its_end() -> None:
    # 16 A for an hour and a half are 24 A h; of the second slot only half counts
    asked = site(16.0, 30.0, departs_at=NOON + timedelta(hours=1.5))
    assert alone_a(asked) == [[16.0, 16.0, 0.0]]
