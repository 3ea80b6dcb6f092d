"""How vehicles hang on the studied feeder, and what its lines allow.

The feeder has three lines with one limit. There are four ways to hang on it: on each of the three
lines (TN), or between two of them (IT), and on all three. What each may draw is bounded by rows,

    sum over ways of coefficient[row, way] x amperes[way]  <=  room[row],

one for each line in a TN grid. In an IT grid a line carries a sum of phasors that lie within 30
degrees on both sides of its own voltage; the arc there is replaced by eight chords, as the planner
does it: an inner approximation that gives away up to 1 - cos(3.75 degrees) = 0.22 %.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

import numpy as np

from smart_charging.arrays import Array, ComplexArray, Indices
from smart_charging.taps import Tap, pair_tap, wye_tap

WAYS: Final = 4
THREE_LINES: Final = 3
"""The way of a vehicle on all lines; 0, 1 and 2 are those on one line, or between two."""

_VOLTAGE_V: Final = 230.0
_CHORDS: Final = 8
_SECTOR_RAD: Final = np.pi / 3
_NOTHING: Final = 1e-12


class Earthing(StrEnum):
    """TN: 230 V to neutral, 400 V between lines. IT: 230 V between lines, no neutral."""

    TN = "tn"
    IT = "it"


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """What an ampere of each way means.

    Attributes:
        phasors: What it puts on each line: [line, way].
        w_per_a: Power: [way].
        w_per_limit_a: Power of a balanced load per ampere on the lines.
        coefficients: [row, way]
        reach: What a row allows of its line's limit: [row].
        line: The line of each row: [row].
    """

    phasors: ComplexArray
    w_per_a: Array
    w_per_limit_a: float
    coefficients: Array
    reach: Array
    line: Indices

    def taps(self) -> tuple[Tap, ...]:
        """The ways in the planner's words."""
        columns = self.phasors.T.tolist()
        return tuple(Tap((first, second, third)) for first, second, third in columns)


@cache
def wiring_of(earthing: Earthing) -> Wiring:
    """The wiring of a grid."""
    is_tn = earthing is Earthing.TN
    ones = [wye_tap((i,)) if is_tn else pair_tap(i, i % 3 + 1) for i in (1, 2, 3)]
    phasors = np.array([tap.phasors for tap in (*ones, wye_tap((1, 2, 3)))]).T
    three_w = _VOLTAGE_V * 3 if is_tn else _VOLTAGE_V * np.sqrt(3.0)
    chords = 1 if is_tn else _CHORDS
    width_rad = 0.0 if is_tn else _SECTOR_RAD / chords
    middles = (np.arange(chords) - (chords - 1) / 2) * width_rad
    turned = phasors[:, None, :] * np.exp(-1j * middles)[None, :, None]
    parts = turned.real.reshape(3 * chords, WAYS)
    return Wiring(
        phasors=phasors,
        w_per_a=np.array([_VOLTAGE_V] * 3 + [three_w]),
        w_per_limit_a=float(three_w),
        coefficients=np.where(parts > _NOTHING, parts, 0.0),
        reach=np.full(3 * chords, np.cos(width_rad / 2)),
        line=np.repeat(np.arange(3), chords),
    )
