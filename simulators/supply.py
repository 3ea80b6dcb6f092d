"""The grid behind an outlet: its earthing, and what an ampere of it carries."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

THREE: Final = 3
PAIR: Final = 2


class Earthing(StrEnum):
    """How the grid is earthed."""

    TN = "TN"
    """With a neutral: a single-phase vehicle hangs between one line and the neutral."""
    IT = "IT"
    """Without: a single-phase vehicle hangs between two lines."""


@dataclass(frozen=True, slots=True)
class Supply:
    """What a site's outlets are fed from.

    Attributes:
        voltage_v: Line to neutral (TN) or line to line (IT).
    """

    earthing: Earthing
    voltage_v: float = 230.0

    def lines_used(self, wired: int, usable: int) -> int:
        """Lines that a vehicle loads at an outlet.

        Args:
            wired: Lines that the outlet is wired to.
            usable: Lines that the vehicle has a charger for.
        """
        count = min(wired, usable)
        if self.earthing is Earthing.TN:
            return count
        return THREE if count == THREE else PAIR

    def watts_per_ampere(self, line_count: int) -> float:
        """Power that one ampere in each of so many lines carries."""
        if self.earthing is Earthing.TN:
            return self.voltage_v * line_count
        return self.voltage_v * (math.sqrt(3) if line_count == THREE else 1.0)

    def phase_count(self, line_count: int) -> int:
        """Phases in the sense of OCPP: in an IT grid two lines are one phase."""
        if self.earthing is Earthing.TN or line_count == THREE:
            return line_count
        return 1
