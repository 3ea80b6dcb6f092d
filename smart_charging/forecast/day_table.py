"""A series by local days: a row for each, a column for each step of the clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import numpy as np
import pandas as pd

from smart_charging.arrays import Array
from smart_charging.forecast.calendar import Calendar, days_from

_DAY_S: Final = 86_400


class SeriesError(ValueError):
    """A series that cannot be forecast; its text says why."""


@dataclass(frozen=True, slots=True, eq=False)
class DayTable:
    """Whole local days in a row.

    Attributes:
        first: The first of them.
        values: [day, step]. A step that the clock skips in spring has the value before it; of
            one that it shows twice in autumn, the mean counts.
        step_s: Length of a step.
    """

    first: date
    values: Array
    step_s: int

    @property
    def days(self) -> list[date]:
        """Its days."""
        return days_from(self.first, len(self.values))

    @property
    def end(self) -> date:
        """The day after its last."""
        return self.first + timedelta(days=len(self.values))


def day_table(series: "pd.Series[float]", calendar: Calendar) -> DayTable:
    """Lay out a series by whole days of the site.

    Args:
        series: Means over steps of equal length, by the aware instants at which they begin; the
            length divides a day. Days that are not complete at its beginning and end are left out.
        calendar: Where the site is.

    Raises:
        SeriesError: The instants are naive, or not equally apart.
    """
    step_s = _step_of(series.index)
    index = pd.DatetimeIndex(series.index).tz_convert(calendar.zone)
    steps = _DAY_S // step_s
    column = (index.hour * 3600 + index.minute * 60 + index.second).to_numpy() // step_s
    row = np.array([moment.toordinal() for moment in index.date])
    begin = row[0] + int(column[0] > 0)
    end = row[-1] + int(column[-1] == steps - 1)
    inside = (row >= begin) & (row < end)
    total, count = np.zeros((2, max(0, end - begin), steps))
    at = (row[inside] - begin, column[inside])
    np.add.at(total, at, series.to_numpy(float)[inside])
    np.add.at(count, at, 1.0)
    values = total / np.maximum(count, 1)
    for day, step in np.argwhere(count == 0):
        values[day, step] = values[day, step - 1] if step else 0.0
    return DayTable(date.fromordinal(int(begin)), values, step_s)


def instants_of(day: date, step_s: int, calendar: Calendar) -> pd.DatetimeIndex:
    """The instants at which the steps of a local day begin, 23 to 25 hours of them."""
    starts_at, ends_at = (
        datetime.combine(one, time(), calendar.zone) for one in (day, day + timedelta(days=1))
    )
    return pd.date_range(
        pd.Timestamp(starts_at).tz_convert("UTC"),
        pd.Timestamp(ends_at).tz_convert("UTC"),
        freq=pd.Timedelta(seconds=step_s),
        inclusive="left",
        name="begins_at",
    )


def columns_of(instants: pd.DatetimeIndex, step_s: int, calendar: Calendar) -> "np.ndarray":
    """Which column of a table the steps that begin at some instants are in."""
    local = instants.tz_convert(calendar.zone)
    found: np.ndarray = (local.hour * 3600 + local.minute * 60).to_numpy() // step_s
    return found


def _step_of(index: pd.Index) -> int:
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None or len(index) < 2:
        raise SeriesError("expected two or more aware instants as the series' index")
    apart = np.unique(np.diff(index.as_unit("s").asi8))
    if len(apart) != 1 or apart[0] <= 0 or _DAY_S % apart[0]:
        raise SeriesError(f"expected steps of one length that divides a day, got {apart[:3]} s")
    return int(apart[0])
