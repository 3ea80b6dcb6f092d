"""Users of a garage as a study knows them: a vehicle each, and its stays."""

from dataclasses import dataclass
from typing import Final

WEEK_S: Final = 7 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A vehicle is plugged in, wants energy, and leaves.

    Attributes:
        arrives_s: In local time from the beginning of the studied weeks, a Monday; below 0: before.
        departs_s: Likewise.
        energy_wh: What it took, or takes if time and current allow.
    """

    arrives_s: float
    departs_s: float
    energy_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user with one vehicle.

    Attributes:
        key: Its name.
        line_count: Lines that the vehicle uses where the feeder has three: 1 or 3.
        max_a: The most that it takes on each of them.
        stays: All that is known, by arrival; those before the studied weeks are its past.
    """

    key: str
    line_count: int
    max_a: float
    stays: tuple[Stay, ...]

    def stays_within(self, length_s: float) -> tuple[int, ...]:
        """Which stays begin within the studied weeks."""
        return tuple(i for i, stay in enumerate(self.stays) if 0 <= stay.arrives_s < length_s)
