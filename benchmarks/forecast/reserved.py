"""What it is worth to keep room for vehicles that are still to come.

    .venv/bin/python -m benchmarks.forecast.reserved [--limit-kw 40] [--users 40] [--draws 3]

Users of the Norwegian garages are drawn at random; their week from 4 November 2019 is charged on
one feeder, by the server's needs and its optimiser, once without a thought of who comes next, and
once with what stays before each day let expect of it. Prices are a winter's of
benchmarks/flexible_site, with a fee on the week's highest hour. Models are fitted on what lay
before the week; the users are among those who come in it.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from benchmarks.flexible_site.weeks import GRID_PER_KWH, SEASONS
from benchmarks.forecast.record import norwegian_garages, together
from benchmarks.forecast.week import DAYS, Car, Week, demand_of
from csms.domain.altered import altered
from csms.domain.need import Known, estimate_need
from csms.domain.site import AssumedNeed
from smart_charging.arrays import Array
from smart_charging.arrivals import Arrivals, Gate, by_hours, with_arrivals
from smart_charging.feeder import Feeder
from smart_charging.forecast.arriving import COLUMNS, forecast_arriving
from smart_charging.forecast.calendar import Calendar
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.taps import wye_tap
from smart_charging.tariff import DemandCharge, Tariff

_ROOT: Final = Path(__file__).parents[2]
_STEP_S: Final = 900
_STEP: Final = timedelta(seconds=_STEP_S)
_SLOTS_S: Final = (900,) * 16 + (3600,) * 20
_HORIZON: Final = timedelta(seconds=sum(_SLOTS_S))
_W_PER_A: Final = 690.0
_TIME_LIMIT_S: Final = 20.0
_NEARLY: Final = 0.9
_NOTHING_WH: Final = 1.0
_PER_KW: Final = 15.0
"""A week's part of the month's fee, NOK per kW."""
_ASSUMED: Final = AssumedNeed(energy_wh=15_000.0, stay_s=10 * 3600, leaves_by=time(7))
_ZONE: Final = ZoneInfo("Europe/Oslo")
_WINTER: Final = SEASONS[0]

_Expecting = Callable[["_Site", datetime], Sequence[Arrivals]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """What is charged.

    Attributes:
        past: Stays of its users.
        power_w: What a vehicle takes, on average.
        expected: Who is expected, by the day on which that is said.
    """

    cars: list[Car]
    begin: datetime
    limit_w: float
    past: pd.DataFrame
    calendar: Calendar
    power_w: float
    expected: dict[date, list[Arrivals]] = field(default_factory=dict)


def main() -> None:
    """Charge the same weeks with and without a thought of who comes, and print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--limit-kw", type=float, default=40.0)
    parser.add_argument("--users", type=int, default=40)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--monday", default="2019-11-04")
    parser.add_argument("--aims", nargs="+", choices=list(Aim), default=list(_AIMS))
    asked = parser.parse_args()
    data = Path(os.environ.get("CHARGEFLEX_DATA", _ROOT / "data")).resolve()
    garage = together(norwegian_garages(data))
    begin = pd.Timestamp(asked.monday, tz=garage.calendar.zone).tz_convert("UTC").to_pydatetime()
    week = Week.of(garage, begin)
    for aim in asked.aims:
        for name, expecting in _EXPECTING.items():
            sums = []
            for draw in range(asked.draws):
                cars = week.cars(np.random.default_rng(draw), asked.users)
                site = _site(cars, begin, 1000.0 * asked.limit_kw, garage.stays, garage.calendar)
                sums.append(_figures(site, _charge(site, Aim(aim), expecting)))
                print(f"{aim}, {name}, users {draw}: {_words(sums[-1])}", flush=True)
            print(f"{aim}, {name}: {_words(np.mean(sums, axis=0))}", flush=True)


def _site(
    cars: list[Car], begin: datetime, limit_w: float, stays: pd.DataFrame, calendar: Calendar
) -> _Site:
    number, _ = pd.factorize(stays["token"])
    return _Site(
        cars=cars,
        begin=begin,
        limit_w=limit_w,
        past=stays[np.isin(number, [car.user for car in cars])],
        calendar=calendar,
        power_w=float(np.mean([car.power_w for car in cars])),
    )


