"""Planning problems of all kinds, at random: whatever a site may be, and what it should not be.

Trees of feeders with and without neutral, behind transformers, overloaded without any vehicle;
vehicles that left before they came; limits of nothing, floors above maxima, odd slots.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from hypothesis import strategies as st

from smart_charging.arrays import Array
from smart_charging.feeder import Feeder, LoadForecast
from smart_charging.policy import Aim, Fairness, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse, PowerModule, Reservation, Standby, Store, Switching
from smart_charging.taps import Tap, Transformer, pair_tap, unknown_tap, wye_tap
from smart_charging.tariff import DemandCharge, StepFee, Tariff
from smart_charging.vehicle import Demand, Discharge, Outcome, Taper
from tests.smart_charging.problems import L1, L2, L3, NOON, THREE

TN_TAPS: Final = (THREE, L1, L2, L3, wye_tap((1, 2)), wye_tap((2, 3)))
IT_TAPS: Final = (
    THREE,
    *(pair_tap(1, 2), pair_tap(2, 3), pair_tap(3, 1)),
    *(unknown_tap((1, 2)), unknown_tap((1, 2, 3))),
)
_GRIDS: Final = (TN_TAPS, IT_TAPS, TN_TAPS + IT_TAPS)
_TURNS: Final = (
    *(None, None, None, None),
    *(Transformer(ratio=2.5), Transformer(is_delta_wye=True), Transformer(1.7, is_delta_wye=True)),
)
_MODULES: Final = (PowerModule(key="m0", max_w=5_000.0), PowerModule(key="m1", max_w=0.0))
_POLICIES: Final = tuple(
    Policy(fairness=fairness, aim=aim, risk=risk)
    for fairness in Fairness
    for aim in Aim
    for risk in (0.01, 0.2)
)
_STEPS: Final = ((2_000.0, 80.0), (5_000.0, 150.0), (20_000.0, 490.0), (float("inf"), 900.0))
_FEES: Final = (
    None,
    DemandCharge(per_kw=30.0, peak_w=2_000.0),
    StepFee(steps=_STEPS, day_peaks_w=(3_000.0,), peak_today_w=1_000.0),
)


Part: TypeAlias = Literal["discharges", "stores", "needy stores", "tapers", "holds", "fees"]
"""What a problem may do without: limits that have to stay are holds, tariffs have fees."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all parts of a problem share."""

    slots_s: tuple[int, ...]
    taps: tuple[Tap, ...]
    without: tuple[Part, ...]
    turns: tuple[Transformer | None, ...]
    feeder_keys: tuple[str, ...] = ()

    @property
    def slots(self) -> int:
        return len(self.slots_s)

    def has(self, part: Part) -> bool:
        return part not in self.without


@st.composite
def problems(
    draw: st.DrawFn,
    without: tuple[Part, ...] = (),
    turns: tuple[Transformer | None, ...] = _TURNS,
) -> ChargingProblem:
    """Any problem; transformers of feeders are some of `turns`."""
    slot_s = st.sampled_from([1, 60, 300, 900, 900, 3600, 86_400])
    slots_s = tuple(draw(st.lists(slot_s, min_size=1, max_size=4)))
    frame = _Frame(slots_s, draw(st.sampled_from(_GRIDS)), without, turns)
    feeders = _feeders(draw, frame)
    frame = replace(frame, feeder_keys=tuple(one.key for one in feeders))
    evses = [_evse(draw, frame, f"e{i}") for i in range(draw(st.integers(0, 5)))]
    reservations = [_reservation(draw, frame, f"r{i}") for i in range(draw(_few))]
    stores = [_store(draw, frame, f"s{i}") for i in range(draw(_few) * frame.has("stores"))]
    has_source = {"stores", "needy stores"}.isdisjoint(without) and draw(st.integers(0, 3)) == 0
    stores += [_source(draw, frame)] * has_source
    return ChargingProblem(
        starts_at=NOON + timedelta(seconds=draw(st.sampled_from([0, 1, 2000]))),
        slots_s=slots_s,
        feeders=feeders,
        evses=tuple(evses),
        reservations=tuple(reservations),
        modules=_MODULES,
        stores=tuple(stores),
        committed=draw(st.integers(1, len(slots_s))),
        policy=draw(st.sampled_from(_POLICIES)),
        tariff=_tariff(draw, frame),
    )


_few: Final = st.sampled_from([0, 0, 0, 1, 2])


def _feeders(draw: st.DrawFn, frame: _Frame) -> tuple[Feeder, ...]:
    feeders: list[Feeder] = []
    for number in range(draw(st.integers(1, 4))):
        parents = [None, *(one.key for one in feeders), *(one.key for one in feeders[-1:])]
        feeders.append(
            Feeder(
                key=f"f{number}",
                parent=draw(st.sampled_from(parents)),
                limit_a=_grid(draw, frame.slots, [63.0, 20.0, 12.5, 6.0, 5.9, 0.0]),
                uncontrolled_a=_grid(draw, frame.slots, [0.0, 0.0, 3.7, 25.0]),
                forecast=_forecast(draw, frame.slots),
                transformer=draw(st.sampled_from(frame.turns)),
            )
        )
    return tuple(feeders)


