"""The power that feeders carry of what is planned: what families (14) and (15) have in common."""

from collections.abc import Iterator

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.draft import NOT_THERE, Draft
from smart_charging.feed_limit import share_on_line
from smart_charging.problem import ChargingProblem
from smart_charging.units import Units
from smart_charging.worth import PER_K, hours_of


def shares(problem: ChargingProblem, feeder: str, line: int | None = None) -> tuple[Array, Array]:
    """The share of each EVSE's power that counts, and what counts of each store's ampere, in W.

    Args:
        problem: What is planned.
        feeder: What hangs below it counts.
        line: What is on this line alone; None: on all of them.
    """
    below = {feeder}
    for one in problem.feeders:  # parents come before their children
        if one.parent in below:
            below.add(one.key)
    evses = [share_on_line(e.tap, line) * (e.feeder in below) for e in problem.evses]
    stores_w = [
        share_on_line(s.tap, line) * s.w_per_a * (s.feeder in below) for s in problem.stores
    ]
    return np.array(evses, dtype=float), np.array(stores_w, dtype=float)


def planned_w(
    problem: ChargingProblem,
    units: Units,
    drawn: tuple[Array, Array],
    feeder: str,
    line: int | None = None,
) -> Array:
    """What a feeder carries of all that is planned: [slot].

    Args:
        problem: What is planned.
        units: Its EVSEs, or cohorts of them.
        drawn: What they draw, less what they feed back, in Wh: [unit, slot]; and what stores take,
            below 0: give, in A: [store, slot].
        feeder: Which feeder.
        line: Which line; None: all of them.
    """
    drawn_wh, store_a = drawn
    evses, stores_w = shares(problem, feeder, line)
    carried: Array = _of_units(evses, units) @ drawn_wh / hours_of(problem) + stores_w @ store_a
    return carried


def put_power(draft: Draft, row_of: Indices, feeder: str, line: int | None = None) -> None:
    """Add all that is planned below a feeder to rows, in kW.

    Args:
        draft: The program.
        row_of: The row of each slot, or `NOT_THERE`: [slot].
        feeder: Which feeder.
        line: Which line; None: all of them.
    """
    for columns, kw_per_a in _flows(draft, feeder, line):
        there = (columns != NOT_THERE) & (kw_per_a != 0) & (row_of != NOT_THERE)
        load, slot = np.nonzero(there)
        draft.rows.put(row_of[slot], columns[load, slot], kw_per_a[load, slot])


def _flows(draft: Draft, feeder: str, line: int | None) -> Iterator[tuple[Indices, Array]]:
    """Columns of all that is planned below a feeder, and their power: ([load, slot], [load, slot]).

    What is fed back is below 0.
    """
    units = draft.units
    evses, stores_w = shares(draft.problem, feeder, line)
    unit_kw = units.wh_per_a / draft.hours * PER_K * _of_units(evses, units)[:, None]
    yield draft.x, unit_kw
    for back, columns in draft.fed_back:
        yield columns, -unit_kw[back]
    for taken, given in draft.stored:
        store_kw = np.repeat((stores_w * PER_K)[:, None], taken.shape[1], axis=1)
        yield taken, store_kw
        yield given, -store_kw


def _of_units(evses: Array, units: Units) -> Array:
    """The mean over each unit's EVSEs: [unit]."""
    members = np.maximum(np.bincount(units.of, minlength=units.count), 1)
    means: Array = np.bincount(units.of, evses, units.count) / members
    return means
