"""Who comes first where nobody says when he leaves: who is likeliest to lose by waiting.

A vehicle that wants m more steps at full current and leaves in l steps is cut short if it has to
wait for more than l - m. Neither is known, but how likely they are:

- l, from the hazard of leaving in each step ahead, given that it is still there;
- m, from what it may take until it is full, given that it still draws after what it has got.

So the chance that it goes with a step's energy less for each step that it waits now, after waiting
d steps,

    risk = P(l < m + d) = mean over m of  1 - S(waited + m + d) / S(waited),

is energy lost, weighted by how likely it is. The highest comes first. With departures and energies
that are known it is 0 or 1, and asks as least laxity does whether there is any time to spare. As it
is looked at anew every quarter of an hour, d is short: a chance far ahead can still be met then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.study.drawing import STEPS_PER_H, Population
from smart_charging.study.engine import Instant
from smart_charging.study.expectation import Predictor
from smart_charging.study.waiting import beside

STEPS_PER_DAY: Final = 24 * STEPS_PER_H
DAYS: Final = 4
"""Longer stays go on as their last day does, day by day."""
CURVE_STEPS: Final = (DAYS + 2) * STEPS_PER_DAY
FULL_LEVELS: Final = np.linspace(0.0, 1.0, 41)
"""Probabilities of the quantiles of what a vehicle takes until it is full."""
WAIT: Final = 4.0
"""The d above: an hour. Chosen on weeks before the benchmark's (docs/study.md)."""

_OUTCOMES: Final = (np.arange(4) + 0.5) / 4
_LEAST_WH: Final = 250.0
_NOTHING_WH: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chances:
    """When stays may end, and what vehicles may take.

    Attributes:
        leaving: The hazard of leaving, summed up from arrival on: [stay, step], `CURVE_STEPS` + 1
            of them.
        full_wh: Quantiles at `FULL_LEVELS` of what each takes until it is full: [stay, level].
    """

    leaving: Array
    full_wh: Array


@runtime_checkable
class Foretelling(Predictor, Protocol):
    """A predictor that tells whole distributions, for plans that weigh risks."""

    def chances(self, stays: Sequence[tuple[int, int]]) -> Chances:
        """Tell those of some stays, each as it is known when it begins.

        Args:
            stays: Users, by their place among those it was made for, and which of their stays.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Risks:
    """What waiting costs.

    Attributes:
        known: Of the real stays.
        row: Which of them each drawn stay is: [seed, stay].
    """

    known: Chances
    row: Indices

    def of(self, instant: Instant) -> Array:
        """The chance that each vehicle is cut short by waiting: [case, vehicle]."""
        row = self.row[instant.seed[:, None], instant.stay][:, :, None]
        waited = _within(instant.waited)[:, :, None]
        last = np.minimum(waited + self._need(instant, row) + WAIT, CURVE_STEPS - 1e-6)
        step = last.astype(int)
        low, high = self.known.leaving[row, step], self.known.leaving[row, step + 1]
        until = low + (last - step) * (high - low)
        passed = self.known.leaving[row, waited]
        risk: Array = (1.0 - np.exp(passed - until)).mean(axis=2)
        return risk

    def _need(self, instant: Instant, row: Indices) -> Array:
        """Steps at full current that each may still want, equally likely: [case, vehicle, any]."""
        got_wh, top = instant.got_wh[:, :, None], len(FULL_LEVELS) - 1
        edges_wh = self.known.full_wh[row[:, :, 0]]
        over = np.clip(np.sum(edges_wh <= got_wh, axis=2, keepdims=True), 1, top)
        low_wh = np.take_along_axis(edges_wh, over - 1, axis=2)
        high_wh = np.take_along_axis(edges_wh, over, axis=2)
        part = (got_wh - low_wh) / np.maximum(high_wh - low_wh, _NOTHING_WH)
        passed = over - 1 + np.clip(part, 0.0, 1.0)
        place = passed + _OUTCOMES * (top - passed)
        below = np.minimum(place.astype(int), top - 1)
        low_wh, high_wh = self.known.full_wh[row, below], self.known.full_wh[row, below + 1]
        left_wh = low_wh + (place - below) * (high_wh - low_wh) - got_wh
        full_w = (instant.max_a * instant.w_per_a)[:, :, None]
        need: Array = np.maximum(left_wh, _LEAST_WH) * STEPS_PER_H / full_w
        return need


def weigh_risks(predictor: Foretelling, populations: Sequence[Population]) -> Risks:
    """Ask a predictor for all stays of some populations, each once."""
    real = sorted({(int(a), int(b)) for one in populations for a, b in one.origin})
    row_of = {pair: row for row, pair in enumerate(real)}
    rows = [np.array([row_of[int(a), int(b)] for a, b in one.origin]) for one in populations]
    return Risks(predictor.chances(real), beside(rows, 0).astype(int))


def _within(waited: Array) -> Indices:
    """The place in the curves of those that have waited so long: the last day goes on."""
    waited = np.maximum(waited, 0).astype(int)
    first = (DAYS - 1) * STEPS_PER_DAY
    return np.where(waited < first, waited, first + (waited - first) % STEPS_PER_DAY)
