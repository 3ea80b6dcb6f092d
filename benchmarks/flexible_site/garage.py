"""The garage in a week, step by step: vehicles, heat, battery and sun, and what is measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from benchmarks.flexible_site.weeks import BATTERY, ROOF, ROOMS, STEP_S, STORED_WH, TANK, Week
from simulators.grid import Load, flows
from simulators.placement import Visit
from simulators.resources.battery import SimulatedBattery
from simulators.resources.heating import SimulatedHeating
from simulators.resources.sun import solar_power_w
from simulators.site import Place, Site

W_PER_A: Final = 230.0 * 3**0.5
"""A balanced three-phase load in the IT grid."""
PAIR_W_PER_A: Final = 230.0
ROOT: Final = "intake"
_RESOURCES: Final = "resources"


@dataclass(slots=True)
class Car:
    """A vehicle that is plugged in.

    Attributes:
        got_wh: What it has got.
        limit_a: What it may draw.
    """

    visit: Visit
    place: Place
    got_wh: float = 0.0
    limit_a: float = 0.0

    @property
    def is_three_phase(self) -> bool:
        """Whether it uses all three lines."""
        return len(self.place.lines) > 2 and self.visit.session.vehicle.line_count > 2

    @property
    def w_per_a(self) -> float:
        """Power per ampere."""
        return W_PER_A if self.is_three_phase else PAIR_W_PER_A

    @property
    def max_a(self) -> float:
        """The most that it and its charger take."""
        return min(self.place.model.max_a, self.visit.session.vehicle.max_a)

    @property
    def wanted_wh(self) -> float:
        """What can be delivered at all."""
        return min(self.visit.session.energy_wh, self.visit.possible_wh)

    @property
    def left_wh(self) -> float:
        """What it still wants."""
        return max(0.0, self.wanted_wh - self.got_wh)

    def draw(self, seconds: float) -> float:
        """Charge for a while, and tell the current."""
        usable_a = self.left_wh / (self.w_per_a * seconds / 3600.0)
        amps = min(self.limit_a, self.max_a, usable_a)
        self.got_wh += amps * self.w_per_a * seconds / 3600.0
        return amps


@dataclass(slots=True)
class Orders:
    """What the resources are told; None: each is left to itself.

    Attributes:
        battery_w: Below 0: to give.
        rooms_w: To the heat pump.
        tank_w: To the heating rod.
    """

    battery_w: float = 0.0
    rooms_w: float | None = None
    tank_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What flowed in a step.

    Attributes:
        cars_w, heat_w, battery_w, sun_w, building_w: Mean powers.
        line_a: The highest line current of the intake, without what sun and battery give.
        over_a: How much any feeder's line was above its limit, by that.
        is_cold: Whether a room or the water left its band.
    """

    at: datetime
    cars_w: float
    heat_w: float
    battery_w: float
    sun_w: float
    building_w: float
    line_a: float
    over_a: float
    is_cold: bool

    @property
    def net_w(self) -> float:
        """What the meter shows."""
        return self.cars_w + self.heat_w + self.battery_w + self.building_w - self.sun_w


@dataclass(slots=True)
class Garage:
    """The garage.

    Attributes:
        left: Vehicles that have left.
    """

    week: Week
    now: datetime
    cars: list[Car] = field(default_factory=list)
    left: list[Car] = field(default_factory=list)
    orders: Orders = field(default_factory=Orders)
    steps: list[Step] = field(default_factory=list)
    battery: SimulatedBattery = field(default_factory=lambda: SimulatedBattery(BATTERY, STORED_WH))
    rooms: SimulatedHeating = field(default_factory=lambda: SimulatedHeating(ROOMS, 20.5))
    tank: SimulatedHeating = field(default_factory=lambda: SimulatedHeating(TANK, 66.0))
    _coming: list[Visit] = field(init=False)
    _places: dict[str, Place] = field(init=False)
    _wiring: Site = field(init=False)

    def __post_init__(self) -> None:
        self._coming = list(self.week.visits)
        self._wiring = _with_resources(self.week.site)
        self._places = {place.station_id: place for place in self.week.site.places}

    @property
    def sun_w(self) -> float:
        """What the roof gives just now."""
        return solar_power_w(ROOF, self.now, self.week.weather)

    def come_and_go(self) -> None:
        """Let vehicles come and leave."""
        leaving = [car for car in self.cars if car.visit.session.departs_at <= self.now]
        self.left += leaving
        self.cars = [car for car in self.cars if car not in leaving]
        while self._coming and self._coming[0].session.arrives_at <= self.now:
            visit = self._coming.pop(0)
            self.cars.append(Car(visit, self._places[visit.station_id]))

    def go_on(self) -> None:
        """Let a step pass."""
        week, now = self.week, self.now
        outdoor_c = week.weather.outdoor_c(now)
        drawn = [(car, car.draw(STEP_S)) for car in self.cars]
        rooms_w = self.rooms.step(self.orders.rooms_w, outdoor_c, 0.0, STEP_S)
        tank_w = self.tank.step(self.orders.tank_w, outdoor_c, week.water_w(now), STEP_S)
        battery_w = self.battery.step(self.orders.battery_w, STEP_S)
        building_a, sun_w = week.building_a(now), self.sun_w
        resources_a = (rooms_w + tank_w + max(battery_w, 0.0)) / W_PER_A
        loads = [_load(car, amps) for car, amps in drawn]
        loads.append(Load(_RESOURCES, 1, _on_all(resources_a)))
        carried = flows(self._wiring, now, loads, {ROOT: _on_all(building_a)})
        self.steps.append(
            Step(
                at=now,
                cars_w=sum(amps * car.w_per_a for car, amps in drawn),
                heat_w=rooms_w + tank_w,
                battery_w=battery_w,
                sun_w=sun_w,
                building_w=building_a * W_PER_A,
                line_a=max(carried[ROOT]),
                over_a=_over_a(week, carried, now),
                is_cold=_is_out(self.rooms) or _is_out(self.tank),
            )
        )
        self.now += timedelta(seconds=STEP_S)


def _load(car: Car, amps: float) -> Load:
    third = amps if car.is_three_phase else 0.0
    return Load(car.place.station_id, car.place.model.number, (amps, amps, third))


def _on_all(amps: float) -> tuple[float, float, float]:
    return (amps, amps, amps)


def _with_resources(site: Site) -> Site:
    """The site with a place for all that hangs on the intake beside chargers."""
    first = site.places[0]
    model = replace(first.model, number=1)
    place = replace(first, station_id=_RESOURCES, feeder_id=ROOT, lines=(1, 2, 3), model=model)
    return replace(site, places=(*site.places, place))


def _over_a(week: Week, carried: Mapping[str, tuple[float, float, float]], now: datetime) -> float:
    local = now.astimezone(week.site.zone)
    return max(
        max(carried[feeder.feeder_id]) - min(feeder.limit.at(local)) for feeder in week.site.feeders
    )


def _is_out(heating: SimulatedHeating) -> bool:
    low_c, high_c = heating.model.band_c
    return not low_c - 0.05 <= heating.temperature_c <= high_c + 0.3
