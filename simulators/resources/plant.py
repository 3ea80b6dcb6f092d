"""All that a site has beside chargers, as its file says: it lives, tells, and does what it is told.

It is told by whoever asks for its setpoints, tells its meters, and falls back when a setpoint has
lapsed. A resource may be made to ignore what it is told.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from simulators import yaml_text
from simulators.clock import Clock
from simulators.resources.appliance import Appliance
from simulators.resources.battery import BatteryModel, SimulatedBattery
from simulators.resources.generator import GeneratorModel, SimulatedGenerator
from simulators.resources.heating import HeatModel, SimulatedHeating
from simulators.resources.sun import Roof, solar_power_w
from simulators.resources.weather import SUMMER, WINTER, Weather
from simulators.site import Site
from simulators.stations.outlet import Amps

STEP_S: Final = 5.0
_TOLD_EVERY_S: Final = 10.0
_W_PER_KW: Final = 1000.0
_ALL_W: Final = 1e9
_FULL: Final = 0.5
"""How full batteries are at first."""
_SUMMER: Final = range(5, 10)
_BEYOND_K: Final = 100.0
"""Its own thermostat does not come before what it is told: it keeps to setpoints."""
_WATER_SHARES: Final = (
    *(0.15, 0.1, 0.1, 0.1, 0.2, 0.6, 2.4, 2.6, 1.6, 1.0, 0.8, 0.8),
    *(0.8, 0.7, 0.7, 0.8, 1.0, 1.4, 1.8, 1.9, 1.6, 1.2, 0.7, 0.3),
)
"""Heat drawn by hour of the day, over its mean."""

Told: TypeAlias = Mapping[str, tuple[float, datetime]]
"""Setpoints by resource: watts, and until when."""
Ask: TypeAlias = Callable[[], Awaitable[Told]]
Report: TypeAlias = Callable[[str, dict[str, float]], Awaitable[object]]
"""Takes what is told of a resource, by quantity."""


class Device(Protocol):
    """A resource."""

    def step(self, wanted_w: float | None, now: datetime, seconds: float) -> float:
        """Live for a while, and tell what it draws; below 0: gives.

        Args:
            wanted_w: What it is told; None: nothing.
            now: The instant.
            seconds: How long.
        """
        ...

    def tells(self) -> dict[str, float]:
        """What it tells beside its power."""
        ...


@dataclass(slots=True, eq=False)
class _Hung:
    """A device, and where it hangs.

    Attributes:
        power_w: What it draws just now.
        setpoint: What it was told last, and until when.
        ignores: It draws all that it can, whatever it is told.
        fallback_w: What it draws while no setpoint is in force.
    """

    device: Device
    feeder_id: str
    lines: tuple[int, ...]
    power_w: float = 0.0
    setpoint: tuple[float, datetime] | None = None
    ignores: bool = False
    fallback_w: float = 0.0


@dataclass(slots=True, eq=False)
class _Battery:
    battery: SimulatedBattery

    def step(self, wanted_w: float | None, now: datetime, seconds: float) -> float:  # noqa: ARG002
        return self.battery.step(wanted_w or 0.0, seconds)

    def tells(self) -> dict[str, float]:
        return {"soc_pct": 100.0 * self.battery.soc}


@dataclass(slots=True, eq=False)
class _Sun:
    """A roof; what is 0 or below is the most that it may give, what is above is nothing to it."""

    roof: Roof
    weather: Weather

    def step(self, wanted_w: float | None, now: datetime, seconds: float) -> float:  # noqa: ARG002
        given_w = solar_power_w(self.roof, now, self.weather)
        is_limited = wanted_w is not None and wanted_w <= 0
        return -(min(given_w, -(wanted_w or 0.0)) if is_limited else given_w)

    def tells(self) -> dict[str, float]:
        return {}


@dataclass(slots=True, eq=False)
class _Heat:
    heating: SimulatedHeating
    around_c: float
    drawn_w: float
    weather: Weather | None

    def step(self, wanted_w: float | None, now: datetime, seconds: float) -> float:
        drawn_w = self.drawn_w * _WATER_SHARES[now.hour]
        around_c = self.around_c if self.weather is None else self.weather.outdoor_c(now)
        return self.heating.step(wanted_w or 0.0, around_c, drawn_w, seconds)

    def tells(self) -> dict[str, float]:
        return {"temperature_c": self.heating.temperature_c}


@dataclass(slots=True, eq=False)
class _Standby:
    """A source that stands by; what is above 0 is nothing to it."""

    generator: SimulatedGenerator

    def step(self, wanted_w: float | None, now: datetime, seconds: float) -> float:  # noqa: ARG002
        return -self.generator.step(max(-(wanted_w or 0.0), 0.0), seconds)

    def tells(self) -> dict[str, float]:
        return {}


@dataclass(slots=True, eq=False)
class Plant:
    """The resources of a site.

    Attributes:
        site: Where they are.
        hung: All of them, by their ids.
        on_step: Told after every step of theirs.
        weather: Around them; None: nobody knows.
    """

    site: Site
    clock: Clock
    hung: dict[str, _Hung] = field(default_factory=dict)
    on_step: Callable[[], None] | None = None
    weather: Weather | None = None

    def generator(self, name: str) -> SimulatedGenerator | None:
        """A source that stands by; None: it is something else."""
        device = self.hung[name].device
        return device.generator if isinstance(device, _Standby) else None

    def drawn(self) -> dict[str, Amps]:
        """What they draw just now, by feeder; what they give is nobody's room."""
        sums: dict[str, list[float]] = {}
        for one in self.hung.values():
            amps = max(one.power_w, 0.0) / self.site.supply.watts_per_ampere(len(one.lines))
            by_line = sums.setdefault(one.feeder_id, [0.0, 0.0, 0.0])
            for line in one.lines:
                by_line[line - 1] += amps
        return {name: (a[0], a[1], a[2]) for name, a in sums.items()}

    def advance(self, seconds: float) -> None:
        """Live for a while."""
        now = self.clock.now()
        for one in self.hung.values():
            held = one.setpoint if one.setpoint and one.setpoint[1] > now else None
            wanted_w = _ALL_W if one.ignores else one.fallback_w if held is None else held[0]
            one.power_w = one.device.step(wanted_w, now, seconds)
        if self.on_step is not None:
            self.on_step()

    async def run(self, ask: Ask, report: Report) -> None:
        """Live, ask and tell until cancelled.

        Args:
            ask: Brings setpoints.
            report: Takes readings.
        """
        told_s = _TOLD_EVERY_S
        while self.hung:
            if told_s >= _TOLD_EVERY_S:
                told_s = 0.0
                await self._talk(ask, report)
            self.advance(STEP_S)
            await self.clock.sleep(STEP_S)
            told_s += STEP_S

    async def _talk(self, ask: Ask, report: Report) -> None:
        for name, one in self.hung.items():
            await report(name, {"power_w": one.power_w, **one.device.tells()})
        told = await ask()
        for name, one in self.hung.items():
            one.setpoint = told.get(name, one.setpoint)


