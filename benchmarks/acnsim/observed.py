"""What a vehicle's current tells about its battery, while it charges.

A battery that is nearly full takes less and less: its current is in proportion to what is missing
to full, whatever it is allowed. So in two periods of length h in which nothing else limits it, the
energies E1 and E2 tell all there is to know, with q = E2 / E1:

    q = exp(-P h / begins),   missing after both = E2 q / (1 - q)

where P is the power at which the current began to fall (the most that the EVSE gives), and
`begins` is the energy that was missing then.
"""

from dataclasses import dataclass, replace
from math import log
from typing import Final

from benchmarks.acnsim.stays import PERIOD_H, VOLTAGE_V
from smart_charging.vehicle import Taper

_SLACK_A: Final = 0.5
"""A vehicle that stays this far below its limit cannot take more."""
_MARGIN_A: Final = 0.5
"""What it is left above what it took, so that it is seen whether it wants more."""
_RISE_A: Final = 4.0
"""By how much the ceiling of a vehicle rises that has come up to it."""
_STEADIEST: Final = 0.99
"""Of two energies that differ by less nothing can be concluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What has been seen of a vehicle.

    Attributes:
        max_a: The most that its EVSE gives.
        ceiling_a: More than this it does not take now.
        taper: How its current falls, None while that is not known.
        fell_wh: What it took in the last period, if it could not take more.
    """

    max_a: float
    ceiling_a: float
    taper: Taper | None = None
    fell_wh: float | None = None

    def observe(self, pilot_a: float, current_a: float) -> "Observed":
        """Learn from a period.

        Args:
            pilot_a: What it was allowed.
            current_a: What it took.
        """
        if pilot_a <= 0:
            return replace(self, fell_wh=None)
        taken_wh = current_a * VOLTAGE_V * PERIOD_H
        if current_a > pilot_a - _SLACK_A:
            return self._followed(pilot_a, taken_wh)
        return replace(
            self,
            ceiling_a=min(self.max_a, current_a + _MARGIN_A),
            taper=self._taper_after(taken_wh),
            fell_wh=taken_wh,
        )

    def _followed(self, pilot_a: float, taken_wh: float) -> "Observed":
        """It took what it was allowed, and may want more."""
        ceiling_a, taper = self.ceiling_a, _after(self.taper, taken_wh)
        if pilot_a > self.ceiling_a - _SLACK_A:
            ceiling_a, taper = min(self.max_a, self.ceiling_a + _RISE_A), None
        return replace(self, ceiling_a=ceiling_a, taper=taper, fell_wh=None)

    def _taper_after(self, taken_wh: float) -> Taper | None:
        if self.fell_wh is None or not 0 < taken_wh < _STEADIEST * self.fell_wh:
            return _after(self.taper, taken_wh)
        fall = taken_wh / self.fell_wh
        return Taper(
            begins_wh=-self.max_a * VOLTAGE_V * PERIOD_H / log(fall),
            missing_wh=taken_wh * fall / (1 - fall),
        )


def _after(taper: Taper | None, taken_wh: float) -> Taper | None:
    """The same when so much more has been taken."""
    if taper is None:
        return None
    return replace(taper, missing_wh=max(0.0, taper.missing_wh - taken_wh))
