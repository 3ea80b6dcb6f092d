"""Documents of providers, and what is wrong with them."""

import json
from contextlib import suppress
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.domain.errors import InvalidInputError
from csms.domain.json_path import JsonPath
from csms.domain.price_source import PriceShape, PriceUnit, column
from csms.domain.prices import PriceKind, PriceSeries
from csms.prices.reading import Wanted, read_prices
from tests.domain.series import hour, hourly, slot
from tests.domain.sites import OSLO

NOK: Final = Wanted(PriceKind.ENERGY, "NOK")
CO2: Final = Wanted(PriceKind.CO2, "NOK")


def shape(**more: Any) -> PriceShape:
    fields = {
        "begins": JsonPath("$[*].from"),
        "value": JsonPath("$[*].price"),
        "unit": PriceUnit("NOK/kWh"),
        **more,
    }
    return PriceShape(**fields)


def row(start: float, price: object, **more: object) -> dict[str, object]:
    return {"from": hour(start).isoformat(), "price": price, **more}


def read(rows: object, wanted: Wanted = NOK, **more: Any) -> PriceSeries:
    return read_prices(json.dumps(rows).encode(), shape(**more), wanted)


def test_price_holds_until_the_next_and_the_last_as_long_as_the_one_before() -> None:
    rows = [row(0, 1.0), row(1, 2.0), row(1.25, 3.0)]
    assert read(rows).slots == (slot(0, 1, 1.0), slot(1, 1.25, 2.0), slot(1.25, 1.5, 3.0))


def test_price_holds_an_hour_at_most_where_the_next_comes_later() -> None:
    assert read([row(0, 1.0), row(5, 2.0)]).slots == (slot(0, 1, 1.0), slot(5, 6, 2.0))


def test_length_that_is_said_holds_whatever_comes_next() -> None:
    rows = [row(0, 1.0), row(1, 2.0)]
    assert read(rows, slot_s=900).slots == (slot(0, 0.25, 1.0), slot(1, 1.25, 2.0))


def test_end_that_is_told_counts() -> None:
    rows = [row(0, 1.0, to=hour(0.5).isoformat()), row(1, 2.0, to=hour(4).isoformat())]
    found = read(rows, ends=JsonPath("$[*].to"))
    assert found.slots == (slot(0, 0.5, 1.0), slot(1, 4, 2.0))


def test_order_of_rows_does_not_matter_and_null_is_a_gap() -> None:
    assert read([row(2, 3.0), row(1, None), row(0, 1.0)], slot_s=3600).slots == (
        slot(0, 1, 1.0),
        slot(2, 3, 3.0),
    )


def test_unit_and_factor_make_a_price_for_a_kwh() -> None:
    found = read([row(0, 50.0)], unit=PriceUnit("EUR/MWh"), factor=11.6)
    assert found.slots[0].per_kwh == pytest.approx(0.58)


def test_unit_is_read_where_it_is_told() -> None:
    document = {"unit": "NOK/MWh", "rows": [row(0, 580.0)]}
    found = read(
        document,
        unit=JsonPath("$.unit"),
        begins=JsonPath("$.rows[*].from"),
        value=JsonPath("$.rows[*].price"),
    )
    assert found.slots[0].per_kwh == pytest.approx(0.58)


def test_nothing_told_is_no_fault() -> None:
    assert read([]) == PriceSeries()
    assert read({"message": "not yet"}) == PriceSeries()