def read_plant(path: Path, site: Site, clock: Clock, begins_at: datetime, seed: int) -> Plant:
    """Make the resources of a site file, of which it is known that it is valid.

    Args:
        path: The file.
        site: The same, read.
        clock: Simulated time.
        begins_at: From when on there is weather.
        seed: Of the weather.
    """
    climate = SUMMER if begins_at.month in _SUMMER else WINTER
    weather = Weather(climate, begins_at - timedelta(days=1), seed)
    plant = Plant(site, clock, weather=weather)
    _hang(plant, yaml_text.parse(path.read_text(encoding="utf-8"))["feeders"], weather)
    return plant


def _hang(plant: Plant, feeders: list[dict[str, Any]], weather: Weather) -> None:
    for feeder in feeders:
        for node in feeder.get("resources", []):
            device = _device(node, weather, plant.site.zone)
            if device is not None:
                lines = tuple(node.get("lines", (1, 2, 3)))
                is_roof = "pv" in node  # without a setpoint it gives all that it can
                fallback_w = -_ALL_W if is_roof else node.get("fallback_kw", 0.0) * _W_PER_KW
                plant.hung[node["id"]] = _Hung(device, feeder["id"], lines, fallback_w=fallback_w)
        _hang(plant, feeder.get("feeders", []), weather)


def _device(node: dict[str, Any], weather: Weather, zone: ZoneInfo) -> Device | None:
    if "battery" in node:
        return _battery(node["battery"])
    if "pv" in node:
        return _Sun(_roof(node["pv"]), weather)
    if "heat" in node:
        return _heat(node["heat"], weather)
    if "load" in node:
        return _appliance(node["load"], zone)
    if "standby" in node:
        return _standby(node["standby"])
    return None


def _battery(node: dict[str, Any]) -> _Battery:
    capacity_wh = node["capacity_kwh"] * _W_PER_KW
    model = BatteryModel(
        capacity_wh=capacity_wh,
        charge_w=node["charge_kw"] * _W_PER_KW,
        discharge_w=node["discharge_kw"] * _W_PER_KW,
        efficiency=node.get("efficiency", 0.95),
    )
    return _Battery(SimulatedBattery(model, _FULL * capacity_wh))


def _appliance(node: dict[str, Any], zone: ZoneInfo) -> Appliance:
    return Appliance(
        power_w=node["power_kw"] * _W_PER_KW,
        energy_wh=node["energy_kwh"] * _W_PER_KW,
        filled_at=time.fromisoformat(node["earliest"]),
        zone=zone,
    )


def _standby(node: dict[str, Any]) -> _Standby:
    model = GeneratorModel(
        power_w=node["power_kw"] * _W_PER_KW,
        least_w=node["least_kw"] * _W_PER_KW,
        starts_s=node.get("starts_s", 30),
        min_run_s=node.get("min_run_s", 0),
    )
    return _Standby(SimulatedGenerator(model))


def _roof(node: dict[str, Any]) -> Roof:
    return Roof(
        latitude=node["latitude"],
        longitude=node["longitude"],
        peak_w=node["peak_kw"] * _W_PER_KW,
        tilt_deg=node.get("tilt_deg", 30.0),
        azimuth_deg=node.get("azimuth_deg", 180.0),
    )


def _heat(node: dict[str, Any], weather: Weather) -> _Heat:
    gain, (low_c, high_c) = node.get("gain", 1.0), node["band_c"]
    around_c, gain_per_k = node.get("around_c", 12.0), node.get("gain_per_k", 0.0)
    model = HeatModel(
        wh_per_k=node["kwh_per_k"] * _W_PER_KW,
        w_per_k=node["w_per_k"],
        band_c=(low_c - _BEYOND_K, high_c + _BEYOND_K),
        heater_w=node["rated_kw"] * _W_PER_KW,
        least_w=node.get("least_kw", 0.0) * _W_PER_KW,
        gain=lambda outdoor_c: max(gain + gain_per_k * (outdoor_c - around_c), 1.0),
        min_on_s=0.0,
        min_off_s=0.0,
    )
    drawn_w = node.get("drawn_kw", 0.0) * _W_PER_KW
    heating = SimulatedHeating(model, (low_c + high_c) / 2)
    return _Heat(heating, around_c, drawn_w, weather if node.get("outdoor") else None)
