"""The judge of a day in which much goes wrong: when each excess began, and what excuses it."""

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from simulators.grid import Judge
from simulators.site import Site
from simulators.stations.outlet import Amps

LineKey: TypeAlias = tuple[str, int]
"""A feeder, and a line from 0."""
ImposedLimit: TypeAlias = tuple[datetime, datetime, float]
"""From when, until when, and how many amperes."""
Imposed: TypeAlias = Mapping[str, Sequence[ImposedLimit]]
"""By feeder."""

_TOLERANCE_A: Final = 1e-6


@dataclass(slots=True, kw_only=True)
class Excess:
    """A stretch of time in which more flowed than was allowed, by more than what nobody steers.

    Attributes:
        line: From 1.
        amps: The most that flowed.
        limit_a: What was allowed then.
        over_as: Ampere-seconds above the limit that nothing excuses.
        excused_as: Those that a sudden step of a building excuses.
    """

    feeder_id: str
    line: int
    began_at: datetime
    ended_at: datetime
    amps: float
    limit_a: float
    over_as: float = 0.0
    excused_as: float = 0.0


class StrictJudge(Judge):
    """Watches the feeders of a site, and remembers every excess.

    Attributes:
        excesses: In the order in which they began.
        imposed: What feeders are held to beside the limits of the site file.
        on_over: Told of a feeder that now carries too much, and is not excused; it may be for no
            time at all.
    """

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.excesses: list[Excess] = []
        self.on_over: Callable[[str], None] | None = None
        self._excused_until: dict[str, datetime] = {}
        self.imposed: dict[str, list[ImposedLimit]] = {}
        self._over: dict[LineKey, tuple[float, float, float]] = {}
        self._open: dict[LineKey, Excess] = {}
        self._digest = hashlib.sha256()

    @property
    def over_as(self) -> float:
        """Ampere-seconds above any limit that nothing explains or excuses."""
        return sum(excess.over_as for excess in self.excesses)

    @property
    def excused_as(self) -> float:
        """Ampere-seconds above any limit that sudden steps of buildings excuse."""
        return sum(excess.excused_as for excess in self.excesses)

    @property
    def first(self) -> Excess | None:
        """The first excess that nothing excuses."""
        return next((excess for excess in self.excesses if excess.over_as > 0.0), None)

    @property
    def digest(self) -> str:
        """What tells one course of events from another: a hash over all that was seen."""
        return self._digest.hexdigest()[:16]

    def excuse(self, feeder_id: str, until: datetime) -> None:
        """Excuse what a feeder and those above it carry too much until an instant.

        Somebody has to observe at that instant.
        """
        for name in self._paths[feeder_id]:
            known = self._excused_until.get(name)
            self._excused_until[name] = until if known is None else max(known, until)

    def impose(self, feeder_id: str, limit: ImposedLimit, now: datetime) -> None:
        """Hold a feeder to another limit for a while, if that is lower.

        It takes the place of what was imposed on the feeder before. Somebody has to observe when it
        begins.
        """
        past = self.imposed.get(feeder_id, [])
        self.imposed[feeder_id] = [(one, min(end, now), amps) for one, end, amps in past]
        self.imposed[feeder_id].append(limit)

    def pass_time(self, now: datetime) -> None:
        """Count the time since the last observation."""
        began_at = self._seen_at
        super().pass_time(now)
        if began_at is None or now <= began_at:
            return
        seconds = (now - began_at).total_seconds()
        for key, (own_a, amps, limit_a) in self._over.items():
            excess = self._open.get(key)
            if excess is None:
                excess = self._begin(key, began_at, amps, limit_a)
            excess.ended_at = now
            if amps > excess.amps:
                excess.amps, excess.limit_a = amps, limit_a
            if self._is_excused(key[0], began_at):
                excess.excused_as += own_a * seconds
            else:
                excess.over_as += own_a * seconds
        for key in [key for key in self._open if key not in self._over]:
            del self._open[key]

    def is_over(self, feeder_id: str) -> bool:
        """Whether a feeder carries too much at present, by more than what nobody steers."""
        return any(name == feeder_id for name, _ in self._over)

    def _is_excused(self, feeder_id: str, at: datetime | None = None) -> bool:
        until, at = self._excused_until.get(feeder_id), at or self._seen_at
        return until is not None and at is not None and at < until

    def _begin(self, key: LineKey, at: datetime, amps: float, limit_a: float) -> Excess:
        name, line = key
        excess = Excess(
            feeder_id=name, line=line + 1, began_at=at, ended_at=at, amps=amps, limit_a=limit_a
        )
        self._open[key] = excess
        self.excesses.append(excess)
        return excess

    def _look_at(self, name: str, limit: Amps) -> Amps:
        at = self._seen_at
        for from_at, until, limit_a in self.imposed.get(name, ()):
            if at is not None and from_at <= at < until:
                limit = (min(limit[0], limit_a), min(limit[1], limit_a), min(limit[2], limit_a))
        amps = super()._look_at(name, limit)
        self._digest.update(struct.pack("3d", *amps))
        for i, line in enumerate(self._lines[name]):
            if line.own_excess_a > _TOLERANCE_A:
                if self.on_over and (name, i) not in self._over and not self._is_excused(name):
                    self.on_over(name)
                self._over[name, i] = (line.own_excess_a, amps[i], limit[i])
            elif self._over:
                self._over.pop((name, i), None)
        return amps
