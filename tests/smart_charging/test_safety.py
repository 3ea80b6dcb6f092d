"""What holds for every plan of any problem.

`HYPOTHESIS_PROFILE=thorough pytest --timeout 0 tests/smart_charging/test_safety.py -k passes` looks
at 10,000 problems for each kind of plan.
"""

from datetime import datetime

import pytest
from hypothesis import given

from smart_charging.plan import Cause, EvsePlan, Method
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.verify import verify
from tests.smart_charging.examples import examples
from tests.smart_charging.generated import problems
from tests.smart_charging.oracle import faults


@examples(100)
@given(problems())
def test_every_plan_passes_the_verifier(asked: ChargingProblem) -> None:
    plan = make_plan(asked)
    verify(asked, plan)
    assert list(faults(asked, plan)) == []


@examples(100)
@given(problems())
def test_every_plan_of_the_heuristic_passes_the_verifier(asked: ChargingProblem) -> None:
    plan = plan_by_heuristic(asked, "the solver was late")
    verify(asked, plan)
    assert list(faults(asked, plan)) == []
    assert (plan.method, plan.detail[:19]) == (Method.HEURISTIC, "the solver was late")


@examples(100)
@given(problems())
def test_plan_of_the_solver_is_never_refused(asked: ChargingProblem) -> None:
    plan = make_plan(asked, time_limit_s=60.0)
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")


@examples(100)
@given(problems(), problems())
def test_plan_that_begins_where_any_other_ended_is_worth_as_much(
    before: ChargingProblem, asked: ChargingProblem
) -> None:
    anew = make_plan(asked, time_limit_s=60.0)
    plan = make_plan(asked, time_limit_s=60.0, last=make_plan(before, time_limit_s=60.0))
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    assert list(faults(asked, plan)) == []
    assert plan.objective is not None
    assert anew.objective is not None
    assert plan.objective.bound == pytest.approx(anew.objective.bound, rel=1e-6, abs=1e-6)


@examples(40)
@given(problems())
def test_plan_tells_what_it_will_have_delivered(asked: ChargingProblem) -> None:
    plan = make_plan(asked)
    for one, planned in zip(asked.evses, plan.evses, strict=True):
        if not draws_its_limit(one):
            continue
        wanted_wh, at_last = one.demand.energy_wh, one.demand.departs_at
        got_wh = max(energy_wh(asked, one, planned, at_last), 0.0)
        assert planned.short_wh == pytest.approx(max(wanted_wh - got_wh, 0.0), abs=0.01)
        if not one.demand.outcomes:
            most_wh = wanted_wh + one.demand.extra_wh
            assert planned.expected_wh == pytest.approx(min(got_wh, most_wh), abs=0.01)
            assert planned.risk == float(planned.short_wh > 1.0)


@examples(40)
@given(problems())
def test_plan_tells_the_mean_over_what_may_happen(asked: ChargingProblem) -> None:
    plan = make_plan(asked)
    for one, planned in zip(asked.evses, plan.evses, strict=True):
        if not (one.demand.outcomes and draws_its_limit(one)):
            continue
        mean_wh, least, most = 0.0, 0.0, 0.0
        for may_be in one.demand.outcomes:
            got_wh = max(energy_wh(asked, one, planned, may_be.departs_at), 0.0)
            mean_wh += may_be.probability * min(may_be.energy_wh, got_wh)
            least += may_be.probability * (got_wh < may_be.energy_wh - 1.01)
            most += may_be.probability * (got_wh < may_be.energy_wh - 0.99)
        assert planned.expected_wh == pytest.approx(mean_wh, abs=0.01)
        assert least - 1e-9 <= planned.risk <= most + 1e-9


def draws_its_limit(one: Evse) -> bool:
    """Whether it draws its limit until it has what it wants (see `test_draws` for the others)."""
    return one.taper is None and (one.discharge is None or one.floor_a == 0)


def energy_wh(asked: ChargingProblem, one: Evse, planned: EvsePlan, until: datetime) -> float:
    """What a vehicle has got by an instant, less what it has fed back."""
    comes_at = max(one.demand.arrives_at or asked.starts_at, asked.starts_at)
    loss = one.discharge.efficiency if one.discharge else 1.0
    got_wh, slot_s = 0.0, asked.slots_s
    for limit, begins_at, length_s in zip(planned.limits_a, asked.edges, slot_s, strict=False):
        ends_s = min((until - begins_at).total_seconds(), length_s)
        there_s = max(ends_s - max((comes_at - begins_at).total_seconds(), 0.0), 0.0)
        got_wh += one.w_per_a * (limit if limit > 0 else limit / loss) * there_s / 3600
    return got_wh


@examples(40)
@given(problems())
def test_every_limit_has_a_reason_that_names_an_existing_line(asked: ChargingProblem) -> None:
    keys, reasons = {one.key for one in asked.feeders}, make_plan(asked).reasons
    assert reasons is not None
    for i in range(len(asked.evses)):
        for slot in range(len(asked.slots_s)):
            reason = reasons.at(i, slot)
            if reason.cause in (Cause.FEEDER, Cause.OTHERS_FIRST):
                assert reason.feeder in keys
                assert reason.line in (1, 2, 3)
                assert reason.gain_per_a >= 0.0
            else:
                assert (reason.feeder, reason.line) == (None, None)
            assert reason.until is None or reason.until in asked.edges[slot + 1 : -1]


@examples(20)
@given(problems())
def test_same_problem_gives_the_same_plan(asked: ChargingProblem) -> None:
    assert make_plan(asked) == make_plan(asked)
