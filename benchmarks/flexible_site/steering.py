"""Who steers the garage: nobody, a plan for vehicles only, or one plan for all."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np

from benchmarks.flexible_site.garage import ROOT, W_PER_A, Car, Garage, Orders
from benchmarks.flexible_site.weeks import (
    BATTERY,
    BUILDING_STEP_A,
    PER_KW,
    ROOF,
    ROOMS,
    TANK,
    WEAR_PER_KWH,
    Week,
    building_mean_a,
    water_mean_w,
)
from simulators.resources.heating import CELLAR_C, SimulatedHeating
from smart_charging.arrays import Array
from smart_charging.feeder import Feeder
from smart_charging.flexible import Battery, Heat, Place, battery_store, heat_store
from smart_charging.forecast.sun import PvArray, Seen, clear_sky_w, corrected_w, usual_share
from smart_charging.plan import ChargingPlan, Method
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse, Store, Switching
from smart_charging.taps import pair_tap, wye_tap
from smart_charging.tariff import DemandCharge, Tariff
from smart_charging.vehicle import Demand

QUARTER_S: Final = 900
_SLOTS_S: Final = (QUARTER_S,) * 12 + (3_600,) * 21
_ARRAY: Final = PvArray(
    latitude=ROOF.latitude,
    longitude=ROOF.longitude,
    peak_w=ROOF.peak_w,
    tilt_deg=ROOF.tilt_deg,
    azimuth_deg=ROOF.azimuth_deg,
)
_PLACE: Final = Place(feeder=ROOT, tap=wye_tap((1, 2, 3)), w_per_a=W_PER_A)
_RESERVE: Final = 0.1
_MARGIN_C: Final = {"rooms": (0.4, 0.4), "tank": (5.0, 2.0)}
"""The plan keeps so far within the comfort band: it knows neither the weather nor who showers."""
_TIME_LIMIT_S: Final = 10.0


class Steering(StrEnum):
    """Who steers."""

    NOBODY = "uncontrolled"
    CARS = "cars only"
    ALL = "joint plan"


@dataclass(slots=True)
class Planner:
    """Makes plans for the garage.

    Attributes:
        plans: How many were made.
        heuristic: How many of them without the solver.
    """

    steering: Steering
    week: Week
    plans: int = 0
    heuristic: int = 0
    _seen: list[Seen] = field(default_factory=list)
    _last: ChargingPlan | None = None

    def steer(self, garage: Garage) -> None:
        """Give everybody their orders for the next quarter of an hour."""
        if self.steering is Steering.NOBODY:
            for car in garage.cars:
                car.limit_a = car.max_a
            return
        problem = self._problem(garage)
        self._last = plan = make_plan(problem, _TIME_LIMIT_S, self._last)
        self.plans += 1
        self.heuristic += plan.method is Method.HEURISTIC
        limits = {one.key: one.limits_a[0] for one in plan.evses}
        for car in garage.cars:
            car.limit_a = limits.get(_key(car), 0.0)
        taken = {one.key: one.amps[0] * W_PER_A for one in plan.stores}
        if self.steering is Steering.ALL:
            garage.orders = Orders(taken["battery"], taken["rooms"], taken["tank"])

    def _problem(self, garage: Garage) -> ChargingProblem:
        slots_s = _slots_from(garage.now)
        edges = [garage.now + timedelta(seconds=s) for s in np.cumsum([0, *slots_s]).tolist()]
        is_joint = self.steering is Steering.ALL
        heat_a = np.zeros(len(slots_s)) if is_joint else _heat_left_alone_a(garage, edges)
        house_a = np.array([_highest_building_a(a, b) for a, b in pairwise(edges)])
        mean_w = np.array([building_mean_a(a) for a in edges[:-1]]) * W_PER_A
        carried_a = house_a + heat_a
        if not is_joint:  # any heater may switch on before the next plan
            carried_a[0] = house_a[0] + (ROOMS.heater_w + TANK.heater_w) / W_PER_A
        return ChargingProblem(
            starts_at=garage.now,
            slots_s=slots_s,
            feeders=_feeders(self.week, carried_a),
            evses=tuple(_evse(car) for car in garage.cars if car.left_wh > 1.0),
            stores=_stores(garage, edges, slots_s) if is_joint else (),
            policy=Policy(aim=Aim.CHEAP),
            tariff=self._tariff(garage, edges, slots_s, mean_w + heat_a * W_PER_A),
        )

    def _tariff(
        self, garage: Garage, edges: list[datetime], slots_s: tuple[int, ...], house_w: Array
    ) -> Tariff:
        clear_w = clear_sky_w(_ARRAY, garage.now, slots_s)
        now = Seen(measured_w=garage.sun_w, clear_w=float(clear_sky_w(_ARRAY, garage.now, [1])[0]))
        self._seen = [*self._seen, now][-7 * 96 :]
        usual = usual_share(self._seen, ROOF.peak_w)
        sun_w = corrected_w(clear_w, slots_s, now, usual, ROOF.peak_w)
        return Tariff(
            per_kwh=np.array([self.week.price(at) for at in edges[:-1]]),
            fed_per_kwh=np.array([self.week.spot(at) for at in edges[:-1]]),
            base_w=house_w - sun_w,
            capacity=DemandCharge(per_kw=PER_KW, peak_w=peak_w(garage)),
        )


def peak_w(garage: Garage) -> float:
    """The highest hourly mean so far."""
    hours: dict[datetime, list[float]] = {}
    for step in garage.steps:
        hours.setdefault(step.at.replace(minute=0), []).append(step.net_w)
    return max([0.0, *(sum(some) / 12 for some in hours.values())])


def _slots_from(now: datetime) -> tuple[int, ...]:
    """Quarters up to a whole hour, at least three hours, then hours."""
    quarters = 12 + (60 - now.minute) % 60 // 15
    return (QUARTER_S,) * quarters + _SLOTS_S[12:]


def _highest_building_a(begins_at: datetime, ends_at: datetime) -> float:
    return max(building_mean_a(begins_at), building_mean_a(ends_at)) + BUILDING_STEP_A


def _feeders(week: Week, carried_a: Array) -> tuple[Feeder, ...]:
    slots = len(carried_a)
    return tuple(
        Feeder(
            key=feeder.feeder_id,
            parent=feeder.parent_id,
            limit_a=np.full((3, slots), min(feeder.limit.least())),
            uncontrolled_a=np.tile(carried_a, (3, 1))
            if feeder.feeder_id == ROOT
            else np.zeros((3, slots)),
        )
        for feeder in week.site.feeders
    )


def _key(car: Car) -> str:
    return car.visit.session.session_id


def _evse(car: Car) -> Evse:
    lines = car.place.lines
    return Evse(
        key=_key(car),
        feeder=car.place.feeder_id,
        tap=wye_tap((1, 2, 3)) if car.is_three_phase else pair_tap(lines[0], lines[1]),
        w_per_a=car.w_per_a,
        max_a=car.max_a,
        held_a=car.limit_a,
        demand=Demand(
            energy_wh=car.left_wh,
            served_wh=car.got_wh,
            departs_at=car.visit.session.departs_at,
        ),
    )


def _stores(garage: Garage, edges: list[datetime], slots_s: tuple[int, ...]) -> tuple[Store, ...]:
    slots = len(slots_s)
    battery = Battery(
        capacity_wh=BATTERY.capacity_wh,
        stored_wh=garage.battery.stored_wh,
        charge_w=BATTERY.charge_w,
        discharge_w=BATTERY.discharge_w,
        reserve_wh=_RESERVE * BATTERY.capacity_wh,
        efficiency=BATTERY.efficiency,
        wear_per_kwh=WEAR_PER_KWH,
    )
    water_w = np.array([1.15 * water_mean_w(at) for at in edges[:-1]])
    return (
        battery_store("battery", _PLACE, battery, slots),
        heat_store("rooms", _PLACE, _heat(garage, "rooms", garage.rooms, np.zeros(slots))),
        heat_store("tank", _PLACE, _heat(garage, "tank", garage.tank, water_w)),
    )


def _heat(garage: Garage, key: str, heating: SimulatedHeating, drawn_w: Array) -> Heat:
    """What is known of a room or a tank: it is taken to stay outside as cold as it is."""
    model, slots = heating.model, len(drawn_w)
    outdoor_c = garage.week.weather.outdoor_c(garage.now)
    margin_low, margin_high = _MARGIN_C[key]
    switching = None
    if model.least_w:
        switching = Switching(
            min_a=model.least_w / W_PER_A,
            on_s=heating.on_s,
            off_s=heating.off_s,
            min_on_s=model.min_on_s,
            min_off_s=model.min_off_s,
        )
    return Heat(
        wh_per_k=model.wh_per_k,
        w_per_k=model.w_per_k,
        now_c=heating.temperature_c,
        least_c=np.full(slots, model.band_c[0] + margin_low),
        most_c=np.full(slots, model.band_c[1] - margin_high),
        around_c=np.full(slots, outdoor_c if model.is_outside else CELLAR_C),
        drawn_w=drawn_w,
        heater_w=model.heater_w,
        gain=np.full(slots, model.gain(outdoor_c)),
        switching=switching,
    )


def _heat_left_alone_a(garage: Garage, edges: list[datetime]) -> Array:
    """What heaters draw on average that are left to their thermostats: [slot]."""
    outdoor_c = garage.week.weather.outdoor_c(garage.now)
    rooms_w = ROOMS.w_per_k * max(21.0 - outdoor_c, 0.0) / ROOMS.gain(outdoor_c)
    tank_w = TANK.w_per_k * (67.0 - CELLAR_C)
    water_w = np.array([water_mean_w(at) for at in edges[:-1]])
    heat_a: Array = (min(rooms_w, ROOMS.heater_w) + tank_w + water_w) / W_PER_A
    return heat_a
