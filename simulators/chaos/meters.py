"""Meters of feeders that sometimes fall silent."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from simulators.building import Building, Drawn, MeterReporter, Report
from simulators.clock import Clock
from simulators.site import Site

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class FaultyMeters(MeterReporter):
    """Measures as meters do, and at times does not.

    Args:
        site: Whose meters they are.
        buildings: The loads by feeder.
        clock: Simulated time.
        report: Where readings go.
        every_s: How often.
        drawn: What vehicles draw just now; None: there are none.
    """

    def __init__(
        self,
        site: Site,
        buildings: Mapping[str, Building],
        clock: Clock,
        report: Report,
        every_s: float,
        drawn: Drawn | None = None,
    ) -> None:
        super().__init__(site, buildings, clock, report, every_s, drawn)
        self._silent_until: defaultdict[str, datetime] = defaultdict(lambda: _NEVER)

    def fall_silent(self, feeder_id: str, seconds: float) -> None:
        """Let a meter report nothing for a while."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._silent_until[feeder_id] = max(until, self._silent_until[feeder_id])

    def is_silent(self, feeder_id: str, now: datetime) -> bool:
        """Whether a meter reports nothing just now."""
        return now < self._silent_until[feeder_id]
