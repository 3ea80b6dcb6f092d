"""Tiny feeders and populations that are written out by hand."""

from typing import Any, Final

import numpy as np

from smart_charging.study.drawing import Population
from smart_charging.study.engine import Case, Dealing, Served, Setting, Weeks
from smart_charging.study.grid import Grid
from smart_charging.study.wiring import Earthing, wiring_of

TN: Final = wiring_of(Earthing.TN)
IT: Final = wiring_of(Earthing.IT)
L1: Final = 0
L2: Final = 1
L3: Final = 2
THREE: Final = 3
QUARTER_WH: Final = 230 * 10 / 4
"""What 10 A on one line bring in a quarter of an hour."""


def grid(limit_a: float, steps: int, base_a: float = 0.0) -> Grid:
    """A TN feeder with the same limit and load all the time."""
    return Grid(wiring=TN, limit_a=np.full(steps, limit_a), base_a=np.full(steps, base_a))


def population(*stays: tuple[int, int, float, float, int], steps: int) -> Population:
    """Stays of users of their own: arrives, departs, Wh, most amperes, way; by arrival."""
    arrives, departs, wh, max_a, way = (np.array(column) for column in zip(*stays, strict=True))
    return Population(
        user=np.arange(len(stays)),
        origin=np.array([(i, 0) for i in range(len(stays))]),
        arrives=arrives,
        departs=departs,
        wanted_wh=wh.astype(float),
        unavoidable_wh=np.zeros(len(stays)),
        max_a=max_a.astype(float),
        way=way,
        is_judged=departs <= steps,
        way_of_user=way,
    )


def live(feeder: Grid, people: Population, deal: Dealing, **setting: Any) -> Served:
    """Everybody of a population through all steps."""
    everybody = Case(0, len(people.way_of_user))
    return Weeks(Setting(grid=feeder, **setting), [people], [everybody]).live(deal)[0]
