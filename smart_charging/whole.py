"""Constraint family (11) of the model: limits that a station can be sent.

In a committed slot, with n steps of size step, and switches for what is no whole step:

    x = step n + max m + floor f + sum_k level_k b_k
    m + f + z + sum_k b_k <= 1,   least z <= step n <= max z

where z says that it charges in steps, m that it has its maximum, f its floor and b_k a level that
its station knows. With all at 0 it is paused.
"""

import math
from typing import Final

import numpy as np

from smart_charging.arrays import Indices
from smart_charging.draft import NOT_THERE, Draft

_SLACK: Final = 1e-6


def add_whole(draft: Draft) -> None:
    """(11): in the committed slots a limit is a pause, or known and no less than the minimum."""
    for i in range(draft.units.count):
        for slot in range(draft.problem.committed):
            if draft.x[i, slot] != NOT_THERE:
                _add_whole(draft, i, int(draft.x[i, slot]), float(draft.units.most_a[i, slot]))


def _add_whole(draft: Draft, i: int, x: int, most_a: float) -> None:
    evse, least_a = draft.problem.evses[i], float(draft.problem.columns.least_a[i])
    sizes = [a for a in evse.levels_a if least_a - _SLACK <= a <= most_a + _SLACK]
    sizes += [a for a in (evse.max_a, evse.floor_a) if 0 < a <= most_a + _SLACK]
    one = draft.rows.add(-np.inf, 1.0, 1)
    is_x = draft.rows.add(0.0, 0.0, 1)
    draft.rows.put(is_x, np.array([x]), 1.0)
    if sizes:
        switches = _switches(draft, len(sizes))
        draft.rows.put(is_x, switches, -np.array(sizes))
        draft.rows.put(one, switches, 1.0)
    if evse.levels_a:
        return
    steps = draft.columns.add(
        np.zeros(1), 0.0, float(math.floor(most_a / evse.step_a + _SLACK)), is_whole=True
    )
    charges = _switches(draft, 1)
    draft.rows.put(is_x, steps, -evse.step_a)
    draft.rows.put(one, charges, 1.0)
    enough = draft.rows.add(0.0, np.inf, 1)
    draft.rows.put(enough, steps, evse.step_a)
    draft.rows.put(enough, charges, -min(least_a, most_a + evse.step_a))
    at_most = draft.rows.add(-np.inf, 0.0, 1)
    draft.rows.put(at_most, steps, evse.step_a)
    draft.rows.put(at_most, charges, -most_a)


def _switches(draft: Draft, count: int) -> Indices:
    return draft.columns.add(np.zeros(count), 0.0, 1.0, is_whole=True)
