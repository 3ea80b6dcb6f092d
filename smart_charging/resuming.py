"""What the last plan tells of the next program: when lines bound, and which way currents lay."""

from typing import Final

import numpy as np

from smart_charging.arrays import ComplexArray, Indices
from smart_charging.case import Case
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem

_BINDS: Final = 1e-9


def bound_before(case: Case, last: ChargingPlan) -> ComplexArray | None:
    """Look up the currents of lines where these bound in the last plan.

    Returns:
        In the slot in which the middle of each slot lies, and in those before and after, 0 where a
        line did not bind: [row, 3, slot]. None where none did, or that is not known.
    """
    network, gains = case.network, last.gain_per_a
    if gains is None or len(gains) != len(network.limit_a):
        return None
    limits_a = {planned.key: planned.limits_a for planned in last.evses}
    nothing = (0.0,) * len(last.slots_s)
    amps = np.array([limits_a.get(evse.key, nothing) for evse in case.problem.evses])
    currents = network.evses.known @ np.maximum(amps.reshape(-1, len(nothing)), 0.0)
    at = slots_of(last, case.problem)
    around = np.clip([at - 1, at, at + 1], 0, len(nothing) - 1)
    bound: ComplexArray = np.where(gains > _BINDS, currents, 0.0)[:, around]
    return bound if bound.any() else None


def slots_of(last: ChargingPlan, problem: ChargingProblem) -> Indices:
    """The slot of the last plan in which the middle of each slot lies: [slot]."""
    begins_s = np.cumsum(problem.slots_s) - np.array(problem.slots_s) / 2
    offset_s = (problem.starts_at - last.starts_at).total_seconds()
    found = np.searchsorted(np.cumsum(last.slots_s), begins_s + offset_s, side="right")
    return np.asarray(np.clip(found, 0, len(last.slots_s) - 1))
