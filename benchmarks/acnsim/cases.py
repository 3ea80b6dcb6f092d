"""What is simulated: a week at a site under a limit, in a setting, with a scheduler."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

SHARES_PCT: Final = (100, 70, 50, 40, 30, 20)
"""Capacities as shares of the uncontrolled peak."""


class Setting(StrEnum):
    """How real it is.

    IDEAL: ideal batteries, any current, schedulers know when vehicles leave. DRIVERS: the same,
    but schedulers know only what drivers said. REAL: batteries that taper and the pilot levels
    that the stations have; schedulers know when vehicles leave.
    """

    IDEAL = "ideal"
    DRIVERS = "drivers"
    REAL = "real"


class Scheduler(StrEnum):
    """Who schedules."""

    OURS = "ChargeFlex"
    FCFS = "FCFS"
    ROUND_ROBIN = "round robin"
    EDF = "EDF"
    LLF = "LLF"
    MPC = "adacharge MPC"
    FORESIGHT = "perfect foresight"


class Variant(StrEnum):
    """How a peer is used.

    STOCK: as it is. RAMPDOWN: with acnportal's estimator of what vehicles take, mended. MINIMUM:
    with that, and no vehicle is paused as long as the minimum fits.
    """

    STOCK = "stock"
    RAMPDOWN = "ramp-down"
    MINIMUM = "ramp-down and minimum"


SORTED: Final = (Scheduler.FCFS, Scheduler.ROUND_ROBIN, Scheduler.EDF, Scheduler.LLF)
PEERS: Final = (*SORTED, Scheduler.MPC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Some days at a site."""

    site: str
    begins: date
    days: int = 5

    @property
    def label(self) -> str:
        """How it is called in tables."""
        site = "JPL" if self.site == "jpl" else "Caltech"
        return f"{site} {self.begins} to {self.begins + timedelta(days=self.days - 1)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One simulation.

    Attributes:
        share_pct: Capacity, as a share of the uncontrolled peak.
    """

    week: Week
    setting: Setting
    share_pct: int
    scheduler: Scheduler
    variant: Variant = Variant.STOCK

    @property
    def label(self) -> str:
        """How it is called while it runs."""
        variant = "" if self.variant is Variant.STOCK else f" ({self.variant})"
        return f"{self.week.label}, {self.setting}, {self.share_pct} %: {self.scheduler}{variant}"

    def to_json(self) -> dict[str, Any]:
        """All that tells it from others."""
        plain = asdict(self)
        plain["week"]["begins"] = self.week.begins.isoformat()
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Case":
        """Read what `to_json` wrote."""
        week = plain["week"] | {"begins": date.fromisoformat(plain["week"]["begins"])}
        return cls(
            week=Week(**week),
            setting=Setting(plain["setting"]),
            share_pct=int(plain["share_pct"]),
            scheduler=Scheduler(plain["scheduler"]),
            variant=Variant(plain["variant"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came of a case.

    Attributes:
        energy_pct: Energy delivered, of that which was wanted.
        served_pct: Vehicles that got at least 80 % of what they wanted; None: not known.
        capacity_kw: Of all transformers together.
        cpu_ms: Processor time of a decision, on average over those with vehicles to decide on.
        busy_cpu_ms: The same over decisions on more than 25 vehicles; None: there was none.
        decisions: How many there were with vehicles.
        overloads: In how many periods the simulator found a limit exceeded.
    """

    energy_pct: float
    served_pct: float | None
    capacity_kw: float
    cpu_ms: float = 0.0
    busy_cpu_ms: float | None = None
    decisions: int = 0
    overloads: int = 0


def variants_of(setting: Setting, scheduler: Scheduler) -> tuple[Variant, ...]:
    """In which ways a scheduler is tried; the one that delivers most counts."""
    if setting is not Setting.REAL or scheduler not in PEERS:
        return (Variant.STOCK,)
    if scheduler is Scheduler.MPC:
        return (Variant.STOCK, Variant.RAMPDOWN)
    return tuple(Variant)
