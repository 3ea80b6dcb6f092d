"""The load beside the vehicles: none, or a made-up winter; `study_measured` reads measurements."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.study.winter import Winter, winter_load

_W_PER_KW: Final = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class BaseLoad:
    """[step] each.

    Attributes:
        total_w: All of it.
        heating_w: Of that, what heats, as far as it is known.
    """

    total_w: Array
    heating_w: Array


def no_load(steps: int) -> BaseLoad:
    """Nothing but vehicles."""
    return BaseLoad(np.zeros(steps), np.zeros(steps))


def made_up(peak_kw: float, steps: int) -> BaseLoad:
    """A winter with this peak."""
    made = winter_load(Winter(peak_w=peak_kw * _W_PER_KW), steps)
    return BaseLoad(made.total_w, made.heating_w)
