"""Small planning problems to start from, and problems of all kinds."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from hypothesis import strategies as st

from smart_charging.problem import (
    Array,
    Cause,
    ChargingPlan,
    ChargingProblem,
    Demand,
    Evse,
    EvsePlan,
    Feeder,
    Method,
    Reason,
    Reservation,
)
from smart_charging.taps import Tap, pair_tap, unknown_tap, wye_tap

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
THREE: Final = wye_tap((1, 2, 3))
L1, L2, L3 = wye_tap((1,)), wye_tap((2,)), wye_tap((3,))
QUARTER_S: Final = 900


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
) -> Feeder:
    return Feeder(
        key=key,
        parent=parent,
        limit_a=amps(limit_a, slots),
        uncontrolled_a=amps(uncontrolled_a, slots),
    )


def evse(key: str, tap: Tap = THREE, wh: float = 50_000.0, **more: Any) -> Evse:
    """An EVSE of 32 A whose vehicle stays for hours and wants more than it can get."""
    demand = Demand(
        energy_wh=wh,
        departs_at=more.pop("departs_at", after(10)),
        arrives_at=more.pop("arrives_at", None),
        extra_wh=more.pop("extra_wh", 0.0),
        served_wh=more.pop("served_wh", 0.0),
        weight=more.pop("weight", 1.0),
    )
    w_per_a = 230.0 * sum(tap.magnitudes)
    fields = {"feeder": "main", "w_per_a": w_per_a, "max_a": 32.0, **more}
    return Evse(key=key, tap=tap, demand=demand, **fields)


def problem(
    feeders: Feeder | tuple[Feeder, ...],
    *evses: Evse,
    slots_s: tuple[int, ...] = (QUARTER_S,) * 4,
    reservations: tuple[Reservation, ...] = (),
    committed: int = 1,
) -> ChargingProblem:
    return ChargingProblem(
        starts_at=NOON,
        slots_s=slots_s,
        feeders=feeders if isinstance(feeders, tuple) else (feeders,),
        evses=evses,
        reservations=reservations,
        committed=committed,
    )


def reservation(feeder_key: str, tap: Tap, value: float, slots: int = 4) -> Reservation:
    return Reservation(key="silent", feeder=feeder_key, tap=tap, amps=np.full(slots, value))


def plan_of(asked: ChargingProblem, *limits_a: tuple[float, ...]) -> ChargingPlan:
    """A plan made by hand: the limits of each EVSE."""
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
    )


def first_a(plan: ChargingPlan) -> list[float]:
    """The limits of the first slot."""
    return [planned.limits_a[0] for planned in plan.evses]


_SINGLE: Final = (L1, L2, L3)
_PAIRS: Final = (pair_tap(1, 2), pair_tap(2, 3), pair_tap(3, 1))
TN_TAPS: Final = (THREE, *_SINGLE, wye_tap((1, 2)), wye_tap((2, 3)))
IT_TAPS: Final = (THREE, *_PAIRS, unknown_tap((1, 2)), unknown_tap((1, 2, 3)))


@st.composite
def problems(draw: st.DrawFn, taps: tuple[Tap, ...]) -> ChargingProblem:
    """Any problem: limits that change, loads beyond them, silent chargers, odd slots."""
    slots_s = tuple(draw(st.lists(st.sampled_from([60, 300, 900, 3600]), min_size=1, max_size=4)))
    feeders = _feeders(draw, len(slots_s))
    keys = st.sampled_from([one.key for one in feeders])
    evses = [
        _evse(draw, f"e{number}", draw(keys), draw(st.sampled_from(taps)))
        for number in range(draw(st.integers(0, 5)))
    ]
    reservations = [
        Reservation(
            key=f"r{number}",
            feeder=draw(keys),
            tap=draw(st.sampled_from(taps)),
            amps=np.full(len(slots_s), draw(st.sampled_from([0.0, 6.0, 13.3, 32.0]))),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    return ChargingProblem(
        starts_at=NOON,
        slots_s=slots_s,
        feeders=feeders,
        evses=tuple(evses),
        reservations=tuple(reservations),
        committed=draw(st.integers(1, len(slots_s))),
    )


def _feeders(draw: st.DrawFn, slots: int) -> tuple[Feeder, ...]:
    feeders: list[Feeder] = []
    for number in range(draw(st.integers(1, 3))):
        parents = [None, *(one.key for one in feeders)]
        feeders.append(
            Feeder(
                key=f"f{number}",
                parent=draw(st.sampled_from(parents)),
                limit_a=_grid(draw, slots, st.sampled_from([0.0, 5.9, 6.0, 12.5, 20.0, 63.0])),
                uncontrolled_a=_grid(draw, slots, st.sampled_from([0.0, 0.0, 3.7, 25.0])),
            )
        )
    return tuple(feeders)


def _grid(draw: st.DrawFn, slots: int, values: st.SearchStrategy[float]) -> Array:
    flat = draw(st.lists(values, min_size=3 * slots, max_size=3 * slots))
    return np.array(flat).reshape(3, slots)


def _evse(draw: st.DrawFn, key: str, feeder_key: str, tap: Tap) -> Evse:
    is_on = draw(st.booleans())
    return Evse(
        key=key,
        feeder=feeder_key,
        tap=tap,
        w_per_a=230.0,
        max_a=draw(st.sampled_from([6.0, 10.0, 16.0, 24.7, 32.0])),
        floor_a=draw(st.sampled_from([0.0, 0.0, 0.0, 6.0, 7.3])),
        step_a=draw(st.sampled_from([0.1, 0.5, 1.0])),
        held_a=draw(st.sampled_from([6.0, 16.0])) if is_on else 0.0,
        on_s=draw(st.sampled_from([0.0, 600.0, 7200.0])) if is_on else 0.0,
        off_s=0.0 if is_on else draw(st.sampled_from([0.0, 600.0, 7200.0])),
        is_idle=draw(st.booleans()),
        demand=Demand(
            energy_wh=draw(st.sampled_from([0.0, 100.0, 5000.0, 60_000.0])),
            extra_wh=draw(st.sampled_from([0.0, 3000.0])),
            served_wh=draw(st.sampled_from([0.0, 8000.0])),
            weight=draw(st.sampled_from([0.0, 1.0, 3.0])),
            arrives_at=draw(st.sampled_from([None, after(-1), after(0.25), after(3)])),
            departs_at=draw(st.sampled_from([after(-0.5), after(0.1), after(1), after(20)])),
        ),
    )
