"""Seeds of chaos that exceed a limit without a rule of the guard, and none with it."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Case:
    """A day of chaos: its seed, how many stations there are, and how long it is."""

    seed: int
    stations: int = 24
    hours: float = 6.0


SEEDS: Final = MappingProxyType[str, Case]({})
