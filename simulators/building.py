"""A building's own load: a daily shape, noise, and appliances that switch on and off.

It never draws more than the site file calls its worst case, and never rises by more than the
file's largest step between two measurements, or, where the meter shows all that the feeder
carries, within four rounds of the chargers' meters: that is what those words mean.
"""

import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from simulators.clock import Clock
from simulators.grid import Load, flows
from simulators.site import Site, Uncontrolled
from simulators.stations.outlet import Amps

Drawn: TypeAlias = Callable[[], Iterable[Load]]
"""Tells what vehicles draw just now."""
Report: TypeAlias = Callable[[str, datetime, Amps], Awaitable[object]]
"""Takes a measurement: feeder, instant, amperes by line."""

BUILDING_STEP_S: Final = 5.0
"""A building moves on in steps: what happens at an instant shows within one."""
_NOISE_LASTS_S: Final = 300.0
_NOISE_SHARE: Final = 0.06
_SHAPE: Final = (
    *(0.22, 0.20, 0.19, 0.19, 0.20, 0.26, 0.38, 0.48, 0.46, 0.40, 0.38, 0.38),
    *(0.40, 0.40, 0.40, 0.42, 0.46, 0.52, 0.56, 0.56, 0.52, 0.46, 0.38, 0.28),
)
"""Steady load by hour of the day, as a share of the worst case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appliance:
    """Something that switches on and off by chance.

    Attributes:
        share: Its current as a share of the largest step, from and to.
        lasts_s: How long it stays on, from and to.
        per_hour: How often it is switched on in the busiest hour.
        is_three_phase: Whether it loads all lines, or one.
    """

    share: tuple[float, float]
    lasts_s: tuple[float, float]
    per_hour: float
    is_three_phase: bool


APPLIANCES: Final = (
    Appliance(share=(0.5, 1.0), lasts_s=(20, 60), per_hour=12, is_three_phase=True),  # lift
    Appliance(share=(0.3, 0.5), lasts_s=(600, 2400), per_hour=1.0, is_three_phase=True),  # fan
    Appliance(share=(0.6, 1.0), lasts_s=(900, 2700), per_hour=0.6, is_three_phase=False),  # laundry
    Appliance(share=(0.1, 0.3), lasts_s=(30, 300), per_hour=15, is_three_phase=False),  # lights
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraLoad:
    """Something that is switched on at a certain time on all lines, beside the usual.

    Attributes:
        largest_steps: Its current, as a multiple of the largest step.
        is_promised: Whether the promises of the site file are kept all the same.
    """

    starts_at: datetime
    lasts_s: float
    largest_steps: float
    is_promised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a building draws.

    Attributes:
        level: How much of the usual; 0: nothing.
        rises_within_s: It rises by no more than the largest step within that time.
        extras: What is switched on beside the usual.
    """

    level: float = 1.0
    rises_within_s: float = 20.0
    extras: tuple[ExtraLoad, ...] = ()


USUAL: Final = Habits()


def promised_s(site: Site, feeder_id: str, meter_every_s: float) -> float:
    """Within what time a building rises by no more than its largest step.

    From one measurement to the next; where these show chargers as well, until they can be told
    apart.
    """
    return max(meter_every_s, site.told_apart_within_s(feeder_id)) + BUILDING_STEP_S


@dataclass(frozen=True, slots=True)
class _Running:
    until_step: int
    amps: Amps


