"""Generates sessions like those of a population that a small table describes.

Users come when they are absent, each hour with a chance that depends on the hour and the kind of
day; the stay depends on the hour of arrival; the energy is the vehicle's mean, times a factor of
the user (some drive far, always), times a factor of the day.

    PopulationError      a file that describes no population
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Annotated, Final, TypeAlias
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from simulators import yaml_text
from simulators.sessions.session import Session, VehicleModel

Chance: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Share: TypeAlias = Annotated[float, Field(gt=0, le=1)]
Quantiles: TypeAlias = Annotated[list[float], Field(min_length=2)]
"""Values at evenly spaced shares of a distribution, the least first."""
Hours: TypeAlias = Annotated[list[Chance], Field(min_length=24, max_length=24)]

_UTC: Final = ZoneInfo("UTC")
_SATURDAY: Final = 5
_WARM_UP_DAYS: Final = 5
_VOLTAGE_V: Final = 230.0
_USABLE_SHARE: Final = 0.85
_REACHABLE_SHARE: Final = 0.85
"""Of what its charger could deliver during the stay, a driver counts on this at most."""
_LEAVES_AT_PCT: Final = 85.0
"""Drivers set a target rather than charging to the brim; the table does not tell."""
_LEAST_WH: Final = 300.0
_LEAST_STAY: Final = timedelta(minutes=5)


class PopulationError(Exception):
    """A file that describes no population; the text names file, key and cause."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VehicleTable(_Table):
    """A kind of vehicle, and what its users take on average."""

    share: Share
    lines: Annotated[int, Field(ge=0, le=3, description="0: it charges on DC")] = 3
    max_a: Annotated[float, Field(ge=0, le=80)] = 0.0
    max_dc_kw: Annotated[float, Field(ge=0, le=1000)] = 0.0
    battery_kwh: Annotated[float, Field(gt=0, le=1000)]
    energy_kwh: Annotated[float, Field(gt=0, le=1000)]


class ArrivalTable(_Table):
    """The chance that an absent user comes in an hour of the day."""

    weekday: Hours
    weekend: Hours


class StayTable(_Table):
    """How long those stay who come between two hours."""

    hours: tuple[int, int]
    quantiles_h: Quantiles


class LeaveTable(_Table):
    """When vehicles leave that have a timetable: a time of their own between two hours."""

    hours: tuple[float, float]
    weekdays_only: bool = True


class GroupTable(_Table):
    """Users that behave alike."""

    name: str
    share: Share
    arrivals: ArrivalTable
    stays: list[StayTable] = []
    leaves: LeaveTable | None = None
    user_factor: Quantiles = [1.0, 1.0]
    day_factor: Quantiles = [1.0, 1.0]
    vehicles: Annotated[list[VehicleTable], Field(min_length=1)]
    states_needs: bool = False

    @model_validator(mode="after")
    def _leaves_somehow(self) -> "GroupTable":
        if bool(self.stays) == bool(self.leaves):
            raise ValueError("expected either stays or leaves")
        return self


class Population(_Table):
    """A population."""

    name: str
    source: str = ""
    groups: Annotated[list[GroupTable], Field(min_length=1)]


