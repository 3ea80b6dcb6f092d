"""The first model of a site's load: quantiles of days that were like the day that comes.

A past day counts the more the more recent it is; less if it is another day of the week, less still
if one is worked on and the other is not, and less if it lies in the other week of a fortnight, as
many have every other Friday off. What each of this costs is chosen on the site's own past. A past
day is scaled by how the load's level has changed since, as fleets grow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.forecast.calendar import Calendar, days_from, week_numbers
from smart_charging.forecast.day_table import DayTable
from smart_charging.forecast.levels import LEVELS, pinball, weighted_quantiles

_SATURDAY: Final = 5
_HOURS: Final = 24
_HORIZON_DAYS: Final = 150
_SCALES: Final = (1 / 3, 3.0)
"""Scaling a day by more than this is not believed."""
_TINY: Final = 1e-9
_CHOICES: Final[dict[str, tuple[float, ...]]] = {
    "level_days": (14, 28, 56),
    "memory_days": (21, 42, 84),
    "other_weekday": (0.1, 0.3, 0.6),
    "other_kind": (0.0, 0.05, 0.2),
    "other_week": (0.1, 0.3, 1.0),
}
_ROUNDS: Final = 2
_LEAST_GAIN: Final = 0.004
"""What a choice has to gain to be taken: smaller gains are chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What past days count.

    Attributes:
        memory_days: After so many days a day counts 1/e.
        other_weekday: Factor where the day of the week differs.
        other_kind: Factor, instead, where one is off and the other is worked on.
        other_week: Factor where it lies an odd number of weeks apart.
        level_days: Over how many days the load's level is taken.
    """

    memory_days: float = 42.0
    other_weekday: float = 0.6
    other_kind: float = 0.05
    other_week: float = 1.0
    level_days: float = 14.0


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """A table with what its days, and the two after its last, are.

    Attributes:
        values: [day, step].
        weekdays: [day + 2], holidays as Sundays.
        weeks: [day + 2].
        sums: [day + 1], of the days' means before each.
    """

    values: Array
    weekdays: Indices
    weeks: Indices
    sums: Array

    def level(self, days: float) -> Array:
        """[day + 1]: the mean over so many days before each, as far as there are any."""
        every = np.arange(len(self.sums))
        since = np.maximum(0, every - int(days))
        found: Array = (self.sums - self.sums[since]) / np.maximum(1, every - since)
        return found


def days_of(table: DayTable, calendar: Calendar) -> Days:
    """Tell what the days of a table are."""
    days = days_from(table.first, len(table.values) + 2)
    return Days(
        table.values,
        calendar.weekdays(days),
        week_numbers(days),
        np.append(0.0, np.cumsum(table.values.mean(axis=1))),
    )


def analog_quantiles(
    days: Days, day: int, likeness: Likeness, levels: Sequence[float] = LEVELS
) -> Array:
    """Forecast a day from those before it.

    Args:
        days: At least one day before it.
        day: Its row; one after the last row is the day that comes.
        likeness: What past days count.
        levels: Which quantiles.

    Returns:
        [level, step].
    """
    past = np.arange(max(0, day - _HORIZON_DAYS), day)
    weights = _weights(days, day, past, likeness)
    scales = _scales(days, day, past, likeness.level_days)
    return weighted_quantiles(days.values[past] * scales[:, None], weights, levels)


def choose_likeness(days: Days, rows: Sequence[int]) -> Likeness:
    """Find what would have forecast some past days best, each from the days before it."""
    best, days = Likeness(), _by_the_hour(days)
    if not rows:
        return best
    loss = _loss(days, rows, best)
    for _ in range(_ROUNDS):
        before = best
        for name, values in _CHOICES.items():
            for value in values:
                tried = replace(best, **{name: value})
                if tried != best and (its_loss := _loss(days, rows, tried)) < loss * (
                    1 - _LEAST_GAIN
                ):
                    best, loss = tried, its_loss
        if best == before:
            break
    return best


def _by_the_hour(days: Days) -> Days:
    """The same in hours, where steps are shorter: choosing by these is as good, and faster."""
    count, steps = days.values.shape
    if steps <= _HOURS or steps % _HOURS:
        return days
    return replace(days, values=days.values.reshape(count, _HOURS, -1).mean(axis=2))


def _loss(days: Days, rows: Sequence[int], likeness: Likeness) -> float:
    found = np.array([analog_quantiles(days, row, likeness) for row in rows])
    return float(pinball(days.values[list(rows)], np.moveaxis(found, 1, -1)).mean())


def _weights(days: Days, day: int, past: Indices, likeness: Likeness) -> Array:
    weekdays, its_weekday = days.weekdays[past], days.weekdays[day]
    is_same = weekdays == its_weekday
    is_like = (weekdays >= _SATURDAY) == (its_weekday >= _SATURDAY)
    is_odd = (days.weeks[past] - days.weeks[day]) % 2 == 1
    weights: Array = np.exp((past - day) / likeness.memory_days)
    weights = weights * np.where(
        is_same, 1.0, np.where(is_like, likeness.other_weekday, likeness.other_kind)
    )
    weights = weights * np.where(is_odd, likeness.other_week, 1.0)
    return np.maximum(weights, _TINY)


def _scales(days: Days, day: int, past: Indices, level_days: float) -> Array:
    """How the level has changed since: around each past day, as far as it is known, to now."""
    level = days.level(level_days)
    around = np.minimum(past + 1 + int(level_days) // 2, day)
    change = (level[day] + _TINY) / (level[around] + _TINY)
    scales: Array = np.clip(change, *_SCALES)
    return scales
