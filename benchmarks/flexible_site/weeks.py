"""The two weeks: weather, prices, vehicles, and what the garage has beside chargers."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from simulators.placement import Visit, place
from simulators.resources.battery import BatteryModel
from simulators.resources.heating import HeatModel, air_to_water
from simulators.resources.sun import Roof
from simulators.resources.weather import SUMMER, WINTER, Climate, Weather
from simulators.sessions.population import generate, read_population
from simulators.site import Site, read_site

CONFIG: Final = Path(__file__).parents[2] / "config"
ZONE: Final = ZoneInfo("Europe/Oslo")
DAYS: Final = 7
STEP_S: Final = 300
"""Between two looks at what flows."""
USERS: Final = 30

ROOF: Final = Roof(latitude=63.4, longitude=10.4, peak_w=20_000.0, tilt_deg=25.0)
BATTERY: Final = BatteryModel(capacity_wh=30_000.0, charge_w=12_000.0, discharge_w=12_000.0)
STORED_WH: Final = 12_000.0
"""What the battery holds at first."""
ROOMS: Final = HeatModel(
    wh_per_k=8_000.0,
    w_per_k=280.0,
    band_c=(19.0, 23.0),
    heater_w=5_000.0,
    least_w=1_500.0,
    gain=air_to_water,
    min_on_s=900.0,
    min_off_s=900.0,
)
"""Stairwells, laundry and common rooms, with a heat pump."""
TANK: Final = HeatModel(
    wh_per_k=1_160.0, w_per_k=12.0, band_c=(55.0, 80.0), heater_w=6_000.0, is_outside=False
)
"""Hot water, a thousand litres, with a heating rod."""
_WATER_W: Final = (
    *(200, 100, 100, 100, 200, 900, 3_500, 3_800, 2_400, 1_500, 1_200, 1_100),
    *(1_100, 1_000, 1_000, 1_200, 1_500, 2_000, 2_600, 2_800, 2_400, 1_800, 1_000, 400),
)
"""Heat drawn from the tank by hour of the day, on average."""
_BUILDING_A: Final = (
    *(4.0, 3.8, 3.6, 3.6, 3.8, 4.5, 7.0, 9.0, 8.5, 7.0, 6.5, 6.5),
    *(6.8, 6.8, 6.8, 7.2, 8.5, 10.0, 10.5, 10.5, 9.5, 8.0, 6.5, 5.0),
)
"""What else the house draws on each line by hour of the day, on average."""
BUILDING_STEP_A: Final = 3.0
"""The largest load that may be switched on within a plan's first slot: a lift motor."""

_WINTER_SPOT: Final = (
    *(0.55, 0.50, 0.48, 0.48, 0.52, 0.70, 1.05, 1.60, 1.85, 1.40, 1.15, 1.05),
    *(1.00, 0.98, 1.00, 1.15, 1.50, 2.10, 2.00, 1.60, 1.20, 0.95, 0.75, 0.60),
)
_SUMMER_SPOT: Final = (
    *(0.40, 0.38, 0.36, 0.35, 0.36, 0.42, 0.50, 0.55, 0.48, 0.36, 0.25, 0.18),
    *(0.12, 0.10, 0.12, 0.18, 0.30, 0.45, 0.60, 0.70, 0.72, 0.62, 0.50, 0.44),
)
"""A day-ahead price by hour of the day, NOK per kWh; made up, in the shape of Trondheim's area."""
_DAY_FACTORS: Final = (1.0, 1.15, 0.9, 1.3, 1.05, 0.8, 0.75)
GRID_PER_KWH: Final = 0.45
"""Energy part of the grid tariff, with taxes."""
PER_KW: Final = 60.0
"""A month's fee on its highest hourly mean, NOK per kW."""
WEAR_PER_KWH: Final = 0.3
PUBLIC_PER_KWH: Final = 5.0
"""What a kWh costs at a public charger that was not to be had at home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A week of a season."""

    name: str
    first_day: date
    climate: Climate
    spot: tuple[float, ...]


SEASONS: Final = (
    Season(name="winter", first_day=date(2026, 1, 12), climate=WINTER, spot=_WINTER_SPOT),
    Season(name="summer", first_day=date(2026, 6, 15), climate=SUMMER, spot=_SUMMER_SPOT),
)


class Week:
    """All that happens to a garage in a week, whoever steers it.

    Args:
        season: Which.
        seed: Of weather, vehicles and chance.
        days: How many.
    """

    def __init__(self, season: Season, seed: int, days: int = DAYS) -> None:
        self.season = season
        self.begins_at = datetime.combine(season.first_day, time(0), ZONE).astimezone(UTC)
        self.ends_at = self.begins_at + timedelta(days=days)
        self.site: Site = read_site(CONFIG / "sites" / "garage.yaml")
        self.weather = Weather(season.climate, self.begins_at, seed)
        self.visits = self._visits(seed, days)
        self._chance = Random(f"{seed} house")  # noqa: S311 - a simulation
        self._noise: list[tuple[float, float]] = []

    def _visits(self, seed: int, days: int) -> tuple[Visit, ...]:
        population = read_population(CONFIG / "populations" / "norway-residential.yaml")
        sessions = generate(population, USERS, self.season.first_day, days, seed, ZONE)
        rng = Random(seed)  # noqa: S311
        return place(sessions, self.site, self.begins_at, self.ends_at, rng).visits

    def building_a(self, at: datetime) -> float:
        """What the house draws on each line, beside heat and vehicles."""
        return building_mean_a(at) + self._step_noise(at)[0]

    def water_w(self, at: datetime) -> float:
        """Heat that is drawn from the tank."""
        return water_mean_w(at) * self._step_noise(at)[1]

    def price(self, at: datetime) -> float:
        """What a kWh costs, in NOK."""
        return self.spot(at) + GRID_PER_KWH

    def spot(self, at: datetime) -> float:
        """What a kWh that leaves the site earns, in NOK."""
        local = at.astimezone(ZONE)
        day = (local.date() - self.season.first_day).days
        return self.season.spot[local.hour] * _DAY_FACTORS[day % len(_DAY_FACTORS)]

    def _step_noise(self, at: datetime) -> tuple[float, float]:
        step = int((at - self.begins_at).total_seconds() // STEP_S)
        while len(self._noise) <= step:
            lift_a = self._chance.uniform(0.0, BUILDING_STEP_A - 1.0)
            self._noise.append((lift_a, self._chance.uniform(0.4, 1.6)))
        return self._noise[step]


def building_mean_a(at: datetime) -> float:
    """What the house draws on each line on average, at least."""
    return _between(_BUILDING_A, at)


def water_mean_w(at: datetime) -> float:
    """Heat that is drawn from the tank on average."""
    return _between(_WATER_W, at)


def _between(by_hour: tuple[float, ...], at: datetime) -> float:
    """A value between those of two hours."""
    local = at.astimezone(ZONE)
    position = local.hour + local.minute / 60 + local.second / 3600
    low = math.floor(position)
    share = position - low
    return (1 - share) * by_hour[low % 24] + share * by_hour[(low + 1) % 24]
