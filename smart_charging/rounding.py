"""From amperes that a linear program may give to limits that a station can be sent.

In the committed slots a limit is 0 or at least the EVSE's minimum, in whole steps or one of the
levels that its station knows, and still fits under every feeder. Slot by slot:

1. everybody has their floor;
2. in the order of claims, whoever was given at least the minimum gets that, rounded down to steps;
3. in the same order, the others are raised to their minimum while there is room;
4. what is left over goes, in equal bites or to the next level that a station knows, to whoever can
   use it;
5. and what nobody can use lets idle vehicles have their minimum, in case they want again.

A claim is what the program gave, with a bonus for going on (a vehicle is not paused that has not
charged for its turn) and one for having waited: so turns are taken when not all fit at 6 A.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.first import MOST_TURNS, TURN_S
from smart_charging.occupancy import Occupancy, Paths
from smart_charging.problem import ChargingProblem
from smart_charging.units import ceilings_a

_STAY_BONUS_A: Final = 3.0
_WAIT_BONUS_A: Final = 6.0
_NO_PAUSE_BONUS_A: Final = 100.0
_BITE_A: Final = 1.0
_EPSILON_A: Final = 1e-9
_STEP_SLACK: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What is to be rounded in a slot.

    Attributes:
        given_a: What the program gave: [evse].
        most_a: What each vehicle may be given at most, of what is left over: [evse].
        most_w: What all may be given together, of what is left over.
    """

    given_a: Array
    most_a: Array
    most_w: float = np.inf


class Rounding:
    """Rounds the committed slots of a problem.

    Args:
        problem: What is planned.
        paths: What its EVSEs load.
    """

    def __init__(self, problem: ChargingProblem, paths: Paths) -> None:
        self._paths = paths
        self._columns = problem.columns
        self._ceilings_a = ceilings_a(problem)
        self._levels = _Levels(problem)

    def slot(self, slot: int, wish: Wish) -> tuple[Array, Occupancy]:
        """Round one slot.

        Returns:
            Limits: [evse]; and what the feeders then carry.
        """
        columns = self._columns
        occupancy = Occupancy(self._paths, slot)
        raising = _Raising(occupancy, self._levels, columns.floor_a.copy())
        ceiling_a = np.minimum(wish.most_a, self._ceilings_a[:, slot])
        by_claim = self._by_claim(wish.given_a)
        least_a = np.minimum(columns.least_a, ceiling_a)
        can_start = wish.given_a >= columns.least_a - _EPSILON_A
        raising.raise_to(by_claim, np.where(can_start, np.minimum(wish.given_a, ceiling_a), 0.0))
        raising.raise_to(by_claim, np.where(wish.given_a > _EPSILON_A, least_a, 0.0))
        occupancy.hold_power(wish.most_w)
        _hand_out_rest(raising, ceiling_a, columns.least_a)
        by_held = np.argsort(-columns.held_a, kind="stable")
        idle_a = np.minimum(columns.least_a, self._ceilings_a[:, slot])
        raising.raise_to(by_held, np.where(columns.is_idle > 0, idle_a, 0.0))
        occupancy.hold_power(np.inf)
        return raising.given_a, occupancy

    def next_above(self, amps: Array) -> Array:
        """The next limits that are known and not below these, 0 for nothing: [evse]."""
        least_a = np.maximum(self._levels.up(amps), self._columns.least_a)
        return np.where(amps > _EPSILON_A, least_a, 0.0)

    def _by_claim(self, given_a: Array) -> Indices:
        columns = self._columns
        is_on = columns.held_a >= columns.min_a
        claim_a = np.minimum(given_a, columns.max_a) * columns.weight
        claim_a += _STAY_BONUS_A * (is_on & (columns.on_s < TURN_S))
        claim_a += _WAIT_BONUS_A * np.minimum(columns.off_s / TURN_S, MOST_TURNS)
        claim_a += _NO_PAUSE_BONUS_A * (is_on & (columns.can_pause == 0))
        return np.argsort(-claim_a, kind="stable")


