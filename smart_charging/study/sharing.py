"""Ways to deal out a feeder's room among vehicles, for many cases at once.

All arrays have the case first: [case, vehicle], [case, row], [case, way]. What nobody wants is 0,
and a place that is not taken by a vehicle wants 0. What is dealt out never exceeds any row (see
`wiring`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.study.wiring import THREE_LINES, WAYS

_NOTHING_A: Final = 1e-9
_FAR: Final = 1e12


def by_way(amps: Array, way: Indices) -> Array:
    """Add up amperes by the way in which vehicles hang on the lines: [case, way]."""
    sums = [np.where(way == one, amps, 0.0).sum(axis=1) for one in range(WAYS)]
    return np.stack(sums, axis=1)


def fits(amps: Array, way: Indices, room_a: Array, coefficients: Array) -> Flags:
    """Whether everybody's amperes fit at once: [case]."""
    carried: Array = by_way(amps, way) @ coefficients.T
    return np.asarray((carried <= room_a + _NOTHING_A).all(axis=1))


def in_order(
    wanted_a: Array, key: Array, way: Indices, room_a: Array, coefficients: Array
) -> Array:
    """Give each vehicle what it wants, as far as there is room, the smallest key first.

    Args:
        wanted_a: [case, vehicle]
        key: Who comes first: [case, vehicle].
        way: [case, vehicle]
        room_a: [case, row]
        coefficients: [row, way]
    """
    given_a = wanted_a.copy()
    tight = np.flatnonzero(~fits(wanted_a, way, room_a, coefficients))
    if len(tight):
        given_a[tight] = _one_by_one(
            wanted_a[tight], key[tight], way[tight], room_a[tight], coefficients
        )
    return given_a


def evenly(wanted_a: Array, way: Indices, room_a: Array, coefficients: Array) -> Array:
    """Give all the same amperes, or what they want if that is less (max-min fair).

    All are raised together until a row is full; those on it stay there, the others go on.
    """
    given_a = wanted_a.copy()
    tight = np.flatnonzero(~fits(wanted_a, way, room_a, coefficients))
    if len(tight):
        given_a[tight] = _levelled(wanted_a[tight], way[tight], room_a[tight], coefficients)
    return given_a


def _one_by_one(
    wanted_a: Array, key: Array, way: Indices, room_a: Array, coefficients: Array
) -> Array:
    wants = wanted_a > _NOTHING_A
    order = np.argsort(np.where(wants, key, np.inf), axis=1, kind="stable")
    order = order[:, : int(wants.sum(axis=1).max(initial=0))]
    wanted, ways = np.take_along_axis(wanted_a, order, 1), np.take_along_axis(way, order, 1)
    is_apart = ((coefficients[:, :THREE_LINES] > 0).sum(axis=0) <= 1).all()
    deal = _deal_around if is_apart else _deal_each
    given_a = np.zeros(wanted_a.shape)
    given = deal(wanted, ways, np.maximum(room_a, 0.0), coefficients)
    np.put_along_axis(given_a, order, given, 1)
    return given_a


def _deal_each(wanted: Array, ways: Indices, room_a: Array, coefficients: Array) -> Array:
    """Go through all places: [case, place]."""
    loads = coefficients.T  # [way, row]
    is_loaded = loads > 0
    per_load = np.where(is_loaded, 1.0 / np.where(is_loaded, loads, 1.0), 1.0)
    beside = np.where(is_loaded, 0.0, _FAR)
    left_a, given = room_a, np.zeros(wanted.shape)
    for place in range(wanted.shape[1]):
        one = ways[:, place]
        most_a = ((left_a + beside[one]) * per_load[one]).min(axis=1)
        given[:, place] = np.minimum(wanted[:, place], most_a)
        left_a = np.maximum(left_a - given[:, place, None] * loads[one], 0.0)
        if place % 8 == 7 and not (left_a > _NOTHING_A).any():
            break
    return given


