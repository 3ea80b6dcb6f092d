"""Small random problems with all rules for what may be sent."""

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.feeder import Feeder
from smart_charging.policy import Aim, Fairness, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse, PowerModule
from smart_charging.taps import Tap, pair_tap, wye_tap
from smart_charging.tariff import Tariff
from smart_charging.vehicle import Demand

_STARTS_AT: Final = datetime(2026, 1, 14, 17, 0, tzinfo=UTC)
_SLOT_S: Final = 900
_VOLTS: Final = 230.0
_TN: Final = (wye_tap((1, 2, 3)), wye_tap((1,)), wye_tap((2,)), wye_tap((3,)))
_IT: Final = (wye_tap((1, 2, 3)), pair_tap(1, 2), pair_tap(2, 3), pair_tap(3, 1))
_LEVELS_A: Final = (8.0, 16.0, 24.0, 32.0)


def instance(seed: int) -> ChargingProblem:
    """Up to 12 EVSEs and 24 slots, behind one or two feeders that may bind or not."""
    random = np.random.default_rng(seed)
    count, slots = int(random.integers(2, 13)), int(random.integers(4, 25))
    is_it = bool(random.random() < 0.5)
    evses = tuple(_evse(random, i, slots, _IT if is_it else _TN) for i in range(count))
    tightness = random.uniform(0.15, 0.9)
    most_a = np.array([np.array(one.tap.magnitudes) * one.max_a for one in evses]).sum(axis=0)
    root_a = max(8.0, tightness * float(most_a.max()))
    load_a = random.uniform(0.0, 0.2) * root_a
    return ChargingProblem(
        starts_at=_STARTS_AT,
        slots_s=(_SLOT_S,) * slots,
        feeders=(
            _feeder("site", None, root_a + load_a, load_a, slots),
            _feeder("panel", "site", random.uniform(0.4, 1.2) * root_a, 0.0, slots),
        ),
        evses=evses,
        modules=(PowerModule(key="shared", max_w=float(random.uniform(10_000, 40_000))),),
        committed=int(random.integers(1, 4)),
        policy=Policy(
            fairness=Fairness.PROPORTIONAL if random.random() < 0.5 else Fairness.ENERGY,
            aim=Aim.CHEAP if random.random() < 0.5 else Aim.EARLY,
        ),
        tariff=Tariff(per_kwh=random.uniform(0.2, 3.0, slots), base_w=np.zeros(slots)),
    )


def _evse(random: np.random.Generator, i: int, slots: int, taps: tuple[Tap, ...]) -> Evse:
    tap = taps[int(random.integers(len(taps)))]
    w_per_a = _VOLTS * (3 if all(tap.magnitudes) else 1)
    max_a = float(random.choice([10.0, 16.0, 20.0, 32.0]))
    stay_s = int(random.integers(1, slots + 1)) * _SLOT_S
    arrives_s = int(random.integers(0, slots // 2)) * _SLOT_S if random.random() < 0.2 else 0
    energy_wh = random.uniform(0.1, 1.2) * w_per_a * max_a * stay_s / 3600
    has_levels = random.random() < 0.2
    return Evse(
        key=f"E{i}",
        feeder="panel" if random.random() < 0.5 else "site",
        tap=tap,
        w_per_a=w_per_a,
        max_a=32.0 if has_levels else max_a,
        step_a=float(random.choice([0.1, 1.0])),
        levels_a=_LEVELS_A if has_levels else (),
        module="shared" if random.random() < 0.2 else None,
        demand=Demand(
            energy_wh=float(energy_wh),
            extra_wh=float(random.choice([0.0, 2_000.0])),
            arrives_at=_STARTS_AT + timedelta(seconds=arrives_s) if arrives_s else None,
            departs_at=_STARTS_AT + timedelta(seconds=arrives_s + stay_s),
        ),
    )


def _feeder(key: str, parent: str | None, limit_a: float, load_a: float, slots: int) -> Feeder:
    return Feeder(
        key=key, parent=parent, limit_a=_flat(limit_a, slots), uncontrolled_a=_flat(load_a, slots)
    )


def _flat(amps: float, slots: int) -> Array:
    return np.full((3, slots), float(amps))
