"""Sites of any size that look like real ones, from a seed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.feeder import Feeder
from smart_charging.plan import ChargingPlan
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.taps import Tap, wye_tap
from smart_charging.tariff import Tariff
from smart_charging.vehicle import Demand

STARTS_AT: Final = datetime(2026, 1, 14, 17, 0, tzinfo=UTC)
SLOTS_S: Final = (300,) * 12 + (900,) * 12 + (3600,) * 20
"""24 hours: what is near in steps of 5 minutes, what is far in hours."""
PER_PANEL: Final = 20
_THREE_PHASE_SHARE: Final = 0.35
_PANEL_SHARE: Final = 0.6
_SITE_SHARE: Final = 0.4
_VOLTS: Final = 230.0
_REPLACED: Final = 50


def site(connectors: int, seed: int = 1, aim: Aim = Aim.CHEAP) -> ChargingProblem:
    """A site in the evening: every connector occupied, panels of 20 under one transformer.

    A panel takes 60 % of what an average panel's vehicles could draw together, the transformer
    40 % of what all could. Stays are log-normal with a median of 8 hours, energies with a median
    of 15 kWh; 35 % of the vehicles charge on three phases.
    """
    random = np.random.default_rng(seed)
    taps = _taps(random, connectors)
    max_a = np.where([len(tap.magnitudes) and all(tap.magnitudes) for tap in taps], 16.0, 0.0)
    max_a = np.where(max_a > 0, max_a, random.choice([16.0, 32.0], connectors))
    w_per_a = np.array([_VOLTS * sum(tap.magnitudes) for tap in taps])
    stay_h = np.clip(random.lognormal(np.log(8.0), 0.6, connectors), 0.25, 24.0)
    most_wh = 0.95 * w_per_a * max_a * stay_h
    energy_wh = np.minimum(random.lognormal(np.log(15_000.0), 0.6, connectors), most_wh)
    evses = tuple(
        Evse(
            key=f"C{i:05d}",
            feeder=f"panel-{i // PER_PANEL}",
            tap=taps[i],
            w_per_a=float(w_per_a[i]),
            max_a=float(max_a[i]),
            step_a=1.0,
            demand=Demand(
                energy_wh=float(energy_wh[i]),
                departs_at=STARTS_AT + timedelta(hours=float(stay_h[i])),
            ),
        )
        for i in range(connectors)
    )
    return ChargingProblem(
        starts_at=STARTS_AT,
        slots_s=SLOTS_S,
        feeders=_feeders(taps, max_a),
        evses=evses,
        policy=Policy(aim=aim),
        tariff=Tariff(per_kwh=_prices(), base_w=np.zeros(len(SLOTS_S))),
    )


def _taps(random: np.random.Generator, count: int) -> list[Tap]:
    is_three_phase = random.random(count) < _THREE_PHASE_SHARE
    lines = random.integers(1, 4, count)
    return [
        wye_tap((1, 2, 3)) if three else wye_tap((int(line),))
        for three, line in zip(is_three_phase, lines, strict=True)
    ]


def _feeders(taps: list[Tap], max_a: Array) -> tuple[Feeder, ...]:
    loads_a = np.array([tap.magnitudes for tap in taps]) * max_a[:, None]
    panels = -(-len(taps) // PER_PANEL)
    site_a = _SITE_SHARE * loads_a.sum(axis=0).mean()
    panel_a = _PANEL_SHARE * loads_a.sum(axis=0).mean() / panels
    root = Feeder(key="site", parent=None, limit_a=_flat(site_a), uncontrolled_a=_flat(0.0))
    return (
        root,
        *(
            Feeder(
                key=f"panel-{k}", parent="site", limit_a=_flat(panel_a), uncontrolled_a=_flat(0.0)
            )
            for k in range(panels)
        ),
    )


def _flat(amps: float) -> Array:
    return np.full((3, len(SLOTS_S)), amps)


def _prices() -> Array:
    """Dear in the morning and the evening, cheap at night; no two hours quite the same."""
    hours = np.cumsum(SLOTS_S) / 3600.0 - np.array(SLOTS_S) / 7200.0
    clock = (STARTS_AT.hour + hours) % 24
    is_dear = ((clock >= 7) & (clock < 10)) | ((clock >= 16) & (clock < 21))
    prices: Array = np.select([is_dear, clock < 6], [2.0, 0.6], default=1.0) + 0.1 * np.sin(clock)
    return prices


def five_minutes_later(problem: ChargingProblem, plan: ChargingPlan) -> ChargingProblem:
    """The same site after the first slot: charged as planned, every 50th vehicle another one."""
    hours = problem.slots_s[0] / 3600.0
    starts_at = problem.starts_at + timedelta(seconds=problem.slots_s[0])
    evses = []
    for i, (evse, planned) in enumerate(zip(problem.evses, plan.evses, strict=True)):
        demand = evse.demand
        if i % _REPLACED == 0:
            leaves_at = starts_at + (demand.departs_at - problem.starts_at)
            other = replace(demand, energy_wh=0.8 * demand.energy_wh, departs_at=leaves_at)
            evses.append(replace(evse, key=f"{evse.key}'", demand=other))
        else:
            left_wh = demand.energy_wh - planned.limits_a[0] * evse.w_per_a * hours
            evses.append(replace(evse, demand=replace(demand, energy_wh=max(0.0, left_wh))))
    return replace(problem, starts_at=starts_at, evses=tuple(evses))