@pytest.mark.parametrize(
    ("rows", "more", "cause"),
    [
        ([row(0, "cheap")], {}, "$[*].price: expected a number, got 'cheap'"),
        ([row(0, True)], {}, "$[*].price: expected a number, got True"),
        ([{"from": "14/1", "price": 1}], {}, "$[*].from: expected an instant with its zone"),
        (
            [{"from": "2026-01-14T00:00:00", "price": 1}],
            {},
            "$[*].from: expected an instant with its zone",
        ),
        (
            [row(0, 1.0), {"from": hour(1).isoformat()}],
            {},
            "$[*].price: expected as many as there are times, 2, found 1",
        ),
        ([row(0, 850.0)], {}, "value: expected -100 to 100 NOK/kWh, got 850: is it for a MWh?"),
        ([row(0, 1.0), row(0, 2.0)], {"slot_s": 900}, "from: expected one price for each instant"),
        (
            [row(0, 1.0)],
            {"unit": PriceUnit("EUR/kWh")},
            "unit: expected prices in NOK",
        ),
        (
            [row(0, 1.0)],
            {"unit": PriceUnit("g/kWh"), "factor": 2.0},
            "unit: expected prices in NOK",
        ),
        (
            [row(0, 1.0)],
            {"unit": JsonPath("$[*].unit")},
            "$[*].unit: expected one value",
        ),
        ([row(0, 1.0, u=7)], {"unit": JsonPath("$[*].u")}, "$[*].u: expected a unit, got 7"),
    ],
)
def test_what_cannot_be_true_is_refused_whole(rows: Any, more: dict[str, Any], cause: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read(rows, **more)
    assert str(caught.value).startswith(cause)


def test_co2_is_in_grams_only() -> None:
    assert read([row(0, 131)], CO2, unit=PriceUnit("kg/MWh")).slots == hourly(131.0).slots
    with pytest.raises(InvalidInputError, match="unit: expected prices in g, got NOK/kWh"):
        read([row(0, 131)], CO2)


def test_too_many_values_are_refused() -> None:
    rows = [{"from": 1_768_392_000 + i, "price": 1} for i in range(20_001)]
    with pytest.raises(InvalidInputError, match="expected at most 20000 values, found 20001"):
        read(rows)


def table(text: str, **more: Any) -> PriceSeries:
    described = shape(begins=column("Hour"), value=column("Price"), is_csv=True, **more)
    return read_prices(text.encode(), described, NOK)


@pytest.mark.parametrize(
    "text",
    [
        "Hour,Price\n2026-01-14T00:00:00+01:00,0.5\n2026-01-14T01:00:00+01:00,0.25\n",
        "Hour;Area;Price\n2026-01-14T00:00:00+01:00;NO3;0,5\n2026-01-14T01:00:00+01:00;NO3;0,25\n",
        "\ufeffPrice\tHour\r\n0.5\t2026-01-14T00:00:00+01:00\r\n,25\t2026-01-14T01:00:00+01:00\r\n",
    ],
)
def test_table_is_read_whatever_separates_its_columns(text: str) -> None:
    assert table(text) == hourly(0.5, 0.25)


def test_empty_field_of_a_table_is_a_gap() -> None:
    text = "Hour,Price\n2026-01-14 00:00,\n2026-01-14 01:00,0.5\n"
    assert table(text, zone=OSLO).slots == (slot(1, 2, 0.5),)


@pytest.mark.parametrize(
    ("payload", "is_csv", "cause"),
    [
        (b"<html>", False, "document: expected JSON, got '<html>'"),
        (b"", False, "document: expected JSON"),
        (b"Hour\xff", True, "document: expected text in UTF-8"),
        (b'Hour,Price\n"a', True, "document: expected a table (CSV)"),
    ],
)
def test_document_of_another_kind_is_refused(payload: bytes, is_csv: bool, cause: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_prices(payload, shape(is_csv=is_csv), NOK)
    assert str(caught.value).startswith(cause)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists), st.binary())
def test_whatever_comes_is_read_or_refused(value: Any, payload: bytes) -> None:
    documents = [json.dumps(value), json.dumps([{"from": value, "price": value}])]
    for document in (payload, *(one.encode() for one in documents)):
        for is_csv in (False, True):
            with suppress(InvalidInputError):
                read_prices(document, shape(is_csv=is_csv), NOK)
