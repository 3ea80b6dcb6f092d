"""Prices and tariffs in site files, and the line that an operator is shown for a fault."""

from datetime import time
from math import inf
from pathlib import Path
from typing import Final

import jsonschema_rs
import pytest
import yaml

from csms.domain.json_path import JsonPath
from csms.domain.price_source import (
    DayText,
    FilePlace,
    HttpPlace,
    PriceShape,
    PriceSource,
    PriceUnit,
)
from csms.domain.prices import PriceKind
from csms.domain.site_policy import Aim
from csms.domain.tariff import CapacitySteps, DemandCharge, EnergyFee, FeeWindow, Tariff
from csms.settings.site_file import read_site, site_schema
from tests.domain.sites import OSLO
from tests.settings.complaints import complaint
from tests.settings.test_site_faults import VALID

LINES: Final = VALID.count("\n")
PRICES: Final = """\
prices:
  currency: NOK
  energy:
    http: https://prices.test/{day:%Y-%m-%d}.json
    headers_file: key.txt
    time: $[*].from
    until: $[*].to
    value: $[*].price
    unit: EUR/MWh
    factor: 11.6
    time_zone: UTC
    slot_min: 60
    timeout_s: 5
    tomorrow_from: "13:15"
    look_every_s: 900
  co2:
    file: co2/{day:%Y}.csv
    format: csv
    time: Hour
    value: g per kWh
tariff:
  markup_per_kwh: 0.04
  vat_pct: 25
  energy_per_kwh:
    default: 0.36
    windows:
      - {days: mon-fri, months: nov-mar, from: "06:00", to: "22:00", per_kwh: 0.46}
  capacity:
    steps: [{up_to_kw: 5, per_month: 250}, {per_month: 700}]
  fed_markup_per_kwh: -0.05
policy: {aim: cheap}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "site.yaml"
    path.write_text(f"{VALID}{text}", "utf-8")
    return path


def said_of(folder: Path, text: str) -> list[str]:
    """What is said of prices and tariff, with lines counted from where they begin."""
    lines = complaint(read_site, folder / "site.yaml", f"{VALID}{text}").splitlines()
    told = []
    for line in lines:
        number, _, rest = line.removeprefix("site.yaml:").partition(":")
        told.append(f"{int(number) - LINES}:{rest}")
    return told


def test_prices_and_tariff_are_read_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("Authorization: Bearer x\n", "ascii")
    site = read_site(written(tmp_path, PRICES))
    assert site.pricing is not None
    assert (site.pricing.currency, site.pricing.zone) == ("NOK", OSLO)
    assert site.pricing.sources == {
        PriceKind.ENERGY: PriceSource(
            place=HttpPlace(
                url=DayText("https://prices.test/{day:%Y-%m-%d}.json"),
                headers={"Authorization": "Bearer x"},
                timeout_s=5,
            ),
            shape=PriceShape(
                begins=JsonPath("$[*].from"),
                ends=JsonPath("$[*].to"),
                value=JsonPath("$[*].price"),
                unit=PriceUnit("EUR/MWh"),
                factor=11.6,
                zone=site.pricing.sources[PriceKind.ENERGY].shape.zone,  # type: ignore[union-attr]
                slot_s=3600,
            ),
            tomorrow_from=time(13, 15),
            look_every_s=900,
        ),
        PriceKind.CO2: PriceSource(
            place=FilePlace(tmp_path, DayText("co2/{day:%Y}.csv")),
            shape=PriceShape(
                begins=JsonPath("$[*]['Hour']"),
                value=JsonPath("$[*]['g per kWh']"),
                unit=PriceUnit("g/kWh"),
                is_csv=True,
            ),
            tomorrow_from=time(0),
            look_every_s=30,
        ),
    }
    assert site.tariff == Tariff(
        markup_per_kwh=0.04,
        vat_share=0.25,
        energy=EnergyFee(
            0.36,
            (
                FeeWindow(
                    weekdays=frozenset(range(5)),
                    months=frozenset({11, 12, 1, 2, 3}),
                    from_time=time(6),
                    to_time=time(22),
                    per_kwh=0.46,
                ),
            ),
        ),
        capacity=CapacitySteps(steps=((5000.0, 250.0), (inf, 700.0)), days=3),
        fed_markup_per_kwh=-0.05,
    )
    assert site.policy.aim is Aim.CHEAP


def test_headers_are_not_shown_with_the_site(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("Authorization: Bearer x\n", "ascii")
    assert "Bearer" not in repr(read_site(written(tmp_path, PRICES)))


def test_example_fits_the_schema() -> None:
    jsonschema_rs.validate(site_schema(), yaml.safe_load(f"{VALID}{PRICES}"))


def test_short_forms_are_read(tmp_path: Path) -> None:
    text = (
        "prices: {currency: EUR, energy: {}}\n"
        "tariff: {energy_per_kwh: 0.1, capacity: {per_kw: 60}}\n"
    )
    site = read_site(written(tmp_path, text))
    assert site.pricing is not None
    assert site.pricing.sources == {PriceKind.ENERGY: None}
    assert site.tariff == Tariff(energy=EnergyFee(0.1), capacity=DemandCharge(per_kw=60.0))


HTTP: Final = "prices:\n  currency: NOK\n  energy:\n    http: https://x.test/a\n"
BOTH: Final = f"{HTTP}    time: $.t\n    value: $.v\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "policy: {aim: cheap}\n",
            "1: policy.aim: expected prices or tariff in this file",
        ),
        ("prices: {currency: NOK}\n", "1: prices: expected energy or co2"),
        ("prices: {energy: {}}\n", "1: prices.currency: expected this key, it is missing"),
        (
            "prices: {currency: kr, energy: {}}\n",
            "1: prices.currency: expected text that matches ^[A-Z]{3}$, got 'kr'",
        ),
        (
            "prices: {currency: NOK, plan_by: co2, energy: {}}\n",
            "1: prices.plan_by: expected co2 beside it",
        ),
        (HTTP + "    time: $.t\n", "3: prices.energy.value: expected this key, it is missing"),
        (
            HTTP + "    time: t\n    value: $.v\n",
            (
                "5: prices.energy.time: expected a JSON path, which begins with $ as in "
                "$.current[0], got 't'"
            ),
        ),
        (BOTH + "    file: a.json\n", "7: prices.energy.file: expected either http or file"),
        (
            BOTH + "    unit: EUR/MWh\n",
            "7: prices.energy.unit: expected factor beside it: what one EUR is in NOK",
        ),
        (
            BOTH + "    unit: g/kWh\n",
            "7: prices.energy.unit: expected a unit like NOK/kWh, got 'g/kWh'",
        ),
        (
            BOTH + "    unit: kroner\n",
            "7: prices.energy.unit: expected a unit such as EUR/MWh or g/kWh, got 'kroner'",
        ),
        (
            BOTH.replace("/a", "/{today}"),
            (
                "4: prices.energy.http: expected {day:%Y-%m-%d} or the like, and no other braces, "
                "got 'https://x.test/{today}'"
            ),
        ),
        (
            "prices:\n  currency: NOK\n  energy:\n    value: $.v\n",
            "4: prices.energy.value: expected http or file beside it",
        ),
        (
            BOTH + "    headers_file: nowhere.txt\n",
            "7: prices.energy.headers_file: headers_file: ",
        ),
        (
            "tariff: {capacity: {per_kw: 60, steps: [{per_month: 1}]}}\n",
            "1: tariff.capacity: expected either steps or per_kw",
        ),
        ("tariff: {capacity: {}}\n", "1: tariff.capacity: expected either steps or per_kw"),
        (
            "tariff:\n  capacity:\n    steps:\n      - {per_month: 1}\n      - {per_month: 2}\n",
            "4: tariff.capacity.steps[0]: expected up_to_kw, but in the last step",
        ),
        (
            (
                "tariff:\n  capacity:\n    steps:\n      - {up_to_kw: 5, per_month: 1}\n"
                "      - {up_to_kw: 5, per_month: 2}\n"
            ),
            "5: tariff.capacity.steps[1]: expected up_to_kw above 5",
        ),
        (
            (
                "tariff:\n  capacity:\n    steps:\n      - {up_to_kw: 5, per_month: 2}\n"
                "      - {per_month: 2}\n"
            ),
            "5: tariff.capacity.steps[1]: expected per_month above 2",
        ),
        (
            "tariff:\n  energy_per_kwh:\n    default: cheap\n",
            "3: tariff.energy_per_kwh.default: expected a valid number, got 'cheap'",
        ),
        (
            "tariff: {energy_per_kwh: cheap}\n",
            "1: tariff.energy_per_kwh: expected a valid number, got 'cheap'",
        ),
        ("tariff: {vat: 25}\n", "1: tariff.vat: not a key that is known here"),
    ],
)
def test_fault_is_named_with_its_line_and_key(text: str, said: str, tmp_path: Path) -> None:
    (told, *_) = said_of(tmp_path, text)
    assert told.startswith(said)


def test_column_of_a_table_needs_no_path(tmp_path: Path) -> None:
    text = BOTH.replace("$.t", "Hour").replace("$.v", "Price") + "    format: csv\n"
    site = read_site(written(tmp_path, text))
    assert site.pricing is not None
    source = site.pricing.sources[PriceKind.ENERGY]
    assert source is not None
    assert source.shape.value == JsonPath("$[*]['Price']")
