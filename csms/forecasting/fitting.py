"""A model of stays out of the past, and what is known of it. No clock, no files, no network."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from csms.domain.forecast_model import Driver, Score, SiteReport
from csms.domain.stay_outcome import Foretold
from csms.forecasting.backtest import Trial, Verdict, judge, try_out, with_baseline_at
from smart_charging.arrays import Array
from smart_charging.forecast.calendar import Calendar
from smart_charging.forecast.explain import explain_stays
from smart_charging.forecast.stay import Learned, StayModel, fit_stays
from smart_charging.forecast.stay_features import stay_features
from smart_charging.forecast.stay_table import Stays, lay_out_stays

_DRIVERS: Final = 8
_LEAST_SHARE: Final = 0.001
_EXPLAINED: Final = 300
"""On so many stays it is tried what a forecast hangs on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A model, and what is known of it.

    Attributes:
        sites: By site.
        drivers: What it hangs on most, by what is forecast; nothing where it has no trees.
    """

    model: StayModel
    sites: dict[str, SiteReport]
    drivers: dict[Foretold, tuple[Driver, ...]]


def fit(past: pd.DataFrame, calendar: Calendar) -> Fitted:
    """Make a model of stays that are over.

    It answers at the sites where it beat the baseline on stays that it had not seen; elsewhere,
    and where there are too few to tell, the baseline does.

    Args:
        past: As `stay_frame.past_frame`.
        calendar: Of their time zone.
    """
    stays = lay_out_stays(past, calendar)
    features = stay_features(stays)
    model = fit_stays(stays, features, np.isfinite(stays.left_h))
    trial = try_out(stays, features)
    verdicts = {what: judge(trial.said[what], what, stays) if trial else {} for what in Foretold}
    by_baseline = {what: _not_used(stays, verdicts[what]) for what in Foretold}
    model = with_baseline_at(model, by_baseline)
    return Fitted(
        model=StayModel(
            energy=_with_widths(model.energy, verdicts[Foretold.ENERGY]),
            stay=_with_widths(model.stay, verdicts[Foretold.STAY]),
        ),
        sites={name: _report(name, past, verdicts) for name in stays.sites},
        drivers={what: _drivers(trial, what, stays, features) for what in Foretold},
    )


def _not_used(stays: Stays, verdicts: dict[str, Verdict]) -> tuple[str, ...]:
    used = {name for name, verdict in verdicts.items() if verdict.score.is_used}
    return tuple(name for name in stays.sites if name not in used)


def _with_widths(learned: Learned, verdicts: dict[str, Verdict]) -> Learned:
    return replace(learned, widths={name: verdict.width for name, verdict in verdicts.items()})


def _report(
    name: str, past: pd.DataFrame, verdicts: dict[Foretold, dict[str, Verdict]]
) -> SiteReport:
    scores: dict[Foretold, Score] = {
        what: some[name].score for what, some in verdicts.items() if name in some
    }
    return SiteReport(stays=int((past["site"] == name).sum()), scores=scores)


def _drivers(
    trial: Trial | None, what: Foretold, stays: Stays, features: Array
) -> tuple[Driver, ...]:
    """What the last model of the past hung on, of stays that it had not seen."""
    if trial is None or not trial.last.of(what.value).at_plug_in:
        return ()
    asked = with_baseline_at(trial.last, dict.fromkeys(Foretold, ()))
    at = trial.last_at[-_EXPLAINED:]
    found = explain_stays(asked, what.value, stays, features, at).head(_DRIVERS)
    return tuple(
        Driver(name=str(name), share=round(float(share), 4))
        for name, share in found.items()
        if share >= _LEAST_SHARE
    )
