"""What a driver's past says of when he leaves and what he takes: hazards of his own.

A hazard is the chance that something happens in a bin, given that it has not happened before: that
a vehicle leaves within half an hour, or that it is full within a kWh. It is how often that happened
in such a bin over how often it could have. A driver has few stays, so everybody's hazard is mixed
in, and weighs as much as some bins of his own (shrinkage).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.stay_table import Stays

BINS_PER_H: Final = 2
BINS_PER_DAY: Final = 24 * BINS_PER_H
MOST_BINS: Final = 4 * BINS_PER_DAY
"""Stays are looked at for so long: four days."""
KWH_BINS: Final = 80
_PRIOR: Final = 4.0
"""Everybody weighs as much as so many bins of the driver's own."""
_MEMORY: Final = 25.0
"""After so many stays one counts 1/e."""
_APART_H: Final = 3.0
_OTHER_KIND: Final = 0.4
_CLOCK_BINS: Final = 1.5
_AGE_SHARE: Final = 0.12
_KWH_SHARE: Final = 0.12
_LEAST_WEIGHT: Final = 1e-3
_FULL_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Habits:
    """Hazards of a driver's own as they were known when each stay began.

    Attributes:
        by_clock: Of leaving: [stay, kind of day (worked on, off), half hour of the day].
        alike: Of leaving, from stays that began at such a time: [stay, half hour since the
            midnight before it began].
        by_age: Of leaving: [stay, half hour since it began].
        full: Of being full: [stay, kWh].
    """

    by_clock: Array
    alike: Array
    by_age: Array
    full: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """How often it happened, and how often it could have: [stay, bin] each."""

    happened: Array
    could: Array


def is_cut_short(stays: Stays) -> Flags:
    """Which vehicles left before they were full: they drew all the time."""
    found: Flags = stays.energy_kwh >= _FULL_SHARE * stays.power_kw * stays.stay_h
    return found


def bins_of(stays: Stays, at: Indices) -> tuple[Indices, Indices, Flags]:
    """Lay out stays in half hours of the clock, those beyond four days left out.

    Returns:
        For each half hour: whose it is (a place in `at`), which since the clock's origin, and
        whether the vehicle left in it.
    """
    first = np.floor(stays.came_h[at] * BINS_PER_H).astype(int)
    lasts_h = np.minimum(stays.stay_h[at], MOST_BINS / BINS_PER_H + 1.0)
    last = np.floor((stays.came_h[at] + lasts_h) * BINS_PER_H).astype(int)
    count = np.minimum(last - first + 1, MOST_BINS)
    whose = np.repeat(np.arange(len(at)), count)
    since = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    bins = first[whose] + since
    return whose, bins, bins == last[whose]


def habits_of(stays: Stays, known: Flags) -> Habits:
    """Tell the habits of all stays' drivers.

    Args:
        stays: All.
        known: [stay], those that everybody's hazards are counted from.
    """
    every = np.arange(len(stays.came_h))
    clock, alike, age = _leaving_counts(stays, every)
    full = _full_counts(stays)
    weights = list(_weights(stays))
    plain = [(one, recency) for one, recency, _ in weights]
    similar = [(one, recency * likeness) for one, recency, likeness in weights]
    whole = len(every)
    by_clock = _own(_over_clock(clock), known, plain)
    return Habits(
        by_clock=by_clock.reshape(whole, 2, BINS_PER_DAY),
        alike=_own(_blurred(alike, _CLOCK_BINS, 0.0), known, similar),
        by_age=_own(_blurred(age, 1.0, _AGE_SHARE), known, plain),
        full=_own(_blurred(full, 0.7, _KWH_SHARE), known, plain),
    )