def _charge(site: _Site, aim: Aim, expecting: _Expecting) -> Array:
    """Charge the week; tell the power in each step, W."""
    drawn_w = np.zeros(DAYS * 96)
    for step in range(len(drawn_w)):
        now = site.begin + step * _STEP
        here = [
            car
            for car in site.cars
            if car.stay.started_at <= now < car.left_at and car.got_wh < car.wanted_wh - _NOTHING_WH
        ]
        if not here:
            continue
        problem = _problem(here, now, site, aim, float(drawn_w.max()))
        whole = with_arrivals(problem, expecting(site, now), Gate(feeder="main", w_per_a=_W_PER_A))
        plan = make_plan(whole, _TIME_LIMIT_S)
        given_w = {one.key: _W_PER_A * float(one.limits_a[0]) for one in plan.evses}
        for car in here:
            power_w = min(car.power_w, given_w[str(car.stay.number)])
            hours = min(_STEP_S, (car.left_at - now).total_seconds()) / 3600
            got_wh = min(car.wanted_wh - car.got_wh, power_w * hours)
            car.got_wh += got_wh
            drawn_w[step] += got_wh * 3600 / _STEP_S
    return drawn_w


def _problem(
    here: Sequence[Car], now: datetime, site: _Site, aim: Aim, peak_w: float
) -> ChargingProblem:
    limit_a = np.full((3, len(_SLOTS_S)), site.limit_w / _W_PER_A)
    edges = [now + timedelta(seconds=int(s)) for s in np.cumsum((0, *_SLOTS_S))[:-1]]
    return ChargingProblem(
        starts_at=now,
        slots_s=_SLOTS_S,
        feeders=(Feeder(key="main", parent=None, limit_a=limit_a, uncontrolled_a=0.0 * limit_a),),
        evses=tuple(_evse(car, now) for car in here),
        policy=Policy(aim=aim),
        tariff=Tariff(
            per_kwh=np.array([_price(at) for at in edges]),
            base_w=np.zeros(len(edges)),
            capacity=DemandCharge(per_kw=_PER_KW, peak_w=peak_w),
        ),
    )


def _evse(car: Car, now: datetime) -> Evse:
    known = Known(assumed=_ASSUMED, zone=_ZONE, past=car.past, forecast=car.forecast)
    need = estimate_need(altered(car.stay, energy_wh=car.got_wh), known, now)
    return Evse(
        key=str(car.stay.number),
        feeder="main",
        tap=wye_tap((1, 2, 3)),
        w_per_a=_W_PER_A,
        max_a=car.power_w / _W_PER_A,
        min_a=0.0,
        step_a=0.1,
        demand=demand_of(car, need),
    )


def _price(at: datetime) -> float:
    return _WINTER.spot[at.astimezone(_ZONE).hour] + GRID_PER_KWH


def _nobody(_site: _Site, _now: datetime) -> Sequence[Arrivals]:
    return ()


def _forecast(site: _Site, now: datetime) -> Sequence[Arrivals]:
    """By hours from now on, of what ended before this midnight."""
    today = now.astimezone(_ZONE).date()
    if today not in site.expected:
        midnight = pd.Timestamp(today, tz=_ZONE)
        known = site.past[site.past["unplugged_at"] <= midnight]
        days = (today, today + timedelta(days=1))
        tables = [forecast_arriving(known, site.calendar, day) for day in days]
        site.expected[today] = list(_quarters(pd.concat(tables), site.power_w))
    return by_hours(site.expected[today], now, now + _HORIZON)


def _quarters(table: pd.DataFrame, power_w: float) -> Iterator[Arrivals]:
    instants = pd.DatetimeIndex(table.index).to_pydatetime()
    for begins_at, count, energy_wh, stay_s in zip(
        instants, *(table[name] for name in COLUMNS), strict=True
    ):
        at = begins_at + _STEP / 2
        yield Arrivals(
            arrives_at=at,
            departs_at=at + timedelta(seconds=stay_s),
            count=count,
            energy_wh=energy_wh,
            power_w=power_w,
        )


_EXPECTING: Final[dict[str, _Expecting]] = {
    "nobody expected": _nobody,
    "arrivals expected": _forecast,
}
_AIMS: Final = (Aim.CHEAP, Aim.LEVEL, Aim.EARLY, Aim.READY)


def _figures(site: _Site, drawn_w: Array) -> Array:
    """Energy, %; stays short of 90 %; NOK a kWh; the highest hour, kW."""
    done = [car for car in site.cars if car.left_at <= site.begin + timedelta(days=DAYS)]
    share = sum(car.got_wh for car in done) / sum(car.wanted_wh for car in done)
    short = sum(car.got_wh < _NEARLY * car.wanted_wh for car in done)
    price = np.array([_price(site.begin + step * _STEP) for step in range(len(drawn_w))])
    hours_w = drawn_w.reshape(-1, 4).mean(axis=1)
    return np.array([100 * share, short, price @ drawn_w / drawn_w.sum(), hours_w.max() / 1000])


def _words(figures: Array) -> str:
    share, short, price, peak_kw = figures
    return (
        f"{share:.2f} % of the energy, {short:.1f} stays short of 90 %, {price:.3f} NOK a kWh, "
        f"{peak_kw:.1f} kW in the highest hour"
    )


if __name__ == "__main__":
    main()