def _grid(draw: st.DrawFn, slots: int, values: list[float]) -> Array:
    """One value for all, or one for each line and slot."""
    one = st.sampled_from(values)
    if draw(st.booleans()):
        return np.full((3, slots), draw(one))
    return np.array(draw(st.lists(one, min_size=3 * slots, max_size=3 * slots))).reshape(3, slots)


def _forecast(draw: st.DrawFn, slots: int) -> LoadForecast | None:
    if draw(st.sampled_from([False, False, True])):
        return None
    low = np.full((3, slots), draw(st.sampled_from([0.0, 2.0])))
    amps = np.array([low, low + draw(st.sampled_from([0.0, 3.3])), low + 9.0])
    return LoadForecast(levels=(0.5, 0.9, 0.99), amps=amps)


def _evse(draw: st.DrawFn, frame: _Frame, key: str) -> Evse:
    max_a = draw(st.sampled_from([32.0, 24.7, 16.0, 10.0, 6.0]))
    usual: dict[str, Any] = {
        "key": key,
        "feeder": draw(st.sampled_from(frame.feeder_keys)),
        "tap": draw(st.sampled_from(frame.taps)),
        "w_per_a": 230.0,
        "max_a": max_a,
        "floor_a": draw(st.sampled_from([0.0, 0.0, 0.0, 6.0, 7.3, 40.0])),
        "step_a": draw(st.sampled_from([0.1, 0.1, 0.5, 1.0])),
        "is_idle": draw(_rarely),
        "can_pause": not draw(_rarely),
        "demand": _demand(draw, frame),
        **draw(_HELD if frame.has("holds") else _FREE),
    }
    if draw(_rarely):
        usual["levels_a"] = draw(st.sampled_from([(6.0, 10.0, 16.0, 32.0), (8.0,), (13.0, 99.0)]))
    if draw(_rarely):
        usual["module"] = draw(st.sampled_from(["m0", "m1"]))
    if draw(_rarely):
        usual["min_a"] = draw(st.sampled_from([0.0, 8.0, 33.0]))
    if frame.has("tapers") and draw(_rarely):
        usual["taper"] = draw(st.sampled_from([Taper(begins_wh=9e3, missing_wh=7e3), _FULL]))
    if frame.has("discharges") and draw(_rarely):
        usual["discharge"] = draw(st.sampled_from(_DISCHARGES))
    return Evse(**usual)


_rarely: Final = st.sampled_from([False, False, False, True])
_PASTS: Final[list[dict[str, float]]] = [
    {},
    {"off_s": 600.0},
    {"off_s": 7200.0},
    {"held_a": 6.0, "on_s": 600.0},
    {"held_a": 16.0, "on_s": 7200.0},
]
_FREE: Final = st.sampled_from(_PASTS)
_HELD: Final = st.sampled_from(
    [*_PASTS, {"held_a": 16.0, "on_s": 60.0, "steady_s": 400.0}, {"steady_s": 1e6}]
)
_FULL: Final = Taper(begins_wh=5e3, missing_wh=0.0)
_DISCHARGES: Final = (
    Discharge(max_a=16.0, available_wh=4_000.0),
    Discharge(max_a=10.0, available_wh=0.0, efficiency=1.0),
    Discharge(max_a=0.0, available_wh=1_000.0),
)


def _demand(draw: st.DrawFn, frame: _Frame) -> Demand:
    energy_wh = draw(st.sampled_from([60_000.0, 5_000.0, 100.0, 0.0]))
    departs_at = NOON + timedelta(hours=draw(st.sampled_from([20.0, 1.0, 0.1, -0.5])))
    arrives_in = draw(st.sampled_from([None, None, -1.0, 0.25, 3.0]))
    return Demand(
        energy_wh=energy_wh,
        extra_wh=draw(st.sampled_from([0.0, 0.0, 3_000.0])),
        served_wh=draw(st.sampled_from([0.0, 8_000.0])),
        weight=draw(st.sampled_from([1.0, 3.0, 0.0])),
        urgency=draw(st.sampled_from([0, 0, 1, 5])),
        arrives_at=None if arrives_in is None else NOON + timedelta(hours=arrives_in),
        departs_at=departs_at,
        outcomes=draw(st.sampled_from(_CHANCES))(energy_wh, departs_at),
    )


def _certain(*_: Any) -> tuple[Outcome, ...]:
    return ()


def _less(energy_wh: float, departs_at: Any) -> tuple[Outcome, ...]:
    return (
        Outcome(probability=0.75, departs_at=departs_at, energy_wh=energy_wh),
        Outcome(probability=0.25, departs_at=departs_at, energy_wh=energy_wh / 3),
    )


