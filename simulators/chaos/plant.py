"""Resources on a day in which much goes wrong: they disobey, hear or tell nothing, or nonsense.

A source that stands by does not start, starts late, or stops while it carries load.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, Protocol

from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.judge import StrictJudge
from simulators.clock import Clock
from simulators.grid import Load
from simulators.resources.plant import Plant, Told
from simulators.site import Place

_FOLLOWS: Final = timedelta(seconds=30)
"""A setpoint counts so much longer than it lives (`follows_within_s`)."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_UNIT_ERROR: Final = 1000.0
_NUMBER: Final = 0
_LINES: Final = 3


class ResourceLink(Protocol):
    """The way between resources and the server."""

    async def ask(self) -> Told:
        """Bring setpoints; none if nobody answers."""
        ...

    async def tell(self, name: str, values: Mapping[str, object]) -> bool | None:
        """Tell of a resource; return whether that was taken, None if nobody answers."""
        ...


class WatchedPlant:
    """Lets resources live; the judge learns of all that they draw.

    Args:
        plant: The resources.
        link: Between them and the server.
        judge: What feeders really carry.
        clock: Simulated time.
        rng: Draws which nonsense is told.

    Attributes:
        refused: How much nonsense was refused.
        taken: What nonsense was taken, in words.
        trips: How often a source stopped while it carried load.
    """

    def __init__(
        self, plant: Plant, link: ResourceLink, judge: StrictJudge, clock: Clock, rng: Random
    ) -> None:
        self.refused = 0
        self.taken: list[str] = []
        self.trips = 0
        self._plant = plant
        self._link = link
        self._judge = judge
        self._clock = clock
        self._rng = rng
        self._places = {place.station_id: place for place in plant.site.resources}
        self._told: dict[str, list[tuple[float, datetime]]] = {name: [] for name in plant.hung}
        self._until: dict[tuple[FaultKind, str], datetime] = {}
        self._late_s: dict[str, float] = {}
        self._stops_for_s: dict[str, float] = {}
        self._broker_back_at = _NEVER
        self._said: dict[str, dict[str, object]] = {}
        self._retained: dict[str, dict[str, object]] = {}
        plant.on_step = self._look

    async def run(self) -> None:
        """Live until cancelled."""
        await self._plant.run(self._ask, self._report)

    @property
    def source_starts(self) -> int:
        """How often sources were started."""
        found = (self._plant.generator(name) for name in self._plant.hung)
        return sum(one.starts for one in found if one is not None)

    def begin(self, kind: FaultKind, name: str, lasts_s: float, size: float = 0.0) -> None:
        """Let a resource go wrong in one way for a while.

        Args:
            kind: In which.
            name: The resource.
            lasts_s: For how long; of a source that is to stop, from when it has.
            size: By how many seconds it starts later.
        """
        if kind is FaultKind.SOURCE_STOPS:
            self._stops_for_s[name] = lasts_s
            return
        self._until[kind, name] = self._clock.now() + timedelta(seconds=lasts_s)
        self._late_s[name] = size if kind is FaultKind.SOURCE_LATE else self._late_s.get(name, 0.0)

    def lose_broker(self, lasts_s: float) -> None:
        """Let nothing come or go for a while; then first what was told last before."""
        until = self._clock.now() + timedelta(seconds=lasts_s)
        self._broker_back_at = max(until, self._broker_back_at)
        self._retained = dict(self._said)

    def loads(self) -> list[Load]:
        """What they draw just now."""
        return [self._load(place) for place in self._places.values()]

    def _does(self, kind: FaultKind, name: str) -> bool:
        return self._clock.now() < self._until.get((kind, name), _NEVER)

    async def _ask(self) -> Told:
        if self._clock.now() < self._broker_back_at:
            return {}
        sent = await self._link.ask()
        told = {name: one for name, one in sent.items() if not self._is_deaf(name)}
        for name, setpoint in told.items():
            known = self._told[name]
            if not known or known[-1] != setpoint:
                known.append(setpoint)
        return told

    def _is_deaf(self, name: str) -> bool:
        return self._does(FaultKind.RESOURCE_DEAF, name)

    async def _report(self, name: str, values: dict[str, float]) -> None:
        if self._clock.now() < self._broker_back_at:
            return
        if (old := self._retained.pop(name, None)) is not None:
            await self._link.tell(name, old)
        if self._does(FaultKind.RESOURCE_NONSENSE, name):
            await self._talk_nonsense(name, values)
        if self._does(FaultKind.RESOURCE_SILENT, name):
            return
        self._said[name] = {**values, "at": self._clock.now().isoformat()}
        is_taken = await self._link.tell(name, self._said[name])
        if is_taken and name in self._places and self._judge.excuses is not None:
            self._judge.excuses.told_power((name, _NUMBER), self._clock.now())

    async def _talk_nonsense(self, name: str, values: dict[str, float]) -> None:
        absurd = self._rng.choice(_absurd(values, self._rated_w(name), self._clock.now()))
        is_taken = await self._link.tell(name, absurd)
        if is_taken:
            self.taken.append(f"{name} {absurd}")
        elif is_taken is not None:
            self.refused += 1

    def _rated_w(self, name: str) -> float:
        place = self._places.get(name)
        return place.model.max_a * place.model.w_per_a if place else 0.0

    def _look(self) -> None:
        """What they draw has changed."""
        now = self._clock.now()
        for name, hung in self._plant.hung.items():
            keeps = self._is_kept(name)
            hung.ignores = not keeps or self._does(FaultKind.RESOURCE_DISOBEYS, name)
            self._trouble(name, now)
        for place in self._places.values():
            load = self._load(place)
            self._see_whether_it_obeys(place, max(load.amps), now)
            self._judge.observe_vehicle(now, load)

    def _trouble(self, name: str, now: datetime) -> None:
        """Let a source fail, if that is its turn."""
        generator = self._plant.generator(name)
        if generator is None:
            return
        if generator.given_w > 0 and name in self._stops_for_s:
            lasts = timedelta(seconds=self._stops_for_s.pop(name))
            self._until[FaultKind.SOURCE_STOPS, name] = now + lasts
            generator.trip()
            self._plant.hung[name].power_w = 0.0
            self.trips += 1
        stands = (FaultKind.SOURCE_FAILS, FaultKind.SOURCE_STOPS)
        generator.cannot_start = any(self._does(kind, name) for kind in stands)
        is_late = self._does(FaultKind.SOURCE_LATE, name)
        generator.starts_later_s = self._late_s.get(name, 0.0) if is_late else 0.0

    def _is_kept(self, name: str) -> bool:
        """Whether it keeps to setpoints at all; what does not counts at its rating always."""
        place = self._places.get(name)
        return place is None or place.fallback_a < place.model.max_a

    def _see_whether_it_obeys(self, place: Place, drawn_a: float, now: datetime) -> None:
        name, w_per_a = place.station_id, place.model.w_per_a
        known = self._told[name] = [one for one in self._told[name] if one[1] + _FOLLOWS > now]
        told_a = max([place.fallback_a, *(watts / w_per_a for watts, _ in known)])
        if self._judge.excuses is not None:
            self._judge.excuses.resource_draws((name, _NUMBER), drawn_a, told_a, now)

    def _load(self, place: Place) -> Load:
        amps = max(self._plant.hung[place.station_id].power_w, 0.0) / place.model.w_per_a
        first, second, third = [amps] * len(place.lines) + [0.0] * (_LINES - len(place.lines))
        return Load(place.station_id, _NUMBER, (first, second, third))


def _absurd(values: Mapping[str, float], rated_w: float, now: datetime) -> list[dict[str, object]]:
    """What cannot be true of a resource that tells such values."""
    early = (now + timedelta(hours=2)).isoformat()
    late = (now - timedelta(hours=2)).isoformat()
    believed_w = max(rated_w, 1_000.0)
    found: list[dict[str, object]] = [
        {"power_w": math.nan},
        {"power_w": math.inf},
        {"power_w": believed_w * _UNIT_ERROR},  # W that was taken for kW
        {"power_w": -believed_w * _UNIT_ERROR},
        {**values, "at": early},
        {**values, "at": late},
        {"energy": -1.0},
    ]
    beyond = {"soc_pct": (-5.0, 6_100.0), "temperature_c": (-273.0, 900.0), "served_wh": (-500.0,)}
    found += [{name: value} for name in beyond if name in values for value in beyond[name]]
    return found
