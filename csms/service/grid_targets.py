"""What grid companies would like best of feeders, and what was agreed that these take at least."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

import numpy as np

from csms.domain.grid_company import BlockTarget, FeederRef
from csms.domain.grid_profile import BlockKind, CapacityBlock, WantedPower, whole_w
from csms.domain.identity import FeederId
from csms.domain.site import Site
from csms.service.costs import line_power_w
from csms.service.grid_parties import Party
from csms.service.live_site import LiveSite
from csms.service.measured_flows import measured_uncontrolled
from csms.service.planned_tariff import building_w
from csms.service.sun_watch import sun_w
from smart_charging.arrays import Array
from smart_charging.target import Target

_KINDS: Final = (BlockKind.OPTIMUM, BlockKind.AGREED_LEAST)


def wanted_by(party: Party, ref: FeederRef, site: Site) -> tuple[WantedPower, ...]:
    """What a party wants of a feeder. What is said of single lines is kept and shown only."""
    return tuple(
        WantedPower(
            watts=watts,
            start_at=block.start_at,
            end_at=block.end_at,
            is_least=kind is BlockKind.AGREED_LEAST,
        )
        for target, share in party.targets(ref)
        for kind, block in _blocks(party, target)
        if (watts := whole_w(block, site, share)) is not None
    )


def _blocks(party: Party, target: BlockTarget) -> Iterator[tuple[BlockKind, CapacityBlock]]:
    for kind in _KINDS:
        for block in party.said_of(target, kind):
            yield kind, block


def targets_of(live: LiveSite, edges: Sequence[datetime], now: datetime) -> tuple[Target, ...]:
    """What is wanted of a site's feeders in each slot, for the planner.

    Of several optima the lowest counts, of several agreements the highest.

    Args:
        live: The site.
        edges: Start of every slot, and the end of the last.
        now: The present instant.
    """
    wanted: defaultdict[tuple[FeederId, bool], list[WantedPower]] = defaultdict(list)
    for (feeder_id, _), theirs in live.wanted.items():
        for one in theirs:
            wanted[feeder_id, one.is_least].append(one)
    found = []
    for (feeder_id, is_least), powers in wanted.items():
        wanted_w = _by_slot(powers, edges, is_least=is_least)
        if not np.isnan(wanted_w).all():
            expected_w = base_w(live, feeder_id, edges, now)
            found.append(
                Target(feeder=feeder_id, wanted_w=wanted_w, base_w=expected_w, is_least=is_least)
            )
    return tuple(found)


def _by_slot(powers: Iterable[WantedPower], edges: Sequence[datetime], *, is_least: bool) -> Array:
    """What is wanted in the middle of each slot: [slot]."""
    choose = max if is_least else min
    middles = [start + (end - start) / 2 for start, end in pairwise(edges)]
    held = [[one.watts for one in powers if one.holds_at(at)] for at in middles]
    return np.array([choose(watts) if watts else np.nan for watts in held])


def base_w(live: LiveSite, feeder_id: FeederId, edges: Sequence[datetime], now: datetime) -> Array:
    """What a feeder is expected to carry that is not planned: [slot]."""
    if feeder_id == live.site.feeders[0].feeder_id:
        return building_w(live, edges, now) - sun_w(live, edges, now)
    measured_w = line_power_w(live.site, measured_uncontrolled(live, now)[feeder_id])
    return np.full(len(edges) - 1, measured_w)
