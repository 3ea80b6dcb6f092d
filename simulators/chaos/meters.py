"""Meters of feeders that sometimes fall silent."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from simulators.building import Building, Report
from simulators.clock import Clock
from simulators.site import Site


class FaultyMeters:
    """Measures the uncontrolled loads that have a meter.

    Args:
        site: Whose meters they are.
        buildings: The loads by feeder.
        clock: Simulated time.
        report: Where readings go.
        every_s: How often.
    """

    def __init__(
        self,
        site: Site,
        buildings: Mapping[str, Building],
        clock: Clock,
        report: Report,
        every_s: float,
    ) -> None:
        self._metered = [
            feeder.feeder_id
            for feeder in site.feeders
            if feeder.uncontrolled is not None and feeder.uncontrolled.is_metered
        ]
        self._buildings = buildings
        self._clock = clock
        self._report = report
        self._every_s = every_s
        self._silent_until: dict[str, datetime] = {}

    def fall_silent(self, feeder_id: str, seconds: float) -> None:
        """Let a meter report nothing for a while."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._silent_until[feeder_id] = max(until, self._silent_until.get(feeder_id, until))

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            now = self._clock.now()
            for feeder_id in self._metered:
                if now >= self._silent_until.get(feeder_id, now):
                    amps = self._buildings[feeder_id].currents_at(now)
                    await self._report(feeder_id, now, amps)
            await self._clock.sleep(self._every_s)
