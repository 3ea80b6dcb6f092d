"""What another limit would do, in cases that can be worked out by hand.

A vehicle of 32 A on three phases draws 22 080 W; slots are quarters of an hour.
"""

from typing import Any

import numpy as np
import pytest

from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem
from smart_charging.what_if import (
    Difference,
    compare,
    highest_limit_a,
    least_limits_a,
    with_limit,
)
from tests.smart_charging.problems import THREE, after, evse, feeder, problem, reservation

SLOTS = 8


def asked_for(*evses: Any, limit_a: float = 40.0, **more: Any) -> ChargingProblem:
    """Two hours at a feeder of 40 A."""
    return problem(feeder("main", limit_a, slots=SLOTS), *evses, slots_s=(900,) * SLOTS, **more)


def with_other(asked: ChargingProblem, limit_a: float) -> tuple[Difference, ...]:
    return compare(asked, make_plan(asked), make_plan(with_limit(asked, "main", limit_a)))


def test_half_the_limit_takes_twice_as_long() -> None:
    """11 040 Wh are half an hour at 32 A and an hour at 16 A; a trifle of 50 Wh does not count."""
    [one] = with_other(asked_for(evse("a", wh=11_040.0, departs_at=after(2))), 16.0)
    assert one.now.done_at is not None
    assert (one.now.done_at - after(0)).total_seconds() == pytest.approx(1792, abs=2)
    assert one.later_s == pytest.approx(1792, abs=4)
    assert one.less_wh == pytest.approx(0, abs=10)


def test_what_is_not_there_in_time_is_short() -> None:
    """44 160 Wh are two hours at 32 A; 20 A give 27 600 Wh."""
    [one] = with_other(asked_for(evse("a", wh=44_160.0, departs_at=after(2))), 20.0)
    assert one.then.done_at is None
    assert one.later_s is None
    assert one.less_wh == pytest.approx(16_560, abs=60)
    assert one.then.short_wh == pytest.approx(16_560, abs=60)


def test_a_wider_feeder_keeps_its_lower_hours_lower() -> None:
    asked = asked_for(evse("a"))
    [main] = asked.feeders
    main.limit_a[:, 4:] = 20.0
    wider = with_limit(asked, "main", 50.0).feeders[0].limit_a
    assert np.unique(wider[:, :4]) == pytest.approx([50.0])
    assert np.unique(wider[:, 4:]) == pytest.approx([30.0])
    lower = with_limit(asked, "main", 30.0).feeders[0].limit_a
    assert np.unique(lower[:, :4]) == pytest.approx([30.0])
    assert np.unique(lower[:, 4:]) == pytest.approx([20.0])


def test_nothing_fits_below_what_cannot_be_lowered() -> None:
    asked = asked_for(
        evse("a", floor_a=6.0), reservations=(reservation("main", THREE, 10.0, slots=SLOTS),)
    )
    assert least_limits_a(asked) == {"main": pytest.approx(16.0)}
    assert highest_limit_a(asked, "main") == pytest.approx(40.0)
