"""From what a battery, a heater or a load that can wait is, in its own words, to a store.

Heat is counted from a reference that nothing falls below: the lowest of all temperatures that are
told. A room of C Wh/K at T holds C (T - reference); it loses UA/C of that in an hour, and gains
UA (outdoor - reference) W from outside, which is a drain below 0.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.resources import Standby, Store, Switching
from smart_charging.taps import Tap

_S_PER_H: Final = 3600.0
_KW_PER_W: Final = 1e-3
_SHORTEST_RUN_S: Final = 900.0
"""Over no less is spread what a start costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a resource hangs.

    Attributes:
        tap: What an ampere of it puts on the lines.
        w_per_a: Power per ampere.
    """

    feeder: str
    tap: Tap
    w_per_a: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery as it is now.

    Attributes:
        capacity_wh: What it holds when it is full.
        reserve_wh: What it keeps, for the sake of the grid's limit or of a failure.
        efficiency: Energy stored over energy taken in; again on the way out.
        wear_per_kwh: What a kWh given back costs in wear, in currency.
    """

    capacity_wh: float
    stored_wh: float
    charge_w: float
    discharge_w: float
    reserve_wh: float = 0.0
    efficiency: float = 0.95
    wear_per_kwh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heat:
    """A room or a tank as it is now, and what heats it.

    Attributes:
        wh_per_k: What it takes to warm it up by a kelvin.
        w_per_k: What it loses for each kelvin that it is warmer than around.
        now_c: How warm it is.
        least_c: The comfort band: [slot].
        most_c: [slot]
        around_c: How warm it is around it: [slot].
        drawn_w: Heat that is drawn from it, as with hot water: [slot].
        heater_w: The heater's electrical rating.
        gain: Heat over electricity, a heat pump's coefficient of performance: [slot].
        switching: How it is switched, in A; None: any power.
    """

    wh_per_k: float
    w_per_k: float
    now_c: float
    least_c: Array
    most_c: Array
    around_c: Array
    drawn_w: Array
    heater_w: float
    gain: Array
    switching: Switching | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Something that has to run once before a deadline.

    Attributes:
        power_w: What it draws while it runs.
        energy_wh: What a whole run takes.
        served_wh: What of that it has got.
        earliest_s: From when on it may run, in seconds after the first slot begins.
        deadline_s: By when it has to be done.
        is_interruptible: Whether it may be paused once it runs.
        on_s: How long it has been running; 0: it is not.
    """

    power_w: float
    energy_wh: float
    served_wh: float = 0.0
    earliest_s: float = 0.0
    deadline_s: float
    is_interruptible: bool = False
    on_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """A generator, or another source that stands by, as it is now.

    Attributes:
        power_w: The most that it gives.
        least_w: The least that it gives while it runs.
        per_kwh: What a kWh of it costs, in currency.
        per_start: What a start costs, in currency.
        starts_s: How long it takes from its start until it gives anything.
        min_run_s: How long it runs once it was started.
        runs_s: How long it has been running; 0 while it stands.
        relief_a: See `Standby`: [slot].
    """

    power_w: float
    least_w: float
    per_kwh: float
    per_start: float = 0.0
    starts_s: float = 0.0
    min_run_s: float = 0.0
    runs_s: float = 0.0
    relief_a: Array


def battery_store(key: str, place: Place, battery: Battery, slots: int) -> Store:
    """Describe a battery as a store."""
    return Store(
        key=key,
        feeder=place.feeder,
        tap=place.tap,
        w_per_a=place.w_per_a,
        charge_a=battery.charge_w / place.w_per_a,
        discharge_a=battery.discharge_w / place.w_per_a,
        stored_wh=battery.stored_wh,
        least_wh=np.full(slots, battery.reserve_wh),
        most_wh=np.full(slots, battery.capacity_wh),
        drain_w=np.zeros(slots),
        efficiency=battery.efficiency,
        wear_per_kwh=battery.wear_per_kwh,
    )


def heat_store(key: str, place: Place, heat: Heat) -> Store:
    """Describe a room or a tank as a store."""
    lowest = (heat.least_c.min(), heat.around_c.min(), heat.now_c)
    reference_c = float(min(lowest))
    return Store(
        key=key,
        feeder=place.feeder,
        tap=place.tap,
        w_per_a=place.w_per_a,
        charge_a=heat.heater_w / place.w_per_a,
        discharge_a=0.0,
        stored_wh=heat.wh_per_k * (heat.now_c - reference_c),
        least_wh=heat.wh_per_k * (heat.least_c - reference_c),
        most_wh=heat.wh_per_k * (heat.most_c - reference_c),
        drain_w=heat.drawn_w - heat.w_per_k * (heat.around_c - reference_c),
        gain=heat.gain,
        loss_per_h=heat.w_per_k / heat.wh_per_k,
        switching=heat.switching,
    )


def run_store(key: str, place: Place, run: Run, slots_s: tuple[int, ...]) -> Store:
    """Describe a load that can wait as a store: it holds what it has got, and loses none of it.

    Where the deadline lies within a slot, the slot before it counts.
    """
    ends_s = np.cumsum(slots_s)
    begins_s = ends_s - np.array(slots_s)
    may_run = begins_s >= run.earliest_s
    done = ends_s >= run.deadline_s
    within = np.flatnonzero(ends_s <= run.deadline_s)
    done[within[-1:]] = True
    amps = run.power_w / place.w_per_a
    lasts_s = run.energy_wh / run.power_w * _S_PER_H
    return Store(
        key=key,
        feeder=place.feeder,
        tap=place.tap,
        w_per_a=place.w_per_a,
        charge_a=amps,
        discharge_a=0.0,
        stored_wh=run.served_wh,
        least_wh=np.where(done, run.energy_wh, run.served_wh),
        most_wh=np.where(may_run | done, run.energy_wh, run.served_wh),
        drain_w=np.zeros(len(slots_s)),
        switching=Switching(
            min_a=amps, on_s=run.on_s, min_on_s=0.0 if run.is_interruptible else lasts_s
        ),
    )


def source_store(key: str, place: Place, source: Source, slots_s: tuple[int, ...]) -> Store:
    """Describe a source that stands by as a store that takes nothing, and never gets empty.

    What a start costs is spread over the least that it runs, at its power: a run that lasts longer
    is reckoned dearer than it is.
    """
    slots = len(slots_s)
    runs_h = max(source.min_run_s, _SHORTEST_RUN_S) / _S_PER_H
    start_per_kwh = source.per_start / (source.power_w * _KW_PER_W * runs_h)
    holds_wh = 2 * source.power_w * sum(slots_s) / _S_PER_H
    return Store(
        key=key,
        feeder=place.feeder,
        tap=place.tap,
        w_per_a=place.w_per_a,
        charge_a=0.0,
        discharge_a=source.power_w / place.w_per_a,
        stored_wh=holds_wh,
        least_wh=np.zeros(slots),
        most_wh=np.full(slots, holds_wh),
        drain_w=np.zeros(slots),
        wear_per_kwh=source.per_kwh + (0.0 if source.runs_s > 0 else start_per_kwh),
        standby=Standby(
            min_a=source.least_w / place.w_per_a,
            starts_s=source.starts_s,
            on_s=source.runs_s,
            min_on_s=source.min_run_s,
            relief_a=np.minimum(source.relief_a, source.power_w / place.w_per_a),
        ),
    )
