"""One day of a site under other policies, to hold a plan's result against.

Vehicles here are ideal: they take what they are given until they have what they came for. Three
policies bracket any real one: nobody steers; equal shares, which is what load balancers do; and
perfect foresight, which no controller can beat.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import numpy as np

from smart_charging.arrays import Array
from smart_charging.case import lay_out_case
from smart_charging.currents import Load, line_currents
from smart_charging.feeder import Feeder
from smart_charging.model import relax
from smart_charging.planner import plan_by_heuristic
from smart_charging.policy import MOST_ENERGY
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.taps import Tap
from smart_charging.units import presence_of
from smart_charging.vehicle import Demand

_S_PER_H: Final = 3600.0
_WELL_SERVED: Final = 0.8
_NOTHING_WH: Final = 1e-6
_FORESIGHT_TIME_LIMIT_S: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A vehicle's stay at an EVSE, and what it came for."""

    key: str
    feeder: str
    tap: Tap
    w_per_a: float
    max_a: float
    min_a: float
    arrives_at: datetime
    departs_at: datetime
    energy_wh: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Day:
    """A stretch of time with all that happened: true limits, true uncontrolled load, visits."""

    starts_at: datetime
    slots_s: tuple[int, ...]
    feeders: tuple[Feeder, ...]
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayResult:
    """What a policy made of a day.

    Attributes:
        peak_share: Highest current of any line over its limit.
        over_ah: Ampere-hours above a limit, over all lines and feeders.
        well_served: Share of the vehicles that got at least 80 % of what they came for.
    """

    wanted_wh: float
    delivered_wh: float
    peak_share: float
    over_ah: float
    well_served: float


Policy: TypeAlias = Callable[[ChargingProblem], Array]
"""From the present slot's problem to amperes: [evse]."""


def uncontrolled(day: Day) -> DayResult:
    """Everybody charges at full speed, whatever the limits."""
    return _simulate(day, lambda problem: np.array([evse.max_a for evse in problem.evses]))


def equal_share(day: Day) -> DayResult:
    """Equal shares under the limits, at least 6 A or a pause, in turns."""

    def share(problem: ChargingProblem) -> Array:
        plan = plan_by_heuristic(problem, "equal shares")
        return np.array([planned.limits_a[0] for planned in plan.evses])

    return _simulate(day, share)


def perfect_foresight(day: Day) -> DayResult:
    """The most energy that any plan could have delivered under the limits.

    Raises:
        SolverError: It was not found within two minutes.
    """
    presences = _presence(day)
    case = lay_out_case(_problem_of(day), MOST_ENERGY)
    best = relax(case.problem, case.network, case.units, case.weights, _FORESIGHT_TIME_LIMIT_S)
    amps = best.amps * (presences > 0)
    watts = np.array([[visit.w_per_a] for visit in day.visits]).reshape(-1, 1)
    energy_wh = amps * watts * presences * np.array(day.slots_s) / _S_PER_H
    return _result(day, amps, energy_wh.sum(axis=1))


def _simulate(day: Day, policy: Policy) -> DayResult:
    """Run a policy that sees only who is there now and what they still lack."""
    amps = np.zeros((len(day.visits), len(day.slots_s)))
    left_wh = np.array([visit.energy_wh for visit in day.visits])
    paused_s = np.zeros(len(day.visits))
    hours = _presence(day) * np.array(day.slots_s) / _S_PER_H
    start_at = day.starts_at
    for slot, slot_s in enumerate(day.slots_s):
        there = [int(i) for i in np.flatnonzero((hours[:, slot] > 0) & (left_wh > _NOTHING_WH))]
        if there:
            problem = _present(day, slot, start_at, there, left_wh, paused_s)
            wh_per_a = np.array([day.visits[i].w_per_a for i in there]) * hours[there, slot]
            amps[there, slot] = np.minimum(policy(problem), left_wh[there] / wh_per_a)
            left_wh[there] -= amps[there, slot] * wh_per_a
            paused_s[there] = np.where(amps[there, slot] > 0, 0.0, paused_s[there] + slot_s)
        start_at += timedelta(seconds=slot_s)
    wanted_wh = np.array([visit.energy_wh for visit in day.visits])
    return _result(day, amps, wanted_wh - left_wh)


def _presence(day: Day) -> Array:
    """The share of each slot in which each vehicle is there: [visit, slot]."""
    return presence_of(_problem_of(day))


def _problem_of(day: Day) -> ChargingProblem:
    """The whole day as one problem, with everything known."""
    return ChargingProblem(
        starts_at=day.starts_at,
        slots_s=day.slots_s,
        feeders=day.feeders,
        evses=tuple(_evse(visit, visit.energy_wh) for visit in day.visits),
    )


def _present(
    day: Day, slot: int, start_at: datetime, there: list[int], left_wh: Array, paused_s: Array
) -> ChargingProblem:
    """The problem of one slot."""
    feeders = tuple(
        Feeder(
            key=feeder.key,
            parent=feeder.parent,
            limit_a=feeder.limit_a[:, slot : slot + 1],
            uncontrolled_a=feeder.uncontrolled_a[:, slot : slot + 1],
        )
        for feeder in day.feeders
    )
    return ChargingProblem(
        starts_at=start_at,
        slots_s=(day.slots_s[slot],),
        feeders=feeders,
        evses=tuple(_evse(day.visits[i], left_wh[i], paused_s[i]) for i in there),
    )


def _evse(visit: Visit, energy_wh: float, paused_s: float = 0.0) -> Evse:
    return Evse(
        key=visit.key,
        feeder=visit.feeder,
        tap=visit.tap,
        w_per_a=visit.w_per_a,
        max_a=visit.max_a,
        min_a=visit.min_a,
        held_a=0.0 if paused_s else visit.min_a,
        off_s=paused_s,
        demand=Demand(
            energy_wh=energy_wh, arrives_at=visit.arrives_at, departs_at=visit.departs_at
        ),
    )


def _result(day: Day, amps: Array, delivered_wh: Array) -> DayResult:
    loads = [Load(v.feeder, v.tap, amps[i]) for i, v in enumerate(day.visits)]
    currents = line_currents(day.feeders, loads)
    hours = np.array(day.slots_s) / _S_PER_H
    wanted_wh = np.array([visit.energy_wh for visit in day.visits])
    shares = [np.max(currents[f.key] / np.maximum(f.limit_a, 1e-9)) for f in day.feeders]
    over_ah = [np.sum(np.maximum(currents[f.key] - f.limit_a, 0) * hours) for f in day.feeders]
    served = np.mean(delivered_wh >= _WELL_SERVED * wanted_wh) if len(wanted_wh) else 1.0
    return DayResult(
        wanted_wh=float(wanted_wh.sum()),
        delivered_wh=float(delivered_wh.sum()),
        peak_share=float(max(shares, default=0.0)),
        over_ah=float(sum(over_ah)),
        well_served=float(served),
    )
