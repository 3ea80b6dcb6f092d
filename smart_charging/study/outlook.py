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
_EDGES: Final = np.array([0.0, *LEVELS, 1.0])
_TAIL: Final = 1.5
"""The most that a vehicle takes, over what nine of ten do not exceed."""
_ALMOST_ALL: Final = 1.0 - 1e-6
_NOTHING_WH: Final = 1e-9
_LEAST_WH: Final = 1000.0
_LEAST: Final = 2.0
"""A vehicle that is still there is planned for as if it stayed that many steps at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Which quantiles are planned with; the middle ones did best (docs/study.md).

    Attributes:
        stay_level: Of how much longer a vehicle stays.
        energy_level: Of its energy, given that it still takes some after what it has got.
    """

    stay_level: float = 0.5
    energy_level: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What is planned with, by population, stay and time asked.

    Attributes:
        departs: The step of departure: [seed, stay, time].
        energy_wh: Quantiles of the energy of the stay at `_EDGES`: [seed, stay, time, edge].
        energy_level: Which quantile is planned with, of what is still possible.
    """

    departs: Array
    energy_wh: Array
    energy_level: float

    def left(self, instant: Instant) -> Array:
        """Steps until each leaves: [case, vehicle]."""
        departs = self.departs[self._place(instant)]
        left: Array = np.maximum(departs - instant.step, _LEAST)
        return left

    def need(self, instant: Instant) -> Array:
        """Steps at full current that each still needs: [case, vehicle].

        It takes more than it has got, or it would not want any: of the distribution only what lies
        above that counts. At least 1 kWh is left.
        """
        edges_wh = self.energy_wh[self._place(instant)]
        got_wh = instant.got_wh
        beyond = np.sum(edges_wh <= got_wh[:, :, None], axis=2)
        over, low_wh, high_wh = _between(edges_wh, beyond)
        part = (got_wh - low_wh) / np.maximum(high_wh - low_wh, _NOTHING_WH)
        passed = _EDGES[over - 1] + np.clip(part, 0.0, 1.0) * np.diff(_EDGES)[over - 1]
        level = np.minimum(passed + self.energy_level * (1.0 - passed), _ALMOST_ALL)
        over, low_wh, high_wh = _between(edges_wh, np.searchsorted(_EDGES, level, side="right"))
        part = (level - _EDGES[over - 1]) / np.diff(_EDGES)[over - 1]
        left_wh = low_wh + part * (high_wh - low_wh) - got_wh
        need: Array = np.maximum(left_wh, _LEAST_WH) * STEPS_PER_H
        return need / (instant.max_a * instant.w_per_a)

    def _place(self, instant: Instant) -> tuple[Indices, Indices, Indices]:
        asked = np.searchsorted(_ASKED, instant.waited, side="right") - 1
        return instant.seed[:, None], instant.stay, np.maximum(asked, 0)


def _between(edges_wh: Array, over: Indices) -> tuple[Indices, Array, Array]:
    """The edge above a place, within the table, and the energy at the one below and at that."""
    over = np.clip(over, 1, len(_EDGES) - 1)
    low_wh = np.take_along_axis(edges_wh, over[:, :, None] - 1, axis=2)[:, :, 0]
    high_wh = np.take_along_axis(edges_wh, over[:, :, None], axis=2)[:, :, 0]
    return over, low_wh, high_wh


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
    return Outlook(beside(departs, 1.0), beside(energy, 0.0), caution.energy_level)


def _asked(
    predictor: Predictor, stays: Sequence[tuple[User, int]], caution: Caution
) -> tuple[Array, Array]:
    """Steps from arrival to departure, [stay, time], and energy, [stay, time, edge]."""
    departs = np.zeros((len(stays), len(_ASKED)))
    energy_wh = np.zeros((*departs.shape, len(_EDGES)))
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
        energy_wh[rows, time, 1:-1] = expected.energy_wh
        energy_wh[rows, time, -1] = _TAIL * expected.energy_wh[:, -1]
    return departs, energy_wh


def _at(quantiles: Array, level: float) -> Array:
    """A quantile between those that were given."""
    place = float(np.interp(level, LEVELS, np.arange(len(LEVELS))))
    low = int(place)
    high = min(low + 1, len(LEVELS) - 1)
    value: Array = quantiles[:, low] + (place - low) * (quantiles[:, high] - quantiles[:, low])
    return value
