"""What forecasts of stays are worth to a plan: energy that vehicles get on one crowded feeder.

    .venv/bin/python -m benchmarks.forecast.planned [--limit-kw 90] [--users 120] [--draws 3]

Users of the Norwegian garages are drawn at random; their week from 4 November 2019 is charged on
one feeder, by the server's needs (`csms/domain/need.py`) and its optimiser. Vehicles take whatever
they are allowed up to what they drew at most; while there is room for all, all get it. Models are
fitted on what lay before that week.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from benchmarks.forecast.record import norwegian_garages, together
from benchmarks.forecast.week import DAYS, Car, Week, demand_of
from csms.domain.altered import altered
from csms.domain.need import Known, Need, estimate_need
from csms.domain.site import AssumedNeed
from csms.domain.transaction import StatedNeed
from smart_charging.feeder import Feeder
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.taps import wye_tap

_ROOT: Final = Path(__file__).parents[2]
_STEP: Final = timedelta(minutes=15)
_STEP_H: Final = 0.25
_SLOTS: Final = 96
_W_PER_A: Final = 690.0
_TIME_LIMIT_S: Final = 20.0
_NEARLY: Final = 0.9
_ASSUMED: Final = AssumedNeed(energy_wh=15_000.0, stay_s=10 * 3600, leaves_by=time(7))
_ZONE: Final = ZoneInfo("Europe/Oslo")
_NOTHING_WH: Final = 1.0


def main() -> None:
    """Charge the same weeks by what is known, and print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--limit-kw", type=float, default=90.0)
    parser.add_argument("--users", type=int, default=120)
    parser.add_argument("--draws", type=int, default=3)
    asked = parser.parse_args()
    data = Path(os.environ.get("CHARGEFLEX_DATA", _ROOT / "data")).resolve()
    garage = together(norwegian_garages(data))
    begin = pd.Timestamp("2019-11-04", tz=garage.calendar.zone).tz_convert("UTC").to_pydatetime()
    week = Week.of(garage, begin)
    for draw in range(asked.draws):
        for name, know in _KNOWN.items():
            cars = week.cars(np.random.default_rng(draw), asked.users)
            _charge(cars, begin, 1000.0 * asked.limit_kw, know)
            print(f"users {draw}, {name}: {_outcome(cars, begin)}", flush=True)


def _outcome(cars: Sequence[Car], begin: datetime) -> str:
    done = [car for car in cars if car.left_at <= begin + timedelta(days=DAYS)]
    share = sum(car.got_wh for car in done) / sum(car.wanted_wh for car in done)
    short = sum(car.got_wh < _NEARLY * car.wanted_wh for car in done)
    return f"{100 * share:.2f} % of the energy, {short} of {len(done)} stays short of 90 %"


def _by_past(car: Car, known: Known) -> Known:
    return replace(known, past=car.past)


def _by_forecast(car: Car, known: Known) -> Known:
    return replace(known, past=car.past, forecast=car.forecast)


def _known_for_sure(car: Car, known: Known) -> Known:
    need = StatedNeed(energy_wh=car.wanted_wh, departs_at=car.left_at)
    return replace(known, scheduled=need)


_Knowing = tuple[Callable[[Car, Known], Known], bool]
"""What is known of a car, and whether all that may come is planned with, or the middle."""
_KNOWN: Final[dict[str, _Knowing | None]] = {
    "equal shares": None,
    "own past": (_by_past, True),
    "forecast, its middle": (_by_forecast, False),
    "forecast": (_by_forecast, True),
    "departures and energies known": (_known_for_sure, False),
}


def _charge(cars: list[Car], begin: datetime, limit_w: float, know: _Knowing | None) -> None:
    now = begin
    while now < begin + timedelta(days=DAYS):
        here = [
            car
            for car in cars
            if car.stay.started_at <= now < car.left_at and car.got_wh < car.wanted_wh - _NOTHING_WH
        ]
        if sum(car.power_w for car in here) <= limit_w:
            given_w = [car.power_w for car in here]
        else:
            given_w = _planned(here, now, limit_w, know) if know else _shared(here, limit_w)
        for car, power_w in zip(here, given_w, strict=True):
            hours = min(_STEP_H, (car.left_at - now).total_seconds() / 3600)
            car.got_wh = min(car.wanted_wh, car.got_wh + min(power_w, car.power_w) * hours)
        now += _STEP


def _shared(here: Sequence[Car], limit_w: float) -> list[float]:
    """Equal shares; what somebody cannot take goes to the others."""
    left_w, given = limit_w, {}
    for rest, car in zip(range(len(here), 0, -1), sorted(here, key=_power), strict=True):
        given[car.stay.number] = min(car.power_w, left_w / rest)
        left_w -= given[car.stay.number]
    return [given[car.stay.number] for car in here]


def _power(car: Car) -> float:
    return car.power_w


def _planned(here: Sequence[Car], now: datetime, limit_w: float, know: _Knowing) -> list[float]:
    limit_a = np.full((3, _SLOTS), limit_w / _W_PER_A)
    feeder = Feeder(key="main", parent=None, limit_a=limit_a, uncontrolled_a=0.0 * limit_a)
    evses = tuple(
        Evse(
            key=str(car.stay.number),
            feeder="main",
            tap=wye_tap((1, 2, 3)),
            w_per_a=_W_PER_A,
            max_a=car.power_w / _W_PER_A,
            min_a=0.0,
            step_a=0.1,
            demand=demand_of(car, _need(car, now, know)),
        )
        for car in here
    )
    problem = ChargingProblem(
        starts_at=now, slots_s=(900,) * _SLOTS, feeders=(feeder,), evses=evses
    )
    plan = make_plan(problem, _TIME_LIMIT_S)
    first_a = {one.key: one.limits_a[0] for one in plan.evses}
    return [_W_PER_A * float(first_a[str(car.stay.number)]) for car in here]


def _need(car: Car, now: datetime, know: _Knowing) -> Need:
    tell, is_all = know
    known = tell(car, Known(assumed=_ASSUMED, zone=_ZONE))
    need = estimate_need(altered(car.stay, energy_wh=car.got_wh), known, now)
    return need if is_all else replace(need, courses=())


if __name__ == "__main__":
    main()
