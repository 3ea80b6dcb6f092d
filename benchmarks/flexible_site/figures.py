"""What a week came to: peak, cost, energy by departure, comfort, the sun's energy used, cycles."""

from dataclasses import dataclass

from benchmarks.flexible_site.garage import Garage
from benchmarks.flexible_site.steering import peak_w
from benchmarks.flexible_site.weeks import (
    BATTERY,
    PER_KW,
    PUBLIC_PER_KWH,
    STEP_S,
    STORED_WH,
    WEAR_PER_KWH,
)

_HOURS = STEP_S / 3600.0
_OVER_A = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a week came to.

    Attributes:
        peak_kw: The highest hourly mean at the meter.
        line_a: The highest line current, without what sun and battery give.
        over_s: How long any line was above its limit, by that.
        bill: Of energy, the month's fee on the peak, wear, and what the battery holds less than at
            first, less what was sold, in NOK.
        cost: The bill, and what vehicles lack, bought at a public charger.
        energy_pct: Of what vehicles wanted until they left.
        cold_s: How long a room or the water was out of its band.
        own_use_pct: Of what the sun gave, what was used on the spot.
        cycles: How often the battery gave what it holds.
    """

    peak_kw: float
    line_a: float
    over_s: float
    bill: float
    cost: float
    energy_pct: float
    cold_s: float
    own_use_pct: float
    cycles: float


def figures_of(garage: Garage) -> Figures:
    """Reckon a week."""
    steps, week = garage.steps, garage.week
    bought = sum(max(s.net_w, 0.0) * week.price(s.at) for s in steps) * _HOURS / 1000
    sold = sum(max(-s.net_w, 0.0) * week.spot(s.at) for s in steps) * _HOURS / 1000
    worn = garage.battery.given_wh / 1000 * WEAR_PER_KWH
    sun_w = sum(step.sun_w for step in steps)
    fed_w = sum(min(max(-step.net_w, 0.0), step.sun_w) for step in steps)
    cars = [car for car in garage.left if car.wanted_wh > 0]
    peak_kw, wanted_wh = peak_w(garage) / 1000, sum(car.wanted_wh for car in cars)
    gone_kwh = (STORED_WH - garage.battery.stored_wh) / 1000
    mean_price = sum(week.price(step.at) for step in steps) / len(steps)
    bill = bought - sold + worn + PER_KW * peak_kw + gone_kwh * mean_price
    missing_kwh = sum(car.left_wh for car in cars) / 1000
    return Figures(
        peak_kw=peak_kw,
        line_a=max(step.line_a for step in steps),
        over_s=sum(STEP_S for step in steps if step.over_a > _OVER_A),
        bill=bill,
        cost=bill + PUBLIC_PER_KWH * missing_kwh,
        energy_pct=100 * sum(car.got_wh for car in cars) / wanted_wh if wanted_wh else 100.0,
        cold_s=sum(STEP_S for step in steps if step.is_cold),
        own_use_pct=100 * (1 - fed_w / sun_w) if sun_w else 100.0,
        cycles=garage.battery.given_wh / BATTERY.capacity_wh,
    )
