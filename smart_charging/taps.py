"""How an EVSE hangs on the three lines: what one ampere of it puts on each.

A line's current is a phasor, written relative to that line's own voltage to earth potential, so
that balanced three-phase current is real on every line. Then

- a single-phase vehicle in a TN grid puts 1 on its line;
- a three-phase vehicle puts 1 on each line;
- a single-phase vehicle in a 230 V IT grid hangs between two lines. Its current is in phase with
  the voltage between them, which leads the first line's voltage by 30 degrees and is, as the
  current that returns, 30 degrees behind on the second: it puts exp(+i30°) and exp(-i30°) there.

Two loads of 32 A on L1-L2 and L3-L1 thus meet on L1 as |32 exp(+i30°) + 32 exp(-i30°)| = 55.4 A.
A vehicle of which nobody knows what it uses puts up to 1 on each line at any angle: its current is
added to the magnitude of the sum of the others.
"""

import cmath
import math
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

import numpy as np

from smart_charging.arrays import Array

Phasors: TypeAlias = tuple[complex, complex, complex]

_LEAD: Final = cmath.rect(1.0, math.pi / 6)
_LAG: Final = _LEAD.conjugate()
_LINES: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Tap:
    """Current on the lines per ampere of an EVSE.

    Attributes:
        phasors: By line, relative to the line's own voltage; 0 where it loads nothing.
        is_angle_known: False: the magnitudes hold, the angles may be any.
    """

    phasors: Phasors
    is_angle_known: bool = True

    @property
    def magnitudes(self) -> tuple[float, float, float]:
        """Amperes on each line per ampere of the EVSE, whatever the angle."""
        return _magnitudes(self.phasors)

    @property
    def turned(self) -> "Tap":
        """The same load, feeding back what it draws."""
        first, second, third = (-phasor for phasor in self.phasors)
        return Tap((first, second, third), self.is_angle_known)


@cache
def _magnitudes(phasors: Phasors) -> tuple[float, float, float]:
    first, second, third = (round(abs(phasor), 12) for phasor in phasors)
    return (first, second, third)


@cache
def wye_tap(lines: tuple[int, ...]) -> Tap:
    """An EVSE with a neutral, or a balanced three-phase load: in phase on each of its lines."""
    first, second, third = (complex(line in lines) for line in _LINES)
    return Tap((first, second, third))


@cache
def pair_tap(first: int, second: int) -> Tap:
    """A load between two lines of a grid without neutral; the order does not matter."""
    if second != first % 3 + 1:  # write it in the order L1-L2, L2-L3, L3-L1
        first, second = second, first
    phasors = [0j, 0j, 0j]
    phasors[first - 1] = _LEAD
    phasors[second - 1] = _LAG
    return Tap((phasors[0], phasors[1], phasors[2]))


@cache
def unknown_tap(lines: tuple[int, ...]) -> Tap:
    """An EVSE of which nobody knows which of its lines the vehicle uses, in an IT grid."""
    return Tap(wye_tap(lines).phasors, is_angle_known=False)


@dataclass(frozen=True, slots=True)
class Transformer:
    """How the currents of the secondary side stand on the lines of the primary side.

    Attributes:
        ratio: Turns of a primary winding over those of a secondary one.
        is_delta_wye: Delta at the primary side, wye at the secondary (Dyn). Otherwise both sides
            are wound alike and only the ratio counts.
    """

    ratio: float = 1.0
    is_delta_wye: bool = False

    @property
    def spread(self) -> Array:
        """Amperes on each primary line per ampere on each secondary one at any angle: [3, 3]."""
        lines = [self.primary(wye_tap((line,)).phasors, is_angle_known=False) for line in _LINES]
        spread: Array = np.abs(np.array(lines)).T
        return spread

    def primary(self, phasors: Phasors, *, is_angle_known: bool) -> Phasors:
        """What currents at the secondary side put on the lines of the primary side.

        In a delta-wye transformer the first primary line carries the difference of the windings
        on the first and the third secondary line, (I1 - I3) / ratio. Written relative to the
        lines' own voltages, which the transformer turns by 30 degrees, that is
        (p1 exp(+i30°) + p3 exp(-i30°)) / ratio. Where angles are not known, magnitudes add up.
        """
        first, second, third = (phasor / self.ratio for phasor in phasors)
        if not self.is_delta_wye:
            return (first, second, third)
        if not is_angle_known:
            return (first + third, second + first, third + second)
        return (
            first * _LEAD + third * _LAG,
            second * _LEAD + first * _LAG,
            third * _LEAD + second * _LAG,
        )
