"""A battery with its inverter: losses, a taper near full, and a ramp."""

from dataclasses import dataclass
from typing import Final

_S_PER_H: Final = 3600.0
_TAPERS_FROM: Final = 0.95
_LEAST_SHARE: Final = 0.05
"""Of its power, what it still takes when it is nearly full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryModel:
    """What a battery can do.

    Attributes:
        efficiency: Of each way, at usual power.
        ramp_w_per_s: How fast its power changes.
        idle_w: What its inverter takes from the battery all the time.
    """

    capacity_wh: float
    charge_w: float
    discharge_w: float
    efficiency: float = 0.95
    ramp_w_per_s: float = 2_000.0
    idle_w: float = 15.0


class SimulatedBattery:
    """A battery.

    Args:
        model: What it can do.
        stored_wh: What it holds at first.

    Attributes:
        power_w: What it takes from the grid just now; below 0: gives.
        given_wh: All that it has given.
    """

    def __init__(self, model: BatteryModel, stored_wh: float) -> None:
        self.model = model
        self.stored_wh = stored_wh
        self.power_w = 0.0
        self.given_wh = 0.0

    @property
    def soc(self) -> float:
        """Its state of charge, from 0 to 1."""
        return self.stored_wh / self.model.capacity_wh

    def step(self, wanted_w: float, seconds: float) -> float:
        """Follow a setpoint for a while, and tell the mean power at the grid.

        Args:
            wanted_w: Below 0: to give.
            seconds: How long.
        """
        model, hours = self.model, seconds / _S_PER_H
        reach_w = model.ramp_w_per_s * seconds
        power_w = min(max(wanted_w, self.power_w - reach_w), self.power_w + reach_w)
        power_w = min(max(power_w, -model.discharge_w), self._takes_w())
        room_wh = model.capacity_wh - self.stored_wh
        power_w = min(power_w, room_wh / hours / model.efficiency)
        power_w = max(power_w, -self.stored_wh / hours * model.efficiency)
        self.stored_wh += self._change_w(power_w) * hours
        self.stored_wh = min(max(self.stored_wh, 0.0), model.capacity_wh)
        self.given_wh += max(-power_w, 0.0) * hours
        self.power_w = power_w
        return power_w

    def _change_w(self, power_w: float) -> float:
        share = self.model.efficiency if power_w > 0 else 1.0 / self.model.efficiency
        return power_w * share - self.model.idle_w

    def _takes_w(self) -> float:
        if self.soc <= _TAPERS_FROM:
            return self.model.charge_w
        share = (1.0 - self.soc) / (1.0 - _TAPERS_FROM)
        return self.model.charge_w * max(share, _LEAST_SHARE)
