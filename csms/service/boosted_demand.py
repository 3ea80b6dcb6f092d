"""What a boosted vehicle is planned to get: as much as it takes, as if it might leave any moment.

A plan serves what may leave early early, and a higher class of urgency before all lower ones
(`smart_charging.claims`). So nothing but limits slows it down, whatever the site aims at.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from smart_charging.vehicle import Demand, Outcome

_URGENCY: Final = 1
"""Above all others."""
_LEAST: Final = timedelta(minutes=30)
"""It is planned to take at least what it can take in so much time: it goes on until it is full."""
_MAY_LEAVE_AFTER: Final = (
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
)
_S_PER_H: Final = 3600


def boosted(demand: Demand, most_w: float, now: datetime) -> Demand:
    """The demand of a vehicle that is to be charged as fast as all limits allow.

    Args:
        demand: As it would be without that.
        most_w: The most that its charger can give it.
        now: The present instant.
    """
    within = demand.departs_at - now
    reachable_wh = _energy_wh(most_w, within)
    wanted_wh = max(demand.energy_wh + demand.extra_wh, _energy_wh(most_w, _LEAST))
    energy_wh = min(wanted_wh, reachable_wh)
    stops = [stop for stop in _MAY_LEAVE_AFTER if stop < within]
    ways = [(now + stop, min(energy_wh, _energy_wh(most_w, stop))) for stop in stops]
    ways.append((demand.departs_at, energy_wh))
    return replace(
        demand,
        energy_wh=energy_wh,
        urgency=_URGENCY,
        outcomes=tuple(
            Outcome(probability=1 / len(ways), departs_at=at, energy_wh=wh) for at, wh in ways
        ),
    )


def _energy_wh(power_w: float, within: timedelta) -> float:
    return power_w * within.total_seconds() / _S_PER_H
