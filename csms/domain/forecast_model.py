"""Models of stays as they are kept: when they were made, of what, and how good they are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from csms.domain.identity import SiteId
from csms.domain.stay_outcome import Foretold

_PCT: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a model did on stays that it had not seen, in Wh or in seconds.

    Attributes:
        count: How many stays were forecast, from several instants of the site's past.
        loss: Mean pinball loss of the model.
        baseline_loss: The same of the baseline.
        held: The share that came out within the model's 80 % interval.
        is_used: Whether the model answers; else the baseline does.
    """

    count: int
    loss: float
    baseline_loss: float
    held: float
    is_used: bool

    @property
    def gain_pct(self) -> float:
        """How much less the model misses than the baseline."""
        return _PCT * (1.0 - self.loss / self.baseline_loss) if self.baseline_loss else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Something that a forecast hangs on.

    Attributes:
        name: What it is.
        share: By what share of it the loss rises when the model is told this wrongly.
    """

    name: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReport:
    """What is known of a model at one site.

    Attributes:
        stays: Of the site, that it was made from.
        scores: By what is forecast; nothing: too few stays to judge on, the baseline answers.
    """

    stays: int
    scores: dict[Foretold, Score]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNote:
    """A model without what it consists of.

    Attributes:
        version: Counts up over all models.
        zone: The time zone of the sites that it is for.
        took_s: What it took to make, of processor time.
        sites: What is known of it, by site.
        drivers: What it hangs on most, by what is forecast, the weightiest first.
    """

    version: int
    made_at: datetime
    zone: str
    took_s: float
    sites: dict[SiteId, SiteReport]
    drivers: dict[Foretold, tuple[Driver, ...]]
