"""A week in ACN-Sim."""

import warnings
from collections.abc import Callable, Sequence
from time import process_time
from typing import Final

import numpy as np
from acnportal.acnsim import (  # type: ignore[import-not-found]
    EV,
    Battery,
    EventQueue,
    Linear2StageBattery,
    PluginEvent,
    Simulator,
)
from acnportal.acnsim.interface import (  # type: ignore[import-not-found]
    Interface as Stock,
)
from acnportal.acnsim.interface import SessionInfo
from acnportal.acnsim.models.battery import batt_cap_fn  # type: ignore[import-not-found]
from acnportal.acnsim.network.sites import (  # type: ignore[import-not-found]
    caltech_acn,
    jpl_acn,
)

from benchmarks.acnsim import cases
from benchmarks.acnsim.cases import Case, Figures, Setting
from benchmarks.acnsim.foreign import (
    Infrastructure,
    Interface,
    Network,
    Schedule,
    Scheduler,
    Session,
    Vehicle,
)
from benchmarks.acnsim.stays import MOST_A, PERIOD_S, VOLTAGE_V, Stay, begin_of

_PERIOD_MIN: Final = PERIOD_S // 60
_JPL_PARTS: Final = (45 / 195, 150 / 195)
"""JPL has two transformers, of 45 and 150 kW."""
_MOST_KW: Final = MOST_A * VOLTAGE_V / 1000
_SERVED: Final = 0.8
_BUSY: Final = 25
ONE_MORE_PERIODS: Final = 1
"""Schedulers are told that a vehicle whose stated departure is past leaves in so many periods."""


def network_of(site: str, setting: Setting, capacity_w: float) -> Network:
    """The simulator's model of a site with transformers of a total capacity."""
    plain = {"basic_evse": setting is not Setting.REAL, "voltage": VOLTAGE_V}
    kw = capacity_w / 1000
    if site == "jpl":
        first, others = (part * kw for part in _JPL_PARTS)
        return jpl_acn(first_transformer_cap=first, third_fourth_transformer_cap=others, **plain)
    return caltech_acn(transformer_cap=kw, **plain)


class Garage(Simulator):  # type: ignore[misc]
    """The simulator without the copies that it makes of everything at every question."""

    def get_active_evs(self) -> list[Vehicle]:
        """All vehicles that are there and not full."""
        return list(self.network.active_evs)


class Told(Stock):  # type: ignore[misc]
    """What a scheduler is told, without copies. It is made anew for every decision anyhow."""

    def active_sessions(self) -> list[Session]:
        """All vehicles that are there and not full."""
        return list(self._active_sessions())

    def _infrastructure_info(self) -> Infrastructure:
        if not hasattr(self, "_infrastructure"):
            self._infrastructure: Infrastructure = super()._infrastructure_info()
        return self._infrastructure

    def infrastructure_info(self) -> Infrastructure:
        """Limits, stations and their levels."""
        return self._infrastructure_info()


def _stated_sessions(interface: Interface) -> list[Session]:
    """Vehicles with the departures that their drivers stated."""
    now = interface.current_time
    return [
        SessionInfo(
            ev.station_id,
            ev.session_id,
            ev.requested_energy,
            ev.energy_delivered,
            ev.arrival,
            max(ev.estimated_departure, now + ONE_MORE_PERIODS),
            max(ev.estimated_departure, now + ONE_MORE_PERIODS),
            now,
        )
        for ev in interface._active_evs  # noqa: SLF001
    ]


class ToldByDrivers(Told):
    """The same with the departures that drivers stated."""

    def _active_sessions(self) -> list[Session]:
        return _stated_sessions(self)


class StockToldByDrivers(Stock):  # type: ignore[misc]
    """The simulator's own, with the departures that drivers stated."""

    def _active_sessions(self) -> list[Session]:
        return _stated_sessions(self)


