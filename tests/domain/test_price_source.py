"""Where prices are asked for, and units as providers write them."""

from datetime import date
from pathlib import Path

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.price_source import DayText, FilePlace, PriceUnit, column
from tests.domain.sites import OSLO

DAY = date(2026, 1, 14)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("https://x.test/{day:%Y/%m-%d}_NO3.json", "https://x.test/2026/01-14_NO3.json"),
        ("?start={day:%Y-%m-%d}&end={next:%Y-%m-%d}", "?start=2026-01-14&end=2026-01-15"),
        ("?periodStart={begins:%Y%m%d%H%M}", "?periodStart=202601132300"),
        ("?periodEnd={ends:%Y%m%d%H%M}", "?periodEnd=202601142300"),
        ("?filter=%7B%22PriceArea%22%7D", "?filter=%7B%22PriceArea%22%7D"),
    ],
)
def test_blanks_are_filled_with_the_local_day(text: str, filled: str) -> None:
    assert DayText(text).filled(DAY, OSLO) == filled
    assert DayText(text).is_of_a_day is ("{" in text)


@pytest.mark.parametrize("text", ["{today}", "{day}", "{day:%A}", "{day:}", '{"a": 1}', "{day:%Y"])
def test_other_braces_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"expected \{day:%Y-%m-%d\} or the like"):
        DayText(text)


@pytest.mark.parametrize(
    ("text", "currency", "per_kwh"),
    [
        ("EUR/MWh", "EUR", 0.001),
        ("EUR / MWh", "EUR", 0.001),
        ("nok/kWh", "NOK", 1.0),
        ("g/kWh", "", 1.0),
        ("gCO2eq/kWh", "", 1.0),
        ("kg/MWh", "", 1.0),
        ("tCO2/MWh", "", 1000.0),
    ],
)
def test_units_of_providers_are_understood(text: str, currency: str, per_kwh: float) -> None:
    unit = PriceUnit(text)
    assert unit.currency == currency
    assert unit.per_kwh == pytest.approx(per_kwh)


@pytest.mark.parametrize("text", ["EUR", "EUR/kW", "euros/kWh", "€/kWh", ""])
def test_other_units_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="expected a unit such as EUR/MWh or g/kWh"):
        PriceUnit(text)


def test_file_of_a_day_lies_beside_the_site_file() -> None:
    place = FilePlace(Path("sites"), DayText("../prices/{day:%Y-%m-%d}.csv"))
    assert place.of(DAY, OSLO) == Path("sites/../prices/2026-01-14.csv")


def test_column_is_found_by_its_heading_whatever_stands_in_it() -> None:
    row = {"it's $[0]": 1.5}
    assert column("it's $[0]").find([row, row]) == [1.5, 1.5]
