"""Outages of feeders' meters: what they measure meanwhile is told to nobody."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Final

from simulators.building import Report
from simulators.clock import Clock
from simulators.stations.outlet import Amps

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class MeterOutages:
    """Stands between meters and whoever is told what they measure, and at times lets nothing pass.

    Args:
        clock: Simulated time.
        report: Where readings go.
    """

    def __init__(self, clock: Clock, report: Report) -> None:
        self._clock = clock
        self._report = report
        self._silent_until: defaultdict[str, datetime] = defaultdict(lambda: _NEVER)

    def fall_silent(self, feeder_id: str, seconds: float) -> None:
        """Let a meter report nothing for a while."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._silent_until[feeder_id] = max(until, self._silent_until[feeder_id])

    async def report(self, feeder_id: str, at: datetime, current_a: Amps) -> None:
        """Pass a measurement on, unless its meter is silent."""
        if at >= self._silent_until[feeder_id]:
            await self._report(feeder_id, at, current_a)