def _sooner(energy_wh: float, departs_at: Any) -> tuple[Outcome, ...]:
    sooner = departs_at - timedelta(minutes=40)
    return (
        Outcome(probability=0.5, departs_at=departs_at, energy_wh=energy_wh),
        Outcome(probability=0.4, departs_at=sooner, energy_wh=energy_wh / 2),
        Outcome(probability=0.1, departs_at=sooner, energy_wh=energy_wh),
    )


_CHANCES: Final = (_certain, _certain, _certain, _less, _sooner)


def _reservation(draw: st.DrawFn, frame: _Frame, key: str) -> Reservation:
    return Reservation(
        key=key,
        feeder=draw(st.sampled_from(frame.feeder_keys)),
        tap=draw(st.sampled_from(frame.taps)),
        amps=np.full(frame.slots, draw(st.sampled_from([0.0, 6.0, 13.3, 32.0]))),
    )


def _store(draw: st.DrawFn, frame: _Frame, key: str) -> Store:
    needs = frame.has("needy stores")
    charge_a = draw(st.sampled_from([16.0, 0.0]))
    switching = draw(_SWITCHING) if needs else None
    if not charge_a:
        switching = None
    if switching is not None:
        switching = replace(switching, min_a=draw(st.sampled_from([0.25, 1.0])) * charge_a)
    discharge_a = draw(st.sampled_from([0.0, 10.0]))
    gain = 0.8 if discharge_a else 2.5
    stored_wh, least_wh, most_wh = draw(st.sampled_from(_HELD_WH if needs else _HELD_WH[:3]))
    return Store(
        key=key,
        feeder=draw(st.sampled_from(frame.feeder_keys)),
        tap=draw(st.sampled_from(frame.taps)),
        w_per_a=230.0,
        charge_a=charge_a,
        discharge_a=discharge_a,
        stored_wh=stored_wh,
        least_wh=np.full(frame.slots, least_wh),
        most_wh=np.full(frame.slots, most_wh),
        drain_w=np.full(frame.slots, draw(st.sampled_from([0.0, 0.0, 700.0 * needs]))),
        efficiency=draw(st.sampled_from([1.0, 0.9])),
        gain=np.full(frame.slots, gain) if draw(st.booleans()) and needs else None,
        loss_per_h=draw(st.sampled_from([0.0, 0.0, 0.05])) * needs,
        wear_per_kwh=draw(st.sampled_from([0.0, 0.3])),
        switching=switching,
    )


def _source(draw: st.DrawFn, frame: _Frame) -> Store:
    relief_a = st.sampled_from([0.0, 3.0, 40.0])
    return Store(
        key="source",
        feeder=draw(st.sampled_from(frame.feeder_keys)),
        tap=draw(st.sampled_from(frame.taps)),
        w_per_a=230.0,
        charge_a=0.0,
        discharge_a=12.0,
        stored_wh=1e6,
        least_wh=np.zeros(frame.slots),
        most_wh=np.full(frame.slots, 1e6),
        drain_w=np.zeros(frame.slots),
        wear_per_kwh=draw(st.sampled_from([0.1, 3.0])),
        standby=Standby(
            min_a=draw(st.sampled_from([4.0, 12.0])),
            starts_s=draw(st.sampled_from([0.0, 120.0])),
            on_s=draw(st.sampled_from([0.0, 60.0])),
            min_on_s=draw(st.sampled_from([0.0, 1200.0])),
            relief_a=np.array(draw(st.lists(relief_a, min_size=frame.slots, max_size=frame.slots))),
        ),
    )


_SWITCHING: Final = st.sampled_from(
    [
        None,
        None,
        Switching(min_a=0.0),
        Switching(min_a=0.0, off_s=120.0, min_off_s=600.0),
        Switching(min_a=0.0, on_s=120.0, min_on_s=1200.0),
    ]
)
_HELD_WH: Final = (
    (4_000.0, 0.0, 9_000.0),
    (0.0, 0.0, 500.0),
    (300.0, 300.0, 300.0),
    (100.0, 900.0, 2_000.0),
    (5_000.0, 0.0, 1_000.0),
)
"""What stores hold, and should hold: too little and too much as well."""


def _tariff(draw: st.DrawFn, frame: _Frame) -> Tariff | None:
    if draw(st.booleans()):
        return None
    price = st.sampled_from([0.5, 0.0, 1.2, -0.3, 7.0])
    return Tariff(
        per_kwh=np.array(draw(st.lists(price, min_size=frame.slots, max_size=frame.slots))),
        base_w=np.full(frame.slots, draw(st.sampled_from([0.0, 4_000.0, -20_000.0]))),
        capacity=draw(st.sampled_from(_FEES)) if frame.has("fees") else None,
    )
