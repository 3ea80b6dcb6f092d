"""Flexibility that a grid company has asked for and was granted, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from csms.domain.grid_company import FeederRef, PartyId
from csms.domain.grid_proof import QUARTER, ProofQuarter
from csms.domain.site import PhaseAmps


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A feeder is to draw less for a while, or more, as was offered.

    Attributes:
        number: Counts up.
        start_at: A full quarter of an hour, as `end_at` is.
        shed_w: How much less was asked for, on the mean; below 0: so much more.
        base_w: What the feeder would have drawn by the plan that stood, the building included.
        limit_a: The limit that makes it so, by line; None: plans aim at more.
    """

    number: int
    party: PartyId
    ref: FeederRef
    agreed_at: datetime
    start_at: datetime
    end_at: datetime
    shed_w: float
    base_w: float
    limit_a: PhaseAmps | None

    @property
    def is_absorbed(self) -> bool:
        """Whether it is to draw more."""
        return self.shed_w < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came of an agreement, as far as it was measured.

    Attributes:
        measured_s: For so many of its seconds all of it was measured.
        mean_w: What the feeder drew in those.
    """

    measured_s: float
    mean_w: float | None


def delivered(agreement: Agreement, quarters: Iterable[ProofQuarter], w_per_a: float) -> Delivery:
    """What a feeder drew while an agreement held.

    Args:
        agreement: The agreement.
        quarters: Of its feeder, in any order.
        w_per_a: Power of one ampere on one line.
    """
    within = [
        one.measured
        for one in quarters
        if one.measured
        and agreement.start_at <= one.starts_at
        and one.starts_at + QUARTER <= agreement.end_at
    ]
    measured_s = sum(one.seconds for one in within)
    if not measured_s:
        return Delivery(measured_s=0.0, mean_w=None)
    mean_w = sum(sum(one.load_as) for one in within) * w_per_a / measured_s
    return Delivery(measured_s=measured_s, mean_w=mean_w)