def _deal_around(wanted: Array, ways: Indices, room_a: Array, coefficients: Array) -> Array:
    """Go through those on three lines only; no other way may load more than one row.

    Vehicles of other ways fill their row up: what is carried there is what they want, summed up,
    until the row is full. So their amperes follow from sums, once those on three lines are known.
    """
    apart, three = coefficients[:, :THREE_LINES], coefficients[:, THREE_LINES]
    is_three = ways == THREE_LINES
    alone = np.where(is_three, 0.0, wanted)
    before = np.stack(
        [np.cumsum(alone * (ways == one), axis=1) for one in range(THREE_LINES)], axis=2
    )
    carried = before @ apart.T  # [case, place, row]
    given, both = np.zeros(wanted.shape), np.zeros(len(wanted))
    loaded = three > 0
    cases = np.arange(len(wanted))
    ranked = np.argsort(~is_three, axis=1, kind="stable")
    for turn in range(int(is_three.sum(axis=1).max(initial=0))):
        place = ranked[:, turn]
        left_a = room_a - carried[cases, place] - both[:, None] * three
        most_a = (left_a[:, loaded] / three[loaded]).min(axis=1)
        amps = np.clip(most_a, 0.0, wanted[cases, place]) * is_three[cases, place]
        given[cases, place] = amps
        both += amps
    full = carried + np.cumsum(given, axis=1)[:, :, None] * three
    reached = np.minimum(full, room_a[:, None, :])
    gained = np.diff(reached, axis=1, prepend=np.zeros((len(wanted), 1, len(three))))
    for one in range(THREE_LINES):
        row = int(apart[:, one].argmax())
        given = np.where(ways == one, gained[:, :, row] / apart[row, one], given)
    return np.clip(given, 0.0, wanted)


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """What each way carries at each level at which one more vehicle has all it wants.

    Attributes:
        level_a: Rising, from 0 on: [case, step].
        sums_a: [case, step, way]
    """

    level_a: Array
    sums_a: Array


def _levelled(wanted_a: Array, way: Indices, room_a: Array, coefficients: Array) -> Array:
    steps, cases = _steps_of(wanted_a, way), np.arange(len(wanted_a))[:, None]
    level_of = np.full((len(wanted_a), WAYS), np.inf)
    fixed_a = np.zeros(level_of.shape)
    given_a = wanted_a
    for _ in range(WAYS):
        is_free = np.isinf(level_of)
        carried = np.where(is_free[:, None, :], steps.sums_a, fixed_a[:, None, :]) @ coefficients.T
        ends = np.where((is_free.astype(float) @ coefficients.T) > 0, room_a, np.inf)
        row_level = _levels_at(steps.level_a, carried, ends)
        level = row_level.min(axis=1)
        is_full = (row_level <= level[:, None]) & np.isfinite(row_level)
        stops = is_free & ((is_full.astype(float) @ coefficients) > 0)
        level_of = np.where(stops, level[:, None], level_of)
        given_a = np.minimum(wanted_a, level_of[cases, way])
        fixed_a = by_way(given_a, way)
        if not stops.any():
            break
    return given_a


def _steps_of(wanted_a: Array, way: Indices) -> _Steps:
    order = np.argsort(wanted_a, axis=1)
    rising, ways = np.take_along_axis(wanted_a, order, 1), np.take_along_axis(way, order, 1)
    is_member = (ways[:, :, None] == np.arange(WAYS)).astype(float)
    below = np.cumsum(is_member * rising[:, :, None], axis=1)
    above = is_member.sum(axis=1, keepdims=True) - np.cumsum(is_member, axis=1)
    sums_a = below + rising[:, :, None] * above
    nothing = np.zeros((len(wanted_a), 1))
    return _Steps(
        np.concatenate([nothing, rising], axis=1),
        np.concatenate([np.zeros((len(wanted_a), 1, WAYS)), sums_a], axis=1),
    )


def _levels_at(level_a: Array, carried_a: Array, ends_a: Array) -> Array:
    """The level at which each row carries as much as it may, inf where it never does: [case, row].

    Between two steps what a row carries rises in a straight line.
    """
    is_over = carried_a > ends_a[:, None, :] + _NOTHING_A
    after = np.where(is_over.any(axis=1), is_over.argmax(axis=1), 0)  # [case, row]
    before = np.maximum(after - 1, 0)
    low, high = np.take_along_axis(level_a, before, 1), np.take_along_axis(level_a, after, 1)
    at_low = np.take_along_axis(carried_a, before[:, None, :], 1)[:, 0]
    at_high = np.take_along_axis(carried_a, after[:, None, :], 1)[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = (ends_a - at_low) / (at_high - at_low)
        level = low + np.clip(part, 0.0, 1.0) * (high - low)
    return np.where(is_over.any(axis=1), np.where(after == 0, 0.0, level), np.inf)
