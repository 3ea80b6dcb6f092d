"""Outdoor temperatures of documents: what is read, and what is refused, with its place."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.json_path import JsonPath
from csms.domain.price_source import column
from csms.domain.weather_source import WeatherShape
from csms.weather.reading import read_outdoor

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
JSON = WeatherShape(time=JsonPath("$.hourly.time"), value=JsonPath("$.hourly.temperature"))
CSV = WeatherShape(
    time=column("time"), value=column("°C"), is_csv=True, zone=ZoneInfo("Europe/Oslo")
)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_hours_of_json_are_read_and_null_is_a_gap() -> None:
    payload = (
        b'{"hourly": {"time": ["2026-01-14T12:00Z", "2026-01-14T13:00Z", "2026-01-14T14:00Z"],'
        b' "temperature": [-4.5, null, -6]}}'
    )
    assert read_outdoor(payload, JSON) == [(after(0), -4.5), (after(120), -6.0)]


def test_quarters_of_a_table_are_read_in_the_order_of_time_in_its_zone() -> None:
    payload = "time;°C\n2026-01-14 13:15;-4,25\n2026-01-14 13:00;-4\n2026-01-14 13:30;\n".encode()
    assert read_outdoor(payload, CSV) == [(after(0), -4.0), (after(15), -4.25)]


@pytest.mark.parametrize(
    ("payload", "cause"),
    [
        ("time;°C\n2026-01-14 13:00;-4\n2026-01-14 14:00;271\n", "°C.*value 2.*-60 to 60 °C, got"),
        ("time;°C\n2026-01-14 13:00;cold\n", "°C.*value 1.*expected a number, got 'cold'"),
        ("time;°C\nyesterday;1\n", "time.*value 1.*expected an instant.*got 'yesterday'"),
        ("time;°C\n2026-01-14 13:00;1\n2026-01-14 13:00;2\n", "expected each instant once, got"),
    ],
)
def test_what_cannot_be_true_is_refused_with_its_place(payload: str, cause: str) -> None:
    with pytest.raises(InvalidInputError, match=cause):
        read_outdoor(payload.encode(), CSV)


def test_value_that_is_missing_is_refused() -> None:
    payload = b'{"hourly": {"time": ["2026-01-14T12:00Z"], "temperature": []}}'
    with pytest.raises(InvalidInputError, match="expected as many as there are times, 1, found 0"):
        read_outdoor(payload, JSON)
