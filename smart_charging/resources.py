"""What hangs on the feeders: EVSEs, stores, and what cannot be steered just now."""

from dataclasses import dataclass

from smart_charging.arrays import Array
from smart_charging.taps import Tap
from smart_charging.vehicle import Demand, Discharge, Taper


@dataclass(frozen=True, slots=True, kw_only=True)
class Evse:
    """An EVSE that can be given a limit.

    Attributes:
        key: Its name.
        feeder: The feeder that it hangs on.
        tap: What an ampere of it puts on the lines.
        w_per_a: Power into the vehicle per ampere.
        max_a: The most that it may be given.
        min_a: The least that is not a pause (6 A, IEC 61851-1).
        floor_a: What it may draw whether planned or not (its standing fallback).
        step_a: Limits are whole multiples of this.
        levels_a: The limits that it knows besides 0, rising; empty: all multiples of `step_a`.
        held_a: The limit that it has now.
        on_s: How long it has been charging without a pause; 0 while it is paused.
        off_s: How long it has been paused; 0 while it charges.
        steady_s: For how long its limit may not rise yet (minimum time between changes).
        is_idle: Its vehicle wants nothing just now. It gets its minimum from what nobody else
            can use, so that the vehicle can show that it wants again.
        can_pause: Its vehicle wakes after a pause. Otherwise it keeps its minimum as long as
            that fits beside what others hold.
        max_periods: How many periods its station takes in a profile.
        module: The power module that feeds it, if it shares one.
    """

    key: str
    feeder: str
    tap: Tap
    w_per_a: float
    max_a: float
    demand: Demand
    min_a: float = 6.0
    floor_a: float = 0.0
    step_a: float = 0.1
    levels_a: tuple[float, ...] = ()
    held_a: float = 0.0
    on_s: float = 0.0
    off_s: float = 0.0
    steady_s: float = 0.0
    is_idle: bool = False
    can_pause: bool = True
    max_periods: int = 24
    module: str | None = None
    taper: Taper | None = None
    discharge: Discharge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerModule:
    """A rectifier that several outlets of a DC charger share."""

    key: str
    max_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Switching:
    """How something is switched that is off or takes at least so much: a heat pump, a washer.

    Attributes:
        min_a: The least that it takes while it is on.
        on_s: How long it has been on; 0 while it is off.
        off_s: How long it has been off; 0 while it is on.
        min_on_s: How long it stays on, unless there is no room for it or it would be too full.
        min_off_s: How long it stays off, whatever is missing.
    """

    min_a: float
    on_s: float = 0.0
    off_s: float = 0.0
    min_on_s: float = 0.0
    min_off_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standby:
    """How a source runs that stands by: a generator, a fuel cell.

    Attributes:
        min_a: The least that it gives while it runs.
        starts_s: How long it takes from its start until it gives anything.
        on_s: How long it has been running; 0 while it stands.
        min_on_s: How long it runs once it was started.
        relief_a: What it is to give whatever that costs, as lines above it carry more than their
            limit whatever is planned: [slot].
    """

    min_a: float
    starts_s: float = 0.0
    on_s: float = 0.0
    min_on_s: float = 0.0
    relief_a: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Store:
    """Something else that can take energy earlier or later: a battery, a boiler, a cabin.

    What has to run once, at any time before a deadline, is one as well: it holds what it has got.
    So is a source that stands by: it takes nothing, and holds more than it can give.

    Attributes:
        key: Its name.
        feeder: The feeder that it hangs on.
        tap: What an ampere of it puts on the lines.
        w_per_a: Power per ampere, at the feeder.
        charge_a: The most that it takes.
        discharge_a: The most that it gives back; 0 for heat.
        stored_wh: What it holds now.
        least_wh: The least that it must hold at the end of each slot: [slot].
        most_wh: The most that it can hold at the end of each slot: [slot].
        drain_w: What is taken from it, or lost, in each slot; below 0: comes in by itself: [slot].
        efficiency: Energy stored over energy taken in; again on the way out.
        gain: Energy stored over energy taken in, in place of `efficiency`, where that changes over
            time and may be above 1, as a heat pump's, if it gives nothing back: [slot]; None: the
            efficiency.
        loss_per_h: The share of what it holds that is lost within an hour, as heat is.
        wear_per_kwh: What a kWh given back costs in wear, in currency.
        switching: How it is switched; None: it takes any current.
        standby: How it runs, if it is a source that stands by; what its energy costs is its wear.
    """

    key: str
    feeder: str
    tap: Tap
    w_per_a: float
    charge_a: float
    discharge_a: float
    stored_wh: float
    least_wh: Array
    most_wh: Array
    drain_w: Array
    efficiency: float = 1.0
    gain: Array | None = None
    loss_per_h: float = 0.0
    wear_per_kwh: float = 0.0
    switching: Switching | None = None
    standby: Standby | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reservation:
    """Current that an EVSE may draw and that cannot be steered now: it is silent, or idle.

    Attributes:
        amps: [slot]
    """

    key: str
    feeder: str
    tap: Tap
    amps: Array
