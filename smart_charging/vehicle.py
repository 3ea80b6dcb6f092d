"""What vehicles need, and what their batteries can do."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One way in which a vehicle's stay may go on."""

    probability: float
    departs_at: datetime
    energy_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a vehicle is to get.

    Attributes:
        energy_wh: Energy still to deliver.
        departs_at: When it leaves.
        extra_wh: Energy that it may take beyond that, if there is room to spare.
        served_wh: Energy that it has already got; fairness looks at the share of the whole.
        arrives_at: When it comes; None: it is there.
        weight: Importance beside others of its class; 1 is ordinary.
        urgency: Class of priority; a higher class is served before all lower ones.
        outcomes: What may be instead of `energy_wh` by `departs_at`, where that is not certain;
            probabilities add up to 1, none needs more energy, none stays longer. Empty: certain.
    """

    energy_wh: float
    departs_at: datetime
    extra_wh: float = 0.0
    served_wh: float = 0.0
    arrives_at: datetime | None = None
    weight: float = 1.0
    urgency: int = 0
    outcomes: tuple[Outcome, ...] = ()


def energy_to_soc(
    *, capacity_wh: float, now_pct: float, wanted_pct: float, efficiency: float = 0.9
) -> float:
    """What a vehicle has to draw until its battery has a state of charge, in Wh.

    Args:
        capacity_wh: What the battery holds between 0 and 100 %.
        now_pct: Its state of charge.
        wanted_pct: What it is to have; nothing is drawn if that is less.
        efficiency: Energy that arrives in the battery over energy drawn.
    """
    return max(0.0, wanted_pct - now_pct) / 100.0 * capacity_wh / efficiency


@dataclass(frozen=True, slots=True, kw_only=True)
class Taper:
    """A battery that takes less the fuller it is.

    Above a state of charge its current falls in a straight line to 0 where it is full.

    Attributes:
        begins_wh: Energy that is missing to full when the current begins to fall.
        missing_wh: Energy that is missing to full now.
    """

    begins_wh: float
    missing_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharge:
    """A vehicle that can feed energy back (vehicle to grid).

    Attributes:
        max_a: The most that it feeds back.
        available_wh: Energy that it may be without, from now on.
        efficiency: Energy that arrives over energy that leaves the battery.
    """

    max_a: float
    available_wh: float
    efficiency: float = 0.9
