"""Small planning problems to start from."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.feeder import Feeder
from smart_charging.plan import Cause, ChargingPlan, EvsePlan, Method, Reason, StorePlan
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse, Reservation, Store
from smart_charging.taps import Tap, wye_tap
from smart_charging.tariff import Tariff
from smart_charging.vehicle import Demand

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
THREE: Final = wye_tap((1, 2, 3))
L1, L2, L3 = wye_tap((1,)), wye_tap((2,)), wye_tap((3,))
QUARTER_S: Final = 900
_DEMAND: Final = {field.name for field in fields(Demand)} - {"energy_wh"}


def after(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def amps(value: float | list[float], slots: int) -> Array:
    """A number for all lines, or one for each: [line, slot]."""
    column = np.array(value, dtype=float).reshape(-1, 1)
    return np.array(np.broadcast_to(column, (3, slots)))


def feeder(
    key: str,
    limit_a: float | list[float],
    parent: str | None = None,
    uncontrolled_a: float | list[float] = 0.0,
    slots: int = 4,
    **more: Any,
) -> Feeder:
    return Feeder(
        key=key,
        parent=parent,
        limit_a=amps(limit_a, slots),
        uncontrolled_a=amps(uncontrolled_a, slots),
        **more,
    )


def evse(key: str, tap: Tap = THREE, wh: float = 50_000.0, **more: Any) -> Evse:
    """An EVSE of 32 A whose vehicle stays for hours and wants more than it can get."""
    demanded = {name: more.pop(name) for name in _DEMAND & more.keys()}
    demand = Demand(energy_wh=wh, **{"departs_at": after(10), **demanded})
    w_per_a = 230.0 * sum(tap.magnitudes)
    usual = {"feeder": "main", "w_per_a": w_per_a, "max_a": 32.0, **more}
    return Evse(key=key, tap=tap, demand=demand, **usual)


def problem(
    feeders: Feeder | tuple[Feeder, ...],
    *evses: Evse,
    slots_s: tuple[int, ...] = (QUARTER_S,) * 4,
    **more: Any,
) -> ChargingProblem:
    return ChargingProblem(
        starts_at=NOON,
        slots_s=slots_s,
        feeders=feeders if isinstance(feeders, tuple) else (feeders,),
        evses=evses,
        **more,
    )


def store(key: str, tap: Tap = THREE, slots: int = 4, **more: Any) -> Store:
    """A battery of 10 kWh that is half full and loses nothing."""
    usual = {
        "feeder": "main",
        "w_per_a": 230.0 * sum(tap.magnitudes),
        "charge_a": 16.0,
        "discharge_a": 16.0,
        "stored_wh": 5_000.0,
        **more,
    }
    over_time = {"least_wh": 0.0, "most_wh": 10_000.0, "drain_w": 0.0}
    for name, value in over_time.items():
        usual[name] = np.broadcast_to(np.array(more.get(name, value), dtype=float), slots)
    return Store(key=key, tap=tap, **usual)


def tariff(per_kwh: Sequence[float], base_w: float = 0.0, **more: Any) -> Tariff:
    """A price for each slot."""
    base = np.full(len(per_kwh), base_w)
    return Tariff(per_kwh=np.array(per_kwh, dtype=float), base_w=base, **more)


def reservation(
    feeder_key: str, tap: Tap, value: float, slots: int = 4, key: str = "silent"
) -> Reservation:
    return Reservation(key=key, feeder=feeder_key, tap=tap, amps=np.full(slots, value))


def plan_of(
    asked: ChargingProblem,
    *limits_a: tuple[float, ...],
    store_a: Sequence[tuple[float, ...]] = (),
) -> ChargingPlan:
    """A plan made by hand: the limits of each EVSE, and what each store takes."""
    return ChargingPlan(
        starts_at=asked.starts_at,
        slots_s=asked.slots_s,
        evses=tuple(
            EvsePlan(
                key=one.key,
                limits_a=limits,
                expected_wh=0.0,
                short_wh=0.0,
                reason=Reason(cause=Cause.LATER),
            )
            for one, limits in zip(asked.evses, limits_a, strict=True)
        ),
        committed=asked.committed,
        method=Method.HEURISTIC,
        stores=tuple(
            StorePlan(key=one.key, amps=taken)
            for one, taken in zip(asked.stores, store_a, strict=True)
        ),
    )


def first_a(plan: ChargingPlan) -> list[float]:
    """The limits of the first slot."""
    return [planned.limits_a[0] for planned in plan.evses]
