"""What sites are expected to need, in memory: forecasts, how they came out, when feeders are full.

When a feeder is likely full is reckoned anew whenever it is asked, with the limits in force then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final

import numpy as np

from csms.domain.demand import (
    ARRIVALS,
    QUANTILES,
    STEP_S,
    Calibration,
    Coming,
    DemandForecast,
    DemandScore,
    FullStretch,
    calibrate,
    feeder_of,
    feeder_series,
    step_at,
    who_comes,
)
from csms.domain.errors import UnknownSiteError
from csms.domain.identity import SiteId
from csms.service.electrics import feeder_inputs
from csms.service.live_site import LiveSite
from smart_charging.feeder import Feeder
from smart_charging.forecast.levels import chance_above

FULL_SHARE: Final = 0.95
"""Of what there is room for: vehicles are held below it, so a load is hardly ever above it."""
LIKELY: Final = 0.5
SCORES_KEPT: Final = 28


@dataclass(slots=True)
class SiteDemand:
    """What is known of one site's demand.

    Attributes:
        forecasts: By series and day.
        scores: By series, the newest last.
    """

    forecasts: dict[tuple[str, date], DemandForecast] = field(default_factory=dict)
    scores: defaultdict[str, list[DemandScore]] = field(default_factory=lambda: defaultdict(list))

    def take(self, forecasts: Iterable[DemandForecast], scores: Iterable[DemandScore]) -> None:
        """Take forecasts in place of earlier ones, and how those came out."""
        self.forecasts |= {(one.series, one.day): one for one in forecasts}
        for one in scores:
            self.scores[one.series] = [*self.scores[one.series], one][-SCORES_KEPT:]

    def forget(self, before: date) -> None:
        """Forget forecasts of days before one."""
        self.forecasts = {key: one for key, one in self.forecasts.items() if one.day >= before}

    def ahead(self, now: datetime) -> list[DemandForecast]:
        """Forecasts of days that are not over, by series and day."""
        going = [one for one in self.forecasts.values() if ends_at(one) > now]
        return sorted(going, key=lambda one: (one.series, one.day))

    def coming(self) -> tuple[Coming, ...]:
        """The vehicles that are expected, in order of time."""
        days = [one for one in self.forecasts.values() if one.series == ARRIVALS]
        ordered = sorted(days, key=lambda one: one.begins_at)
        return tuple(chain.from_iterable(who_comes(one) for one in ordered))

    def calibration(self, series: str) -> Calibration:
        """How forecasts of a series have come out lately."""
        return calibrate(self.scores[series])

    def is_due(self, today: date) -> bool:
        """Whether nothing was forecast yet on this day, by what all days before it told."""
        todays = [one for one in self.forecasts.values() if one.day == today]
        return not any(one.is_of_its_day for one in todays)


class DemandBoard:
    """What is known of all sites' demand.

    Args:
        site_ids: All sites.
    """

    def __init__(self, site_ids: Iterable[SiteId]) -> None:
        self._sites = {site_id: SiteDemand() for site_id in site_ids}

    def of(self, site_id: SiteId) -> SiteDemand:
        """What is known of a site's demand.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        try:
            return self._sites[site_id]
        except KeyError:
            raise UnknownSiteError(site_id) from None


def ends_at(forecast: DemandForecast) -> datetime:
    """When the last step of a forecast ends."""
    return step_at(forecast.begins_at, len(forecast.values[QUANTILES[0]]))


class Rooms:
    """What feeders have room for, step by step; what was reckoned for a day is kept.

    Args:
        live: The site.
        now: The present instant.
    """

    def __init__(self, live: LiveSite, now: datetime) -> None:
        self._live, self._now = live, now
        self._feeders = [one.feeder_id for one in live.site.feeders]
        self._inputs: dict[tuple[datetime, int], tuple[Feeder, ...]] = {}

    def of(self, forecast: DemandForecast) -> list[float]:
        """The room in each step of a feeder's forecast, A on the line with least.

        Where the forecast is of all that the feeder carries that is its limit, else what its
        uncontrolled load leaves of it.
        """
        at = self._feeders.index(feeder_of(forecast.series) or "")
        carried = self._carried(forecast)[at]
        is_whole = at == 0 and self._live.site.feeders[0].uncontrolled is not None
        room = carried.limit_a if is_whole else carried.limit_a - carried.uncontrolled_a
        return [float(one) for one in np.maximum(room.min(axis=0), 0.0)]

    def _carried(self, forecast: DemandForecast) -> tuple[Feeder, ...]:
        steps = len(forecast.values[QUANTILES[0]])
        key = (forecast.begins_at, steps)
        if key not in self._inputs:
            edges = [step_at(forecast.begins_at, step) for step in range(steps + 1)]
            self._inputs[key] = feeder_inputs(self._live, edges, self._now)
        return self._inputs[key]


def full_stretches(live: LiveSite, demand: SiteDemand, now: datetime) -> list[FullStretch]:
    """When the feeders of a site are likely full, by when that begins."""
    rooms, found = Rooms(live, now), []
    for feeder in live.site.feeders:
        series = feeder_series(feeder.feeder_id)
        forecasts = [one for one in demand.ahead(now) if one.series == series]
        steps = [step for one in forecasts for step in _likely(one, rooms.of(one))]
        found += _stretches([step for step in steps if step.ends_at > now])
    return sorted(found, key=lambda one: (one.begins_at, one.feeder_id))


def chances(forecast: DemandForecast, rooms_a: Sequence[float]) -> list[float]:
    """How likely a feeder is full, step by step."""
    quantiles = np.array([forecast.values[name] for name in QUANTILES]).T
    found: list[float] = chance_above(quantiles, FULL_SHARE * np.array(rooms_a)).tolist()
    return found


def _likely(forecast: DemandForecast, rooms_a: Sequence[float]) -> Iterator[FullStretch]:
    """The steps of a forecast in which its feeder is likely full."""
    for step, chance in enumerate(chances(forecast, rooms_a)):
        if chance >= LIKELY:
            begins_at = step_at(forecast.begins_at, step)
            yield FullStretch(
                feeder_id=feeder_of(forecast.series) or "",
                begins_at=begins_at,
                ends_at=begins_at + timedelta(seconds=STEP_S),
                chance=chance,
                load_a=forecast.values["q50"][step],
                room_a=rooms_a[step],
            )


def _stretches(steps: Iterable[FullStretch]) -> list[FullStretch]:
    """Steps that follow one another, joined."""
    whole: list[FullStretch] = []
    for step in steps:
        if whole and whole[-1].ends_at == step.begins_at:
            whole[-1] = _joined(whole[-1], step)
        else:
            whole.append(step)
    return whole


def _joined(one: FullStretch, next_one: FullStretch) -> FullStretch:
    worst = max(one, next_one, key=lambda step: step.chance)
    return FullStretch(
        feeder_id=one.feeder_id,
        begins_at=one.begins_at,
        ends_at=next_one.ends_at,
        chance=worst.chance,
        load_a=worst.load_a,
        room_a=worst.room_a,
    )
