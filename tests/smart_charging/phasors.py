"""Line currents from first principles, with nothing of the code under test.

Phasors are absolute here: the voltage of L1 to earth stands at 0 degrees, that of L2 at -120, that
of L3 at +120. A vehicle between two lines draws in phase with the voltage between them.
"""

import cmath
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from smart_charging.taps import Tap, pair_tap, unknown_tap, wye_tap

_VOLTAGES: Final = {
    1: cmath.rect(1.0, 0.0),
    2: cmath.rect(1.0, -2 * math.pi / 3),
    3: cmath.rect(1.0, 2 * math.pi / 3),
}


@dataclass(frozen=True, slots=True)
class Wiring:
    """How a vehicle is connected: to neutral ("wye"), line to line ("pair"), or nobody knows."""

    kind: str
    lines: tuple[int, ...]

    @property
    def tap(self) -> Tap:
        """The same in the words of the code under test."""
        if self.kind == "pair":
            return pair_tap(*self.lines)
        return wye_tap(self.lines) if self.kind == "wye" else unknown_tap(self.lines)


TN_WIRINGS: Final = tuple(Wiring("wye", lines) for lines in [(1,), (2,), (3,), (1, 2), (1, 2, 3)])
IT_WIRINGS: Final = (
    Wiring("wye", (1, 2, 3)),
    *(Wiring("pair", lines) for lines in [(1, 2), (2, 3), (3, 1)]),
    *(Wiring("unknown", lines) for lines in [(1, 2), (1, 2, 3)]),
)


def line_current_a(draws: Iterable[tuple[Wiring, float]], line: int) -> float:
    """The current of a line (1 to 3) from which vehicles draw so many amperes."""
    known, unknown = 0j, 0.0
    for wiring, amps in draws:
        if line not in wiring.lines:
            continue
        if wiring.kind == "unknown":
            unknown += amps
        else:
            known += amps * _direction(wiring, line)
    return abs(known) + unknown


def _direction(wiring: Wiring, line: int) -> complex:
    if wiring.kind == "wye":
        return _VOLTAGES[line]
    [other] = [one for one in wiring.lines if one != line]
    between = _VOLTAGES[line] - _VOLTAGES[other]
    return between / abs(between)
