"""Feeders' meters on a day in which much goes wrong: outages, a broker that dies, and nonsense.

What is measured meanwhile is told to nobody. A broker that comes back hands out first what it had
been told last before it died.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, TypeAlias

from simulators.building import Report
from simulators.clock import Clock
from simulators.stations.outlet import Amps

Lie: TypeAlias = Callable[[str, Mapping[str, object]], Awaitable[bool | None]]
"""Tells anything of a feeder's meter; returns whether that was taken, None if nobody answers."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class MeterOutages:
    """Stands between meters and whoever is told what they measure, and at times lets nothing pass.

    Args:
        clock: Simulated time.
        report: Where readings go.
        lie: Where nonsense goes; None: none is told.
        rng: Draws which nonsense is told.

    Attributes:
        refused: How much nonsense was refused.
        taken: What nonsense was taken, in words.
    """

    def __init__(
        self, clock: Clock, report: Report, lie: Lie | None = None, rng: Random | None = None
    ) -> None:
        self.refused = 0
        self.taken: list[str] = []
        self._clock = clock
        self._report = report
        self._lie = lie
        self._rng = rng or Random(0)  # noqa: S311 - a simulation
        self._silent_until: defaultdict[str, datetime] = defaultdict(lambda: _NEVER)
        self._lies_until: defaultdict[str, datetime] = defaultdict(lambda: _NEVER)
        self._broker_back_at = _NEVER
        self._told: dict[str, tuple[datetime, Amps]] = {}
        self._retained: dict[str, tuple[datetime, Amps]] = {}

    def fall_silent(self, feeder_id: str, seconds: float) -> None:
        """Let a meter report nothing for a while."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._silent_until[feeder_id] = max(until, self._silent_until[feeder_id])

    def lose_broker(self, seconds: float) -> None:
        """Let no meter report anything for a while."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._broker_back_at = max(until, self._broker_back_at)
        self._retained = dict(self._told)

    def talk_nonsense(self, feeder_id: str, seconds: float) -> None:
        """Let what cannot be true be told of a meter for a while, beside what is."""
        self._lies_until[feeder_id] = self._clock.now() + timedelta(seconds=seconds)

    async def report(self, feeder_id: str, at: datetime, current_a: Amps) -> None:
        """Pass a measurement on, unless its meter is silent, or the broker is gone."""
        if at < self._broker_back_at:
            return
        if (old := self._retained.pop(feeder_id, None)) is not None:
            await self._report(feeder_id, *old)
        if self._lie is not None and at < self._lies_until[feeder_id]:
            await self._tell_lie(self._lie, feeder_id, at, current_a)
        if at >= self._silent_until[feeder_id]:
            self._told[feeder_id] = at, current_a
            await self._report(feeder_id, at, current_a)

    async def _tell_lie(self, lie: Lie, feeder_id: str, at: datetime, current_a: Amps) -> None:
        absurd = self._rng.choice(absurd_readings(at, current_a))
        is_taken = await lie(feeder_id, absurd)
        if is_taken:
            self.taken.append(f"{feeder_id} {absurd}")
        elif is_taken is not None:
            self.refused += 1


def absurd_readings(at: datetime, current_a: Amps) -> list[dict[str, object]]:
    """What cannot be true of a feeder's meter."""
    now, (first, second, third) = at.isoformat(), current_a
    early, late = (at + timedelta(hours=2)).isoformat(), (at - timedelta(hours=2)).isoformat()
    return [
        {"current_a": [float("nan"), second, third], "at": now},
        {"current_a": [first, float("inf"), third], "at": now},
        {"current_a": [first, second, -1.0], "at": now},
        {"current_a": [230.0 * (one + 50.0) for one in current_a], "at": now},  # W for A
        {"current_a": [1000.0 * (one + 10.0) for one in current_a], "at": now},  # mA for A
        {"current_a": [first, second], "at": now},
        {"current_a": list(current_a), "at": early},
        {"current_a": list(current_a), "at": late},
        {"energy_wh": -1.0, "at": now},
    ]
