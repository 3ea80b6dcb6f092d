"""Lets everything go wrong when its time comes."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Final, Protocol

from csms.ocpp.frames import Call
from simulators.building import BUILDING_STEP_S
from simulators.chaos.commands import CommandTrouble
from simulators.chaos.excuse import SuddenStep
from simulators.chaos.excuses import Excuses
from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.fault_tables import AT_METERS, AT_RESOURCES, AT_SOURCES, SHARE_OF_STATIONS
from simulators.chaos.faults import HEEDED_WITHIN, Fault
from simulators.chaos.judge import StrictJudge
from simulators.chaos.meters import MeterOutages
from simulators.chaos.network import FaultyNetwork
from simulators.chaos.plant import WatchedPlant
from simulators.chaos.timeline import Timeline
from simulators.clock import Clock
from simulators.site import Site
from simulators.stations.link import Answer
from simulators.stations.station import Obey, Station, Trouble

_ROUNDING_A: Final = 0.05


class Server(Protocol):
    """What can go wrong with the server under test."""

    def kill(self, turns: int, down_s: float) -> None:
        """End it after so many turns of the event loop, and start it again so much later."""
        ...

    def lock_database(self, seconds: float) -> None:
        """Let somebody else hold its database."""
        ...

    async def put(self, path: str, body: dict[str, Any]) -> bool:
        """Ask its API for something; return whether that was done."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who and what faults happen to.

    Attributes:
        site: Where it happens.
        excuses: Told of what makes an excess unavoidable.
        plant: What the site has beside chargers; None: nothing.
    """

    site: Site
    stations: Mapping[str, Station]
    network: FaultyNetwork
    meters: MeterOutages
    server: Server
    judge: StrictJudge
    timeline: Timeline
    excuses: Excuses
    plant: WatchedPlant | None = None


class Script:
    """Runs a plan of faults.

    Args:
        seed: Draws which commands fail.
        faults: What goes wrong, in order of time.
        cast: Who and what it happens to.
        clock: Simulated time; it is the start of the day.
    """

    def __init__(self, seed: int, faults: Sequence[Fault], cast: Cast, clock: Clock) -> None:
        self._faults = faults
        self._cast = cast
        self._clock = clock
        self._starts_at = clock.now()
        self._loop = asyncio.get_running_loop()
        self._troubles: dict[str, CommandTrouble] = {}
        for name, station in cast.stations.items():
            rng = Random(f"{seed} commands {name}")  # noqa: S311 - a simulation
            self._troubles[name] = CommandTrouble(rng)
            station.trouble = self._watched(station, self._troubles[name])
        self._lost: dict[str, Fault] = {}
        self._kills: deque[Fault] = deque()

    @property
    def troubles(self) -> Mapping[str, CommandTrouble]:
        """What comes between each station and its commands."""
        return self._troubles

    async def run(self) -> None:
        """Let all of it happen."""
        async with asyncio.TaskGroup() as tasks:
            for fault in self._faults:
                wait_s = (fault.at - self._clock.now()).total_seconds()
                if wait_s > 0:
                    await self._clock.sleep(wait_s)
                self._cast.timeline.fault(fault.at, str(fault))
                if fault.kind is FaultKind.LIMIT_CUT:
                    tasks.create_task(self._cut_limit(fault))
                elif fault.kind is FaultKind.DEEP_CUT:
                    tasks.create_task(self._cut_deep(fault))
                elif fault.kind in AT_RESOURCES | AT_SOURCES:
                    self._begin_at_resource(fault)
                elif fault.kind in AT_METERS:
                    self._begin_at_meters(fault)
                elif fault.kind not in SHARE_OF_STATIONS:
                    self._begin(fault)

    def _begin(self, fault: Fault) -> None:
        cast, place, lasts_s = self._cast, fault.place, fault.lasts_s
        match fault.kind:
            case FaultKind.SUDDEN_STEP:  # the building takes it from the plan by itself
                cast.excuses.steps_up(self._sudden_step(fault))
            case FaultKind.DATABASE_LOCK:
                cast.server.lock_database(lasts_s)
                cast.excuses.server_is_held(fault.ends_at)
            case FaultKind.KILL:
                cast.server.kill(round(fault.size), lasts_s)
            case FaultKind.KILL_SENDING:
                self._kills.append(fault)
            case FaultKind.HALF_OPEN:
                cast.network.go_dark(place, lasts_s)
            case FaultKind.LOST_ANSWER:
                self._lost[place] = fault
            case FaultKind.DELAY:
                cast.network.delay(place, lasts_s, fault.size, fault.variant)
            case FaultKind.DUPLICATE:
                cast.network.double(place, lasts_s)
            case _:
                self._begin_at_station(fault, cast.stations.get(place))

    def _begin_at_meters(self, fault: Fault) -> None:
        meters, plant = self._cast.meters, self._cast.plant
        match fault.kind:
            case FaultKind.METER_OUTAGE:
                meters.fall_silent(fault.place, fault.lasts_s)
            case FaultKind.METER_NONSENSE:
                meters.talk_nonsense(fault.place, fault.lasts_s)
            case FaultKind.BROKER_DEATH:
                meters.lose_broker(fault.lasts_s)
                if plant is not None:
                    plant.lose_broker(fault.lasts_s)

    def _begin_at_resource(self, fault: Fault) -> None:
        if self._cast.plant is not None:
            self._cast.plant.begin(fault.kind, fault.place, fault.lasts_s, fault.size)

    def _begin_at_station(self, fault: Fault, station: Station | None) -> None:
        if station is None:  # a building's step within its promise: it takes that from the plan
            return
        match fault.kind:
            case FaultKind.LINK_CUT:
                station.uplink.stay_away(fault.lasts_s)
            case FaultKind.REJECT | FaultKind.CALL_ERROR | FaultKind.NO_ANSWER:
                self._troubles[fault.place].begin(fault.kind, fault.lasts_s)
            case FaultKind.REBOOT | FaultKind.PROFILE_LOSS:
                station.uplink.stay_away(fault.lasts_s)
                station.lose_power(
                    forgets_profiles=fault.kind is FaultKind.PROFILE_LOSS,
                    resumes_transactions=fault.variant.startswith("resumes"),
                )
            case FaultKind.STOPS_OBEYING:
                station.stops_obeying(fault.lasts_s, pretends=fault.variant.startswith("and pret"))
            case FaultKind.CLOCK_JUMP:
                station.clock_jumps(fault.size)

    def _watched(self, station: Station, trouble: Trouble) -> Trouble:
        """Let what waits for it happen when a station is raised, before that can be told."""

        def answer(call: Call, obey: Obey) -> Answer | None:
            before_a = _offered_a(station)
            result = trouble(call, obey)
            if _offered_a(station) > before_a:
                self._raised(station.station_id)
            return result

        return answer

    def _raised(self, station_id: str) -> None:
        fault = self._lost.pop(station_id, None)
        if fault is not None:
            self._cast.network.go_dark(station_id, fault.lasts_s)
        if self._kills:
            self._cast.server.kill(0, self._kills.popleft().lasts_s)

    def _sudden_step(self, fault: Fault) -> SuddenStep:
        """A step as its building makes it: that moves on every few seconds."""
        told_apart_s = self._cast.site.told_apart_within_s(fault.place)
        step = timedelta(seconds=BUILDING_STEP_S)
        starts_at = fault.at + (self._starts_at - fault.at) % step
        return SuddenStep(
            feeder_id=fault.place,
            starts_at=starts_at,
            ends_at=fault.ends_at + step,
            told_apart_at=starts_at + timedelta(seconds=told_apart_s),
        )

    async def _cut_limit(self, fault: Fault) -> None:
        """Let the grid company limit a feeder, at once or an hour later, and tell the judge."""
        site = self._cast.site
        feeder = next(one for one in site.feeders if one.feeder_id == fault.place)
        least_a = site.least_a(fault.place)
        await self._impose(fault, max(least_a, fault.size * min(feeder.limit.default)))

    async def _cut_deep(self, fault: Fault) -> None:
        """The same, to less than what is drawn at worst whatever anybody does."""
        heeded_at = fault.at + HEEDED_WITHIN
        until = heeded_at + timedelta(seconds=fault.lasts_s)
        self._cast.excuses.limit_is_deep(fault.place, heeded_at, until)
        await self._impose(fault, fault.size * self._cast.site.least_a(fault.place))

    async def _impose(self, fault: Fault, amps: float) -> None:
        site, is_late = self._cast.site, fault.variant == "announced"
        heeded_at = fault.at + HEEDED_WITHIN
        until = heeded_at + timedelta(seconds=fault.lasts_s)
        body = {
            "amps": round(amps, 1),
            "from": heeded_at.isoformat() if is_late else None,
            "until": until.isoformat(),
            "words": str(fault),
        }
        path = f"/api/v1/sites/{site.site_id}/feeders/{fault.place}/limits/grid_company"
        if await self._cast.server.put(path, body):
            limit = (heeded_at, until, amps + _ROUNDING_A)
            self._cast.judge.impose(fault.place, limit, self._clock.now())
            wait_s = (heeded_at - self._clock.now()).total_seconds()
            self._loop.call_later(wait_s, self._cast.judge.pass_time, heeded_at)


def _offered_a(station: Station) -> float:
    return sum(outlet.limit_a for outlet in station.outlets.values())