_INTERFACES: Final = {
    (False, False): Told,
    (False, True): ToldByDrivers,
    (True, False): Stock,
    (True, True): StockToldByDrivers,
}
"""By whether it is the stock one, and whether drivers state departures."""


class Clocked:
    """Counts the processor time of a scheduler's decisions.

    Args:
        scheduler: Whose.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self._schedule: Callable[[Sequence[Session]], Schedule] = scheduler.schedule
        self._taken_ms: list[float] = []
        self._vehicles: list[int] = []
        scheduler.schedule = self

    def __call__(self, active_sessions: Sequence[Session]) -> Schedule:
        """Decide."""
        started_s, vehicles = process_time(), len(active_sessions)
        schedule = self._schedule(active_sessions)
        if vehicles:
            self._taken_ms.append(1000 * (process_time() - started_s))
            self._vehicles.append(vehicles)
        return schedule

    def means_ms(self) -> tuple[float, float | None, int]:
        """Mean over all decisions, mean over busy ones, number."""
        taken_ms, vehicles = np.array(self._taken_ms), np.array(self._vehicles)
        busy_ms = taken_ms[vehicles > _BUSY] if len(taken_ms) else taken_ms
        mean_ms = float(taken_ms.mean()) if len(taken_ms) else 0.0
        return mean_ms, float(busy_ms.mean()) if len(busy_ms) else None, len(taken_ms)


def simulate(
    case: Case,
    capacity_w: float,
    stays: Sequence[Stay],
    scheduler_on: Callable[[Network], Scheduler],
) -> Figures:
    """Run a case.

    Args:
        case: Which.
        capacity_w: Of all transformers together.
        stays: The vehicles.
        scheduler_on: Makes the scheduler of a network.
    """
    network = network_of(case.week.site, case.setting, capacity_w)
    scheduler = scheduler_on(network)
    clock = Clocked(scheduler)
    evs = [_ev(stay, case.setting) for stay in stays]
    events = EventQueue([PluginEvent(ev.arrival, ev) for ev in evs])
    overloads = _run(case, network, scheduler, events)
    wanted = np.array([ev.requested_energy for ev in evs])
    given = np.minimum([ev.energy_delivered for ev in evs], wanted)
    cpu_ms, busy_cpu_ms, decisions = clock.means_ms()
    return Figures(
        energy_pct=float(100 * given.sum() / wanted.sum()),
        served_pct=float(100 * np.mean(given >= _SERVED * wanted)),
        capacity_kw=capacity_w / 1000,
        cpu_ms=cpu_ms,
        busy_cpu_ms=busy_cpu_ms,
        decisions=decisions,
        overloads=overloads,
    )


def _run(case: Case, network: Network, scheduler: Scheduler, events: EventQueue) -> int:
    """Let the week pass; return how often a limit was exceeded, by the simulator's warnings."""
    is_stock = case.scheduler is cases.Scheduler.MPC
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        (Simulator if is_stock else Garage)(
            network,
            scheduler,
            events,
            begin_of(case.week.begins),
            period=_PERIOD_MIN,
            verbose=False,
            interface_type=_INTERFACES[is_stock, case.setting is Setting.DRIVERS],
        ).run()
    return sum("Invalid schedule" in str(one.message) for one in caught)


def _ev(stay: Stay, setting: Setting) -> Vehicle:
    wanted_kwh = stay.energy_wh / 1000
    if setting is Setting.REAL:
        capacity_kwh, held_kwh = batt_cap_fn(
            wanted_kwh, stay.departs - stay.arrives, VOLTAGE_V, _PERIOD_MIN
        )
        battery = Linear2StageBattery(capacity_kwh, held_kwh, _MOST_KW)
    else:
        battery = Battery(wanted_kwh, 0.0, _MOST_KW)
    stated = stay.stated if setting is Setting.DRIVERS else stay.departs
    return EV(
        stay.arrives,
        stay.departs,
        wanted_kwh,
        stay.station,
        stay.key,
        battery,
        estimated_departure=stated,
    )
