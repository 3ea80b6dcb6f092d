"""What a site is expected to need: forecasts by quarter of the hour, and how they came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from csms.domain.identity import FeederId

STEP_S: Final = 900
VEHICLES: Final = "vehicles"
"""Power into all vehicles, W."""
ARRIVALS: Final = "arrivals"
"""Vehicles that begin to charge."""
_FEEDER: Final = "feeder:"
QUANTILES: Final = ("q10", "q25", "q50", "q75", "q90")
BOUNDS: Final = ("low", "high")
"""Eight in ten outcomes lie between these."""
COMING: Final = ("count", "energy_wh", "stay_s")
"""What `ARRIVALS` tells beside its quantiles, where it is known: how many come on average, what
each takes, and how long it stays."""


def feeder_series(feeder_id: FeederId) -> str:
    """How the series of a feeder is called: amperes on its most loaded line."""
    return f"{_FEEDER}{feeder_id}"


def feeder_of(series: str) -> FeederId | None:
    """The feeder that a series is about, None if it is about none."""
    return series.removeprefix(_FEEDER) if series.startswith(_FEEDER) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandForecast:
    """What is expected of one series on one local day.

    Attributes:
        series: `VEHICLES`, `ARRIVALS` or a feeder's.
        day: The local day.
        begins_at: When its first step begins.
        made_at: When it was made.
        method: How, in words.
        is_naive: Whether that is the baseline: quantiles of the same weekdays before.
        values: By the names of `QUANTILES` and `BOUNDS`, and of `COMING`, a figure for each step.
    """

    series: str
    day: date
    begins_at: datetime
    made_at: datetime
    method: str
    is_naive: bool
    values: Mapping[str, tuple[float, ...]]

    @property
    def tells_who_comes(self) -> bool:
        """Whether it says how many vehicles come, and what they need."""
        return all(name in self.values for name in COMING)

    @property
    def is_of_its_day(self) -> bool:
        """Whether all days before it were known when it was made."""
        return self.made_at >= self.begins_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Vehicles that are expected within a step.

    Attributes:
        begins_at: When the step begins.
        count: How many, on average.
        energy_wh: What each takes.
        stay_s: How long each stays.
    """

    begins_at: datetime
    count: float
    energy_wh: float
    stay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandScore:
    """How a forecast of a day has come out.

    Attributes:
        held_pct: Share of steps within the bounds, of those in which anything was expected; None:
            nothing was.
        pinball: Mean loss of the quantiles, in the series' unit.
        naive_pinball: That of the baseline.
        bias: By how much the median was too high, on average.
        mean: What there was, on average.
    """

    series: str
    day: date
    held_pct: float | None
    pinball: float
    naive_pinball: float
    bias: float
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How forecasts of a series have come out on some days.

    Attributes:
        days: How many.
        coverage_pct: Share of steps within the bounds; 80 is meant. None: nothing was expected.
        pinball_pct: Mean loss of the quantiles, of what there was; None: there was nothing.
        naive_pinball_pct: That of the baseline.
        bias_pct: By how much the medians were too high, of what there was.
        is_drifting: Whether they miss so much that the baseline is used.
    """

    days: int
    coverage_pct: float | None
    pinball_pct: float | None
    naive_pinball_pct: float | None
    bias_pct: float | None
    is_drifting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FullStretch:
    """A stretch of time in which a feeder is likely full.

    Attributes:
        chance: The highest one within.
        load_a: The median on the most loaded line, at that step.
        room_a: What there is room for then.
    """

    feeder_id: FeederId
    begins_at: datetime
    ends_at: datetime
    chance: float
    load_a: float
    room_a: float


DRIFT_DAYS: Final = 14
_LEAST_DAYS: Final = 7
_LEAST_PCT: Final = 65.0
_WORSE: Final = 1.1
_PERCENT: Final = 100.0


def calibrate(scores: Sequence[DemandScore]) -> Calibration:
    """Sum up how a series' forecasts have come out, the newest last.

    They drift where, over the last fortnight, the bounds of 80 % held less than 65 % of the steps,
    or the loss was a tenth above the baseline's. That bounds hold too much is none: of what is
    counted in whole vehicles they hardly can hold less.
    """
    last = scores[-DRIFT_DAYS:]
    whole, recent = _summed(scores), _summed(last)
    is_judged = len(last) >= _LEAST_DAYS
    return Calibration(
        days=len(scores),
        coverage_pct=whole.held_pct,
        pinball_pct=_share(whole.pinball, whole.mean),
        naive_pinball_pct=_share(whole.naive_pinball, whole.mean),
        bias_pct=_share(whole.bias, whole.mean),
        is_drifting=is_judged and _drifts(recent),
    )


def _drifts(recent: DemandScore) -> bool:
    held = recent.held_pct
    is_off = held is not None and held < _LEAST_PCT
    return is_off or recent.pinball > _WORSE * recent.naive_pinball


def _summed(scores: Sequence[DemandScore]) -> DemandScore:
    """Means over days."""
    count = max(1, len(scores))
    held = [one.held_pct for one in scores if one.held_pct is not None]
    return DemandScore(
        series="",
        day=date.min,
        held_pct=sum(held) / len(held) if held else None,
        pinball=sum(one.pinball for one in scores) / count,
        naive_pinball=sum(one.naive_pinball for one in scores) / count,
        bias=sum(one.bias for one in scores) / count,
        mean=sum(one.mean for one in scores) / count,
    )


def _share(part: float, whole: float) -> float | None:
    return _PERCENT * part / whole if whole > 0 else None


def read_values(content: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, ...]]:
    """Take a forecast's figures out of JSON."""
    names = (*QUANTILES, *BOUNDS, *(name for name in COMING if name in content))
    return {name: tuple(content[name]) for name in names}


def who_comes(forecast: DemandForecast) -> list[Coming]:
    """The vehicles that a forecast of arrivals expects, step by step; none where it is silent."""
    if not forecast.tells_who_comes:
        return []
    return [
        Coming(
            begins_at=step_at(forecast.begins_at, step),
            count=count,
            energy_wh=energy_wh,
            stay_s=stay_s,
        )
        for step, (count, energy_wh, stay_s) in enumerate(
            zip(*(forecast.values[name] for name in COMING), strict=True)
        )
    ]


def step_at(begins_at: datetime, step: int) -> datetime:
    """When a step of a day begins."""
    return begins_at + timedelta(seconds=step * STEP_S)