def _leaving_counts(stays: Stays, at: Indices) -> tuple[_Counts, _Counts, _Counts]:
    whose, bins, leaves = bins_of(stays, at)
    day, clock = bins // BINS_PER_DAY, bins % BINS_PER_DAY
    first = np.floor(stays.came_h[at] * BINS_PER_H).astype(int)[whose]
    is_off = stays.is_off[np.minimum(day, len(stays.is_off) - 1)]
    places = (
        (is_off * BINS_PER_DAY + clock, 2 * BINS_PER_DAY),
        (bins - first // BINS_PER_DAY * BINS_PER_DAY, MOST_BINS + BINS_PER_DAY),
        (bins - first, MOST_BINS),
    )
    clocks, alike, age = (_counted(whose, place, leaves, (len(at), size)) for place, size in places)
    return clocks, alike, age


def _full_counts(stays: Stays) -> _Counts:
    count = np.clip(np.ceil(stays.energy_kwh).astype(int), 1, KWH_BINS)
    whose = np.repeat(np.arange(len(count)), count)
    kwh = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    fills = (kwh == count[whose] - 1) & ~is_cut_short(stays)[whose]
    return _counted(whose, kwh, fills, (len(count), KWH_BINS))


def _counted(whose: Indices, place: Indices, happens: Flags, shape: tuple[int, int]) -> _Counts:
    could, happened = np.zeros(shape), np.zeros(shape)
    np.add.at(could, (whose, place), 1.0)
    np.add.at(happened, (whose[happens], place[happens]), 1.0)
    return _Counts(happened, could)


def _over_clock(counts: _Counts) -> _Counts:
    """Blur over the clock, round which midnight is no edge."""
    apart = np.abs(np.subtract.outer(np.arange(BINS_PER_DAY), np.arange(BINS_PER_DAY)))
    apart = np.minimum(apart, BINS_PER_DAY - apart)
    kernel = np.exp(-0.5 * (apart / _CLOCK_BINS) ** 2)
    kernel /= kernel.sum(axis=0)
    both = np.kron(np.eye(2), kernel)
    return _Counts(counts.happened @ both, counts.could @ both)


def _blurred(counts: _Counts, bins: float, share: float) -> _Counts:
    """Blur by some bins, the more the higher they are."""
    place = np.arange(counts.could.shape[1]) + 0.5
    kernel = np.exp(-0.5 * (np.subtract.outer(place, place) / (bins + share * place)) ** 2)
    kernel = kernel / kernel.sum(axis=0)
    return _Counts(counts.happened @ kernel, counts.could @ kernel)


def _weights(stays: Stays) -> Iterator[tuple[Indices, Array, Array]]:
    """For each driver his stays, how recent each is for each later one, and how alike they began.

    What had not ended when a stay began counts nothing for it.
    """
    for user in np.unique(stays.user[stays.user >= 0]):
        own = np.flatnonzero(stays.user == user)
        over = stays.left_h[own][None, :] <= stays.came_h[own][:, None]
        rank = np.subtract.outer(np.arange(len(own)), np.arange(len(own)))
        recency = np.where(over, np.exp(-np.maximum(rank, 0) / _MEMORY), 0.0)
        clock = stays.came_h[own] % 24.0
        apart = np.abs(np.subtract.outer(clock, clock))
        apart = np.minimum(apart, 24.0 - apart)
        off = _kinds(stays, own)
        kind = np.where(off[:, None, :] == off[None, :, :], 1.0, _OTHER_KIND).prod(axis=2)
        likeness = np.maximum(np.exp(-0.5 * (apart / _APART_H) ** 2) * kind, _LEAST_WEIGHT)
        yield own, recency, likeness


def _kinds(stays: Stays, at: Indices) -> Flags:
    """Whether the day of a stay, and the day after, are off: [stay, 2]."""
    day = (stays.came_h[at] // 24).astype(int)
    return np.column_stack([stays.is_off[day], stays.is_off[day + 1]])


def _own(counts: _Counts, known: Flags, weights: list[tuple[Indices, Array]]) -> Array:
    """Shrink each driver's hazards towards everybody's: [stay, bin]."""
    happened, could = counts.happened[known].sum(axis=0), counts.could[known].sum(axis=0)
    everybody = (happened + 1e-3) / (could + 1.0)
    found = np.broadcast_to(everybody, counts.could.shape).copy()
    for own, weight in weights:
        its_happened = weight @ counts.happened[own]
        its_could = weight @ counts.could[own]
        found[own] = (its_happened + _PRIOR * everybody) / (its_could + _PRIOR)
    return found
