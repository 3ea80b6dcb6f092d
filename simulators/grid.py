"""The judge: what really flows through every feeder of a site, against what may.

Model. A feeder line carries what hangs below it. In a TN grid the currents on one line add as
numbers. In an IT grid they add as vectors, here each in the frame of its own line's voltage: a
three-phase load is I∠0° on each line; a load between two lines, taken in the order L1→L2→L3→L1,
is I∠+30° on the first and I∠-30° on the second. Uncontrolled load has no known angle and adds
its magnitude.

The judge reads true currents only: what stations report or were allowed is nothing to it.
"""

import cmath
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from simulators.site import Place, Site
from simulators.stations.outlet import NO_AMPS, Amps
from simulators.supply import Earthing

_LINES: Final = (1, 2, 3)
_TOLERANCE_A: Final = 1e-6
_PAIR: Final = 2
_LEADS: Final = cmath.rect(1.0, math.radians(30))
_LAGS: Final = cmath.rect(1.0, math.radians(-30))
_NEXT_LINE: Final = {1: 2, 2: 3, 3: 1}
_HISTORY_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Load:
    """What a vehicle draws at an EVSE, in the station's L1, L2, L3; or a resource, at number 0."""

    station_id: str
    evse_number: int
    amps: Amps


@dataclass(frozen=True, slots=True, kw_only=True)
class LineVerdict:
    """How one line of a feeder fared.

    Attributes:
        peak_a: The most that flowed.
        peak_ratio: The most that flowed over what was allowed then.
        over_as: Ampere-seconds above the limit.
        over_s: Seconds above the limit.
        own_over_as: Of `over_as`, what is not explained by uncontrolled load alone.
    """

    feeder_id: str
    line: int
    peak_a: float
    peak_ratio: float
    over_as: float
    over_s: float
    own_over_as: float


@dataclass(frozen=True, slots=True)
class Moment:
    """Line currents and limits of every feeder at an instant."""

    at: datetime
    amps: Mapping[str, Amps]
    limits: Mapping[str, Amps]


@dataclass(frozen=True, slots=True)
class _Share:
    """A feeder line that a conductor of a station loads, in the frame of the line's voltage."""

    feeder_id: str
    line: int
    conductor: int
    angle: complex


@dataclass(slots=True)
class _Line:
    """The running account of one feeder line; `excess` holds since the last observation."""

    peak_a: float = 0.0
    peak_ratio: float = 0.0
    over_as: float = 0.0
    over_s: float = 0.0
    own_over_as: float = 0.0
    excess_a: float = 0.0
    own_excess_a: float = 0.0

    def pass_time(self, seconds: float) -> None:
        if self.excess_a > 0.0:
            self.over_as += self.excess_a * seconds
            self.over_s += seconds
            self.own_over_as += self.own_excess_a * seconds

    def observe(self, amps: float, uncontrolled_a: float, limit_a: float) -> None:
        over_a = amps - limit_a
        self.excess_a = over_a if over_a > _TOLERANCE_A else 0.0
        self.own_excess_a = own_excess_a(amps, uncontrolled_a, limit_a)
        self.peak_a = max(self.peak_a, amps)
        ratio = amps / limit_a if limit_a > 0.0 else math.inf if amps > _TOLERANCE_A else 0.0
        self.peak_ratio = max(self.peak_ratio, ratio)


def own_excess_a(amps: float, uncontrolled_a: float, limit_a: float) -> float:
    """What a line carries above its limit that uncontrolled load alone does not explain."""
    over_a = amps - max(limit_a, uncontrolled_a)
    return over_a if amps - limit_a > _TOLERANCE_A and over_a > 0.0 else 0.0


def flows(
    site: Site, now: datetime, loads: Iterable[Load], uncontrolled: Mapping[str, Amps]
) -> Mapping[str, Amps]:
    """What the lines of every feeder carry.

    Args:
        site: Whose.
        now: The instant.
        loads: What vehicles draw; EVSEs that are left out draw nothing.
        uncontrolled: What else is drawn, by the feeder at which it is drawn.
    """
    judge = Judge(site)
    judge.observe(now, loads, uncontrolled)
    return judge.history[0].amps


