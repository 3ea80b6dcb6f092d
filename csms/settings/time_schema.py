"""Times of day, days and months as files of settings write them."""

from datetime import time
from typing import Annotated, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_MINUTES_PER_HOUR: Final = 60
_MINUTES_PER_DAY: Final = 24 * 60


def _time_of_day(value: object) -> object:
    """Accept `16:00` with and without quotes: unquoted, YAML 1.1 reads it as 960."""
    if type(value) is int and _MINUTES_PER_HOUR <= value <= _MINUTES_PER_DAY:
        return time(value // 60 % 24, value % 60)
    if isinstance(value, str) and ":" in value:
        try:
            instant = time(0, 0) if value == "24:00" else time.fromisoformat(value)
        except ValueError:
            pass
        else:
            if instant.tzinfo is None:  # the site has a time zone already
                return instant
    raise ValueError(f"expected a time of day such as 16:30, got {value!r}")


def _days(value: object) -> object:
    """Accept `mon-fri` beside a list of days."""
    return _listed(value, DAYS)


def _months(value: object) -> object:
    """Accept `nov-mar` beside a list of months."""
    return _listed(value, MONTHS)


def _listed(value: object, names: tuple[str, ...]) -> object:
    """All from the first to the last one of `first-last`, around the end if need be."""
    if isinstance(value, str) and value.count("-") == 1:
        first, last = value.split("-")
        if first in names and last in names:
            count, start, end = len(names), names.index(first), names.index(last)
            return [
                names[i % count] for i in range(start, end + (1 if end >= start else count + 1))
            ]
    return [value] if isinstance(value, str) else value


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"expected a time zone such as Europe/Oslo, got {name!r}") from error
    return name


TimeOfDay: TypeAlias = Annotated[
    time, BeforeValidator(_time_of_day, json_schema_input_type=str), Field(examples=["16:30"])
]
Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Days: TypeAlias = Annotated[
    Annotated[list[Day], Field(min_length=1)],
    BeforeValidator(_days, json_schema_input_type=list[Day] | str),
]
Month: TypeAlias = Literal[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"
]
Months: TypeAlias = Annotated[
    Annotated[list[Month], Field(min_length=1)],
    BeforeValidator(_months, json_schema_input_type=list[Month] | str),
]
TimeZone: TypeAlias = Annotated[str, AfterValidator(_time_zone)]