class Building:
    """The uncontrolled load at one feeder; a process that one seed always lets run alike.

    Args:
        load: What the site file says of it.
        zone: The site's time zone.
        starts_at: When the process begins.
        rng: Its randomness.
        habits: How it draws.
    """

    def __init__(
        self,
        load: Uncontrolled,
        zone: ZoneInfo,
        starts_at: datetime,
        rng: Random,
        habits: Habits = USUAL,
    ) -> None:
        self._load = load
        self._zone = zone
        self._starts_at = starts_at
        self._rng = rng
        self._habits = habits
        self._step = -1
        self._noise = [0.0, 0.0, 0.0]
        self._running: list[_Running] = []
        self._recent: deque[Amps] = deque(maxlen=round(habits.rises_within_s / BUILDING_STEP_S))
        self._now: Amps = (0.0, 0.0, 0.0)

    def currents_at(self, now: datetime) -> Amps:
        """Amperes by line of the site; instants must not go back."""
        target = math.floor((now - self._starts_at).total_seconds() / BUILDING_STEP_S)
        while self._step < target:
            self._step += 1
            self._advance()
        return self._now

    def _advance(self) -> None:
        at = self._starts_at + timedelta(seconds=self._step * BUILDING_STEP_S)
        local = at.astimezone(self._zone)
        worst = self._load.worst_case.at(local)
        steady = _steady_share(local)
        self._switch(steady / max(_SHAPE))
        wanted = [0.0, 0.0, 0.0]
        for line in range(3):
            self._stir(line)
            share = steady + _NOISE_SHARE * self._noise[line]
            running_a = sum(appliance.amps[line] for appliance in self._running)
            wanted[line] = self._habits.level * (share * worst[line] + running_a)
        promised_a, beyond_a = self._extra_a(at)
        bounded = self._bound([amps + promised_a for amps in wanted], worst)
        self._recent.append(bounded)
        self._now = (bounded[0] + beyond_a, bounded[1] + beyond_a, bounded[2] + beyond_a)

    def _extra_a(self, at: datetime) -> tuple[float, float]:
        """What runs beside the usual: within what was promised, and beyond."""
        promised_a = beyond_a = 0.0
        for extra in self._habits.extras:
            if extra.starts_at <= at < extra.starts_at + timedelta(seconds=extra.lasts_s):
                amps = extra.largest_steps * self._load.largest_step_a
                promised_a += amps if extra.is_promised else 0.0
                beyond_a += 0.0 if extra.is_promised else amps
        return promised_a, beyond_a

    def _stir(self, line: int) -> None:
        """Noise that forgets itself within minutes, with a standard deviation of 1."""
        memory = math.exp(-BUILDING_STEP_S / _NOISE_LASTS_S)
        shock = math.sqrt(1 - memory * memory) * self._rng.gauss()
        self._noise[line] = memory * self._noise[line] + shock

    def _switch(self, activity: float) -> None:
        self._running = [running for running in self._running if running.until_step > self._step]
        for appliance in APPLIANCES:
            if self._rng.random() < activity * appliance.per_hour * BUILDING_STEP_S / 3600:
                self._running.append(self._start(appliance))

    def _start(self, appliance: Appliance) -> _Running:
        amps = self._rng.uniform(*appliance.share) * self._load.largest_step_a
        lasts_steps = math.ceil(self._rng.uniform(*appliance.lasts_s) / BUILDING_STEP_S)
        only = None if appliance.is_three_phase else self._rng.randrange(3)
        by_line = [amps if only in {None, line} else 0.0 for line in range(3)]
        return _Running(self._step + lasts_steps, (by_line[0], by_line[1], by_line[2]))

    def _bound(self, wanted: list[float], worst: Amps) -> Amps:
        bounded = []
        for line in range(3):
            most_a = worst[line]
            if self._recent and self._load.largest_step_a > 0:
                lowest_a = min(amps[line] for amps in self._recent)
                most_a = min(most_a, lowest_a + self._load.largest_step_a)
            bounded.append(max(0.0, min(wanted[line], most_a)))
        return (bounded[0], bounded[1], bounded[2])


def buildings_of(
    site: Site, starts_at: datetime, seed: int, habits: Mapping[str, Habits] | None = None
) -> dict[str, Building]:
    """The uncontrolled loads of a site by feeder.

    Args:
        site: Whose.
        starts_at: When they begin.
        seed: One seed always gives the same loads.
        habits: How they draw, by feeder; as usual where nothing is said.
    """
    habits = habits or {}
    return {
        feeder.feeder_id: Building(
            feeder.uncontrolled,
            site.zone,
            starts_at,
            Random(f"{seed} {feeder.feeder_id}"),  # noqa: S311 - a simulation
            habits.get(feeder.feeder_id, USUAL),
        )
        for feeder in site.feeders
        if feeder.uncontrolled is not None
    }


def _steady_share(local: datetime) -> float:
    """The daily shape, straight from one hour's middle to the next."""
    position = local.hour + local.minute / 60 - 0.5
    hour = math.floor(position)
    weight = position - hour
    return _SHAPE[hour % 24] * (1 - weight) + _SHAPE[(hour + 1) % 24] * weight


class MeterReporter:
    """Measures uncontrolled loads, or all that their feeders carry, and passes the readings on.

    Args:
        site: Whose meters they are.
        buildings: The loads by feeder.
        clock: Simulated time.
        report: Where readings go.
        every_s: How often.
        drawn: What vehicles draw just now; None: there are none.
    """

    def __init__(
        self,
        site: Site,
        buildings: Mapping[str, Building],
        clock: Clock,
        report: Report,
        every_s: float = 10.0,
        drawn: Drawn | None = None,
    ) -> None:
        self._site = site
        self._buildings = buildings
        self._drawn = drawn
        self._metered = {
            feeder.feeder_id: feeder.uncontrolled
            for feeder in site.feeders
            if feeder.uncontrolled is not None and feeder.uncontrolled.is_metered
        }
        self._clock = clock
        self._report = report
        self._every_s = every_s

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            now = self._clock.now()
            for feeder_id in self._metered:
                await self._report(feeder_id, now, self._shown(feeder_id, now))
            await self._clock.sleep(self._every_s)

    def _shown(self, feeder_id: str, now: datetime) -> Amps:
        if not self._metered[feeder_id].has_total_meter:
            return self._buildings[feeder_id].currents_at(now)
        loads = self._drawn() if self._drawn else ()
        uncontrolled = {name: one.currents_at(now) for name, one in self._buildings.items()}
        return flows(self._site, now, loads, uncontrolled)[feeder_id]