class Judge:
    """Watches the feeders of a site.

    Attributes:
        history: One moment a minute.
    """

    def __init__(self, site: Site) -> None:
        self.history: list[Moment] = []
        self._site = site
        self._feeder_ids = [feeder.feeder_id for feeder in site.feeders]
        self._paths = {name: site.path_up(name) for name in self._feeder_ids}
        every = (*site.places, *site.resources)
        self._places = {(p.station_id, p.model.number): p for p in every}
        self._shares: dict[tuple[str, int, int], list[_Share]] = {}
        self._lines = {name: (_Line(), _Line(), _Line()) for name in self._feeder_ids}
        self._drawn: dict[tuple[str, int], Amps] = {}
        self._sums: dict[str, list[complex]] = {name: [0j, 0j, 0j] for name in self._feeder_ids}
        self._others = dict.fromkeys(self._feeder_ids, NO_AMPS)
        self._limits: dict[str, Amps] = {}
        self._limits_minute = -1
        self._seen_at: datetime | None = None

    def observe(
        self, now: datetime, loads: Iterable[Load], uncontrolled: Mapping[str, Amps]
    ) -> None:
        """Take what flows from now on, until the next observation.

        Args:
            now: The instant.
            loads: What vehicles draw; EVSEs that are left out draw nothing.
            uncontrolled: What else is drawn, by the feeder at which it is drawn.
        """
        drawn = {(load.station_id, load.evse_number): load.amps for load in loads}
        self.pass_time(now)
        self._drawn = drawn
        self._sum_vehicles()
        self._others = self._sum_uncontrolled(uncontrolled)
        self._look_at_all(now)

    def observe_uncontrolled(self, now: datetime, uncontrolled: Mapping[str, Amps]) -> None:
        """Take what else is drawn from now on, where vehicles draw what was last observed."""
        self.pass_time(now)
        self._others = self._sum_uncontrolled(uncontrolled)
        self._look_at_all(now)

    def observe_vehicle(self, now: datetime, load: Load) -> None:
        """Take what one vehicle draws from now on, where all else is as it was."""
        key = (load.station_id, load.evse_number)
        before = self._drawn.get(key, NO_AMPS)
        if before == load.amps:
            return
        self.pass_time(now)
        self._add(key, before, -1)
        self._add(key, load.amps, 1)
        self._drawn[key] = load.amps
        limits = self._limits_at(now)
        for name in self._paths[self._places[key].feeder_id]:
            self._look_at(name, limits[name])

    def _look_at_all(self, now: datetime) -> None:
        limits = self._limits_at(now)
        flows = {name: self._look_at(name, limits[name]) for name in self._feeder_ids}
        if not self.history or (now - self.history[-1].at).total_seconds() >= _HISTORY_S:
            self.history.append(Moment(now, flows, limits))
            self._sum_vehicles()  # what was added and taken away has left rounding errors

    def _look_at(self, name: str, limit: Amps) -> Amps:
        (first, second, third), other = self._sums[name], self._others[name]
        amps = (abs(first) + other[0], abs(second) + other[1], abs(third) + other[2])
        for i, line in enumerate(self._lines[name]):
            line.observe(amps[i], other[i], limit[i])
        return amps

    def pass_time(self, now: datetime) -> None:
        """Count the time since the last observation; none twice, as it only goes on."""
        if self._seen_at is not None:
            seconds = (now - self._seen_at).total_seconds()
            if seconds <= 0.0:
                return
            for lines in self._lines.values():
                for line in lines:
                    line.pass_time(seconds)
        self._seen_at = now

    def verdicts(self) -> tuple[LineVerdict, ...]:
        """How every line of every feeder fared, in the order of the site file."""
        return tuple(
            LineVerdict(
                feeder_id=name,
                line=number,
                peak_a=line.peak_a,
                peak_ratio=line.peak_ratio,
                over_as=line.over_as,
                over_s=line.over_s,
                own_over_as=line.own_over_as,
            )
            for name in self._feeder_ids
            for number, line in zip(_LINES, self._lines[name], strict=True)
        )

    def _sum_vehicles(self) -> None:
        self._sums = {name: [0j, 0j, 0j] for name in self._feeder_ids}
        for key, amps in self._drawn.items():
            self._add(key, amps, 1)

    def _add(self, key: tuple[str, int], amps: Amps, sign: int) -> None:
        """Add what an EVSE draws to all lines that it loads, or take it away (-1)."""
        for share in self._shares_in_use(key, amps):
            added = amps[share.conductor] * share.angle
            self._sums[share.feeder_id][share.line - 1] += sign * added

    def _shares_in_use(self, key: tuple[str, int], amps: Amps) -> list[_Share]:
        """Feeder lines that an EVSE loads at present."""
        used = (amps[0] > 0.0) + (amps[1] > 0.0) + (amps[2] > 0.0)
        if not used:
            return []
        shares = self._shares.get((*key, used))
        if shares is None:
            shares = self._shares[*key, used] = self._shares_of(*key, used)
        return shares

    def _shares_of(self, station_id: str, evse_number: int, used: int) -> list[_Share]:
        """Feeder lines that an EVSE loads, and at which angle."""
        place = self._places[station_id, evse_number]
        angles = _angles(self._site.supply.earthing, place, used)
        return [
            _Share(name, line, conductor, angles[conductor])
            for name in self._paths[place.feeder_id]
            for conductor, line in enumerate(place.lines[:used])
        ]

    def _sum_uncontrolled(self, uncontrolled: Mapping[str, Amps]) -> dict[str, Amps]:
        sums = dict.fromkeys(self._feeder_ids, NO_AMPS)
        for name, amps in uncontrolled.items():
            for above in self._paths[name]:
                first, second, third = sums[above]
                sums[above] = (first + amps[0], second + amps[1], third + amps[2])
        return sums

    def _limits_at(self, now: datetime) -> dict[str, Amps]:
        """Limits change at whole minutes."""
        minute = int(now.timestamp() // 60)
        if minute != self._limits_minute:
            local = now.astimezone(self._site.zone)
            self._limits = {f.feeder_id: f.limit.at(local) for f in self._site.feeders}
            self._limits_minute = minute
        return self._limits


def _angles(earthing: Earthing, place: Place, used: int) -> tuple[complex, ...]:
    """The angle by conductor of a station whose vehicle uses so many of them."""
    if earthing is Earthing.TN or used != _PAIR:
        return (1 + 0j,) * used
    first, second = place.lines[:_PAIR]
    return (_LEADS, _LAGS) if _NEXT_LINE[first] == second else (_LAGS, _LEADS)
