"""Vehicles that are still to come: room that a plan keeps for them.

Those that are expected within a stretch of time become one more unit of the problem, which arrives
in its middle and may take what each of them needs as often as they are likely to be so many. It is
a class of urgency below all that are there, so it takes nothing that one of these is likely to
need; but it is worth more than what a kWh can cost. So whoever has time to spare charges before the
rush, where it would otherwise have taken its share of the room in it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import exp
from typing import Final

from smart_charging.plan import ChargingPlan
from smart_charging.policy import Aim, Fairness, Policy
from smart_charging.problem import ChargingProblem, slot_edges
from smart_charging.resources import Evse
from smart_charging.taps import wye_tap
from smart_charging.vehicle import Demand, Outcome

KEY: Final = "arriving/"
_LEVELS: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Equally likely parts of how many come, each by its middle."""
_WEIGHT: Final = 0.1
"""Of what the same energy is worth to whoever is there; twice what it can cost at the most."""
_HALF_HOUR: Final = timedelta(minutes=30)
_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Vehicles that are expected within a stretch of time.

    Attributes:
        arrives_at: The middle of it.
        departs_at: When half of them have left.
        count: How many are expected, on average.
        energy_wh: What each takes.
        power_w: What each can take at the most.
    """

    arrives_at: datetime
    departs_at: datetime
    count: float
    energy_wh: float
    power_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Where they will hang.

    Attributes:
        feeder: The feeder that all of them load.
        w_per_a: Power of an ampere on each of its three lines.
    """

    feeder: str
    w_per_a: float


def gains_by_reserve(policy: Policy) -> bool:
    """Whether a policy gets more by keeping room: where a low peak spreads charging over the stay.

    Where it begins as soon as there is room, or waits for a price, keeping room wins nothing that
    could be told from chance (docs/forecast.md). The smallest share of all is not raised for
    vehicles that may never come.
    """
    return policy.aim is Aim.LEVEL and policy.fairness is not Fairness.MAX_MIN


def by_hours(
    expected: Sequence[Arrivals], begins_at: datetime, ends_at: datetime
) -> list[Arrivals]:
    """Gather those who arrive between two instants by hours of the clock, in order of time."""
    some: defaultdict[datetime, list[Arrivals]] = defaultdict(list)
    for one in expected:
        if begins_at <= one.arrives_at < ends_at and one.count > 0:
            some[one.arrives_at.replace(minute=0, second=0, microsecond=0)].append(one)
    return [_together(some[hour_at], hour_at + _HALF_HOUR) for hour_at in sorted(some)]


def _together(some: Sequence[Arrivals], arrives_at: datetime) -> Arrivals:
    count = sum(one.count for one in some)
    stay_s = sum(one.count * (one.departs_at - one.arrives_at).total_seconds() for one in some)
    return Arrivals(
        arrives_at=arrives_at,
        departs_at=arrives_at + timedelta(seconds=stay_s / count),
        count=count,
        energy_wh=sum(one.count * one.energy_wh for one in some) / count,
        power_w=sum(one.count * one.power_w for one in some) / count,
    )


def with_arrivals(
    problem: ChargingProblem, arrivals: Sequence[Arrivals], gate: Gate
) -> ChargingProblem:
    """Add vehicles that are expected, no two at the same instant, after all that are there.

    Whoever comes before the committed slots are over is expected at their end: what is about to be
    sent is dealt out among those who are there.
    """
    edges = slot_edges(problem.starts_at, problem.slots_s)
    begin, end = edges[problem.committed], edges[-1]
    urgency = min((evse.demand.urgency for evse in problem.evses), default=0) - 1
    units = tuple(
        _unit(one, begin, gate, urgency)
        for one in arrivals
        if one.arrives_at < end and one.departs_at > begin and _counts(one)[-1]
    )
    return replace(problem, evses=problem.evses + units)


def without_arrivals(plan: ChargingPlan) -> ChargingPlan:
    """What is planned for those who are there."""
    there = tuple(one for one in plan.evses if not one.key.startswith(KEY))
    return replace(plan, evses=there)


def reserved_wh(plan: ChargingPlan) -> float:
    """What is kept free for those who are expected."""
    return sum(one.expected_wh for one in plan.evses if one.key.startswith(KEY))


def _unit(arrivals: Arrivals, begin: datetime, gate: Gate, urgency: int) -> Evse:
    """All of one stretch of time."""
    most = _counts(arrivals)[-1]
    demand = Demand(
        energy_wh=most * arrivals.energy_wh,
        departs_at=arrivals.departs_at,
        arrives_at=max(arrivals.arrives_at, begin),
        weight=_WEIGHT,
        urgency=urgency,
        outcomes=tuple(_outcomes(arrivals)),
    )
    return Evse(
        key=f"{KEY}{arrivals.arrives_at.isoformat()}",
        feeder=gate.feeder,
        tap=wye_tap((1, 2, 3)),
        w_per_a=gate.w_per_a,
        max_a=most * arrivals.power_w / gate.w_per_a,
        min_a=0.0,
        demand=demand,
    )


def _counts(arrivals: Arrivals) -> list[int]:
    """How many may come, each as likely, rising."""
    return [_poisson(arrivals.count, level) for level in _LEVELS]


def _outcomes(arrivals: Arrivals) -> Iterator[Outcome]:
    counts = _counts(arrivals)
    for count in sorted(set(counts)):
        yield Outcome(
            probability=counts.count(count) / len(counts),
            departs_at=arrivals.departs_at,
            energy_wh=count * arrivals.energy_wh,
        )


def _poisson(mean: float, level: float) -> int:
    """How many come at the most, with a probability, if each comes by himself."""
    reached, chance, count = exp(-mean), exp(-mean), 0
    while reached < level - _NOTHING and count < 10 * mean + 10:
        count += 1
        chance *= mean / count
        reached += chance
    return count
