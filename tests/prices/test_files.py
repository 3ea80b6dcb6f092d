"""Prices from files, which are read again when they have changed."""

import os
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from csms.domain.errors import PriceSourceError
from csms.domain.json_path import JsonPath
from csms.domain.price_source import DayText, FilePlace, PriceShape, PriceUnit, column
from csms.domain.prices import PriceKind, PriceSeries
from csms.prices.files import FilePrices
from csms.prices.reading import Wanted
from tests.domain.series import hourly
from tests.domain.sites import OSLO

WEDNESDAY: Final = date(2026, 1, 14)
THURSDAY: Final = date(2026, 1, 15)
SHAPE: Final = PriceShape(
    begins=JsonPath("$[*].from"), value=JsonPath("$[*].price"), unit=PriceUnit("NOK/kWh")
)
TABLE: Final = PriceShape(
    begins=column("from"), value=column("price"), unit=PriceUnit("NOK/kWh"), is_csv=True, zone=OSLO
)


def reading(folder: Path, name: str, shape: PriceShape = SHAPE) -> FilePrices:
    wanted = Wanted(PriceKind.ENERGY, "NOK")
    return FilePrices(FilePlace(folder, DayText(name)), shape, wanted, OSLO)


def write(path: Path, day: int, price: float) -> None:
    path.write_text(f'[{{"from": "2026-01-{day}T00:00:00+01:00", "price": {price}}}]', "utf-8")


async def test_file_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    write(path, 14, 0.5)
    prices = reading(tmp_path, "prices.json")
    assert await prices.fetch(WEDNESDAY) == hourly(0.5)
    assert await prices.fetch(THURSDAY) is None  # the same file for every day
    write(path, 14, 0.75)
    assert await prices.fetch(WEDNESDAY) == hourly(0.75)
    os.utime(path, ns=(0, 0))
    assert await prices.fetch(WEDNESDAY) == hourly(0.75)


async def test_each_day_has_its_file_and_missing_ones_are_no_fault(tmp_path: Path) -> None:
    prices = reading(tmp_path, "{day:%Y-%m-%d}.json")
    assert await prices.fetch(WEDNESDAY) == PriceSeries()
    write(tmp_path / "2026-01-14.json", 14, 0.5)
    assert await prices.fetch(WEDNESDAY) == hourly(0.5)
    assert await prices.fetch(THURSDAY) == PriceSeries()
    write(tmp_path / "2026-01-15.json", 15, 0.7)
    assert await prices.fetch(THURSDAY) == hourly(0.7, day=1)
    assert await prices.fetch(WEDNESDAY) is None
    assert await prices.fetch(THURSDAY) is None


async def test_all_files_of_a_folder_are_read_and_the_last_one_counts(tmp_path: Path) -> None:
    folder = tmp_path / "prices"
    folder.mkdir()
    write(folder / "a.json", 14, 0.5)
    write(folder / "b.json", 15, 0.6)
    write(folder / "c.json", 14, 0.9)
    (folder / "notes.txt").write_text("not prices", "utf-8")
    prices = reading(tmp_path, "prices")
    assert await prices.fetch(WEDNESDAY) == hourly(0.9).replaced(hourly(0.6, day=1))
    assert await prices.fetch(WEDNESDAY) is None
    (folder / "c.json").unlink()
    assert await prices.fetch(WEDNESDAY) == hourly(0.5).replaced(hourly(0.6, day=1))


async def test_tables_of_a_folder_are_read_where_tables_are_said(tmp_path: Path) -> None:
    write(tmp_path / "a.json", 14, 0.5)
    (tmp_path / "a.csv").write_text("from,price\n2026-01-14 00:00,0.25\n", "utf-8")
    assert await reading(tmp_path, ".", TABLE).fetch(WEDNESDAY) == hourly(0.25)


async def test_file_that_cannot_be_used_is_named_with_the_cause(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text('[{"from": "2026-01-14T00:00:00+01:00", "price": 850}]', "utf-8")
    prices = reading(tmp_path, "prices.json")
    with pytest.raises(PriceSourceError) as caught:
        await prices.fetch(WEDNESDAY)
    assert str(caught.value) == (
        f"{path}: value: expected -100 to 100 NOK/kWh, got 850: is it for a MWh?"
    )
    write(path, 14, 0.5)
    assert await prices.fetch(WEDNESDAY) == hourly(0.5)


async def test_file_that_is_too_long_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prices.json").write_bytes(b" " * (4 * 1024 * 1024 + 1))
    with pytest.raises(PriceSourceError, match="expected at most 4194304 bytes"):
        await reading(tmp_path, "prices.json").fetch(WEDNESDAY)
