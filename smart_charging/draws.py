"""What vehicles draw under their limits: no more than they want, or than their batteries take.

A limit is what a vehicle may draw. What it does draw ends when it has what it came for (and what
its floor gives it in any case), and falls as its battery fills. The program gives nothing beyond
that, so what it gives is drawn as it is.
"""

from dataclasses import dataclass

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.units import Units


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """What flows, at the EVSEs.

    Attributes:
        drawn_wh: Into the vehicles: [unit, slot].
        fed_wh: Out of them, as it arrives; and what is left of a floor: [unit, slot].
        taken_wh: Out of their batteries for that, with losses: [unit, slot].
    """

    drawn_wh: Array
    fed_wh: Array
    taken_wh: Array

    @property
    def net_wh(self) -> Array:
        """What stays in the batteries: [unit, slot]."""
        return self.drawn_wh - self.taken_wh


def draws_of(problem: ChargingProblem, units: Units, limits_a: Array) -> Draws:
    """Reckon what is drawn under limits, and fed back where they are below 0: [unit, slot]."""
    drawn_wh = np.maximum(limits_a, _least_a(problem, units)) * units.wh_per_a
    fed_wh = drawn_wh - limits_a * units.wh_per_a
    taken_wh = fed_wh.copy()
    for i, evse in enumerate(problem.evses if units.count == len(problem.evses) else ()):
        if evse.taper is not None:
            drawn_wh[i] = _tapered_wh(evse, drawn_wh[i], units, i)
        if evse.discharge is not None:
            taken_wh[i] /= evse.discharge.efficiency
    most_wh = units.most_wh + forced_wh(units) + taken_wh.sum(axis=1)
    until_wh = np.minimum(np.cumsum(drawn_wh, axis=1), most_wh[:, None])
    return Draws(np.diff(until_wh, axis=1, prepend=0.0), fed_wh, taken_wh)


def forced_wh(units: Units) -> Array:
    """What the floors give in any case: [unit]."""
    forced: Array = (units.least_a * units.wh_per_a).sum(axis=1)
    return forced


def _least_a(problem: ChargingProblem, units: Units) -> Array:
    """Limits below which it counts as feeding back: the floor, as it may be drawn in any case."""
    if units.count != len(problem.evses):
        return np.zeros(units.share.shape)
    can_feed = np.array([evse.discharge is not None for evse in problem.evses], dtype=bool)
    least_a: Array = units.least_a * can_feed[:, None]
    return least_a


def taper_bounds(evse: Evse, wh_per_a: Array, least_a: Array) -> tuple[Array, Array]:
    """What a filling battery takes: (1 + s w / 2) x + s e <= bound, with e before the slot.

    s is the slope, in amperes for each Wh that is missing to full, and w what an ampere carries.

    Args:
        evse: One with a taper.
        wh_per_a: In the slots in which it is there: [slot].
        least_a: What it draws in any case: [slot].

    Returns:
        The bounds, never below what is drawn in any case, and 1 + s w / 2: [slot].
    """
    if evse.taper is None:
        return np.full(len(wh_per_a), np.inf), np.ones(len(wh_per_a))
    slope = taper_slope(evse)
    forced = least_a * (1 - slope * wh_per_a / 2) + slope * np.cumsum(least_a * wh_per_a)
    return np.maximum(slope * evse.taper.missing_wh, forced), 1.0 + slope * wh_per_a / 2


def taper_slope(evse: Evse) -> float:
    """By how many amperes the most that a battery takes falls for each Wh: 0 if by none."""
    return 0.0 if evse.taper is None else evse.max_a / evse.taper.begins_wh


def _tapered_wh(evse: Evse, drawn_wh: Array, units: Units, i: int) -> Array:
    """What of this the battery takes, slot by slot: [slot]."""
    slots: Indices = np.flatnonzero(units.is_there[i])
    wh_per_a = units.wh_per_a[i, slots]
    bounds, factors = taper_bounds(evse, wh_per_a, units.least_a[i, slots])
    slope, held_wh, taken_wh = taper_slope(evse), 0.0, drawn_wh.copy()
    for k, slot in enumerate(slots.tolist()):
        most_a = max((bounds[k] - slope * held_wh) / factors[k], 0.0)
        taken_wh[slot] = min(drawn_wh[slot], most_a * wh_per_a[k])
        held_wh += taken_wh[slot]
    return taken_wh
