"""What a forecast says of a study's stays, looked up by how long each has lasted.

A forecast is asked once for every real stay and for some times after it began, not for every draw
of it and every case: what it says depends on nothing that a study changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.study.drawing import STEP_S, STEPS_PER_H, Population
from smart_charging.study.engine import Instant
from smart_charging.study.expectation import LEVELS, Predictor, Standing
from smart_charging.study.users import User
from smart_charging.study.waiting import beside

_ASKED_H: Final = (0, 0.5, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24, 30, 36, 48, 72, 96)
_ASKED: Final = np.array(_ASKED_H) * STEPS_PER_H
_LEAST: Final = 2.0
"""A vehicle that is still there is planned for as if it stayed that many steps at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Which quantiles are planned with.

    Attributes:
        stay_level: Leaving earlier than usual.
        energy_level: Taking more than usual.
    """

    stay_level: float = 0.3
    energy_level: float = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What is planned with: departure and energy by population, stay and time asked.

    Attributes:
        departs: The step: [seed, stay, time].
        energy_wh: Likewise.
    """

    departs: Array
    energy_wh: Array

    def left(self, instant: Instant) -> Array:
        """Steps until each leaves: [case, vehicle]."""
        departs = self.departs[self._place(instant)]
        left: Array = np.maximum(departs - instant.step, _LEAST)
        return left

    def need(self, instant: Instant) -> Array:
        """Steps at full current that each still needs: [case, vehicle]."""
        left_wh = np.maximum(self.energy_wh[self._place(instant)] - instant.got_wh, 0.0)
        need: Array = left_wh * STEPS_PER_H / (instant.max_a * instant.w_per_a)
        return need

    def _place(self, instant: Instant) -> tuple[Indices, Indices, Indices]:
        asked = np.searchsorted(_ASKED, instant.waited, side="right") - 1
        return instant.seed[:, None], instant.stay, np.maximum(asked, 0)


def look_ahead(
    predictor: Predictor,
    users: Sequence[User],
    populations: Sequence[Population],
    caution: Caution | None = None,
) -> Outlook:
    """Ask a forecast for all stays of some populations."""
    caution = caution or Caution()
    real = sorted({(int(a), int(b)) for one in populations for a, b in one.origin})
    row_of = {pair: row for row, pair in enumerate(real)}
    table = _asked(predictor, [(users[user], place) for user, place in real], caution)
    departs, energy = [], []
    for one in populations:
        rows = [row_of[int(a), int(b)] for a, b in one.origin]
        departs.append(one.arrives[:, None] + table[0][rows])
        energy.append(table[1][rows])
    return Outlook(beside(departs, 1.0), beside(energy, 0.0))


def _asked(
    predictor: Predictor, stays: Sequence[tuple[User, int]], caution: Caution
) -> tuple[Array, Array]:
    """Steps from arrival to departure, and energy: [stay, time asked] each."""
    departs = np.zeros((len(stays), len(_ASKED)))
    energy_wh = np.zeros(departs.shape)
    for time, steps in enumerate(_ASKED.tolist()):
        waited_s = steps * STEP_S
        lasting = [
            (row, Standing(user=user, place=place, waited_s=waited_s))
            for row, (user, place) in enumerate(stays)
            if user.stays[place].departs_s - user.stays[place].arrives_s >= waited_s
        ]
        if time:
            departs[:, time], energy_wh[:, time] = departs[:, time - 1], energy_wh[:, time - 1]
        if not lasting:
            continue
        rows = [row for row, _ in lasting]
        expected = predictor.expect([standing for _, standing in lasting])
        stays_s = _at(expected.stays_s, caution.stay_level)
        departs[rows, time] = steps + np.maximum(stays_s, 0.0) / STEP_S
        energy_wh[rows, time] = _at(expected.energy_wh, caution.energy_level)
    return departs, energy_wh


def _at(quantiles: Array, level: float) -> Array:
    """A quantile between those that were given."""
    place = float(np.interp(level, LEVELS, np.arange(len(LEVELS))))
    low = int(place)
    high = min(low + 1, len(LEVELS) - 1)
    value: Array = quantiles[:, low] + (place - low) * (quantiles[:, high] - quantiles[:, low])
    return value
