"""The outlook after rounding: filled up where that loses little, planned again where not."""

from typing import Any

import pytest

from smart_charging.model import Relaxed, relax
from smart_charging.plan import ChargingPlan
from smart_charging.planner import make_plan
from tests.smart_charging.problems import L1, after, evse, feeder, problem


@pytest.fixture
def planned_again(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows whenever an outlook is planned again."""
    calls: list[int] = []

    def count(*args: Any) -> Relaxed:
        calls.append(1)
        return relax(*args)

    monkeypatch.setattr("smart_charging.committing.relax", count)
    return calls


def thirty(limit_a: float, **more: Any) -> ChargingPlan:
    """A plan for 30 vehicles on one line that leave after an hour, and want 2 kWh each."""
    evses = [evse(f"E{i}", L1, 2_000.0, departs_at=after(1), **more) for i in range(30)]
    return make_plan(problem(feeder("main", limit_a), *evses), 30.0)


def outlook_a(plan: ChargingPlan) -> list[float]:
    """What all have together in the slots that are not committed: [slot]."""
    return [sum(limits) for limits in zip(*(one.limits_a[1:] for one in plan.evses), strict=True)]


def test_outlook_is_filled_up_where_rounding_lost_little(planned_again: list[int]) -> None:
    plan = thirty(271.5, step_a=0.5)
    assert not planned_again
    assert sum(one.limits_a[0] for one in plan.evses) == 271.5
    # 60 kWh are 1043.5 A for a quarter of an hour; what the first does not give, the others do.
    assert sum(one.expected_wh for one in plan.evses) == pytest.approx(60_000, rel=1e-4)
    assert max(outlook_a(plan)) <= 271.5


def test_outlook_is_planned_again_where_rounding_lost_much(planned_again: list[int]) -> None:
    plan = thirty(271.5, levels_a=(30.0,))
    assert planned_again == [1]
    assert sum(one.limits_a[0] for one in plan.evses) == 270.0


def test_outlook_of_few_is_filled_up_only_where_that_loses_nothing(
    planned_again: list[int],
) -> None:
    two = [evse(f"E{i}", L1, 1_000.0, departs_at=after(1), step_a=0.1) for i in range(2)]
    plan = make_plan(problem(feeder("main", 16.04), *two), 30.0)
    assert not planned_again
    # 2 kWh are 34.8 A for a quarter of an hour; the 0.04 A that are no step come a little later
    assert sum(one.limits_a[0] for one in plan.evses) == 16.0
    assert sum(outlook_a(plan)) == pytest.approx(18.78, abs=0.01)


def test_outlook_of_few_is_planned_again_where_filling_up_loses_little(
    planned_again: list[int],
) -> None:
    two = [evse(f"E{i}", L1, 1_000.0, departs_at=after(1), levels_a=(7.5,)) for i in range(2)]
    make_plan(problem(feeder("main", 16.3), *two), 30.0)
    assert planned_again
