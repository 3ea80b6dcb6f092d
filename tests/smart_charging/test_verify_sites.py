"""The independent check against absolute phasors: any site, its plan at the limit, and beyond."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smart_charging.errors import PlanViolation
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem
from smart_charging.verify import verify
from tests.smart_charging.examples import examples
from tests.smart_charging.problems import plan_of
from tests.smart_charging.sites import LINES, Site, sites


def plan_for(asked: ChargingProblem, site: Site) -> ChargingPlan:
    return plan_of(asked, *(car.amps for car in site.cars))


@examples(100)
@given(sites(), st.sampled_from([0.0, 0.01, 5.0]))
def test_plan_that_fills_every_line_to_its_limit_is_accepted(site: Site, spare_a: float) -> None:
    asked = site.problem(site.all_planned_a() + spare_a)
    verify(asked, plan_for(asked, site))


@examples(100)
@given(sites(cars_at_least=1), st.data())
def test_limit_a_little_lower_anywhere_is_found_and_named(site: Site, data: st.DataObject) -> None:
    steered = [
        (feeder, line, slot)
        for feeder in range(len(site.parents))
        for line in LINES
        for slot in site.slots
        if site.planned_a(feeder, line, slot) > site.unavoidable_a(feeder, line, slot) + 0.01
    ]
    assume(steered)
    feeder, line, slot = data.draw(st.sampled_from(steered))
    limit_a = site.all_planned_a()
    limit_a[feeder, line - 1, slot] -= data.draw(st.sampled_from([1e-5, 0.001, 0.01]))
    asked = site.problem(limit_a)
    with pytest.raises(PlanViolation) as caught:
        verify(asked, plan_for(asked, site))
    [violation] = caught.value.violations
    assert violation.startswith(f"f{feeder} L{line} carries ")
    assert f" A in slot {slot}, " in violation


@examples(100)
@given(sites(), st.data())
def test_every_overloaded_line_is_named_and_no_other(site: Site, data: st.DataObject) -> None:
    limit_a = site.all_planned_a()
    expected = []
    for feeder, line, slot in np.ndindex(limit_a.shape):
        most_a = data.draw(st.sampled_from([0.0, 5.05, 19.95, 40.05, 300.05]))
        limit_a[feeder, line, slot] = most_a
        least_a = site.unavoidable_a(feeder, line + 1, slot)
        if site.planned_a(feeder, line + 1, slot) > max(most_a, least_a) + 1e-5:
            expected.append((f"f{feeder} L{line + 1} carries", f"in slot {slot},"))
    asked = site.problem(limit_a)
    try:
        verify(asked, plan_for(asked, site))
        found: tuple[str, ...] = ()
    except PlanViolation as error:
        found = error.violations
    assert len(found) == len(expected)
    for violation, (place, when) in zip(found, expected, strict=True):
        assert violation.startswith(place)
        assert when in violation
