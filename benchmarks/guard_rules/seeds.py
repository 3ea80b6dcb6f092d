"""Seeds of chaos that exceed a limit without a rule of the guard, and none with it."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

STATIONS: Final = 24
HOURS: Final = 6.0


@dataclass(frozen=True, slots=True)
class Case:
    """A day of chaos: its seed, how many stations there are, and how long it is."""

    seed: int
    stations: int = STATIONS
    hours: float = HOURS


SEEDS: Final = MappingProxyType(
    {
        "decreases-first": Case(2, stations=12, hours=2.0),
        "room": Case(2, stations=12, hours=2.0),
        "settling": Case(2, stations=12, hours=2.0),
    }
)
