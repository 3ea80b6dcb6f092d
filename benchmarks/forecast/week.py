"""A week of measured stays of some users, and what is said of each when it begins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from benchmarks.forecast.record import Garage
from csms.domain.altered import altered
from csms.domain.authorization import IdToken
from csms.domain.expectation import Expectation, StayForecast
from csms.domain.identity import EvseId
from csms.domain.need import Need
from csms.domain.transaction import Transaction
from smart_charging.arrays import Array, Indices
from smart_charging.forecast.stay import Whats, at_plug_in, fit_stays
from smart_charging.forecast.stay_features import stay_features
from smart_charging.forecast.stay_table import Stays, lay_out_stays
from smart_charging.vehicle import Demand, Outcome

DAYS: Final = 7
_USUAL_KW: Final = 3.7
_LEAST_KW, _MOST_KW = 1.5, 11.0
_PAST: Final = 20


@dataclass(slots=True, kw_only=True)
class Car:
    """A stay that is charged.

    Attributes:
        user: Whose, by the order in which they are on record.
        power_w: The most that it takes.
        wanted_wh: What it takes if it may.
    """

    user: int
    stay: Transaction
    left_at: datetime
    power_w: float
    wanted_wh: float
    past: tuple[Transaction, ...]
    forecast: StayForecast
    got_wh: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Week:
    """Stays of a week, with what is said of them when they begin."""

    stays: Stays
    table: pd.DataFrame
    at: Indices
    energy: Array
    stay: Array

    @classmethod
    def of(cls, garage: Garage, begin: datetime) -> "Week":
        """The week from an instant on, by models of what lay before."""
        stays = lay_out_stays(garage.stays, garage.calendar)
        table = garage.stays.iloc[stays.order].reset_index(drop=True)
        features = stay_features(stays)
        model = fit_stays(stays, features, (table["unplugged_at"] <= begin).to_numpy())
        came = table["plugged_in_at"]
        at = np.flatnonzero((came >= begin) & (came < begin + timedelta(days=DAYS + 1)))
        energy, stay = (at_plug_in(model, what, stays, features, at) for what in Whats)
        return cls(stays, table, at, energy, stay)

    def cars(self, rng: np.random.Generator, users: int) -> list[Car]:
        """The stays of some users."""
        whose = self.stays.user[self.at]
        chosen = rng.choice(np.unique(whose), users, replace=False)
        return [self._car(int(place)) for place in np.flatnonzero(np.isin(whose, chosen))]

    def _car(self, place: int) -> Car:
        number = int(self.at[place])
        stay, left_at = self._transaction(number)
        power_kw = self.stays.power_kw[number]
        power_kw = float(np.clip(power_kw if power_kw > 0 else _USUAL_KW, _LEAST_KW, _MOST_KW))
        most_wh = 1000.0 * power_kw * (left_at - stay.started_at).total_seconds() / 3600
        own = np.flatnonzero(self.stays.user == self.stays.user[number])
        over = own[self.stays.left_h[own] <= self.stays.came_h[number]][-_PAST:]
        return Car(
            user=int(self.stays.user[number]),
            stay=stay,
            left_at=left_at,
            power_w=1000.0 * power_kw,
            wanted_wh=min(1000.0 * float(self.stays.energy_kwh[number]), most_wh),
            past=tuple(self._ended(int(one)) for one in over),
            forecast=StayForecast(
                made_at=stay.started_at,
                model=1,
                energy_wh=_expectation(1000.0 * self.energy[place]),
                stay_s=_expectation(3600.0 * self.stay[place]),
            ),
        )

    def _ended(self, number: int) -> Transaction:
        stay, left_at = self._transaction(number)
        energy_wh = 1000.0 * float(self.stays.energy_kwh[number])
        return altered(stay, ended_at=left_at, energy_wh=energy_wh)

    def _transaction(self, number: int) -> tuple[Transaction, datetime]:
        row = self.table.iloc[number]
        came_at, left_at = (
            row[name].tz_convert("UTC").to_pydatetime()
            for name in ("plugged_in_at", "unplugged_at")
        )
        stay = Transaction(
            number=number,
            station_id=f"S-{number}",
            transaction=str(number),
            evse=EvseId(f"S-{number}", 1),
            id_token=IdToken(str(self.stays.user[number])),
            started_at=came_at,
            meter_start_wh=0.0,
        )
        return stay, left_at


def demand_of(car: Car, need: Need) -> Demand:
    """As `csms/service/problem_builder.py` has it."""
    most_wh = max((one.energy_wh for one in need.courses), default=need.energy_wh)
    return Demand(
        energy_wh=max(0.0, most_wh - car.got_wh),
        extra_wh=max(500.0, need.energy_wh + need.beyond_wh - max(car.got_wh, most_wh)),
        served_wh=car.got_wh,
        departs_at=max((one.departs_at for one in need.courses), default=need.departs_at),
        outcomes=tuple(
            Outcome(
                probability=one.probability,
                departs_at=one.departs_at,
                energy_wh=max(0.0, one.energy_wh - car.got_wh),
            )
            for one in need.courses
        ),
    )


def _expectation(quantiles: Array) -> Expectation:
    values = tuple(float(one) for one in quantiles)
    return Expectation(quantiles=values, low=values[0], high=values[-1])
