"""Many vehicles: cohorts bound every plan, and what is dealt out of them is nearly as good."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np
import pytest
from hypothesis import given

from smart_charging import planner as planner_module
from smart_charging.case import lay_out_case
from smart_charging.cohorts import relax_by_cohorts
from smart_charging.model import relax
from smart_charging.plan import ChargingPlan, Method
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Policy, weights_of, without_first
from smart_charging.problem import ChargingProblem
from smart_charging.resources import PowerModule
from smart_charging.verify import verify
from tests.smart_charging.generated import problems
from tests.smart_charging.oracle import faults
from tests.smart_charging.problems import (
    L1,
    L2,
    L3,
    NOON,
    THREE,
    after,
    evse,
    feeder,
    problem,
    store,
    tariff,
)

TAPS: Final = (THREE, L1, L2, L3)
PRICES: Final = (3.0, 1.0, 2.0, 1.5)


def block_of_flats(count: int, **more: object) -> ChargingProblem:
    """Panels of eight behind one intake; stays of one to four slots, every need another one."""
    panels = [feeder(f"p{k}", 60.0, parent="main") for k in range(-(-count // 8))]
    evses = tuple(
        evse(
            f"e{i}",
            TAPS[i % 4],
            wh=700.0 + 97.0 * (i % 23),
            feeder=f"p{i // 8}",
            departs_at=after(0.25 * (1 + i % 4)),
        )
        for i in range(count)
    )
    asked = problem((feeder("main", 2.5 * count), *panels), *evses)
    return replace(asked, policy=Policy(aim=Aim.CHEAP), tariff=tariff(PRICES), **more)  # type: ignore[arg-type]


@pytest.fixture
def all_by_cohorts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner_module, "_MOST_SINGLE", 0)


def test_cohorts_bound_the_program_over_all_vehicles() -> None:
    asked = block_of_flats(120)
    case = lay_out_case(asked, without_first(weights_of(asked.policy)))
    exact = relax(asked, case.network, case.units, case.weights, 60.0)
    bound = relax_by_cohorts(case, 60.0)
    assert exact.objective is not None
    assert bound.objective is not None
    assert bound.objective >= exact.objective - 1e-6
    assert bound.objective == pytest.approx(exact.objective, rel=0.01)


@pytest.mark.usefixtures("all_by_cohorts")
def test_plan_by_cohorts_is_nearly_as_good_as_the_bound() -> None:
    plan = make_plan(block_of_flats(400), 60.0)
    assert plan.method is Method.COHORTS
    assert plan.objective is not None
    assert plan.objective.gap is not None
    assert plan.objective.gap < 0.01


@pytest.mark.usefixtures("all_by_cohorts")
def test_members_of_a_cohort_get_what_each_needs_where_there_is_room() -> None:
    evses = [evse(f"e{i}", wh=1_000.0 + 500.0 * i, departs_at=after(1)) for i in range(6)]
    asked = replace(problem(feeder("main", 400.0), *evses), policy=Policy(aim=Aim.EARLY))
    plan = make_plan(asked)
    assert [round(one.expected_wh) for one in plan.evses] == [1000, 1500, 2000, 2500, 3000, 3500]


@pytest.mark.usefixtures("all_by_cohorts")
def test_modules_and_stores_keep_their_bounds_beside_cohorts() -> None:
    asked = block_of_flats(40, modules=(PowerModule(key="m", max_w=9_000.0),), stores=(store("b"),))
    shared = tuple(replace(one, module="m") if i < 4 else one for i, one in enumerate(asked.evses))
    asked = replace(asked, evses=shared)
    plan = make_plan(asked, 60.0)
    assert plan.method is Method.COHORTS
    verify(asked, plan)


@given(problems())
def test_every_plan_by_cohorts_passes_the_verifier(asked: ChargingProblem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner_module, "_MOST_SINGLE", 0)
        plan = make_plan(asked)
    verify(asked, plan)
    assert list(faults(asked, plan)) == []


def later(asked: ChargingProblem, plan: ChargingPlan) -> ChargingProblem:
    """The same a slot later, charged as planned; every tenth vehicle is another one."""
    starts_at = asked.starts_at + timedelta(seconds=asked.slots_s[0])
    evses = tuple(
        replace(one, key=f"{one.key}'")
        if i % 10 == 0
        else replace(
            one,
            demand=replace(
                one.demand,
                energy_wh=max(
                    0.0, one.demand.energy_wh - plan.evses[i].limits_a[0] * one.w_per_a / 4
                ),
            ),
        )
        for i, one in enumerate(asked.evses)
    )
    return replace(asked, starts_at=starts_at, evses=evses)


def test_plan_from_the_last_one_serves_who_has_come_since() -> None:
    asked = block_of_flats(160)
    first = make_plan(asked, 60.0)
    again = later(asked, first)
    plan = make_plan(again, 60.0, last=first)
    assert plan.method is Method.FROM_LAST
    verify(again, plan)
    new = sum(one.short_wh for one in make_plan(again, 60.0).evses)
    assert sum(one.short_wh for one in plan.evses) <= new + 0.02 * sum(
        one.demand.energy_wh for one in again.evses
    )


def test_last_plan_of_another_site_does_no_harm() -> None:
    other = make_plan(problem(feeder("elsewhere", 20.0), evse("x", feeder="elsewhere")))
    asked = block_of_flats(120)
    plan = make_plan(asked, 60.0, last=other)
    verify(asked, plan)
    assert plan.starts_at == NOON
    assert np.isfinite([one.limits_a for one in plan.evses]).all()
