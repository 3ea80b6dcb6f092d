"""Room that plans keep for vehicles that are still to come, where that wins anything.

What is expected of the site's day is gathered by hours. All load the site's root, as nobody knows
which charger they will take.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from csms.domain.demand import STEP_S
from csms.service.live_site import LiveSite
from smart_charging.arrivals import (
    Arrivals,
    Gate,
    by_hours,
    gains_by_reserve,
    reserved_wh,
    with_arrivals,
)
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem

_HALF_HOUR: Final = timedelta(minutes=30)
_STEP: Final = timedelta(seconds=STEP_S)
_MOST_W: Final = 11_000.0
"""What a vehicle is expected to take at the most, whatever its charger could."""
_LINES: Final = 3
_SELDOM: Final = 0.01
"""In an hour for which fewer are expected, nobody is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """What a plan keeps room for.

    Attributes:
        count: How many vehicles are expected.
        until_at: By when they have come.
        energy_wh: What is kept free for them.
    """

    count: float
    until_at: datetime
    energy_wh: float


def with_reserve(live: LiveSite, problem: ChargingProblem) -> ChargingProblem:
    """The problem with those who are still to come; as it is where that wins nothing."""
    expected = expected_arrivals(live, problem)
    if not expected:
        return problem
    root = live.site.feeders[0].feeder_id
    gate = Gate(feeder=root, w_per_a=live.site.watts_per_ampere(_LINES))
    return with_arrivals(problem, expected, gate)


def expected_arrivals(live: LiveSite, problem: ChargingProblem) -> list[Arrivals]:
    """Who is expected within a plan's horizon, by hours; nobody where that wins nothing.

    No more come than there are chargers.
    """
    if not gains_by_reserve(problem.policy):
        return []
    left, found = float(len(live.evses)), []
    for one in by_hours(list(_quarters(live)), problem.edges[0], problem.edges[-1]):
        count = min(one.count, left)
        left -= count
        if count >= _SELDOM:
            found.append(replace(one, count=count))
    return found


def reserve_of(live: LiveSite, problem: ChargingProblem, plan: ChargingPlan) -> Reserve | None:
    """Tell what a plan keeps room for; None: for nobody.

    Args:
        live: The site.
        problem: Of those who are there.
        plan: Of these and those who are expected.
    """
    expected, energy_wh = expected_arrivals(live, problem), reserved_wh(plan)
    if not expected or not energy_wh:
        return None
    return Reserve(
        count=sum(one.count for one in expected),
        until_at=expected[-1].arrives_at + _HALF_HOUR,
        energy_wh=energy_wh,
    )


def _quarters(live: LiveSite) -> Iterator[Arrivals]:
    """Who is expected, by quarters of an hour."""
    power_w = [
        one.place.max_a * live.site.watts_per_ampere(len(one.place.lines))
        for one in live.evses.values()
    ]
    usual_w = min(_MOST_W, sum(power_w) / len(power_w)) if power_w else 0.0
    for one in live.coming:
        at = one.begins_at + _STEP / 2
        yield Arrivals(
            arrives_at=at,
            departs_at=at + timedelta(seconds=one.stay_s),
            count=one.count,
            energy_wh=one.energy_wh,
            power_w=usual_w,
        )
