"""A site full of stations: they boot, vehicles come and go, the judge watches."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from random import Random
from typing import Final, TypeAlias

from simulators.building import buildings_of
from simulators.clock import Clock
from simulators.grid import Judge, Load
from simulators.placement import Visit
from simulators.report import FleetReport, SessionOutcome
from simulators.scenario import Scenario
from simulators.stations.link import Connect
from simulators.stations.manners import POLITE
from simulators.stations.outlet import NO_AMPS, Amps
from simulators.stations.station import Station, Surroundings
from simulators.stations.station_v16 import StationV16
from simulators.stations.station_v201 import StationV201

Announce: TypeAlias = Callable[[Visit], Awaitable[bool]]
"""Takes a vehicle that was plugged in and that the CSMS knows, with what its driver states;
returns whether it was taken."""

Beside: TypeAlias = Callable[[], Mapping[str, Amps]]
"""Tells what else is drawn just now, by feeder."""

_BOOTS_WITHIN_S: Final = 10.0
_ANNOUNCED_AFTER_S: Final = 30.0
"""Drivers take out their phones that long after plugging in, and again until it is taken."""


class Fleet:
    """Runs a scenario.

    Args:
        scenario: What happens.
        clock: Simulated time. Stations boot at once; vehicles come when the scenario starts.
        connect: Makes the stations' connections.
        tick_s: How often vehicles, stations and the judge are looked at.
        announce: Told of every vehicle that is plugged in: the driver's app.
        beside: Tells what is drawn beside vehicles and buildings; None: nothing is.

    Attributes:
        stations: By identity.
        buildings: Uncontrolled loads by feeder, for a `MeterReporter`.
        judge: What the feeders really carried.
    """

    def __init__(
        self,
        scenario: Scenario,
        clock: Clock,
        connect: Connect,
        *,
        tick_s: float = 5.0,
        announce: Announce | None = None,
        beside: Beside | None = None,
    ) -> None:
        self.scenario = scenario
        self.buildings = buildings_of(
            scenario.site,
            min(scenario.starts_at, clock.now()),
            scenario.seed,
            scenario.habits,
        )
        self.judge = Judge(scenario.site)
        self.stations = {
            name: _station(scenario, name, clock, connect) for name in scenario.station_ids
        }
        self._clock = clock
        self._tick_s = tick_s
        self._announce = announce
        self._beside = beside
        self._plugged: dict[tuple[str, int], Visit] = {}
        self._left: list[SessionOutcome] = []

    async def run(self, may_come: Callable[[], Awaitable[None]] | None = None) -> None:
        """Run the scenario from its start to its end; the clock must not be past it.

        Args:
            may_come: Awaited before the first vehicle comes; those that it made late come at once.
                None: all come on time.
        """
        rng = Random(f"{self.scenario.seed} boots")  # noqa: S311 - a simulation
        async with asyncio.TaskGroup() as tasks:
            lives = [
                tasks.create_task(self._live(station, rng.uniform(0, _BOOTS_WITHIN_S)))
                for station in self.stations.values()
            ]
            lives.append(tasks.create_task(self._receive_visits(may_come)))
            await self._tick_to_the_end()
            for life in lives:
                life.cancel()

    def drawn(self) -> list[Load]:
        """What vehicles drew when time last passed for them."""
        every = [
            Load(name, number, self.stations[name].true_currents(number))
            for name, number in self._plugged
        ]
        return [load for load in every if load.amps[0] > 0.0]

    def report(self) -> FleetReport:
        """What has come of it so far."""
        running = [
            _outcome(visit, self._delivered_wh(visit), has_left=False)
            for visit in self._plugged.values()
        ]
        sessions = sorted(self._left + running, key=lambda outcome: outcome.arrives_at)
        return FleetReport(
            at=self._clock.now(),
            sessions=tuple(sessions),
            lines=self.judge.verdicts(),
            messages_sent=sum(station.uplink.sent for station in self.stations.values()),
            moved=self.scenario.moved,
            dropped=self.scenario.dropped,
        )

    def _delivered_wh(self, visit: Visit) -> float:
        vehicle = self.stations[visit.station_id].outlets[visit.evse_number].vehicle
        return vehicle.delivered_wh if vehicle else 0.0

    async def _live(self, station: Station, after_s: float) -> None:
        await self._clock.sleep(after_s)
        await station.run()

    async def _tick_to_the_end(self) -> None:
        while self._clock.now() < self.scenario.ends_at:
            self._tick()
            await self._clock.sleep(self._tick_s)
        self._tick()

    def _tick(self) -> None:
        now = self._clock.now()
        for name in dict.fromkeys(station_id for station_id, _ in self._plugged):
            self.stations[name].advance()
        uncontrolled = {name: b.currents_at(now) for name, b in self.buildings.items()}
        for name, amps in self._beside().items() if self._beside else ():
            first, second, third = uncontrolled.get(name, NO_AMPS)
            uncontrolled[name] = (first + amps[0], second + amps[1], third + amps[2])
        self.judge.observe(now, self.drawn(), uncontrolled)

    async def _receive_visits(self, may_come: Callable[[], Awaitable[None]] | None) -> None:
        """Plug vehicles in and out on time; who leaves goes first."""
        turns = [
            turn
            for i, visit in enumerate(self.scenario.visits)
            for turn in (
                (visit.session.departs_at, False, i),
                (visit.session.arrives_at, True, i),
            )
        ]
        await self._sleep_until(self.scenario.starts_at)
        if may_come is not None:
            await may_come()
        async with asyncio.TaskGroup() as arrivals:
            for at, comes, i in sorted(turns):
                await self._sleep_until(at)
                visit = self.scenario.visits[i]
                if comes:
                    self._plugged[visit.station_id, visit.evse_number] = visit
                    arrivals.create_task(self._plug_in(visit))
                else:
                    self._unplug(visit)

    async def _sleep_until(self, instant: datetime) -> None:
        await self._clock.sleep(max(0.0, (instant - self._clock.now()).total_seconds()))

    async def _plug_in(self, visit: Visit) -> None:
        station = self.stations[visit.station_id]
        await station.plug_in(visit.evse_number, visit.session)
        while self._announce is not None and self._is_there(visit):
            await self._clock.sleep(_ANNOUNCED_AFTER_S)
            can_be_known = station.uplink.is_settled and self._is_there(visit)
            if can_be_known and await self._announce(visit):
                return

    def _is_there(self, visit: Visit) -> bool:
        return self._plugged.get((visit.station_id, visit.evse_number)) is visit

    def _unplug(self, visit: Visit) -> None:
        vehicle = self.stations[visit.station_id].unplug(visit.evse_number)
        delivered_wh = vehicle.delivered_wh if vehicle else 0.0
        self._left.append(_outcome(visit, delivered_wh, has_left=True))
        del self._plugged[visit.station_id, visit.evse_number]


def _outcome(visit: Visit, delivered_wh: float, *, has_left: bool) -> SessionOutcome:
    session = visit.session
    return SessionOutcome(
        session_id=session.session_id,
        user=session.user,
        station_id=visit.station_id,
        evse_number=visit.evse_number,
        arrives_at=session.arrives_at,
        departs_at=session.departs_at,
        wanted_wh=session.wanted_wh,
        possible_wh=visit.possible_wh,
        delivered_wh=delivered_wh,
        has_left=has_left,
    )


def _station(scenario: Scenario, name: str, clock: Clock, connect: Connect) -> Station:
    models = [place.model for place in scenario.site.places if place.station_id == name]
    surroundings = Surroundings(
        clock=clock,
        connect=connect,
        rng=Random(f"{scenario.seed} {name}"),  # noqa: S311 - a simulation
    )
    kind = StationV201 if name in scenario.v201 else StationV16
    return kind(name, models, surroundings, scenario.manners.get(name, POLITE))
