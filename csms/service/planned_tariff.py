"""A site's prices and fees in the words of the planning library."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from csms.domain.prices import PriceKind, PriceSeries
from csms.domain.site_policy import PRICED_AIMS
from csms.domain.tariff import CapacityFee, CapacitySteps, DemandCharge
from csms.service.costs import line_power_w
from csms.service.electrics import near_s
from csms.service.live_site import LiveSite
from csms.service.measured_flows import measured_uncontrolled
from csms.service.metered_quarters import local_quarter
from csms.service.sun_watch import sun_w
from smart_charging import tariff as planning
from smart_charging.arrays import Array


def planned_tariff(
    live: LiveSite, edges: Sequence[datetime], now: datetime
) -> planning.Tariff | None:
    """What energy and power cost in each slot; None where the site's aim does not ask for it.

    Where CO2 counts as the price there are no fees on power: both do not add up.

    Args:
        live: The site.
        edges: Start of every slot, and the end of the last.
        now: The present instant.
    """
    prices = live.prices
    if live.site.policy.aim not in PRICED_AIMS or not prices.is_kept:
        return None
    counts_money = prices.planned_kind is PriceKind.ENERGY
    tariff = live.site.tariff
    fee = tariff.capacity if tariff is not None and counts_money else None
    per_kwh = _by_slot(prices.planned(edges[0], edges[-1]), edges)
    return planning.Tariff(
        per_kwh=per_kwh,
        base_w=building_w(live, edges, now) - sun_w(live, edges, now),
        capacity=None if fee is None else _capacity(live, fee, now),
        fed_per_kwh=_fed_per_kwh(live, edges, per_kwh) if counts_money else None,
    )


def _fed_per_kwh(live: LiveSite, edges: Sequence[datetime], per_kwh: Array) -> Array | None:
    """What energy earns that is fed back, in each slot; None where nothing can be fed back."""
    if not live.resources or PriceKind.ENERGY not in live.prices.kinds:
        return None
    market = _by_slot(live.prices.reckoned(PriceKind.ENERGY, edges[0], edges[-1]), edges)
    tariff = live.site.tariff
    earned: Array = np.minimum(market + (tariff.fed_markup_per_kwh if tariff else 0.0), per_kwh)
    return earned


def _by_slot(series: PriceSeries, edges: Sequence[datetime]) -> Array:
    """The price of each slot; where none is known the mean of all others."""
    means = [series.mean(*span) for span in pairwise(edges)]
    usual = series.mean(edges[0], edges[-1]) or 0.0
    return np.array([usual if mean is None else mean for mean in means])


def building_w(live: LiveSite, edges: Sequence[datetime], now: datetime) -> Array:
    """What the building is expected to draw: now what is measured, later as in the last days."""
    site = live.site
    root = site.feeders[0].feeder_id
    measured_w = line_power_w(site, measured_uncontrolled(live, now)[root])
    usual_w = live.prices.quarters.usual_building_w(now)
    near_until = now + timedelta(seconds=near_s(live))
    return np.array(
        [
            measured_w
            if end_at <= near_until
            else usual_w.get(local_quarter(start_at, site.timezone), measured_w)
            for start_at, end_at in pairwise(edges)
        ]
    )


def _capacity(
    live: LiveSite, fee: CapacityFee, now: datetime
) -> planning.StepFee | planning.DemandCharge:
    """The fee, with what this month has already seen."""
    peaks_w = dict(live.prices.quarters.day_peaks_w(now))
    match fee:
        case DemandCharge(per_kw=per_kw):
            return planning.DemandCharge(per_kw=per_kw, peak_w=max(peaks_w.values(), default=0.0))
        case CapacitySteps(steps=steps, days=days):
            today_w = peaks_w.pop(now.astimezone(live.site.timezone).date(), 0.0)
            return planning.StepFee(
                steps=steps,
                day_peaks_w=tuple(peaks_w.values()),
                peak_today_w=today_w,
                count=days,
            )