class _Levels:
    """What limits each station knows."""

    def __init__(self, problem: ChargingProblem) -> None:
        columns = problem.columns
        self.min_a = columns.min_a
        self.max_a = columns.max_a
        self._step_a = columns.step_a
        self._listed = [
            (i, np.array([0.0, *evse.levels_a]))
            for i, evse in enumerate(problem.evses)
            if evse.levels_a
        ]

    def down(self, amps: Array) -> Array:
        """The highest limits that are known and not above these; the maximum always is."""
        steps = np.floor(amps / self._step_a + _STEP_SLACK) * self._step_a
        known = np.where(amps >= self.max_a - _EPSILON_A, self.max_a, np.round(steps, 6))
        for i, levels in self._listed:
            known[i] = levels[np.searchsorted(levels, amps[i] + _EPSILON_A, side="right") - 1]
        return known

    def up(self, amps: Array) -> Array:
        """The lowest limits that are known and not below these; infinite where there is none."""
        steps = np.ceil(amps / self._step_a - _STEP_SLACK) * self._step_a
        known = np.where(steps > self.max_a, np.maximum(self.max_a, amps), np.round(steps, 6))
        for i, levels in self._listed:
            at = np.searchsorted(levels, amps[i] - _EPSILON_A)
            known[i] = levels[at] if at < len(levels) else np.inf
        return known

    def above(self, amps: Array) -> Array:
        """The lowest limits that are known and above these; infinite where there is none."""
        return self.up(amps + _STEP_SLACK * 2 * np.maximum(self._step_a, 1.0))


class _Raising:
    """EVSEs that are raised, as far as room and steps allow."""

    def __init__(self, occupancy: Occupancy, levels: _Levels, given_a: Array) -> None:
        self._occupancy = occupancy
        self.levels = levels
        self.given_a = given_a
        occupancy.add(np.arange(len(given_a)), given_a)

    def raise_to(self, order: Indices, target_a: Array) -> Flags:
        """Raise EVSEs towards their targets, those that come first in the order first.

        If not all fit, all who do one after the other are raised at once; then whoever did not is
        looked at again with the room that is left, until nobody can be raised any more.

        Returns:
            Whether each EVSE moved: [evse].
        """
        before_a = self.given_a.copy()
        waiting, reach_a = self._rising(order, target_a)
        if not len(waiting):
            return np.zeros(len(before_a), dtype=bool)
        fits = self._fitting(waiting, reach_a)
        if not fits.all():
            waiting, reach_a = self._within_room(waiting, target_a)
            fits = self._fitting(waiting, reach_a)
        while fits.any():
            chosen, waiting = waiting[fits], waiting[~fits]
            self._occupancy.add(chosen, reach_a[chosen] - self.given_a[chosen])
            self.given_a[chosen] = reach_a[chosen]
            waiting, reach_a = self._within_room(waiting, target_a)
            fits = self._fitting(waiting, reach_a)
        moved: Flags = self.given_a > before_a
        return moved

    def _fitting(self, waiting: Indices, reach_a: Array) -> Flags:
        """Who fits if all who come before are raised as well."""
        if not len(waiting):
            return np.zeros(0, dtype=bool)
        return self._occupancy.fitting(waiting, reach_a[waiting] - self.given_a[waiting])

    def _within_room(self, waiting: Indices, target_a: Array) -> tuple[Indices, Array]:
        """Who can be raised at all, if nobody else is, and to what."""
        if not len(waiting):
            return waiting, target_a
        reach_a = self.given_a.copy()
        reach_a[waiting] += self._occupancy.room_a(waiting)
        return self._rising(waiting, np.minimum(reach_a, target_a))

    def _rising(self, waiting: Indices, target_a: Array) -> tuple[Indices, Array]:
        """Whom their targets would raise, and to what limits that their stations know."""
        reach_a = self.levels.down(np.maximum(target_a, self.given_a))
        can_rise = reach_a >= self.levels.min_a - _EPSILON_A
        can_rise &= reach_a > self.given_a + _EPSILON_A
        return waiting[can_rise[waiting]], reach_a


def _hand_out_rest(raising: _Raising, ceiling_a: Array, least_a: Array) -> None:
    """Step 4: equal bites, the least served first, until nobody can take one."""
    most_a = raising.levels.down(ceiling_a)
    is_open = most_a > raising.given_a + _EPSILON_A
    while is_open.any():
        bite_a = np.maximum(raising.given_a + _BITE_A, raising.levels.above(raising.given_a))
        bite_a = np.maximum(bite_a, least_a)
        order = np.argsort(raising.given_a, kind="stable")
        target_a = np.where(is_open, np.minimum(ceiling_a, bite_a), 0.0)
        is_open &= raising.raise_to(order[is_open[order]], target_a)
        is_open &= most_a > raising.given_a + _EPSILON_A
