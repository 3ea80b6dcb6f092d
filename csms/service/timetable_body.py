"""A timetable as programs and spreadsheets write it: the same fields as JSON and as CSV."""

import csv
import re
from collections.abc import Sequence
from datetime import date, time
from io import StringIO
from typing import Annotated, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from csms.domain.authorization import IdToken
from csms.domain.identity import EvseId
from csms.domain.timetable import WEEKDAYS, Departure
from csms.service.csv_table import TableLine, read_table, refusal

_TIME: Final = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"}
"""A time of day without a zone, which JSON Schema's own format does not have."""
COLUMNS: Final = ("id_token", "evse", "days", "leaves_at", "energy_kwh")
_DAILY: Final = "daily"
_WH_PER_KWH: Final = 1000.0
_ALL: Final = frozenset(range(len(WEEKDAYS)))
_EVSE: Final = re.compile(r"(?P<station>.+)/(?P<number>[1-9][0-9]{0,3})")
_DAYS_EXPECTED: Final = (
    "expected days of the week such as mon-fri or sat,sun, daily, or a date such as 2026-12-24"
)


class TimetableLine(BaseModel):
    """When a vehicle leaves, on some days, and with how much energy."""

    model_config = ConfigDict(extra="forbid")

    id_token: Annotated[str, Field(min_length=1, max_length=36)] | None = Field(
        default=None, description="Whose, by its id token; or say `evse`"
    )
    evse: str | None = Field(
        default=None,
        description="Whichever vehicle stands there, as STATION/NUMBER; an id token's lines "
        "outrank it",
    )
    days: str = Field(
        default=_DAILY,
        description="`daily`, days of the week (`mon-fri`, `sat,sun`), or a date (`2026-12-24`), "
        "whose lines count in place of those for its weekday",
    )
    leaves_at: Annotated[time, WithJsonSchema(_TIME)] | None = Field(
        default=None,
        description="By the site's clock, such as 05:30; null: it does not leave on those days",
    )
    energy_kwh: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        default=None,
        description="Energy from the start of the transaction that it leaves with; null: as usual",
    )

    @field_validator("leaves_at")
    @classmethod
    def _has_no_zone(cls, at: time | None) -> time | None:
        if at is not None and at.tzinfo is not None:
            raise ValueError("expected a time of the site's clock, without a zone")
        return at

    @field_validator("days")
    @classmethod
    def _can_be_read(cls, days: str) -> str:
        parse_days(days)
        return days

    @field_validator("evse")
    @classmethod
    def _names_an_evse(cls, evse: str | None) -> str | None:
        if evse is not None and not _EVSE.fullmatch(evse):
            raise ValueError("expected STATION/NUMBER, such as G-01/1")
        return evse

    @model_validator(mode="after")
    def _is_of_one(self) -> "TimetableLine":
        if (self.id_token is None) == (self.evse is None):
            raise ValueError("expected either an id_token or an evse")
        return self

    @property
    def departure(self) -> Departure:
        """What it says."""
        weekdays, day = parse_days(self.days)
        kwh = self.energy_kwh
        return Departure(
            who=IdToken(self.id_token).key if self.id_token else _evse_of(self.evse or ""),
            weekdays=weekdays,
            day=day,
            leaves_at=self.leaves_at,
            energy_wh=None if kwh is None else kwh * _WH_PER_KWH,
        )


def line_of(departure: Departure) -> TimetableLine:
    """Write a line."""
    is_evse = isinstance(departure.who, EvseId)
    wh = departure.energy_wh
    return TimetableLine(
        id_token=None if is_evse else str(departure.who),
        evse=str(departure.who) if is_evse else None,
        days=departure.day.isoformat() if departure.day else _write_days(departure.weekdays),
        leaves_at=departure.leaves_at,
        energy_kwh=None if wh is None else wh / _WH_PER_KWH,
    )


def parse_days(text: str) -> tuple[frozenset[int], date | None]:
    """Read on which weekdays, or on which day, something is.

    Raises:
        ValueError: The text says no days.
    """
    plain = text.strip().lower()
    if plain == _DAILY:
        return _ALL, None
    if plain[:1].isdigit():
        try:
            return frozenset(), date.fromisoformat(plain)
        except ValueError:
            raise ValueError(_DAYS_EXPECTED) from None
    return frozenset(day for part in plain.split(",") for day in _span(part.strip())), None


def write_csv(departures: Sequence[Departure]) -> str:
    """Write a timetable as `parse_csv` reads it."""
    written = StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for departure in departures:
        fields = line_of(departure).model_dump(mode="json")
        if departure.leaves_at is not None:
            fields["leaves_at"] = departure.leaves_at.isoformat("minutes")
        writer.writerow({name: "" if fields[name] is None else fields[name] for name in COLUMNS})
    return written.getvalue()


def parse_csv(body: bytes) -> list[Departure]:
    """Read a timetable from a table with a heading, comma or semicolon between its columns.

    With semicolons, figures may have a decimal comma, as spreadsheets of many countries write them.

    Raises:
        InvalidInputError: It cannot be read; it says in which line, and why.
    """
    table = read_table(body, COLUMNS)
    return [_departure(line, has_commas=table.has_commas) for line in table.lines]


def _departure(line: TableLine, *, has_commas: bool) -> Departure:
    fields = dict(line.fields)
    if has_commas and "energy_kwh" in fields:
        fields["energy_kwh"] = fields["energy_kwh"].replace(",", ".")
    try:
        return TimetableLine.model_validate(fields).departure
    except ValidationError as error:
        raise refusal(line, error) from error


def _evse_of(text: str) -> EvseId:
    station, number = text.rsplit("/", 1)
    return EvseId(station, int(number))


def _span(text: str) -> range:
    """A day of the week, or from one to another, not over Sunday."""
    first, dash, last = (part.strip() for part in text.partition("-"))
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        raise ValueError(_DAYS_EXPECTED)
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if end < begin:
        raise ValueError(f"expected a span from {last} to {first}, or single days")
    return range(begin, end + 1)


def _write_days(weekdays: frozenset[int]) -> str:
    if weekdays == _ALL:
        return _DAILY
    return ",".join(WEEKDAYS[day] for day in sorted(weekdays))
