"""Whether a model beats the baseline on a site's own past: rolling origin.

The last weeks are cut into stretches. At the beginning of each a model is fitted on the stays that
were over by then, and says something of those that begin in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np

from csms.domain.forecast_model import Score
from csms.domain.stay_outcome import Foretold
from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.conformal import interval, width_of
from smart_charging.forecast.levels import is_held, pinball
from smart_charging.forecast.stay import (
    StayModel,
    actual_of,
    at_plug_in,
    fit_stays,
    naive_quantiles,
)
from smart_charging.forecast.stay_table import Stays

UNIT: Final = {Foretold.ENERGY: 1000.0, Foretold.STAY: 3600.0}
"""Wh to the library's kWh, seconds to its hours."""
_ORIGINS: Final = 3
_LONGEST_H: Final = 42 * 24.0
_SHARE: Final = 0.4
"""At most so much of the past is forecast; the models need the rest."""
_LEAST: Final = 20
"""On fewer stays nothing is judged."""

_BySites: TypeAlias = Mapping[Foretold, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Said:
    """What was said of stays that the model had not seen.

    Attributes:
        at: [stay], which.
        by_model: [stay, level], by the trees, wherever there are any.
        by_baseline: [stay, level].
        held: [stay], whether the model's interval, as wide as it was then, held what came.
    """

    at: Indices
    by_model: Array
    by_baseline: Array
    held: Flags


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """What models of the past said of what came later.

    Attributes:
        said: All of it.
        last: The model of the last origin.
        last_at: [stay], those that it was asked of.
    """

    said: Mapping[Foretold, Said]
    last: StayModel
    last_at: Indices


@dataclass(frozen=True, slots=True)
class Verdict:
    """A score, and the factor of the intervals of what answers."""

    score: Score
    width: float


def try_out(stays: Stays, features: Array) -> Trial | None:
    """Forecast the last weeks from what was known; None: there is too little past.

    Args:
        stays: All over.
        features: [stay, feature].
    """
    last_h = float(stays.left_h.max())
    length_h = min(_LONGEST_H, _SHARE * (last_h - float(stays.came_h.min())))
    edges = last_h - length_h + length_h / _ORIGINS * np.arange(_ORIGINS + 1)
    parts: list[dict[Foretold, Said]] = []
    last: StayModel | None = None
    for begin, end in pairwise(edges):
        at = np.flatnonzero((stays.came_h >= begin) & (stays.came_h < end))
        known: Flags = stays.left_h <= begin
        if len(at) and known.sum() >= _LEAST:
            last = fit_stays(stays, features, known, tells_later=False)
            parts.append({what: _said(last, what, stays, features, at) for what in Foretold})
    if last is None:
        return None
    said = {what: _joined([part[what] for part in parts]) for what in Foretold}
    return Trial(said=said, last=last, last_at=parts[-1][Foretold.STAY].at)


def judge(said: Said, what: Foretold, stays: Stays) -> dict[str, Verdict]:
    """Say by site whether the model is used; sites with too few stays are not among them."""
    actual, verdicts = actual_of(what.value, stays)[said.at], {}
    for number, name in enumerate(stays.sites):
        here = stays.site[said.at] == number
        if here.sum() < _LEAST:
            continue
        by_model, plain = said.by_model[here], said.by_baseline[here]
        loss, plain_loss = (float(pinball(actual[here], one).mean()) for one in (by_model, plain))
        is_used = loss < plain_loss
        score = Score(
            count=int(here.sum()),
            loss=UNIT[what] * loss,
            baseline_loss=UNIT[what] * plain_loss,
            held=float(said.held[here].mean()),
            is_used=is_used,
        )
        verdicts[name] = Verdict(score, width_of(actual[here], by_model if is_used else plain))
    return verdicts


def with_baseline_at(model: StayModel, sites: _BySites) -> StayModel:
    """The model with the baseline in the trees' place at some sites, and nowhere else."""
    return StayModel(
        energy=replace(model.energy, naive_at=sites[Foretold.ENERGY]),
        stay=replace(model.stay, naive_at=sites[Foretold.STAY]),
    )


def _said(model: StayModel, what: Foretold, stays: Stays, features: Array, at: Indices) -> Said:
    asked = with_baseline_at(model, dict.fromkeys(Foretold, ()))
    by_model = at_plug_in(asked, what.value, stays, features, at)
    widths = model.of(what.value).widths
    width = np.array([widths.get(stays.sites[stays.site[one]], 1.0) for one in at])
    return Said(
        at=at,
        by_model=by_model,
        by_baseline=naive_quantiles(model, what.value, stays, at),
        held=is_held(actual_of(what.value, stays)[at], *interval(by_model, width)),
    )


def _joined(parts: list[Said]) -> Said:
    return Said(
        at=np.concatenate([part.at for part in parts]),
        by_model=np.concatenate([part.by_model for part in parts]),
        by_baseline=np.concatenate([part.by_baseline for part in parts]),
        held=np.concatenate([part.held for part in parts]),
    )