def read_population(path: Path) -> Population:
    """Read a population file.

    Raises:
        PopulationError: It cannot be read, or is none.
    """
    try:
        return Population.model_validate(yaml_text.parse(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise PopulationError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise PopulationError(f"{path}: {key}: {first['msg']}") from error


def generate(
    population: Population, users: int, first_day: date, days: int, seed: int, zone: ZoneInfo
) -> list[Session]:
    """Generate the sessions of some days, in order of arrival.

    Args:
        population: Whom to imitate.
        users: How many of them.
        first_day: Local day of the first sessions; those that run at its beginning are included.
        days: How many days.
        seed: One seed always gives the same sessions.
        zone: Where they live.
    """
    begins_at = datetime.combine(first_day, time(0), zone).astimezone(_UTC)
    until = first_day + timedelta(days=days)
    sessions: list[Session] = []
    for index, group in enumerate(_groups_of(population, users)):
        rng = Random(f"{seed} {population.name} {index}")  # noqa: S311 - a simulation
        user = _User(f"{group.name[:14]}-{index + 1:03d}", group, rng, zone)
        sessions += user.sessions(first_day - timedelta(days=_WARM_UP_DAYS), until)
    sessions = [session for session in sessions if session.departs_at > begins_at]
    return sorted(sessions, key=lambda session: (session.arrives_at, session.user))


def _groups_of(population: Population, users: int) -> list[GroupTable]:
    """The group of every user, so that shares are met as well as whole users allow."""
    total = sum(group.share for group in population.groups)
    groups: list[GroupTable] = []
    reached = 0.0
    for group in population.groups:
        reached += users * group.share / total
        groups += [group] * (round(reached) - len(groups))
    return groups


@dataclass(frozen=True, slots=True)
class _Stay:
    arrives_at: datetime
    departs_at: datetime


class _User:
    """One user with a vehicle and habits of their own."""

    def __init__(self, name: str, group: GroupTable, rng: Random, zone: ZoneInfo) -> None:
        self._name = name
        self._group = group
        self._rng = rng
        self._zone = zone
        shares = [vehicle.share for vehicle in group.vehicles]
        self._vehicle = rng.choices(group.vehicles, shares)[0]
        self._factor = _draw(group.user_factor, rng)
        self._leaves_h = rng.uniform(*group.leaves.hours) if group.leaves else 0.0

    def sessions(self, first_day: date, until: date) -> Iterator[Session]:
        free_at = datetime.combine(first_day, time(0), self._zone)
        for i in range((until - first_day).days * 24):
            day = first_day + timedelta(days=i // 24)
            hour_at = datetime.combine(day, time(i % 24), self._zone)
            if hour_at < free_at or self._rng.random() >= self._chance(hour_at):
                continue
            arrives = hour_at + timedelta(seconds=self._rng.randrange(3600))
            free_at = max(self._departure(arrives), arrives + _LEAST_STAY)
            yield self._session(_Stay(arrives.astimezone(_UTC), free_at.astimezone(_UTC)))

    def _chance(self, local: datetime) -> float:
        arrivals = self._group.arrivals
        is_weekend = local.weekday() >= _SATURDAY
        return (arrivals.weekend if is_weekend else arrivals.weekday)[local.hour]

    def _departure(self, arrives: datetime) -> datetime:
        leaves = self._group.leaves
        if leaves is None:
            return arrives + timedelta(hours=_draw(self._quantiles(arrives.hour), self._rng))
        day = arrives.date() + timedelta(days=1)
        while leaves.weekdays_only and day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
        midnight = datetime.combine(day, time(0), self._zone)
        return midnight + timedelta(minutes=round(self._leaves_h * 60))

    def _quantiles(self, hour: int) -> list[float]:
        for stay in self._group.stays:
            if stay.hours[0] <= hour < stay.hours[1]:
                return stay.quantiles_h
        return self._group.stays[-1].quantiles_h

    def _session(self, stay: _Stay) -> Session:
        table, is_stated = self._vehicle, self._group.states_needs
        stay_h = (stay.departs_at - stay.arrives_at).total_seconds() / 3600
        battery_wh = table.battery_kwh * 1000
        power_w = table.max_dc_kw * 1000 or _VOLTAGE_V * table.lines * table.max_a
        drawn_wh = table.energy_kwh * 1000 * self._factor * _draw(self._group.day_factor, self._rng)
        energy_wh = min(
            drawn_wh,
            battery_wh * _USABLE_SHARE,
            power_w * stay_h * _REACHABLE_SHARE,
        )
        energy_wh = max(_LEAST_WH, round(energy_wh))
        return Session(
            session_id=f"{self._name} {stay.arrives_at:%Y-%m-%dT%H:%M}",
            user=self._name,
            arrives_at=stay.arrives_at,
            departs_at=stay.departs_at,
            energy_wh=energy_wh,
            start_soc_pct=max(0.0, _LEAVES_AT_PCT - 100 * energy_wh / battery_wh),
            vehicle=VehicleModel(
                line_count=table.lines,
                max_a=table.max_a,
                battery_wh=battery_wh,
                max_dc_w=table.max_dc_kw * 1000,
            ),
            uses_dc=table.lines == 0,
            stated_departs_at=stay.departs_at if is_stated else None,
            stated_energy_wh=energy_wh if is_stated else None,
        )


def _draw(quantiles: list[float], rng: Random) -> float:
    """Draw from a distribution, straight between its quantiles."""
    position = rng.random() * (len(quantiles) - 1)
    lower, upper = list(pairwise(quantiles))[int(position)]
    return lower + (upper - lower) * (position - int(position))
