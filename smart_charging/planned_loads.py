"""What a plan lets everything draw, and the least that it has to let it draw, as loads on lines."""

import numpy as np

from smart_charging.currents import Load
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem


def planned_loads(problem: ChargingProblem, plan: ChargingPlan) -> list[Load]:
    """What vehicles and stores draw by a plan, and what is reserved; nothing that is fed back."""
    pairs = zip(problem.evses, plan.evses, strict=True)
    steered = [Load(one.feeder, one.tap, np.maximum(p.limits_a, one.floor_a)) for one, p in pairs]
    stores = [
        Load(one.feeder, one.tap, np.maximum(taken.amps, 0.0))
        for one, taken in zip(problem.stores, plan.stores, strict=True)
    ]
    return steered + stores + _reserved(problem)


def least_loads(problem: ChargingProblem) -> list[Load]:
    """What vehicles may draw whatever is planned, and what is reserved."""
    slots = len(problem.slots_s)
    steered = [Load(one.feeder, one.tap, np.full(slots, one.floor_a)) for one in problem.evses]
    return steered + _reserved(problem)


def _reserved(problem: ChargingProblem) -> list[Load]:
    return [Load(one.feeder, one.tap, one.amps) for one in problem.reservations]
