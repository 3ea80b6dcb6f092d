"""Makes prices of a document, in whatever shape its provider has them. No I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, TypeAlias

from csms.domain.errors import InvalidInputError
from csms.domain.json_path import JsonPath
from csms.domain.price_source import PriceShape, PriceUnit
from csms.domain.prices import PriceKind, PriceSeries, PriceSlot, check_price, series_of
from csms.domain.told_documents import (
    all_at,
    check_as_many,
    read_document,
    with_decimal_point,
)
from csms.domain.told_values import instant_of, number_of, one_of, shown

_LONGEST: Final = timedelta(hours=1)

_Row: TypeAlias = tuple[datetime, datetime | None, float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a document should tell: which kind of prices, and in which currency."""

    kind: PriceKind
    currency: str


def read_prices(payload: bytes, shape: PriceShape, wanted: Wanted) -> PriceSeries:
    """Read a document's prices; where it says null there is none.

    Args:
        payload: The document.
        shape: Where in it things stand.
        wanted: What it should tell.

    Raises:
        InvalidInputError: What should stand there does not, or cannot be true.
    """
    document = read_document(payload, is_csv=shape.is_csv)
    begins = all_at(shape.begins, document)
    values = all_at(shape.value, document)
    ends = all_at(shape.ends, document) if shape.ends else []
    check_as_many(shape.value, values, begins)
    if shape.ends:
        check_as_many(shape.ends, ends, begins)
    if not begins:
        return PriceSeries()
    factor = shape.factor * _per_kwh(document, shape, wanted)
    rows = sorted(_rows(shape, begins, ends, values, factor), key=lambda row: row[0])
    for _, _, per_kwh in rows:
        check_price(per_kwh, wanted.kind, wanted.currency)
    return series_of(_slots(rows, shape.slot_s))


def _rows(
    shape: PriceShape,
    begins: Sequence[object],
    ends: Sequence[object],
    values: Sequence[object],
    factor: float,
) -> Iterator[_Row]:
    decimal = shape.is_csv
    for i, (begin, value) in enumerate(zip(begins, values, strict=True)):
        if value is None or (decimal and value == ""):
            continue
        yield (
            instant_of(shape.begins.text, begin, shape.zone),
            instant_of(shape.ends.text, ends[i], shape.zone) if shape.ends else None,
            number_of(shape.value.text, with_decimal_point(value) if decimal else value) * factor,
        )


def _slots(rows: Sequence[_Row], slot_s: int | None) -> Iterator[PriceSlot]:
    """Where no end is told, a price holds until the next one, an hour at the most."""
    lasted = _LONGEST
    for row, after in pairwise((*rows, None)):
        assert row is not None  # noqa: S101 - only the last one has none after it
        begins_at, ends_at, per_kwh = row
        if ends_at is None:
            if slot_s is not None:
                lasted = timedelta(seconds=slot_s)
            elif after is not None:
                lasted = min(after[0] - begins_at, _LONGEST)
            ends_at = begins_at + lasted
        yield PriceSlot(starts_at=begins_at, ends_at=ends_at, per_kwh=per_kwh)


def _per_kwh(document: object, shape: PriceShape, wanted: Wanted) -> float:
    """What one unit of the values is for a kWh."""
    unit = shape.unit
    if isinstance(unit, JsonPath):
        told = unit.find(document)
        text = told[0] if told and all(one == told[0] for one in told) else one_of(unit.text, told)
        if not isinstance(text, str):
            raise InvalidInputError(unit.text, f"expected a unit, got {shown(text)}")
        unit = PriceUnit(text)
    is_other = unit.currency != (wanted.currency if wanted.kind is PriceKind.ENERGY else "")
    if is_other and (wanted.kind is PriceKind.CO2 or not unit.currency or shape.factor == 1.0):
        of = wanted.currency if wanted.kind is PriceKind.ENERGY else "g"
        raise InvalidInputError("unit", f"expected prices in {of}, got {unit.text}")
    return unit.per_kwh
