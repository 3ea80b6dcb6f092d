"""The sun at 63 degrees north, and weather that repeats for a seed."""

from datetime import UTC, datetime, timedelta

import pytest

from simulators.resources.sun import Roof, irradiance_w, solar_power_w
from simulators.resources.weather import SUMMER, WINTER, Weather

ROOF = Roof(latitude=63.4, longitude=10.4, peak_w=10_000.0)
NOON = datetime(2026, 6, 15, 11, 20, tzinfo=UTC)


def test_summer_sun_on_a_tilted_roof() -> None:
    # 50 degrees high at noon, 10 degrees off the roof's own direction
    assert irradiance_w(ROOF, NOON) == pytest.approx(980.0, abs=40.0)
    assert irradiance_w(ROOF, NOON - timedelta(hours=11)) == 0.0


def test_winter_sun_is_low_and_short() -> None:
    noon = datetime(2026, 1, 14, 11, 30, tzinfo=UTC)
    assert 100.0 < irradiance_w(ROOF, noon) < 250.0
    assert irradiance_w(ROOF, noon - timedelta(hours=4)) == 0.0


def test_clouds_take_some_of_it_and_never_add_any() -> None:
    weather = Weather(SUMMER, NOON, seed=3)
    instants = [NOON + timedelta(minutes=minute) for minute in range(180)]
    given = [solar_power_w(ROOF, at, weather) for at in instants]
    assert max(given) <= 10_000.0
    assert min(given) < 0.5 * max(given)


def test_weather_repeats_for_a_seed() -> None:
    at = NOON + timedelta(hours=30)
    one, other = Weather(WINTER, NOON, seed=3), Weather(WINTER, NOON, seed=3)
    assert one.outdoor_c(at) == other.outdoor_c(at)
    assert one.clearness(at) == other.clearness(at)


def test_nights_are_colder_than_afternoons() -> None:
    weather = Weather(SUMMER, NOON, seed=3)
    assert weather.outdoor_c(datetime(2026, 6, 16, 5, tzinfo=UTC)) < weather.outdoor_c(
        datetime(2026, 6, 16, 17, tzinfo=UTC)
    )
