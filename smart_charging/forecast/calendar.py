"""Local days, and which of them are worked on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from pandas.tseries.holiday import AbstractHolidayCalendar, Holiday, USFederalHolidayCalendar
from pandas.tseries.offsets import Day, Easter

from smart_charging.arrays import Flags, Indices

SUNDAY: Final = 6
_SATURDAY: Final = 5
_A_MONDAY: Final = date(2018, 1, 1)
_AFTER_EASTER: Final = (-3, -2, 0, 1, 39, 49, 50)


class _Norwegian(AbstractHolidayCalendar):
    """Lov om helligdager (1995) §2, and the two days of the law of 1947."""

    rules = [  # noqa: RUF012 - pandas names it so
        Holiday("New Year", month=1, day=1),
        Holiday("Labour Day", month=5, day=1),
        Holiday("Constitution Day", month=5, day=17),
        Holiday("Christmas Day", month=12, day=25),
        Holiday("Boxing Day", month=12, day=26),
        *(
            Holiday(f"Easter {days:+d}", month=1, day=1, offset=[Easter(), Day(days)])
            for days in _AFTER_EASTER
        ),
    ]


_BY_COUNTRY: Final = {"NO": _Norwegian, "US": USFederalHolidayCalendar}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where a site is.

    Attributes:
        zone: Its time zone.
        holidays: Public holidays, which count as Sundays.
    """

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    def weekdays(self, days: Iterable[date]) -> Indices:
        """0 for Monday to 6 for Sunday, a holiday being a Sunday."""
        return np.array([SUNDAY if day in self.holidays else day.weekday() for day in days])

    def are_off(self, days: Iterable[date]) -> Flags:
        """Which days are not worked on."""
        off: Flags = self.weekdays(days) >= _SATURDAY
        return off


def public_holidays(country: str, first: date, last: date) -> frozenset[date]:
    """The public holidays of a country, from one day to another.

    Args:
        country: "NO" or "US" (the federal ones). Other calendars are the caller's to give.
        first: The first day.
        last: The last one.

    Raises:
        KeyError: Another country.
    """
    rules = _BY_COUNTRY[country]()
    found = rules.holidays(pd.Timestamp(first), pd.Timestamp(last))
    return frozenset(moment.date() for moment in found)


def week_numbers(days: Iterable[date]) -> Indices:
    """Weeks since a Monday long ago: their parity tells fortnights."""
    return np.array([(day - _A_MONDAY).days // 7 for day in days])


def days_from(first: date, count: int) -> list[date]:
    """Days in a row."""
    return [first + timedelta(days=past) for past in range(count)]
