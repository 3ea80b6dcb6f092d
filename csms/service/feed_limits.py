"""What feeders may feed in, and what they do: for plans, for the guard, and for the record.

Fed in is what sun, batteries and sources give, less what is drawn, as meters show it. In doubt it
is more: load of which nothing fresh is known counts as nothing, and what gives as all that it can.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import inf
from typing import Final, TypeAlias

import numpy as np

from csms.domain.fallback import feeders_below
from csms.domain.fed_limit import FedLimit, Line, fed_limits, lowest_by_line, phase_w_per_a
from csms.domain.grid_company import BlockTarget, FeederRef
from csms.domain.grid_profile import BlockKind, CapacityBlock, stretched
from csms.domain.identity import FeederId
from csms.domain.resource import Photovoltaics, Quantity, ResourceId
from csms.domain.site import Site
from csms.service.electrics import measured_taps, near_s, tap_of_resource
from csms.service.grid_parties import Party
from csms.service.grid_targets import base_w
from csms.service.live_resource import LiveResource
from csms.service.live_site import LiveSite
from csms.service.measured_flows import measured_uncontrolled
from smart_charging.arrays import Array
from smart_charging.feed_limit import FeedLimit, share_on_line

_LINES: Final[tuple[Line, ...]] = (None, 1, 2, 3)
_NONE: Final[frozenset[ResourceId]] = frozenset()
ByLine: TypeAlias = Mapping[Line, float]
"""Watts, of all lines together (None) and of each."""


def generation_blocks(party: Party, target: BlockTarget) -> Iterator[tuple[CapacityBlock, bool]]:
    """A party's blocks of generation that count, and whether each is a fallback."""
    for block in party.said_of(target, BlockKind.GENERATION):
        yield block, False
    if party.is_silent:
        for block in stretched(party.said_of(target, BlockKind.FALLBACK_GENERATION)):
            yield block, True


def fed_by(party: Party, ref: FeederRef, site: Site) -> tuple[FedLimit, ...]:
    """What a party lets a feeder feed in."""
    return tuple(
        limit
        for target, share in party.targets(ref)
        for block, is_fallback in generation_blocks(party, target)
        for limit in fed_limits(block, site, share, party.company.name, is_fallback=is_fallback)
    )


def fed_limits_at(live: LiveSite, feeder_id: FeederId, at: datetime) -> Mapping[Line, FedLimit]:
    """The lowest limits on what a feeder feeds in at an instant, by line; empty: there are none."""
    return lowest_by_line(
        limit
        for (name, _), limits in live.fed.items()
        if name == feeder_id
        for limit in limits
        if limit.holds_at(at)
    )


def feed_limits_of(
    live: LiveSite, edges: Sequence[datetime], now: datetime, planned: frozenset[ResourceId]
) -> tuple[FeedLimit, ...]:
    """What a site's feeders may feed in in each slot, for the planner.

    Args:
        live: The site.
        edges: Start of every slot, and the end of the last.
        now: The present instant.
        planned: Resources that the plan decides on.
    """
    found = []
    for feeder_id in {name: None for name, _ in live.fed}:
        for line in _LINES:
            most_w = _most_w(live, feeder_id, line, edges)
            if np.isfinite(most_w).any():
                expected_w = _base_w(live, feeder_id, line, edges, now, planned)
                found.append(
                    FeedLimit(feeder=feeder_id, most_w=most_w, base_w=expected_w, line=line)
                )
    return tuple(found)


def fed_in_w(
    live: LiveSite, feeder_id: FeederId, now: datetime, planned: frozenset[ResourceId] | None = None
) -> ByLine:
    """What a feeder feeds in just now; below 0: it draws.

    Args:
        live: The site.
        feeder_id: Which feeder.
        now: The present instant.
        planned: None: all counts. Else no vehicle does, nor any of these resources.
    """
    site, below = live.site, feeders_below(live.site, feeder_id)
    load_a = measured_uncontrolled(live, now, is_proven=True)[feeder_id]
    per_a = phase_w_per_a(site)
    fed: dict[Line, float] = {line: -amps * per_a for line, amps in enumerate(load_a, start=1)}
    fed[None] = sum(fed.values())
    for key, one in live.resources.items():
        if one.resource.feeder_id in below and key not in (planned or _NONE):
            tap = tap_of_resource(site, one.resource)
            given_w = gives_at_most_w(live, one, now)
            for line in _LINES:
                fed[line] += given_w * share_on_line(tap, line)
    if planned is None:
        for line, watts in _charging_w(live, below, now).items():
            fed[line] -= watts
    return fed


def gives_at_most_w(live: LiveSite, one: LiveResource, now: datetime) -> float:
    """What a resource gives, as it tells; else the most that it can. Below 0: it draws."""
    told_w = one.reading(Quantity.POWER_W, now, live.site.control.reading_lives_s)
    return one.resource.gives_w if told_w is None else -told_w


def _charging_w(
    live: LiveSite, below: frozenset[FeederId] | set[FeederId], now: datetime
) -> ByLine:
    """What vehicles draw below a feeder, as far as it was measured."""
    drawn: dict[Line, float] = dict.fromkeys(_LINES, 0.0)
    per_a = phase_w_per_a(live.site)
    for evse in live.evses.values():
        station = live.stations[evse.place.evse.station_id]
        if evse.place.feeder_id not in below or evse.reading is None or not station.is_connected:
            continue
        drawn_a = evse.drawn_a(now, live.settled)
        if drawn_a is None:
            continue
        for tap, amps in measured_taps(live, evse, drawn_a):
            for line, phasor in enumerate(tap.phasors, start=1):
                watts = amps * phasor.real * per_a if tap.is_angle_known else 0.0
                drawn[line] += watts
                drawn[None] += watts
    return drawn


def _most_w(live: LiveSite, feeder_id: FeederId, line: Line, edges: Sequence[datetime]) -> Array:
    """The lowest limit of each slot: [slot]."""
    known = [
        one
        for (name, _), limits in live.fed.items()
        if name == feeder_id
        for one in limits
        if one.line == line
    ]
    return np.array(
        [
            min((one.watts for one in known if one.holds_within(*span)), default=inf)
            for span in pairwise(edges)
        ]
    )


def _base_w(
    live: LiveSite,
    feeder_id: FeederId,
    line: Line,
    edges: Sequence[datetime],
    now: datetime,
    planned: frozenset[ResourceId],
) -> Array:
    """What is expected to be drawn that is not planned, less what the sun gives: [slot].

    For as long as measurements count it is as they show; later as is usual.
    """
    now_w = -fed_in_w(live, feeder_id, now, planned)[line]
    later_w = base_w(live, feeder_id, edges, now) / (1.0 if line is None else 3.0)
    near_until = now + timedelta(seconds=near_s(live))
    return np.where([end_at <= near_until for end_at in edges[1:]], now_w, later_w)


def is_curtailable(one: LiveResource) -> bool:
    """Whether it is a roof that can be told to give less."""
    return isinstance(one.resource.kind, Photovoltaics) and one.resource.keeps_setpoints
