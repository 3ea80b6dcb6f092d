"""What was forecast of a vehicle's stay when it came, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from csms.domain.expectation import Expectation, StayForecast
from csms.domain.identity import SiteId


class Foretold(StrEnum):
    """What is forecast of a stay."""

    ENERGY = "energy"
    """In Wh, of the whole transaction."""
    STAY = "stay"
    """In seconds, from the start of the transaction to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StayAnswer:
    """What is said of one vehicle that stands.

    Attributes:
        by_model: What the model says; where it does not beat the baseline, that.
        by_baseline: What the naive forecast says: quantiles of the driver's last stays, or of all.
    """

    by_model: StayForecast
    by_baseline: StayForecast


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStay:
    """What was said of a stay when it began.

    Attributes:
        number: Of its transaction.
        came_at: When the transaction began.
    """

    number: int
    site_id: SiteId
    came_at: datetime
    answer: StayAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class StayOutcome:
    """What was said of a stay when it began, and what came.

    Attributes:
        energy_wh: What it drew.
        stay_s: How long it stayed.
    """

    told: ToldStay
    energy_wh: float
    stay_s: float

    def actual(self, what: Foretold) -> float:
        """What came."""
        return self.energy_wh if what is Foretold.ENERGY else self.stay_s


def expected(forecast: StayForecast, what: Foretold) -> Expectation:
    """What a forecast says of one of both."""
    return forecast.energy_wh if what is Foretold.ENERGY else forecast.stay_s
