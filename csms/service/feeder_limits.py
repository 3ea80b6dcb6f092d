"""The limits of feeders as they are in force: of the site file, imposed, and rising gradually."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from csms.domain.identity import FeederId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.ramp import default_rate, risen
from csms.domain.site import Feeder, PhaseAmps
from csms.service.live_site import LiveSite
from smart_charging import feeder as planning
from smart_charging.arrays import Array
from smart_charging.currents import line_currents

INSTANT: Final = timedelta(seconds=1)
_MOST_TURNS: Final = 24
"""So many turns of imposed limits cut slots; at others, the lower limit holds for a whole slot."""


def limit_in_force(
    live: LiveSite, feeder: Feeder, start_at: datetime, end_at: datetime
) -> PhaseAmps:
    """The lowest limit of each line between two instants, whoever it is from."""
    least = feeder.limit.least(start_at, end_at, live.site.timezone)
    if held := live.held_limits.get(feeder.feeder_id):
        least = lower_of(least, held.least(start_at, end_at, live.site.timezone))
    for imposed in imposed_on(live, feeder.feeder_id):
        if imposed.holds_within(start_at, end_at):
            least = lower_of(least, imposed.amps)
    return least


def limit_now(live: LiveSite, feeder_id: FeederId, now: datetime) -> PhaseAmps:
    """The limit of each line at an instant."""
    return limit_in_force(live, live.site.feeder(feeder_id), now, now + INSTANT)


def limits_now(live: LiveSite, now: datetime) -> dict[FeederId, PhaseAmps]:
    """The limits of every feeder's lines at an instant."""
    until = now + INSTANT
    return {one.feeder_id: limit_in_force(live, one, now, until) for one in live.site.feeders}


def highest_limit(feeder: Feeder) -> PhaseAmps:
    """The highest limit that the site file ever has for each line."""
    limits = (feeder.limit.default, *(window.amps for window in feeder.limit.windows))
    first, second, third = (max(line) for line in zip(*limits, strict=True))
    return (first, second, third)


def imposed_on(live: LiveSite, feeder_id: FeederId) -> Iterator[ImposedLimit]:
    """What is imposed on a feeder, in force or to come."""
    if live.imposed:
        for party in LimitParty:
            yield from live.imposed.get((feeder_id, party), ())
    if live.profiles:
        for (limited, _), steps in live.profiles.items():
            if limited == feeder_id:
                yield from steps


def all_imposed(live: LiveSite) -> list[ImposedLimit]:
    """What is imposed on all feeders of a site, in force or to come."""
    theirs = (*live.imposed.values(), *live.profiles.values())
    return [one for limits in theirs for one in limits]


def binding_limit(
    live: LiveSite, feeder_id: FeederId, line: int, now: datetime
) -> ImposedLimit | None:
    """The imposed limit that binds a line of a feeder just now, None if the site file's does.

    Args:
        live: The site.
        feeder_id: Which feeder.
        line: 1 to 3.
        now: The present instant.
    """
    limits = [one for one in imposed_on(live, feeder_id) if one.holds_within(now, now + INSTANT)]
    lowest = min(limits, key=lambda one: one.amps[line - 1], default=None)
    own_a = live.site.feeder(feeder_id).limit.least(now, now + INSTANT, live.site.timezone)
    return lowest if lowest is not None and lowest.amps[line - 1] < own_a[line - 1] else None


def turns(live: LiveSite, after: datetime, before: datetime) -> list[datetime]:
    """When imposed limits begin or end between two instants; the first ones, if there are many.

    They begin to count when vehicles have to begin to follow.
    """
    limits = all_imposed(live)
    begins = {one.from_at - live.settled for one in limits}
    edges = begins | {one.until_at for one in limits if one.until_at}
    return sorted(edge for edge in edges if after < edge < before)[:_MOST_TURNS]


def changes(live: LiveSite, after: datetime, before: datetime) -> list[datetime]:
    """When limits or worst cases of the site file may change between two instants."""
    schedules = [feeder.limit for feeder in live.site.feeders]
    schedules += [one.uncontrolled.worst_case for one in live.site.feeders if one.uncontrolled]
    zone = live.site.timezone
    return sorted({turn for one in schedules for turn in one.turns(after, before, zone)})


def ramp_rate(live: LiveSite, feeder: Feeder, now: datetime) -> float:
    """How fast a feeder's lines rise after a limit, a return or a start, in A per minute."""
    said = live.site.control.ramp_a_per_min
    return default_rate(feeder.limit.at(now, live.site.timezone)) if said is None else said


def usable(
    live: LiveSite, feeders: tuple[planning.Feeder, ...], edges: Sequence[datetime]
) -> tuple[planning.Feeder, ...]:
    """The same feeders with limits that rise no faster than they may: nothing is raised above.

    Whether anything has to be cut is a matter of the limits in force alone.

    Args:
        live: The site.
        feeders: With the limits in force.
        edges: Start of every slot, and the end of the last.
    """
    ends = [one for one in all_imposed(live) if one.until_at and one.until_at < edges[-1]]
    if not live.ramps and not ends:
        return feeders
    uncontrolled = line_currents(feeders, []) if live.ramps else {}
    usable_a = {feeder.key: feeder.limit_a for feeder in feeders}
    for key, ramp in live.ramps.items():
        rising = np.array([ramp.usable_at(edge) for edge in edges[:-1]]).T
        usable_a[key] = np.minimum(usable_a[key], uncontrolled[key] + rising)
    for one in ends:
        usable_a[one.feeder_id] = np.minimum(usable_a[one.feeder_id], _after(live, one, edges))
    return tuple(replace(feeder, limit_a=usable_a[feeder.key]) for feeder in feeders)


def _after(live: LiveSite, imposed: ImposedLimit, edges: Sequence[datetime]) -> Array:
    """How the limit rises once an imposed one has ended: [line, slot]; without bound before."""
    until_at = imposed.until_at
    if until_at is None:
        raise ValueError(f"the limit of {imposed.party} on {imposed.feeder_id} has no end")
    rate = ramp_rate(live, live.site.feeder(imposed.feeder_id), until_at)
    return np.array(
        [
            risen(imposed.amps, until_at, rate, edge) if edge >= until_at else (np.inf,) * 3
            for edge in edges[:-1]
        ]
    ).T


def lower_of(one: PhaseAmps, other: PhaseAmps) -> PhaseAmps:
    """The lower of two currents on each line."""
    return (min(one[0], other[0]), min(one[1], other[1]), min(one[2], other[2]))
