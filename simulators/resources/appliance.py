"""Something that runs once a day: dishwashers, a laundry. It is filled anew at the same hour."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_S_PER_H: Final = 3600.0
_ABOUT_W: Final = 1.0


@dataclass(slots=True, eq=False, kw_only=True)
class Appliance:
    """A load that is on at its power, or off.

    Attributes:
        energy_wh: What a whole run takes.
        filled_at: Local time at which it is filled, with what the last day has left; what it has
            got counts from then on.
        served_wh: What it has got of its run.
    """

    power_w: float
    energy_wh: float
    filled_at: time
    zone: ZoneInfo
    served_wh: float = 0.0
    _filled_on: datetime | None = None

    def step(self, wanted_w: float | None, now: datetime, seconds: float) -> float:
        """Run for a while, if it is told to draw its power and is not done; tell what it draws."""
        self._fill(now)
        runs = (wanted_w or 0.0) >= self.power_w - _ABOUT_W and self.served_wh < self.energy_wh
        power_w = self.power_w if runs else 0.0
        self.served_wh = min(self.served_wh + power_w * seconds / _S_PER_H, self.energy_wh)
        return power_w

    def tells(self) -> dict[str, float]:
        """What it has got of its run."""
        return {"served_wh": self.served_wh}

    def _fill(self, now: datetime) -> None:
        local = now.astimezone(self.zone)
        filled_on = local.replace(
            hour=self.filled_at.hour, minute=self.filled_at.minute, second=0, microsecond=0
        )
        if filled_on > local:
            filled_on -= timedelta(days=1)
        if self._filled_on is not None and filled_on > self._filled_on:
            self.served_wh = 0.0
        self._filled_on = filled_on
