"""What a site wants, in names; and what the objective makes of the names.

The order of aims is fixed and lexicographic: 1 safety (always a constraint, never a price),
2 promised energy by departure, 3 fairness, 4 the optimum of grid companies (`target`), before any
energy beyond the promise, 5 cost, 6 peak, 7 early rather than late, 8 few changes. A policy says
what fairness means and which of the lower aims the site cares for.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Fairness(StrEnum):
    """Who goes short when not everybody can be served.

    ENERGY serves most energy, whoever gets it. PROPORTIONAL serves whoever has the smallest share
    of the whole first, in steps. MAX_MIN raises the smallest share before any other.
    """

    ENERGY = "energy"
    PROPORTIONAL = "proportional"
    MAX_MIN = "max_min"


class Aim(StrEnum):
    """Which of the lower aims a site cares for.

    EARLY: as soon as possible, cost and peak do not count. CHEAP: cost, then peak, then early.
    LEVEL: a low peak before cost. CALM: as EARLY, with as few changes of limits as possible.
    READY: as EARLY, but not evenly: whoever takes more of their stay to charge comes first. So many
    vehicles are left that can wait, and all together can use what is free when others have come.
    """

    EARLY = "early"
    CHEAP = "cheap"
    LEVEL = "level"
    CALM = "calm"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a site is run.

    Attributes:
        risk: The share of time in which uncontrolled load may exceed what is kept free for it;
            only where it is given as a forecast.
    """

    fairness: Fairness = Fairness.PROPORTIONAL
    aim: Aim = Aim.EARLY
    risk: float = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the objective gives, per kWh unless another unit is said.

    `weighing` scales these numbers to a problem's prices, fees and slots: promised energy stays at
    least 20 times above what a kWh can cost, whatever the currency.

    Attributes:
        promised: For energy that is certain to be needed.
        share: On top, for the first quarter of a vehicle's whole; falls to 0 for the last one.
        least_share: For the smallest share of all, per kWh of all wholes.
        extra: Beyond the promise.
        optimum: By how much a feeder is away from what is wanted of it; 0 where nothing is.
        cost: Per unit of currency, of which the dearest kWh costs between 0.5 and 5.
        peak: Per kW of the highest power.
        early: In the first slot over the last.
        hurry: Of `early`, the part that counts for a vehicle in proportion to the share of its stay
            that it takes to charge.
        even: In the first slot for the first amperes over the last: a little for all rather than
            all for one.
        turn: In the first slot, for who charges and for each turn that a vehicle has waited.
        keep: In the first slot, for the amperes that a vehicle has now.
    """

    promised: float = 100.0
    share: float = 0.0
    least_share: float = 0.0
    extra: float = 10.0
    optimum: float = 0.0
    cost: float = 0.0
    peak: float = 0.0
    early: float = 0.2
    hurry: float = 0.0
    even: float = 0.5
    turn: float = 0.2
    keep: float = 0.0

    @property
    def is_eager(self) -> bool:
        """Whether energy is better taken now than later, whatever it costs."""
        return self.cost == 0 and self.peak == 0 and self.optimum == 0


MOST_ENERGY: Final = Weights(early=0.0, even=0.0, turn=0.0)
"""To find out how much energy could be delivered at all."""

_AIMS: Final = {
    Aim.EARLY: Weights(),
    Aim.CHEAP: Weights(extra=0.0, cost=1.0, peak=0.01, early=0.01, even=0.01, turn=0.01),
    Aim.LEVEL: Weights(extra=0.0, cost=0.01, peak=1.0, early=0.01, even=0.01, turn=0.01),
    Aim.CALM: Weights(keep=0.2),
    Aim.READY: Weights(hurry=0.5, even=0.0),
}
_FAIRNESS: Final = {
    Fairness.ENERGY: {"share": 0.0, "least_share": 0.0},
    Fairness.PROPORTIONAL: {"share": 3.0, "least_share": 0.0},
    Fairness.MAX_MIN: {"share": 3.0, "least_share": 10.0},
}


def without_first(weights: Weights) -> Weights:
    """The same, without what shapes the first slot only, or looks at each vehicle for itself."""
    return replace(weights, even=0.0, turn=0.0, keep=0.0, hurry=0.0)


def weights_of(policy: Policy) -> Weights:
    """The numbers behind a policy's names."""
    return replace(_AIMS[policy.aim], **_FAIRNESS[policy.fairness])
