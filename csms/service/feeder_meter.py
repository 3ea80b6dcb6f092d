"""What a feeder's meter has shown, how often it reports, and what may have changed since."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from csms.domain.site import NO_AMPS, PhaseAmps

_READINGS_KEPT: Final = 360
_INTERVALS: Final = 15
"""So many of the last readings say how often it reports."""
_ENOUGH: Final = 3
_LATE: Final = 0.5
"""A reading that is late by less than this share of its interval is on time."""
_REMEMBERED_H: Final = 24
_HOUR_S: Final = 3600


class FeederMeter:
    """The last readings of a feeder's uncontrolled load, and what they teach.

    The load may rise by the largest step between two readings. A meter that has been silent for
    several intervals has missed as many chances to show that, so the margin grows by a step with
    every reading that is missing. A step that was larger than promised is reckoned with for a day.

    Where readings are worked out afterwards (`csms.service.total_meter`), the load may rise by the
    largest step within a given time, and a reading that is older by so much is still fresh. That
    it has risen may be known before: then it counts until there is a reading of that instant.

    Args:
        step_every_s: Within what time it may rise by a step; None: between two readings.
    """

    def __init__(self, step_every_s: float | None = None) -> None:
        self._step_every_s = step_every_s
        self._readings: list[tuple[datetime, PhaseAmps]] = []
        self._risen: list[tuple[datetime, PhaseAmps]] = []
        self._rises: dict[int, PhaseAmps] = {}
        self._cadence_s: float | None = None
        self._heard_at: datetime | None = None

    def read(self, at: datetime, current_a: PhaseAmps, least_a: PhaseAmps | None = None) -> None:
        """Take a reading; of one instant the last counts.

        Args:
            at: When the load was so.
            current_a: What it was, or may have been at most.
            least_a: What it was at least; None: the same.
        """
        self.hear(at)
        self._risen = [one for one in self._risen if one[0] > at]
        last = self._readings[-1] if self._readings else None
        if last is not None and last[0] == at:
            self._readings[-1] = (at, current_a)
            return
        if last is not None and last[0] < at:
            self._learn(last, at, least_a or current_a)
        insort(self._readings, (at, current_a))
        del self._readings[:-_READINGS_KEPT]
        self._cadence_s = self._usual_interval_s()

    def hear(self, at: datetime) -> None:
        """The meter has told something, whether that is a reading of the load yet or not."""
        self._heard_at = max(at, self._heard_at or at)

    def rise(self, at: datetime, least_a: PhaseAmps) -> None:
        """Take it that the load was at least so high at an instant of which there is no reading."""
        insort(self._risen, (at, least_a))
        del self._risen[:-_READINGS_KEPT]

    def around(self, at: datetime) -> tuple[PhaseAmps, PhaseAmps] | None:
        """The last reading until an instant and the first one from then on.

        None without both, or where readings are missing in between.
        """
        before = [one for one in self._readings if one[0] <= at]
        after = [one for one in self._readings if one[0] >= at]
        if not before or not after:
            return None
        apart_s = (after[0][0] - before[-1][0]).total_seconds()
        if apart_s > (1 + _LATE) * (self.cadence_s or 0.0):
            return None
        return before[-1][1], after[0][1]

    @property
    def cadence_s(self) -> float | None:
        """How often it usually reports, None while that is not known."""
        return self._cadence_s

    def missed(self, now: datetime) -> int:
        """How many readings should have come since the last one, and have not."""
        cadence_s, read_at = self.cadence_s, self.read_at
        if self._step_every_s and read_at is not None:
            return max(0, int((now - read_at).total_seconds() / self._step_every_s))
        if not cadence_s or read_at is None:
            return 0
        return max(0, int((now - read_at).total_seconds() / cadence_s - _LATE))

    def margin_a(self, now: datetime, step_a: float) -> PhaseAmps:
        """By how much the load may be higher now than it was last read, by line.

        Args:
            now: The present instant.
            step_a: The largest load that is promised to switch on between two readings.
        """
        since = int(now.timestamp()) // _HOUR_S - _REMEMBERED_H
        seen = [rises for hour, rises in self._rises.items() if hour >= since]
        first, second, third = _highest([(step_a,) * 3, *seen])
        steps = 1 + self.missed(now)
        return (steps * first, steps * second, steps * third)

    @property
    def heard_at(self) -> datetime | None:
        """When it last told anything; None: not since the start."""
        return self._heard_at

    @property
    def read_at(self) -> datetime | None:
        """When it was last read; None: not since the start."""
        return self._readings[-1][0] if self._readings else None

    def is_stale(self, now: datetime, lives_s: float) -> bool:
        """Whether it has told nothing for so long that nothing is known any more."""
        read_at, heard_at = self.read_at, self._heard_at
        if read_at is None or heard_at is None:
            return True
        known_after = timedelta(seconds=self._step_every_s or 0.0)
        lives = timedelta(seconds=lives_s)
        return now - heard_at > lives or now - read_at > known_after + lives

    def latest(self, now: datetime, lives_s: float) -> PhaseAmps | None:
        """The newest reading, or what it has risen to since; None if it is stale."""
        if self.is_stale(now, lives_s):
            return None
        return _highest([self._readings[-1][1], self.risen(now, lives_s)])

    def highest(self, now: datetime, lives_s: float, window_s: float) -> PhaseAmps | None:
        """The highest of each line within a window, None if the newest reading is stale."""
        latest = self.latest(now, lives_s)
        if latest is None:
            return None
        since = now - timedelta(seconds=window_s)
        first = bisect_left(self._readings, since, key=_instant)
        return _highest([latest, *(amps for _, amps in self._readings[first:])])

    def _usual_interval_s(self) -> float | None:
        instants = [at for at, _ in self._readings[-_INTERVALS - 1 :]]
        if len(instants) <= _ENOUGH:
            return None
        return median((after - before).total_seconds() for before, after in pairwise(instants))

    def risen(self, now: datetime, lives_s: float) -> PhaseAmps:
        """The least that the load has been since its newest reading, as far as that is fresh."""
        since = now - timedelta(seconds=lives_s)
        return _highest([NO_AMPS, *(amps for at, amps in self._risen if at >= since)])

    def _learn(self, last: tuple[datetime, PhaseAmps], at: datetime, current_a: PhaseAmps) -> None:
        """Remember by how much it has risen, if no reading is missing in between."""
        cadence_s = self._step_every_s or self.cadence_s
        if cadence_s is None or (at - last[0]).total_seconds() > (1 + _LATE) * cadence_s:
            return
        hour = int(at.timestamp()) // _HOUR_S
        first, second, third = (
            max(0.0, now - before) for now, before in zip(current_a, last[1], strict=True)
        )
        known = self._rises.get(hour, NO_AMPS)
        self._rises[hour] = _highest([known, (first, second, third)])
        for old in [key for key in self._rises if key < hour - _REMEMBERED_H]:
            del self._rises[old]


def _instant(reading: tuple[datetime, PhaseAmps]) -> datetime:
    return reading[0]


def _highest(readings: Iterable[PhaseAmps]) -> PhaseAmps:
    first, second, third = (max(line) for line in zip(*readings, strict=True))
    return (first, second, third)
