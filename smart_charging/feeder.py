"""The electrical tree: feeders, and the load on them that nobody steers."""

import math
from dataclasses import dataclass

import numpy as np

from smart_charging.arrays import Array
from smart_charging.taps import Transformer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadForecast:
    """Load that nobody steers, as quantiles.

    Attributes:
        levels: Probabilities that the load is at most the quantile, rising.
        amps: [level, line, slot], rising with the level.
    """

    levels: tuple[float, ...]
    amps: Array

    def at_risk(self, risk: float) -> Array:
        """The load that is exceeded with no more than this probability: [line, slot].

        Between levels it is interpolated; beyond the last one its highest quantile counts.
        """
        at = np.interp(1.0 - risk, self.levels, np.arange(len(self.levels)))
        low = math.floor(at)
        high = min(low + 1, len(self.levels) - 1)
        amps: Array = self.amps[low] + (at - low) * (self.amps[high] - self.amps[low])
        return amps


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feeder:
    """A node of the electrical tree.

    Attributes:
        key: Its name.
        parent: The feeder that feeds it, None at a root. Parents come before their children.
        limit_a: The most that each line may carry: [line, slot].
        uncontrolled_a: Load directly at this feeder that is not planned: [line, slot]. It adds
            in magnitude, as its angle is not known. Feeders above carry it as well.
        forecast: More such load, of which only quantiles are known.
        transformer: This feeder is the primary side of a transformer; all load at it and below
            hangs on the secondary side. None: its lines are those of what it feeds.
    """

    key: str
    parent: str | None
    limit_a: Array
    uncontrolled_a: Array
    forecast: LoadForecast | None = None
    transformer: Transformer | None = None

    def background_a(self, risk: float) -> Array:
        """All load directly at this feeder that is not planned: [line, slot]."""
        if self.forecast is None:
            return self.uncontrolled_a
        load: Array = self.uncontrolled_a + self.forecast.at_risk(risk)
        return load
