"""The first slot's amperes in pieces: what the first of them are worth over the last.

A little for all is better than all for one; who charges goes on for a turn, and who has waited
comes next; a vehicle that would not wake from a pause keeps its minimum.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.units import Units

TURN_S: Final = 1800.0
"""How long a vehicle charges before one that waits may take its place."""
MOST_TURNS: Final = 2.0
_EVEN_EDGES_A: Final = np.array([0.0, 6.0, 10.0, 16.0, 24.0])
_EVEN_WORTH: Final = np.array([1.0, 0.8, 0.6, 0.4, 0.2])
_WAKE_TURNS: Final = 20.0


def has_pieces(weights: Weights) -> bool:
    """Whether the pieces are worth anything."""
    return weights.even > 0 or weights.turn > 0 or weights.keep > 0


@lru_cache(maxsize=2)
def first_pieces(problem: ChargingProblem, weights: Weights, units: Units) -> tuple[Array, Array]:
    """Cut every EVSE's amperes in the first slot.

    Args:
        problem: Whose.
        weights: What the objective gives.
        units: Its EVSEs, with the most that each may be given in the slot.

    Returns:
        Widths, and what a kWh in each piece is worth: [evse, piece].
    """
    columns, most_a = problem.columns, units.most_a[:, 0]
    held_a, min_a, floor_a = columns.held_a, columns.min_a, columns.floor_a
    even = np.broadcast_to(_EVEN_EDGES_A, (len(held_a), len(_EVEN_EDGES_A)))
    begins = np.sort(np.column_stack([even, held_a, min_a]), axis=1)
    stretch = np.searchsorted(_EVEN_EDGES_A, begins, side="right") - 1
    is_on = held_a >= min_a
    turns = np.minimum(columns.off_s / TURN_S, MOST_TURNS)
    turns = turns + _WAKE_TURNS * (is_on & (columns.can_pause == 0))
    stays = weights.turn * (is_on & (columns.on_s < TURN_S)) + weights.keep
    values: Array = weights.even * _EVEN_WORTH[stretch]
    values = values + (weights.turn * turns)[:, None] * (begins < min_a[:, None])
    values = values + stays[:, None] * (begins < held_a[:, None])
    ends = np.column_stack([begins[:, 1:], np.full(len(held_a), np.inf)])
    bounds = floor_a[:, None], np.maximum(most_a, floor_a)[:, None]
    widths: Array = np.clip(ends, *bounds) - np.clip(begins, *bounds)
    widths.flags.writeable = values.flags.writeable = False
    return widths, values


def dearest_first(widths: Array, values: Array) -> Array:
    """What a kWh of the most valuable piece is worth: [evse].

    What is fed back loses it, so that nothing is charged first only to be fed back.
    """
    dearest: Array = (values * (widths > 0)).max(axis=1, initial=0.0)
    return dearest
