"""The weather from files, which are read again when they have changed."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from csms.domain.errors import WeatherSourceError
from csms.domain.price_source import DayText, FilePlace, column
from csms.domain.weather_source import WeatherShape, WeatherSource
from csms.weather.files import FileWeather
from tests.domain.sites import OSLO

WEDNESDAY = date(2026, 1, 14)
THURSDAY = date(2026, 1, 15)
SHAPE = WeatherShape(time=column("at"), value=column("celsius"), is_csv=True, zone=OSLO)
NOON = datetime(2026, 1, 14, 11, tzinfo=UTC)
"""In Oslo."""


def reading(folder: Path, name: str) -> FileWeather:
    return FileWeather(WeatherSource(place=FilePlace(folder, DayText(name)), shape=SHAPE), OSLO)


def write(path: Path, celsius: str) -> None:
    path.write_text(f"at,celsius\n2026-01-14 12:00,{celsius}\n", encoding="utf-8")


async def test_file_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    weather = reading(tmp_path, "weather.csv")
    assert await weather.fetch(WEDNESDAY) == ()
    write(tmp_path / "weather.csv", "-4")
    assert await weather.fetch(WEDNESDAY) == ((NOON, -4.0),)
    assert await weather.fetch(THURSDAY) is None
    write(tmp_path / "weather.csv", "-10.5")
    assert await weather.fetch(WEDNESDAY) == ((NOON, -10.5),)


async def test_of_a_folder_the_last_file_counts(tmp_path: Path) -> None:
    write(tmp_path / "1.csv", "1")
    write(tmp_path / "2.csv", "2")
    (tmp_path / "notes.txt").write_text("none of them")
    assert await reading(tmp_path, ".").fetch(WEDNESDAY) == ((NOON, 2.0),)


async def test_file_that_cannot_be_used_is_named_with_place_and_cause(tmp_path: Path) -> None:
    write(tmp_path / "2026-01-14.csv", "-999")
    with pytest.raises(WeatherSourceError) as caught:
        await reading(tmp_path, "{day:%Y-%m-%d}.csv").fetch(WEDNESDAY)
    assert str(caught.value).startswith(str(tmp_path / "2026-01-14.csv"))
    assert "value 1: expected -60 to 60 °C, got -999" in str(caught.value)
