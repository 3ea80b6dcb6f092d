"""Whether forecasts of stays hold what they promise: by what came of the last ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import fmean, stdev
from typing import Final

from csms.domain.expectation import LEVELS, Expectation
from csms.domain.stay_outcome import Foretold, StayOutcome, expected
from csms.language.said import Said

COUNTED: Final = 100
"""So many of a site's last stays are looked at."""
LEAST: Final = 30
"""Of fewer stays nothing is concluded."""
INTERVAL: Final = 0.8
_FAR: Final = 3.0
"""So many standard errors the share that was held may be off before that is no chance."""
_SURELY: Final = 1.64
"""So many standard errors a loss has to be higher, for nineteen in twenty."""
_MEDIAN: Final = LEVELS.index(0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How forecasts of a site's last stays came out, in Wh or in seconds.

    Attributes:
        count: Of how many stays.
        held: The share of them that came out within their 80 % interval.
        loss: Mean pinball loss of the model.
        baseline_loss: The same of the baseline.
        bias: By how much more was forecast than came, by the median, on average.
        drift: Why the baseline answers in the model's place, in words; empty: it does not.
    """

    count: int
    held: float
    loss: float
    baseline_loss: float
    bias: float
    drift: str = ""


def calibrate(outcomes: Sequence[StayOutcome], what: Foretold) -> Calibration | None:
    """Hold forecasts against what came.

    Args:
        outcomes: A site's last ones.
        what: Which of both forecasts.

    Returns:
        None if there are no outcomes.
    """
    if not outcomes:
        return None
    actual = [one.actual(what) for one in outcomes]
    said = [expected(one.told.answer.by_model, what) for one in outcomes]
    plain = [expected(one.told.answer.by_baseline, what) for one in outcomes]
    losses = [pinball(one, came) for one, came in zip(said, actual, strict=True)]
    plain_losses = [pinball(one, came) for one, came in zip(plain, actual, strict=True)]
    held = fmean(one.low <= came <= one.high for one, came in zip(said, actual, strict=True))
    return Calibration(
        count=len(outcomes),
        held=held,
        loss=fmean(losses),
        baseline_loss=fmean(plain_losses),
        bias=fmean(one.quantiles[_MEDIAN] - came for one, came in zip(said, actual, strict=True)),
        drift=_drift(losses, plain_losses, held),
    )


def pinball(said: Expectation, came: float) -> float:
    """The mean pinball loss of a forecast over its quantiles."""
    return fmean(
        max(level * (came - value), (level - 1.0) * (came - value))
        for level, value in zip(LEVELS, said.quantiles, strict=True)
    )


def _drift(losses: Sequence[float], plain: Sequence[float], held: float) -> str:
    count = len(losses)
    if count < LEAST:
        return ""
    apart = [one - other for one, other in zip(losses, plain, strict=True)]
    if fmean(apart) > _SURELY * stdev(apart) / sqrt(count) > 0.0:
        times = fmean(losses) / fmean(plain) if any(plain) else inf
        return Said(
            "over the last %(stays)s stays, the model's loss is %(times).1f times the baseline's",
            stays=count,
            times=times,
        )
    off = abs(held - INTERVAL)
    if off > _FAR * sqrt(INTERVAL * (1.0 - INTERVAL) / count):
        return Said(
            "of the last %(stays)s stays, %(held).0f %% came out within their 80 %% intervals",
            stays=count,
            held=100 * held,
        )
    return ""
