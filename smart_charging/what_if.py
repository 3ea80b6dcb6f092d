"""What another limit of a feeder would do to every vehicle: the problem with it, and a comparison.

    limit'(t) = min(limit(t), X)          X below the highest limit L: a cap
    limit'(t) = limit(t) + (X - L)        X above it: a wider feeder, whose lower hours stay lower

Whoever asks makes the plan, so it decides where.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from smart_charging.currents import line_currents
from smart_charging.plan import ChargingPlan, EvsePlan
from smart_charging.planned_loads import least_loads
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse

_MISSING_WH: Final = 50.0
"""Less than that is missing from nobody."""
_S_PER_H: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a plan does for a vehicle.

    Attributes:
        expected_wh: What it gets by its departure.
        short_wh: What it then lacks.
        done_at: When it has what it needs; None: it does not get it before it leaves.
    """

    key: str
    expected_wh: float
    short_wh: float
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a vehicle gets by the plan that stands, and by another one."""

    now: Delivery
    then: Delivery

    @property
    def later_s(self) -> float | None:
        """By how much later it has what it needs; None: not by both plans."""
        if self.now.done_at is None or self.then.done_at is None:
            return None
        return (self.then.done_at - self.now.done_at).total_seconds()

    @property
    def less_wh(self) -> float:
        """How much less it gets; below 0: more."""
        return self.now.expected_wh - self.then.expected_wh


def highest_limit_a(problem: ChargingProblem, feeder: str) -> float:
    """The highest limit that a feeder ever has on any line."""
    return max(float(one.limit_a.max()) for one in problem.feeders if one.key == feeder)


def least_limits_a(problem: ChargingProblem) -> dict[str, float]:
    """The lowest limits under which all fits that cannot be lowered, by feeder."""
    least_a = line_currents(problem.feeders, least_loads(problem))
    return {feeder: float(amps.max()) for feeder, amps in least_a.items()}


def with_limit(problem: ChargingProblem, feeder: str, limit_a: float) -> ChargingProblem:
    """The problem as it would be if a feeder had another limit on each line."""
    above_a = limit_a - highest_limit_a(problem, feeder)
    feeders = tuple(
        one
        if one.key != feeder
        else replace(
            one,
            limit_a=one.limit_a + above_a if above_a > 0 else np.minimum(one.limit_a, limit_a),
        )
        for one in problem.feeders
    )
    return replace(problem, feeders=feeders)


def compare(
    problem: ChargingProblem, plan: ChargingPlan, other: ChargingPlan
) -> tuple[Difference, ...]:
    """What every vehicle gets by a plan of a problem, and by another one with the same slots."""
    rows = zip(problem.evses, plan.evses, other.evses, strict=True)
    return tuple(
        Difference(delivery(problem, evse, now), delivery(problem, evse, then))
        for evse, now, then in rows
    )


def delivery(problem: ChargingProblem, evse: Evse, planned: EvsePlan) -> Delivery:
    """What a plan does for the vehicle at an EVSE."""
    return Delivery(
        key=evse.key,
        expected_wh=planned.expected_wh,
        short_wh=planned.short_wh,
        done_at=_done_at(problem, evse, planned),
    )


def _done_at(problem: ChargingProblem, evse: Evse, planned: EvsePlan) -> datetime | None:
    """When a vehicle has got all that it needs but a trifle, at the currents of the plan."""
    wanted_wh = evse.demand.energy_wh - _MISSING_WH
    if wanted_wh <= 0:
        return problem.starts_at
    if planned.short_wh > _MISSING_WH:
        return None
    edges_s = np.cumsum((0, *problem.slots_s))
    watts = np.maximum(planned.limits_a, 0.0) * evse.w_per_a
    got_wh = np.concatenate(([0.0], np.cumsum(watts * problem.slots_s) / _S_PER_H))
    slot = int(np.searchsorted(got_wh, wanted_wh)) - 1
    if slot >= len(watts):
        return None
    in_slot_s = (wanted_wh - got_wh[slot]) * _S_PER_H / watts[slot]
    return problem.starts_at + timedelta(seconds=round(float(edges_s[slot] + in_slot_s)))
