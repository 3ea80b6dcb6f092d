"""A policy's weights, scaled to a problem so that no price, fee or slot overturns their order.

A price has a unit of currency, and a fee on power may bring any price for a kWh; a site that pays
150 for a kWh wants the promise kept as much as one that pays 1.5. So prices are counted in a unit
in which the dearest kWh costs between 0.5 and 5: most currencies are left as they are. And what
stands above cost and peak is raised to at least 20 times what a kWh can bring of them, where
the kWh is drawn in the slot that costs most: in the last quarter of an hour of which only that
quarter is planned, a kWh is 4 kW. The optimum of grid companies lies between: at least twice what a
kWh can cost, and at most an eighth of what promised energy is worth.

The smallest share of all is worth as much as energy for all would be; where it is the share of one
that wants little, that is far more than its own energy. So promised energy is raised by how many
times the smallest whole goes into all of them.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.tariff import Tariff, hour_shares
from smart_charging.units import ceilings_a, energy_per_a, presence_of
from smart_charging.worth import hours_of

_ORDINARY: Final = (0.5, 5.0)
"""What the dearest kWh costs in an ordinary unit of currency."""
_APART: Final = 20.0
"""Promised energy is worth that many times what a kWh can cost."""
_OPTIMUM: Final = 12.0
"""What it is worth to be nearer to a target: above energy beyond the promise."""
_ABOVE_COST: Final = 2.0
"""It is worth at least that many times what a kWh can cost."""
_BEYOND: Final = 2.0
"""How far beyond the last step the fee is looked at."""
_LEAST_WH: Final = 1.0
"""Less is not looked at."""
_MOST_RAISED: Final = 1e4
"""Beyond that the solver's tolerance would be felt."""


def weigh(problem: ChargingProblem, weights: Weights) -> Weights:
    """Scale a policy's weights to a problem."""
    if problem.targets:
        weights = replace(weights, optimum=_OPTIMUM)
    weights = weights if weights.is_eager else _above_costs(problem, weights)
    return _above_shares(problem, weights) if weights.least_share else weights


def _above_costs(problem: ChargingProblem, weights: Weights) -> Weights:
    unit = 1.0 if problem.tariff is None else _unit(problem.tariff)
    kw_per_kwh = _kw_per_kwh(problem)
    dearest = weights.peak * kw_per_kwh
    if problem.tariff is not None:
        per_kwh = float(np.abs(problem.tariff.per_kwh).max(initial=0.0))
        dearest += weights.cost * (per_kwh + _per_kw(problem.tariff) * kw_per_kwh) / unit
    raised = min(max(1.0, _APART * dearest / weights.promised), _MOST_RAISED)
    return replace(
        weights,
        promised=weights.promised * raised,
        share=weights.share * raised,
        least_share=weights.least_share * raised,
        cost=weights.cost / unit,
        optimum=max(weights.optimum, _ABOVE_COST * dearest) if problem.targets else 0.0,
    )


def _above_shares(problem: ChargingProblem, weights: Weights) -> Weights:
    columns = problem.columns
    reachable_wh = (ceilings_a(problem) * energy_per_a(problem, presence_of(problem))).sum(axis=1)
    wanted_wh = np.minimum(columns.energy_wh, reachable_wh)
    whole_wh = (columns.served_wh + wanted_wh)[wanted_wh > _LEAST_WH]
    if not len(whole_wh):
        return weights
    raised = min(float(whole_wh.sum() / whole_wh.min()), _MOST_RAISED)
    return replace(weights, promised=weights.promised * raised)


def _unit(tariff: Tariff) -> float:
    """How many units of currency count as one, by the dearest kWh."""
    dearest = float(np.abs(tariff.per_kwh).max(initial=0.0))
    if dearest == 0:
        return 1.0
    return dearest / float(np.clip(dearest, *_ORDINARY))


def _per_kw(tariff: Tariff) -> float:
    """The steepest that the fee on power rises over a whole step, per kW."""
    fee = tariff.capacity
    if fee is None:
        return 0.0
    thresholds_w = [w for w in fee.thresholds_w(np.inf) if np.isfinite(w)]
    return max(piece.per_kw for piece in fee.pieces(_BEYOND * max([*thresholds_w, 1.0])))


def _kw_per_kwh(problem: ChargingProblem) -> float:
    """By how many kW a kWh raises the mean of an hour at most."""
    shares = hour_shares(problem.slots_s, problem.starts_at)
    return float((shares / hours_of(problem)).max())
