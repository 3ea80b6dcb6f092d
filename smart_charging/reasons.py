"""Why each EVSE has the limit that it has in the first slot, and until when."""

from datetime import datetime
from typing import Final

from smart_charging.problem import Array, Cause, ChargingProblem, Evse, Reason
from smart_charging.rounding import Occupancy

_NOTICEABLE_A: Final = 1.0


def explain(
    problem: ChargingProblem, occupancy: Occupancy, limits_a: Array, most_a: Array
) -> tuple[Reason, ...]:
    """Explain the first slot of a plan.

    Args:
        problem: What was planned.
        occupancy: The feeders in the first slot, with everybody at their limit.
        limits_a: [evse, slot]
        most_a: What each vehicle could use in the first slot: [evse].
    """
    return tuple(
        _explain_one(problem, occupancy, evse, limits_a[i], float(most_a[i]))
        for i, evse in enumerate(problem.evses)
    )


def _explain_one(
    problem: ChargingProblem, occupancy: Occupancy, evse: Evse, limits_a: Array, most_a: float
) -> Reason:
    limit_a = float(limits_a[0])
    until = _next_rise(problem, limits_a)
    if most_a <= evse.floor_a:
        return Reason(cause=Cause.NOTHING_WANTED)
    if limit_a >= evse.max_a - _NOTICEABLE_A / 2:
        return Reason(cause=Cause.OWN_MAXIMUM)
    room_a, feeder, line = occupancy.room_a(evse)
    next_a = limit_a + _NOTICEABLE_A if limit_a >= evse.min_a else evse.min_a
    if limit_a + room_a < next_a:
        cause = Cause.FEEDER if limit_a > 0 else Cause.OTHERS_FIRST
        key = problem.feeders[feeder].key
        return Reason(cause=cause, feeder=key, line=line + 1, until=until)
    if limit_a >= most_a - _NOTICEABLE_A:
        return Reason(cause=Cause.NOTHING_WANTED)
    return Reason(cause=Cause.LATER, until=until)


def _next_rise(problem: ChargingProblem, limits_a: Array) -> datetime | None:
    """When the plan gives noticeably more than now."""
    for start_at, limit_a in zip(problem.edges, limits_a, strict=False):
        if limit_a >= limits_a[0] + _NOTICEABLE_A:
            return start_at
    return None
