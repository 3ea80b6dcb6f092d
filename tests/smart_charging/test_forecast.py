"""Load that is only known by its quantiles: how much of it is kept free, worked out by hand."""

from typing import Any

import numpy as np
import pytest

from smart_charging.errors import PlanViolation
from smart_charging.feeder import Feeder, LoadForecast
from smart_charging.plan import Method
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.policy import Policy
from smart_charging.problem import ChargingProblem
from smart_charging.verify import verify
from tests.smart_charging.problems import (
    L1,
    L2,
    amps,
    evse,
    feeder,
    first_a,
    plan_of,
    problem,
)
from tests.smart_charging.solved import given_a


def forecast(*amps_at: float, slots: int = 1) -> LoadForecast:
    """Quantiles at 50, 90 and 99 %, the same on all lines."""
    return LoadForecast(
        levels=(0.5, 0.9, 0.99), amps=np.array([amps(value, slots) for value in amps_at])
    )


@pytest.mark.parametrize(
    ("risk", "expected_a"),
    [
        pytest.param(0.5, 2.0, id="a level itself"),
        pytest.param(0.1, 4.0, id="another level"),
        pytest.param(0.01, 10.0, id="the last level"),
        pytest.param(0.3, 3.0, id="midway between levels"),
        pytest.param(0.055, 7.0, id="midway in the tail"),
        pytest.param(0.0, 10.0, id="nothing is known beyond the last level"),
        pytest.param(0.001, 10.0, id="nearly nothing"),
        pytest.param(0.8, 2.0, id="never below the first level"),
    ],
)
def test_load_at_a_risk_lies_between_its_quantiles(risk: float, expected_a: float) -> None:
    found = forecast(2.0, 4.0, 10.0).at_risk(risk)
    assert found.shape == (3, 1)
    assert found == pytest.approx(np.full((3, 1), expected_a))


def test_single_quantile_counts_at_any_risk() -> None:
    only = LoadForecast(levels=(0.95,), amps=np.array([amps([1.0, 2.0, 3.0], 2)]))
    for risk in (0.0, 0.05, 0.5):
        assert only.at_risk(risk)[:, 1].tolist() == [1.0, 2.0, 3.0]


def test_each_line_and_slot_has_its_own_quantiles() -> None:
    low = np.arange(6.0).reshape(3, 2)
    two = LoadForecast(levels=(0.5, 1.0), amps=np.array([low, 3 * low]))
    assert two.at_risk(0.25).tolist() == [[0.0, 2.0], [4.0, 6.0], [8.0, 10.0]]


def test_background_is_the_sure_load_and_what_the_forecast_adds() -> None:
    main = feeder("main", 63.0, uncontrolled_a=[1.0, 2.0, 3.0], slots=1)
    with_forecast = feeder(
        "main", 63.0, uncontrolled_a=[1.0, 2.0, 3.0], slots=1, forecast=forecast(2.0, 4.0, 10.0)
    )
    assert main.background_a(0.1)[:, 0].tolist() == [1.0, 2.0, 3.0]
    assert with_forecast.background_a(0.1)[:, 0].tolist() == [5.0, 6.0, 7.0]
    assert with_forecast.uncontrolled_a[:, 0].tolist() == [1.0, 2.0, 3.0]


def site(risk: float, **more: Any) -> ChargingProblem:
    """20 A with 1 A of other load for sure, and a forecast of more."""
    main: Feeder = feeder(
        "main", 20.0, uncontrolled_a=1.0, slots=1, forecast=forecast(2.0, 4.0, 10.0)
    )
    one = evse("a", L1, wh=99_000.0, **more)
    return problem(main, one, slots_s=(3600,), policy=Policy(risk=risk))


@pytest.mark.parametrize(("risk", "expected_a"), [(0.5, 17.0), (0.1, 15.0), (0.01, 9.0)])
def test_plan_keeps_free_what_the_sites_risk_asks_for(risk: float, expected_a: float) -> None:
    asked = site(risk)
    assert given_a(asked) == [[expected_a]]
    for plan in (make_plan(asked), plan_by_heuristic(asked, "late")):
        assert first_a(plan) == [expected_a]


def test_verifier_reckons_with_the_same_risk() -> None:
    verify(site(0.1), plan_of(site(0.1), (15.0,)))
    with pytest.raises(PlanViolation) as caught:
        verify(site(0.01), plan_of(site(0.01), (15.0,)))
    assert caught.value.violations == ("main L1 carries 26.000 A in slot 0, 6.000 A too much",)


def test_forecast_below_is_carried_by_the_feeders_above() -> None:
    tree = (
        feeder("main", 30.0, slots=1, forecast=forecast(1.0, 2.0, 3.0)),
        feeder("leaf", 99.0, "main", slots=1, forecast=forecast(2.0, 4.0, 10.0)),
    )
    one = evse("a", L2, wh=99_000.0, max_a=63.0)
    asked = problem(tree, one, slots_s=(3600,), policy=Policy(risk=0.1))
    assert first_a(make_plan(asked)) == [24.0]


def test_forecast_beyond_the_limit_leaves_everybody_at_the_floor() -> None:
    main = feeder("main", 20.0, slots=1, forecast=forecast(2.0, 4.0, 30.0))
    cars = [evse("a", L1), evse("b", L1, floor_a=6.0)]
    plan = make_plan(problem(main, *cars, slots_s=(3600,)))
    assert (plan.method, first_a(plan)) == (Method.LINEAR_PROGRAM, [0.0, 6.0])
