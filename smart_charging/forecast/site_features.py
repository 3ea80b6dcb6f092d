"""What is known at midnight about a day's load, step by step."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from smart_charging.arrays import Array
from smart_charging.forecast.analogs import Days, Likeness, analog_quantiles, days_of
from smart_charging.forecast.calendar import Calendar, days_from
from smart_charging.forecast.day_table import DayTable, day_table
from smart_charging.forecast.levels import LEVELS
from smart_charging.forecast.stay_table import lay_out_stays
from smart_charging.forecast.users import HOURS, carried_over_kwh, drawn_by_users, expected_kwh

NAMES: Final = (
    "hour",
    "weekday",
    "weekday of yesterday",
    "weekday of tomorrow",
    "like days, q10",
    "like days, q25",
    "like days, q50",
    "like days, q75",
    "like days, q90",
    "yesterday, same time",
    "a week ago",
    "a fortnight ago",
    "yesterday, mean",
    "yesterday evening",
    "yesterday's last hour",
    "3 days, mean",
    "7 days, mean",
    "28 days, same time",
    "drivers, whole day",
    "drivers, by hour",
    "plugged in at midnight",
    "drawing at midnight",
    "still to be drawn then, by hour",
)
LEVEL_DAYS: Final = 14


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """What a site's drivers are expected to do.

    Attributes:
        expected: [day, hour], what they are expected to draw, kWh.
        is_in: [day], vehicles plugged in at midnight.
        draws_kw: [day], what they draw then.
        carried: [day, hour], what these will draw on, kWh.
    """

    expected: Array
    is_in: Array
    draws_kw: Array
    carried: Array


@dataclass(frozen=True, slots=True, eq=False)
class SiteHistory:
    """A site's past, laid out.

    Attributes:
        table: Its load, by local days.
        days: The same, and what the days are.
        drivers: Of its days and the one after.
    """

    table: DayTable
    days: Days
    drivers: Drivers


def lay_out_site(
    load_w: "pd.Series[float]", calendar: Calendar, drivers: Drivers | None = None
) -> SiteHistory:
    """Lay out a site's past.

    Args:
        load_w: As `day_table` takes it; watts or any other unit.
        calendar: Where the site is.
        drivers: Of the same days and the one after; None: nothing is known of them.
    """
    table = day_table(load_w, calendar)
    count = len(table.values) + 1
    nothing = np.zeros((count, HOURS)), np.zeros(count)
    drivers = drivers or Drivers(nothing[0], nothing[1], nothing[1], nothing[0])
    return SiteHistory(table, days_of(table, calendar), drivers)


def expected_drivers(
    stays: pd.DataFrame,
    calendar: Calendar,
    first: date,
    days: int,
    *,
    known: int | None = None,
    seed: int = 0,
) -> Drivers:
    """Look at each driver of a site by himself.

    Args:
        stays: Of the site, with tokens.
        calendar: Where the site is.
        first: The first day of its load.
        days: How many days its load is known.
        known: So many of these may be learned from; None: all.
        seed: Of what is drawn at random.
    """
    laid = lay_out_stays(stays, calendar)
    drawn = drawn_by_users(laid, first.toordinal() - laid.first_day.toordinal(), days)
    weekdays = calendar.weekdays(days_from(first, days + 1))
    return Drivers(
        expected_kwh(drawn, weekdays, days if known is None else known, seed),
        drawn.is_in.sum(axis=1),
        drawn.draws_kw.sum(axis=1),
        carried_over_kwh(drawn),
    )


def quantiles_of_like_days(history: SiteHistory, rows: range, likeness: Likeness) -> Array:
    """[row, level, step]: the first model's forecast of some days."""
    return np.array([analog_quantiles(history.days, row, likeness) for row in rows])


def levels_of(history: SiteHistory, rows: range) -> Array:
    """[row]: the load's level before some days, by which all is divided."""
    found: Array = np.maximum(history.days.level(LEVEL_DAYS)[rows.start : rows.stop], 1.0)
    return found


def site_features(history: SiteHistory, rows: range, like: Array) -> Array:
    """Describe the steps of some days.

    Args:
        history: With these days, or up to the one before.
        rows: Which days; at least a fortnight from the first.
        like: [row, level, step], what `quantiles_of_like_days` found for them.

    Returns:
        [row, step, feature], in the order of `NAMES`, loads as shares of the level.
    """
    level = levels_of(history, rows)
    found = [_of_day(history, row, like[at], level[at]) for at, row in enumerate(rows)]
    return np.array(found).reshape(len(rows), like.shape[2], len(NAMES))


def _of_day(history: SiteHistory, row: int, like: Array, level: float) -> Array:
    values, weekdays = history.days.values, history.days.weekdays
    steps = values.shape[1]
    hour = np.arange(steps) * HOURS // steps
    evening, last = steps * 18 // HOURS, steps * 23 // HOURS
    drivers_w = 1000.0 * history.drivers.expected[row]
    whole = [
        values[row - 1].mean(),
        values[row - 1, evening:].mean(),
        values[row - 1, last:].mean(),
        values[row - 3 : row].mean(),
        values[row - 7 : row].mean(),
    ]
    columns = [
        hour,
        weekdays[row],
        weekdays[row - 1],
        weekdays[row + 1],
        *(like[one] / level for one in range(len(LEVELS))),
        *(values[row - back] / level for back in (1, 7, 14)),
        *(value / level for value in whole),
        values[max(0, row - 28) : row].mean(axis=0) / level,
        drivers_w.mean() / level,
        drivers_w[hour] / level,
        history.drivers.is_in[row],
        1000.0 * history.drivers.draws_kw[row] / level,
        1000.0 * history.drivers.carried[row, hour] / level,
    ]
    return np.column_stack([np.broadcast_to(column, steps) for column in columns])
