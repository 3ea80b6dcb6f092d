"""Photovoltaics: where the sun stands, what reaches a tilted array through the air, what it gives.

The sun's place is that of Cooper's declination and the hour angle, with the equation of time; the
beam loses by the air mass (Meinel), a tenth of it comes back as diffuse light. The server's
forecast reckons otherwise, by another library, so that one mistake cannot hide behind the same.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from simulators.resources.weather import Weather

_SOLAR_W: Final = 1_353.0
_TEST_W: Final = 1_000.0
_DIFFUSE: Final = 0.1
_GROUND: Final = 0.2
_WARM_PER_K: Final = 0.004
_CELL_K_PER_W: Final = 0.03
_TEST_C: Final = 25.0
_OTHER_LOSSES: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Roof:
    """An array on a roof.

    Attributes:
        peak_w: At 1,000 W/m2 and 25 degrees.
        tilt_deg: 0 lies flat.
        azimuth_deg: Where it looks to: 90 east, 180 south.
    """

    latitude: float
    longitude: float
    peak_w: float
    tilt_deg: float = 30.0
    azimuth_deg: float = 180.0


def solar_power_w(roof: Roof, at: datetime, weather: Weather) -> float:
    """What an array gives at an instant."""
    light_w = irradiance_w(roof, at)
    if light_w <= 0:
        return 0.0
    light_w *= weather.clearness(at)
    cell_c = weather.outdoor_c(at) + _CELL_K_PER_W * light_w
    heat = 1.0 - _WARM_PER_K * (cell_c - _TEST_C)
    return roof.peak_w * light_w / _TEST_W * heat * _OTHER_LOSSES


def irradiance_w(roof: Roof, at: datetime) -> float:
    """What reaches a square metre of the array under a clear sky."""
    height, azimuth = _sun(roof, at)
    if height <= 0:
        return 0.0
    lifted = 0.50572 * math.pow(math.degrees(height) + 6.07995, -1.6364)
    mass = 1.0 / (math.sin(height) + lifted)
    beam_w = _SOLAR_W * math.pow(0.7, math.pow(mass, 0.678))
    tilt, faces = math.radians(roof.tilt_deg), math.radians(roof.azimuth_deg)
    direct = math.sin(height) * math.cos(tilt) + math.cos(height) * math.sin(tilt) * math.cos(
        azimuth - faces
    )
    whole_w = beam_w * (math.sin(height) + _DIFFUSE)
    diffuse_w = _DIFFUSE * beam_w * (1 + math.cos(tilt)) / 2
    ground_w = _GROUND * whole_w * (1 - math.cos(tilt)) / 2
    return beam_w * max(direct, 0.0) + diffuse_w + ground_w


def _sun(roof: Roof, at: datetime) -> tuple[float, float]:
    """Height and azimuth of the sun, in radians."""
    utc = at.astimezone(UTC)
    day = utc.timetuple().tm_yday
    year = math.tau * (day - 81) / 365
    minutes = 9.87 * math.sin(2 * year) - 7.53 * math.cos(year) - 1.5 * math.sin(year)
    hour = utc.hour + utc.minute / 60 + utc.second / 3600 + roof.longitude / 15 + minutes / 60
    angle = math.radians(15 * (hour - 12))
    latitude = math.radians(roof.latitude)
    declination = math.radians(23.45) * math.sin(math.tau * (284 + day) / 365)
    sine = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(
        declination
    ) * math.cos(angle)
    height = math.asin(sine)
    azimuth = math.atan2(
        math.sin(angle),
        math.cos(angle) * math.sin(latitude) - math.tan(declination) * math.cos(latitude),
    )
    return height, azimuth + math.pi
