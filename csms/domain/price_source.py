"""Where a site's prices are read from, and how what stands there becomes prices."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from csms.domain.errors import InvalidInputError
from csms.domain.json_path import JsonPath
from csms.domain.local_day import midnight
from csms.domain.prices import PriceKind

_BLANK: Final = re.compile(r"\{(day|next|begins|ends):([^{}]*)\}")
_FORMAT: Final = re.compile(r"(%[YmdHMSyj]|[^%{}])+")
_UNIT: Final = re.compile(r"\s*([A-Za-z]{1,6})(?:CO2(?:eq?)?)?\s*/\s*(Wh|kWh|MWh)\s*")
_PER_KWH: Final[Mapping[str, float]] = {"Wh": 1000.0, "kWh": 1.0, "MWh": 0.001}
_GRAMS: Final[Mapping[str, float]] = {"g": 1.0, "kg": 1000.0, "t": 1_000_000.0}
_EXAMPLE: Final = "expected {day:%Y-%m-%d} or the like"


@dataclass(frozen=True, slots=True)
class DayText:
    """A text with blanks for a day: `.../{day:%Y/%m-%d}_NO3.json`.

    `day` and `next` are the local day and the one after, `begins` and `ends` the midnights of that
    day in UTC; each with a format of Python's `strftime`, of digits only.

    Raises:
        InvalidInputError: A blank is none of these.
    """

    text: str

    def __post_init__(self) -> None:
        rest = _BLANK.sub("", self.text)
        if "{" in rest or "}" in rest:
            raise InvalidInputError("text", f"{_EXAMPLE}, and no other braces, got {self.text!r}")
        for _, wanted in _BLANK.findall(self.text):
            if not _FORMAT.fullmatch(wanted):
                raise InvalidInputError("text", f"{_EXAMPLE}, got {wanted!r}")

    @property
    def is_of_a_day(self) -> bool:
        """Whether it is another text for each day."""
        return _BLANK.search(self.text) is not None

    def filled(self, day: date, zone: ZoneInfo) -> str:
        """The text for a day of a zone."""
        values = {
            "day": day,
            "next": day + timedelta(days=1),
            "begins": midnight(day, zone),
            "ends": midnight(day + timedelta(days=1), zone),
        }
        return _BLANK.sub(lambda blank: values[blank[1]].strftime(blank[2]), self.text)


@dataclass(frozen=True, slots=True)
class PriceUnit:
    """A unit of prices: `EUR/MWh`, `gCO2eq/kWh`.

    Attributes:
        currency: In capitals; empty: it is one of CO2.
        per_kwh: What one unit is for a kWh, in currency or g.

    Raises:
        InvalidInputError: It is none.
    """

    text: str
    currency: str = field(init=False, default="")
    per_kwh: float = field(init=False, default=1.0)

    def __post_init__(self) -> None:
        found = _UNIT.fullmatch(self.text)
        above = found[1] if found else ""
        if found is None or (above not in _GRAMS and len(above) != len("EUR")):
            message = f"expected a unit such as EUR/MWh or g/kWh, got {self.text!r}"
            raise InvalidInputError("unit", message)
        per_kwh = _PER_KWH[found[2]] * _GRAMS.get(above, 1.0)
        object.__setattr__(self, "currency", "" if above in _GRAMS else above.upper())
        object.__setattr__(self, "per_kwh", per_kwh)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceShape:
    """How a document becomes prices.

    Attributes:
        is_csv: It is a table, read as a list of rows by their headings.
        begins: Where it is told when each price begins.
        value: Where the prices stand, as many.
        ends: Where it is told when each price ends; None: when the next one begins.
        unit: Of the values; or where it is told.
        factor: What values are multiplied by, beside their unit.
        zone: Of times that do not tell theirs; None: they are refused.
        slot_s: How long each price holds, where no end is told; None: until the next begins.
    """

    begins: JsonPath
    value: JsonPath
    unit: PriceUnit | JsonPath
    is_csv: bool = False
    ends: JsonPath | None = None
    factor: float = 1.0
    zone: ZoneInfo | None = None
    slot_s: int | None = None


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file, one for each day, or a folder of files."""

    folder: Path
    name: DayText

    def of(self, day: date, zone: ZoneInfo) -> Path:
        """The file or folder for a day."""
        return self.folder / self.name.filled(day, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpPlace:
    """What is asked for over HTTP.

    Attributes:
        headers: Sent along; they may hold secrets.
        timeout_s: How long an answer may take.
    """

    url: DayText
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = 20.0


PricePlace: TypeAlias = FilePlace | HttpPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSource:
    """Where prices of one kind come from.

    Attributes:
        tomorrow_from: From when on those of tomorrow can be there, by the market's clock.
        look_every_s: How often it is looked whether something has changed.
    """

    place: PricePlace
    shape: PriceShape
    tomorrow_from: time = time(13)
    look_every_s: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePricing:
    """Which prices a site has.

    Attributes:
        currency: Of its prices and its tariff.
        zone: Of the market, whose days prices are told for.
        sources: By kind; None: they are told by the API or by MQTT.
        plan_by: What is cheap where the site aims at it.
    """

    currency: str
    zone: ZoneInfo
    sources: Mapping[PriceKind, PriceSource | None]
    plan_by: PriceKind = PriceKind.ENERGY


def column(name: str) -> JsonPath:
    """The path of a table's column, by its heading."""
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return JsonPath(f"$[*]['{quoted}']")
