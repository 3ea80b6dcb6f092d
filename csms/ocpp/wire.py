"""What the versions of OCPP write alike: times, units, measurands, limits."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from csms.domain.metering import Measurand, MeterSample
from csms.ocpp.adapter import FieldError
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload

_LIMIT_STEPS_PER_UNIT: Final = 10
_LONG_PAST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MOST_DECIMALS: Final = 6
_WHOLE_SECONDS: Final = orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_UTC_Z
_TO_BASE_UNIT: Final[Mapping[str | None, Callable[[float], float]]] = {
    **dict.fromkeys(
        ("kWh", "kvarh", "kVAh", "kW", "kvar", "kVA"), lambda thousands: thousands * 1000.0
    ),
    "K": lambda kelvin: kelvin - 273.15,
    "Kelvin": lambda kelvin: kelvin - 273.15,
    "Fahrenheit": lambda fahrenheit: (fahrenheit - 32.0) / 1.8,
}
"""How to get to the base unit; units that are not listed are base units."""
_MEASURANDS: Final[Mapping[str | None, Measurand]] = {
    None: Measurand.ENERGY_IMPORT_REGISTER,
    **{str(measurand): measurand for measurand in Measurand},
}
"""Measurands by name; the one without is what a station means that names none."""


def parse_time(text: str) -> datetime:
    """Read a time as stations write it: with `Z`, an offset, or neither (then it is UTC).

    Raises:
        FieldError: It is none.
    """
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is UTC:
            return instant
        if instant.tzinfo is None:
            return instant.replace(tzinfo=UTC)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise FieldError(f"expected a time in RFC 3339, got {text[:40]!r}") from error


def read_index(number: int, least: int = 0) -> int:
    """Read the number of a connector or an EVSE.

    Raises:
        FieldError: There can be none of that number (1.6 §6.31, §6.45, §6.47).
    """
    if number < least:
        raise FieldError(f"expected a connector or EVSE from {least} on, got {number}")
    return number


def format_time(instant: datetime) -> str:
    """Write a time in UTC in whole seconds, rounded down (OCPP 2.0.1 part 2 §3.1)."""
    return orjson.dumps(instant.astimezone(UTC), option=_WHOLE_SECONDS)[1:-1].decode()


def round_limit(limit: float) -> float:
    """Round a limit down to the one decimal that OCPP allows (1.6 §7.14), never below zero."""
    steps = math.floor(limit * _LIMIT_STEPS_PER_UNIT + 1e-6)
    return max(0, steps) / _LIMIT_STEPS_PER_UNIT


def read_sample(
    at: datetime, sampled: Payload, value: float | None, signed: str | None = None
) -> MeterSample:
    """Read one sampled value.

    Args:
        at: When it was taken.
        sampled: The value's object; every version names these fields of it alike.
        value: Its number in the base unit.
        signed: Its signed form, word for word.
    """
    return MeterSample(
        at=at,
        measurand=_MEASURANDS[sampled.measurand],
        value=value,
        phase=sampled.phase,
        context=sampled.context or "Sample.Periodic",
        location=sampled.location or "Outlet",
        signed=signed,
    )


def read_number(value: object, unit: str | None, multiplier: int | None = None) -> float | None:
    """Read a number in its base unit; None if it is not a finite number.

    Args:
        value: A number or, in OCPP 1.6, its text.
        unit: Its unit; None for the measurand's own.
        multiplier: Power of ten by which it is to be multiplied (2.0.1); None is 0.
    """
    try:
        number = float(value)  # type: ignore[arg-type]
        if multiplier:
            number *= 10.0**multiplier
    except (ValueError, OverflowError):
        return None
    if unit in _TO_BASE_UNIT:
        number = _TO_BASE_UNIT[unit](number)
    return number if math.isfinite(number) else None


def drop_absent(fields: Mapping[str, Any]) -> JsonObject:
    """Leave out fields that have no value: OCPP knows no null (2.0.1 part 4 §4.1.5)."""
    return {name: value for name, value in fields.items() if value is not None}


def format_start(at: datetime | None) -> str:
    """Write from when on something may be done; None: at once.

    OCPP wants a time all the same (1.6 §6.55, 2.0.1 FirmwareType): one that is long past.
    """
    return format_time(at or _LONG_PAST)


def parse_time_if_told(text: str | None) -> datetime | None:
    """Read a time that may be left out.

    Raises:
        FieldError: It is none.
    """
    return None if text is None else parse_time(text)


def round_decimal(number: float) -> float:
    """Round a number to the decimals that one to a station may have (2.0.1 part 2 §2.1.4)."""
    return round(number, _MOST_DECIMALS)
