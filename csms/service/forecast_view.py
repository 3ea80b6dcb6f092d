"""What people and programs see of a site's forecasts."""

from dataclasses import dataclass, field
from enum import StrEnum

from csms.domain.calibration import Calibration
from csms.domain.forecast_model import ModelNote, SiteReport
from csms.domain.stay_outcome import Foretold


class Answerer(StrEnum):
    """Who answers what is asked of a vehicle."""

    MODEL = "model"
    BASELINE = "baseline"
    NOBODY = "nobody"
    """Its driver's own past counts, or what the site assumes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteForecast:
    """What is known of forecasts at a site.

    Attributes:
        site_id: Which.
        is_on: Whether forecasts are made.
        model: The newest model of the site's time zone; None: there is none yet.
        calibrations: How what was said of the last stays came out, by what is forecast.
    """

    site_id: str
    is_on: bool
    model: ModelNote | None = None
    calibrations: dict[Foretold, Calibration] = field(default_factory=dict)

    @property
    def report(self) -> SiteReport | None:
        """What is known of the model at this site."""
        return self.model.sites.get(self.site_id) if self.model else None

    def answers(self, what: Foretold) -> Answerer:
        """Who answers."""
        if not self.is_on or self.model is None:
            return Answerer.NOBODY
        score = self.report.scores.get(what) if self.report else None
        if score is None or not score.is_used:
            return Answerer.BASELINE
        has_drifted = what in self.calibrations and bool(self.calibrations[what].drift)
        return Answerer.BASELINE if has_drifted else Answerer.MODEL
