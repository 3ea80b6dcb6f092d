"""A generator: it takes time to start, ramps, runs for a least time, and burns fuel unloaded.

It may fail to start, start late, or stop while it carries load.
"""

from dataclasses import dataclass
from typing import Final

_S_PER_H: Final = 3600.0
_IDLE_SHARE: Final = 0.25
"""Of the fuel at full load, what it burns without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorModel:
    """What a generator can do.

    Attributes:
        least_w: The least that it gives while it runs.
        starts_s: From the crank until it takes load.
        min_run_s: How long it runs once it has started, whatever it is told.
        ramp_w_per_s: How fast its power changes.
        efficiency: Electricity over fuel, at full load.
    """

    power_w: float
    least_w: float
    starts_s: float = 30.0
    min_run_s: float = 300.0
    ramp_w_per_s: float = 1_000.0
    efficiency: float = 0.3


class SimulatedGenerator:
    """A generator.

    Args:
        model: What it can do.

    Attributes:
        given_w: What it gives just now.
        runs_s: For how long it has been running; 0: it stands.
        starts: How often it was started.
        burnt_wh: Fuel that it has burnt.
        cannot_start: It cranks and does not come up; if it runs already it goes on.
        starts_later_s: How much longer than usual it takes to start.
    """

    def __init__(self, model: GeneratorModel) -> None:
        self.model = model
        self.given_w = 0.0
        self.runs_s = 0.0
        self.starts = 0
        self.burnt_wh = 0.0
        self.cannot_start = False
        self.starts_later_s = 0.0
        self._starting_s = 0.0

    def step(self, wanted_w: float, seconds: float) -> float:
        """Follow a setpoint for a while, and tell what it gives.

        Args:
            wanted_w: What it is to give; 0: to stand.
            seconds: How long.
        """
        model = self.model
        has_to_run = 0 < self.runs_s < model.min_run_s
        if wanted_w <= 0 and not has_to_run:
            self.given_w = self.runs_s = self._starting_s = 0.0
            return 0.0
        if self.runs_s == 0 and not self._comes_up(seconds):
            return 0.0
        aim_w = min(max(wanted_w, model.least_w), model.power_w)
        reach_w = model.ramp_w_per_s * seconds
        self.given_w = min(max(aim_w, self.given_w - reach_w), self.given_w + reach_w)
        self.runs_s += seconds
        load = self.given_w / model.power_w
        full_w = model.power_w / model.efficiency
        self.burnt_wh += full_w * (_IDLE_SHARE + (1 - _IDLE_SHARE) * load) * seconds / _S_PER_H
        return self.given_w

    def trip(self) -> None:
        """Stop at once, whatever it carries, and however short it has run."""
        self.given_w = self.runs_s = self._starting_s = 0.0

    def _comes_up(self, seconds: float) -> bool:
        """Whether it has started by the end of that time."""
        if self._starting_s == 0:
            self.starts += 1
        self._starting_s += seconds
        if self.cannot_start or self._starting_s < self.model.starts_s + self.starts_later_s:
            return False
        self._starting_s = 0.0
        return True
