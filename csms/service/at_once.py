"""What cannot wait for a plan: an overload is cut, and a newcomer gets what room is free.

Both are worked out from the books of the grid's guard, without a solver, and hold until the next
plans come. The plan that follows deals anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from math import floor
from typing import Final, TypeAlias

from csms.domain.fallback import ways_to_root
from csms.domain.identity import EvseId, FeederId
from csms.domain.limits import Allowance, TimedLimit
from csms.domain.site_policy import Aim
from csms.service.connector_bounds import bound_now_a, most_a
from csms.service.dispatch import Target
from csms.service.electrics import near_s
from csms.service.grid_guard import Books, keep_books, near_room, near_shares
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.problem_builder import can_be_steered, can_be_told
from smart_charging.arrays import Array

_ROUNDING_A: Final = 1e-6
_SOON: Final = frozenset({Aim.EARLY, Aim.CALM, Aim.READY})
"""Aims under which a plan gives a vehicle what room there is; others may have it wait."""

Ways: TypeAlias = Mapping[FeederId, tuple[FeederId, ...]]
Line: TypeAlias = tuple[FeederId, int]
"""A line of a feeder, from 1."""


def cuts(live: LiveSite, now: datetime) -> list[Target]:
    """Lower everybody in the same proportion where too much is allowed.

    Nobody is paused who can go on with the least current: some vehicles do not wake up again. Only
    where those do not fit either, some fall to their fallbacks, who has got the most first. So may
    whoever is on trial, though it counts at its rating until it has shown what it keeps to.

    Args:
        live: The site.
        now: The present instant, in whole seconds.
    """
    able = {key: evse for key, evse in live.evses.items() if _can_be_cut(live, evse, now)}
    lowered, lines = _lowered(live, able, now), _lines_of(live, able)
    shares = near_shares(live, now, lowered)
    targets = []
    for key, evse in able.items():
        share = min(shares[feeder_id][line - 1] for feeder_id, line in lines[key])
        least_a, present_a = lowered[key].now_a(now), evse.allowance.now_a(now)
        is_paused = least_a < min(present_a, evse.place.min_a)
        if share < 1.0 or is_paused:
            raised_a = 0.0 if is_paused else share * (present_a - least_a)
            cut = _cut(live, evse, max(least_a, _whole(least_a + raised_a)), now)
            if not _is_on_its_way(evse, cut, now):
                targets.append(Target(key, cut))
    return targets


def held_to_operator(live: LiveSite, lowered: Sequence[Target], now: datetime) -> list[Target]:
    """Lower connectors that may draw more than the operator lets them, now or later.

    Args:
        live: The site.
        lowered: What is lowered in any case.
        now: The present instant, in whole seconds.

    Returns:
        All that is lowered.
    """
    targets = {target.evse: target for target in lowered}
    for key, evse in live.evses.items():
        let_a = bound_now_a(evse, now)
        if let_a is None or not _can_be_cut(live, evse, now):
            continue
        if key in targets:
            targets[key] = Target(key, targets[key].limit.capped(let_a))
        elif any(evse.allowance.now_a(edge) > let_a for edge in (now, *evse.allowance.edges())):
            cut = _cut(live, evse, let_a, now)
            if not _is_on_its_way(evse, cut, now):
                targets[key] = Target(key, cut)
    return list(targets.values())


def first_limits(live: LiveSite, newcomers: Iterable[EvseId], now: datetime) -> list[Target]:
    """Give vehicles that have just come what nobody else may draw, until the next plans come.

    Args:
        live: The site.
        newcomers: Where they are, in the order in which they are served.
        now: The present instant, in whole seconds.
    """
    found = [live.evses[key] for key in newcomers if key in live.evses]
    waiting = [evse for evse in found if _waits(live, evse) and not evse.is_held_back(now)]
    if not waiting or live.site.policy.aim not in _SOON:
        return []
    until = now + timedelta(seconds=near_s(live))
    able = [(evse, most_a(live, evse, now)) for evse in waiting]
    return list(_dealt(able, keep_books(live, now, until), ways_to_root(live.site), until))


def _can_be_cut(live: LiveSite, evse: LiveEvse, now: datetime) -> bool:
    if evse.retry_at is not None and now < evse.retry_at:
        return False
    allowance = evse.allowance
    is_limited = evse.place.is_installed and allowance.told().now_a(now) > allowance.standing_a
    return is_limited and can_be_told(live, evse)


def _lowered(
    live: LiveSite, able: Mapping[EvseId, LiveEvse], now: datetime
) -> dict[EvseId, Allowance]:
    """The least that everybody is lowered to: the least current, or the fallback for some."""
    lowered = {
        key: evse.allowance.capped(max(evse.place.min_a, evse.allowance.standing_a))
        for key, evse in able.items()
    }
    lines = _lines_of(live, able)
    going = sorted(able, key=lambda key: (-_served_wh(able[key]), str(key)))
    while True:
        missing_a = _missing(near_room(live, now, lowered))
        paused = _to_pause(going, lowered, lines, missing_a, now)
        if not paused:
            return lowered
        for key in paused:
            going.remove(key)
            lowered[key] = able[key].allowance.bare()


def _to_pause(
    going: Sequence[EvseId],
    lowered: Mapping[EvseId, Allowance],
    lines: Mapping[EvseId, Sequence[Line]],
    missing_a: dict[Line, float],
    now: datetime,
) -> list[EvseId]:
    """Who falls to the fallback so that what is missing is found, as plain numbers at least."""
    paused = []
    for key in going:
        if not any(missing_a.get(line, 0.0) > _ROUNDING_A for line in lines[key]):
            continue
        allowance = lowered[key]
        freed_a = allowance.now_a(now) - allowance.standing_a
        if freed_a <= 0.0:
            continue
        paused.append(key)
        for line in lines[key]:
            missing_a[line] = missing_a.get(line, 0.0) - freed_a
    return paused


def _missing(room_a: Mapping[FeederId, Array]) -> dict[Line, float]:
    """What is too much, by line."""
    return {
        (feeder_id, line): -float(amps)
        for feeder_id, lines in room_a.items()
        for line, amps in enumerate(lines, start=1)
        if amps < -_ROUNDING_A
    }


def _lines_of(live: LiveSite, able: Mapping[EvseId, LiveEvse]) -> dict[EvseId, list[Line]]:
    """The lines that an EVSE loads, at every feeder above it."""
    ways = ways_to_root(live.site)
    return {
        key: list(product(ways[evse.place.feeder_id], evse.place.lines))
        for key, evse in able.items()
    }


def _served_wh(evse: LiveEvse) -> float:
    return evse.transaction.energy_wh if evse.transaction else 0.0


def _cut(live: LiveSite, evse: LiveEvse, cap_a: float, now: datetime) -> TimedLimit:
    """What an EVSE holds, capped."""
    allowance = evse.allowance
    limit = TimedLimit(starts_at=now, ends_at=max(allowance.edges()), steps=((0, cap_a),))
    return allowance.cut(limit, live.max_periods(evse))


def _is_on_its_way(evse: LiveEvse, cut: TimedLimit, now: datetime) -> bool:
    """Whether an EVSE was told already, and its answer is only not known."""
    uncertain = evse.allowance.uncertain
    told_a = uncertain[-1].at(now) if uncertain else None
    return told_a is not None and told_a <= (cut.at(now) or 0.0)


def _waits(live: LiveSite, evse: LiveEvse) -> bool:
    """Whether a vehicle has no limit yet and can be given one."""
    has_limits = bool(evse.allowance.edges())
    return evse.place.is_installed and not has_limits and can_be_steered(live, evse)


def _dealt(
    waiting: Iterable[tuple[LiveEvse, float]], books: Books, ways: Ways, until: datetime
) -> Iterator[Target]:
    """Whole amperes for one after the other, up to the most of each, as far as the room goes."""
    left_a = {
        key: (books.usable_a[key] - used).min(axis=1) for key, used in books.allowed_a.items()
    }
    for evse, at_most_a in waiting:
        place, standing_a = evse.place, evse.allowance.standing_a
        lines = [(way, line - 1) for way in ways[place.feeder_id] for line in place.lines]
        room_a = min(left_a[way][line] for way, line in lines)
        amps = min(_whole(standing_a + room_a), at_most_a)
        if amps < place.min_a or amps <= standing_a:
            continue
        for way, line in lines:
            left_a[way][line] -= amps - standing_a
        limit = TimedLimit(starts_at=books.edges[0], ends_at=until, steps=((0, amps),))
        yield Target(place.evse, limit)


def _whole(amps: float) -> float:
    """Whole amperes: many stations cut off the rest."""
    return float(floor(amps + _ROUNDING_A))
