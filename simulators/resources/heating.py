"""Heat: a room or a tank that loses it, what is drawn from it, and a heater with its thermostat.

One mass, one loss: C dT/dt = gain P - UA (T - around) - drawn. A heat pump's coefficient of
performance falls as it gets colder outside; its compressor stays on and off for a least time. Its
own thermostat switches it on below the band whatever it is told, and off above it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_S_PER_H: Final = 3600.0
_PERCEPTIBLE: Final = 0.5
_MIDDLE: Final = 0.5


def resistive(_outdoor_c: float) -> float:
    """Heat over electricity of a heating rod."""
    return 1.0


def air_to_water(outdoor_c: float) -> float:
    """Heat over electricity of a heat pump for rooms, by the outdoor temperature."""
    return min(max(3.2 + 0.07 * outdoor_c, 1.5), 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatModel:
    """What is heated, and by what.

    Attributes:
        wh_per_k: What it takes to warm it up by a kelvin.
        w_per_k: What it loses for each kelvin that it is warmer than around.
        band_c: The least and the most that it may be.
        heater_w: The heater's rating.
        least_w: The least that it takes while it is on.
        gain: Heat over electricity, by the outdoor temperature.
        is_outside: Whether it is around it as outdoors; otherwise it stands in a cellar.
        min_on_s: How long its compressor stays on.
        min_off_s: How long it stays off.
    """

    wh_per_k: float
    w_per_k: float
    band_c: tuple[float, float]
    heater_w: float
    least_w: float = 0.0
    gain: Callable[[float], float] = resistive
    is_outside: bool = True
    min_on_s: float = 0.0
    min_off_s: float = 0.0


CELLAR_C: Final = 12.0


class SimulatedHeating:
    """A room or a tank with its heater.

    Args:
        model: What is heated.
        temperature_c: How warm it is at first.

    Attributes:
        power_w: What the heater draws just now.
        on_s: For how long it has been on; 0: it is off.
        off_s: For how long it has been off.
    """

    def __init__(self, model: HeatModel, temperature_c: float) -> None:
        self.model = model
        self.temperature_c = temperature_c
        self.power_w = 0.0
        self.on_s = 0.0
        self.off_s = _S_PER_H

    def around_c(self, outdoor_c: float) -> float:
        """How warm it is around it."""
        return outdoor_c if self.model.is_outside else CELLAR_C

    def step(
        self, wanted_w: float | None, outdoor_c: float, drawn_w: float, seconds: float
    ) -> float:
        """Heat for a while, and tell what the heater drew.

        Args:
            wanted_w: What it is told to draw; None: it is left to its thermostat.
            outdoor_c: How warm it is outside.
            drawn_w: Heat that is drawn.
            seconds: How long.
        """
        model, hours = self.model, seconds / _S_PER_H
        self.power_w = self._switched_w(self._wanted_w(wanted_w))
        heat_w = self.power_w * model.gain(outdoor_c) - drawn_w
        heat_w -= model.w_per_k * (self.temperature_c - self.around_c(outdoor_c))
        self.temperature_c += heat_w * hours / model.wh_per_k
        is_on = self.power_w > 0
        self.on_s = self.on_s + seconds if is_on else 0.0
        self.off_s = 0.0 if is_on else self.off_s + seconds
        return self.power_w

    def _wanted_w(self, wanted_w: float | None) -> float:
        """What is wanted of the heater, within what its thermostat lets it do."""
        low_c, high_c = self.model.band_c
        if self.temperature_c <= low_c:
            return self.model.heater_w
        if self.temperature_c >= high_c:
            return 0.0
        if wanted_w is not None:
            return wanted_w
        middle_c = low_c + _MIDDLE * (high_c - low_c)
        reach_k = _PERCEPTIBLE * (middle_c - low_c)
        if self.temperature_c < middle_c - reach_k:
            return self.model.heater_w
        return self.model.heater_w if self.on_s > 0 and self.temperature_c < middle_c else 0.0

    def _switched_w(self, wanted_w: float) -> float:
        """What the compressor makes of it."""
        model = self.model
        is_hot = self.temperature_c >= model.band_c[1]
        if 0 < self.on_s < model.min_on_s and not is_hot:
            return min(max(wanted_w, model.least_w), model.heater_w)
        if 0 < self.off_s < model.min_off_s or wanted_w <= 0:
            return 0.0
        return min(max(wanted_w, model.least_w), model.heater_w)
