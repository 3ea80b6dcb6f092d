"""Cutting many currents down at once to what all lines and power modules carry.

Loads are added up in magnitude, which is never less than what they really put on a line.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, diags, vstack

from smart_charging.arrays import Array, Flags
from smart_charging.case import Case
from smart_charging.occupancy import module_watts

_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Carrying:
    """Lines and power modules.

    Attributes:
        loads: [limit, evse]
        room: [limit, slot]
    """

    loads: csc_matrix
    room: Array

    def fit(self, amps: Array, slot: int) -> Array:
        """Scale currents down to what the lines carry: [evse]."""
        return self.fit_beside(amps, np.zeros(len(amps)), slot)

    def has_room(self, amps: Array) -> Flags:
        """Whether all lines of each EVSE carry some more: [evse, slot]."""
        room = self.room - self.loads @ amps
        return np.asarray(_least(self.loads, room) > _NOTHING)

    def fit_beside(self, more: Array, amps: Array, slot: int) -> Array:
        """Scale currents down to what the lines carry on top of others: [evse]."""
        room_a = np.maximum(self.room[:, slot] - self.loads @ amps, 0.0)
        for _ in range(2):
            carried = self.loads @ more
            if (carried <= room_a).all():
                break
            ratio = np.minimum(1.0, room_a / np.maximum(carried, _NOTHING))
            more = more * _least(self.loads, ratio)
        return more


def carrying(case: Case, which: Flags | None = None) -> Carrying:
    """Lay out what is carried.

    Args:
        case: The problem.
        which: Which lines count, all if not told: [row].
    """
    network, modules = case.network, case.problem.modules
    room = network.limit_a - network.unknown_a - network.fixed.magnitude()
    room, loads = np.maximum(room, 0.0), network.evses.sizes_by_load
    if which is not None:
        loads = csc_matrix(diags(which.astype(float)) @ loads)
    if modules:
        most_w = np.array([module.max_w for module in modules]).reshape(-1, 1)
        room = np.concatenate([room, np.repeat(most_w, room.shape[1], axis=1)])
        loads = csc_matrix(vstack([loads, module_watts(case.problem)]))
    return Carrying(loads=loads, room=room)


def _least(loads: csc_matrix, ratio: Array) -> Array:
    """The smallest of the lines that each EVSE loads; 1 where it loads none: [evse, ...]."""
    least = np.ones((loads.shape[1], *ratio.shape[1:]))
    counts = np.diff(loads.indptr)
    loaded = np.flatnonzero(counts)
    if len(loaded):
        least[loaded] = np.minimum.reduceat(ratio[loads.indices], loads.indptr[loaded])
    return least
