"""The judge of a day in which much goes wrong: when each excess began, and what excuses it."""

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from simulators.chaos.excuse import EvseKey, LineKey
from simulators.chaos.excuses import Excuses
from simulators.grid import Judge, own_excess_a
from simulators.site import Site
from simulators.stations.outlet import Amps

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
        excused_as: Those that something excuses.
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
        excuses: Knows what excuses an excess; None: nothing does.
        on_over: Told of a feeder that now carries too much, and is not excused; it may be for no
            time at all.
    """

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.excesses: list[Excess] = []
        self.on_over: Callable[[str], None] | None = None
        self.excuses: Excuses | None = None
        self.imposed: dict[str, list[ImposedLimit]] = {}
        self._over: dict[LineKey, _Over] = {}
        self._open: dict[LineKey, Excess] = {}
        self._digest = hashlib.sha256()

    @property
    def over_as(self) -> float:
        """Ampere-seconds above any limit that nothing explains or excuses."""
        return sum(excess.over_as for excess in self.excesses)

    @property
    def excused_as(self) -> float:
        """Ampere-seconds above any limit that something excuses."""
        return sum(excess.excused_as for excess in self.excesses)

    @property
    def first(self) -> Excess | None:
        """The first excess that nothing excuses."""
        return next((excess for excess in self.excesses if excess.over_as > 0.0), None)

    @property
    def digest(self) -> str:
        """What tells one course of events from another: a hash over all that was seen."""
        return self._digest.hexdigest()[:16]

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
        for key, over in self._over.items():
            excess = self._open.get(key)
            if excess is None:
                excess = self._begin(key, began_at, over)
            excess.ended_at = now
            if over.amps > excess.amps:
                excess.amps, excess.limit_a = over.amps, over.limit_a
            excess.over_as += over.unexcused_a * seconds
            excess.excused_as += (over.own_a - over.unexcused_a) * seconds
        for key in [key for key in self._open if key not in self._over]:
            del self._open[key]

    def look_again(self, now: datetime) -> None:
        """See what excuses excesses from now on."""
        self.pass_time(now)
        limits = self._limits_at(now)
        for name in dict.fromkeys(name for name, _ in self._over):
            self._look_at(name, limits[name])

    def is_over(self, feeder_id: str) -> bool:
        """Whether a feeder carries too much at present, by more than what nobody steers."""
        return any(name == feeder_id for name, _ in self._over)

    def _begin(self, key: LineKey, at: datetime, over: "_Over") -> Excess:
        name, line = key
        excess = Excess(
            feeder_id=name,
            line=line + 1,
            began_at=at,
            ended_at=at,
            amps=over.amps,
            limit_a=over.limit_a,
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
                self._note((name, i), line.own_excess_a, amps[i], limit[i])
            elif self._over:
                self._over.pop((name, i), None)
        return amps

    def _note(self, key: LineKey, own_a: float, amps: float, limit_a: float) -> None:
        """A line carries too much from now on."""
        before = self._over.get(key)
        if before is None and self.excuses is not None and self._seen_at is not None:
            self.excuses.excess_begins(key, self._seen_at)
        unexcused_a = self._unexcused_a(key, own_a, limit_a)
        if unexcused_a < _TOLERANCE_A:
            unexcused_a = 0.0
        self._over[key] = _Over(own_a, unexcused_a, amps, limit_a)
        was_excused = before is None or before.unexcused_a == 0.0
        if self.on_over and was_excused and unexcused_a > 0.0:
            self.on_over(key[0])

    def _unexcused_a(self, key: LineKey, own_a: float, limit_a: float) -> float:
        """What nothing excuses of what a line carries too much."""
        now = self._seen_at
        excuse = self.excuses.of(key, now) if self.excuses and now else None
        if excuse is None:
            return own_a
        if excuse.is_whole:
            return 0.0
        left_a = self._own_a(key, limit_a, excuse.beyond_a)
        if excuse.fallback_a is not None:
            left_a = max(0.0, left_a - self._own_a(key, limit_a, excuse.fallback_a))
        if excuse.unavoidable_a is not None:
            left_a = min(left_a, own_a - self._own_a(key, limit_a, excuse.unavoidable_a))
        return left_a

    def _own_a(self, key: LineKey, limit_a: float, most_a: Mapping[EvseKey, float]) -> float:
        """What a line would carry too much if some EVSEs drew no more than so."""
        name, line = key
        total, other_a = self._sums[name][line], self._others[name][line]
        for evse, cap_a in most_a.items():
            drawn = self._drawn.get(evse)
            if drawn is None or max(drawn) <= cap_a:
                continue
            for share in self._shares_in_use(evse, drawn):
                if (share.feeder_id, share.line - 1) == key:
                    total -= (drawn[share.conductor] - cap_a) * share.angle
        return own_excess_a(abs(total) + other_a, other_a, limit_a)


@dataclass(frozen=True, slots=True)
class _Over:
    """What a line carries too much at present: of it, what nothing excuses."""

    own_a: float
    unexcused_a: float
    amps: float
    limit_a: float
