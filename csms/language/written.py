"""Figures and days as the reader writes them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from csms.language.languages import CUSTOMS, localised
from csms.language.reader import language_now


def figure(value: float, form: str) -> str:
    """Write a figure by its form, such as `,.2f`."""
    return localised(format(value, form), language_now())


def written_day(day: date) -> str:
    """Write a day."""
    return day.strftime(CUSTOMS[language_now()].date)


def weekday(day: date) -> str:
    """Write which day of the week a day is, in short."""
    return CUSTOMS[language_now()].days[day.weekday()]


def day_and_minute(at: datetime, zone: ZoneInfo) -> str:
    """Write a day, and a time of it, by a zone's clock."""
    local = at.astimezone(zone)
    return f"{written_day(local)} {local:%H:%M}"
