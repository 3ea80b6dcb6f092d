"""What a feeder's meter has shown."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from csms.domain.site import PhaseAmps

_READINGS_KEPT: Final = 360


class FeederMeter:
    """The last readings of a feeder's uncontrolled load."""

    def __init__(self) -> None:
        self._readings: deque[tuple[datetime, PhaseAmps]] = deque(maxlen=_READINGS_KEPT)

    def read(self, at: datetime, current_a: PhaseAmps) -> None:
        """Take a reading."""
        self._readings.append((at, current_a))

    @property
    def read_at(self) -> datetime | None:
        """When it was last read; None: not since the start."""
        return self._readings[-1][0] if self._readings else None

    def latest(self, now: datetime, lives_s: float) -> PhaseAmps | None:
        """The newest reading, None if it is stale."""
        if not self._readings or now - self._readings[-1][0] > timedelta(seconds=lives_s):
            return None
        return self._readings[-1][1]

    def highest(self, now: datetime, lives_s: float, window_s: float) -> PhaseAmps | None:
        """The highest of each line within a window, None if the newest reading is stale."""
        if self.latest(now, lives_s) is None:
            return None
        since = now - timedelta(seconds=window_s)
        recent = [amps for at, amps in self._readings if at >= since]
        first, second, third = (max(line) for line in zip(*recent, strict=True))
        return (first, second, third)
