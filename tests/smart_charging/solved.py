"""The steps from a problem to a plan one by one, for tests that look at one of them."""

import numpy as np

from smart_charging.case import lay_out_case
from smart_charging.model import Relaxed, relax
from smart_charging.objective import Judge, Limits
from smart_charging.occupancy import Occupancy, paths_of
from smart_charging.plan import Objective
from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.rounding import Rounding, Wish


def relaxed(asked: ChargingProblem, weights: Weights | None = None) -> Relaxed:
    """What the linear program says."""
    case = lay_out_case(asked, weights)
    return relax(case.problem, case.network, case.units, case.weights, 30.0)


def given_a(asked: ChargingProblem, weights: Weights | None = None) -> list[list[float]]:
    """What the linear program gives, to the milliampere: [evse, slot]."""
    rows: list[list[float]] = (relaxed(asked, weights).amps.round(3) + 0.0).tolist()
    return rows


def stored_a(asked: ChargingProblem, weights: Weights | None = None) -> list[list[float]]:
    """What stores take in the linear program, to the milliampere: [store, slot]."""
    rows: list[list[float]] = (relaxed(asked, weights).store_a.round(3) + 0.0).tolist()
    return rows


def judged(asked: ChargingProblem, found: Relaxed, weights: Weights | None = None) -> Objective:
    """What the limits of a linear program are worth."""
    case = lay_out_case(asked, weights)
    judge = Judge(asked, case.units, case.weights)
    return judge.judge(Limits(found.amps, found.store_a), found.objective, found.fee_pieces)


def occupancy_of(asked: ChargingProblem, slot: int = 0) -> Occupancy:
    """What the lines carry if no EVSE draws anything."""
    return Occupancy(paths_of(asked, lay_out_case(asked).network), slot)


def round_slot(
    asked: ChargingProblem, slot: int, wanted_a: list[float], most_a: list[float]
) -> tuple[list[float], Occupancy]:
    """Limits of one slot, and what the lines then carry."""
    rounding = Rounding(asked, paths_of(asked, lay_out_case(asked).network))
    limits_a, occupancy = rounding.slot(slot, Wish(np.array(wanted_a), np.array(most_a)))
    limits: list[float] = limits_a.tolist()
    return limits, occupancy
