"""What a station takes the time to be.

Its CSMS tells the time in the answers to boot notifications and heartbeats, and the station sets
its clock by that (1.6 §4.2, §4.6; 2.0.1 B01, G02). Instants in its messages and in its profiles are
by this clock; electricity flows by the true one.
"""

from datetime import datetime, timedelta
from typing import Final

from simulators.clock import Clock
from simulators.stations.charging_profiles import FOREVER

_GRAIN: Final = timedelta(seconds=1)
"""Answers may tell whole seconds only."""


class OwnClock:
    """A station's clock.

    Args:
        clock: The true time.
        wrong_s: How much it is fast, however it is set; below 0: slow.
    """

    def __init__(self, clock: Clock, wrong_s: float = 0.0) -> None:
        self._clock = clock
        self._wrong = timedelta(seconds=wrong_s)
        self._ahead = self._wrong

    def now(self) -> datetime:
        """What it shows."""
        return self.at(self._clock.now())

    def at(self, instant: datetime) -> datetime:
        """What it shows at an instant."""
        return instant + self._ahead

    def when(self, shown: datetime) -> datetime:
        """The instant at which it shows a time."""
        return shown if shown == FOREVER else shown - self._ahead

    def jump(self, seconds: float) -> None:
        """Go wrong by so much more, however it is set later; below 0: back."""
        self._wrong += timedelta(seconds=seconds)
        self._ahead += timedelta(seconds=seconds)

    def set(self, told: datetime, asked_at: datetime) -> bool:
        """Set it by an answer that has just come; return whether that changed it.

        What it showed at some time between the question and the answer needs no setting.

        Args:
            told: The time that the CSMS has told.
            asked_at: When it was asked.
        """
        now = self._clock.now()
        wanted = told + self._wrong
        if self.at(asked_at) - _GRAIN <= wanted <= self.at(now):
            return False
        self._ahead = wanted - now
        return True
