"""What cannot wait for a plan: an overload is cut, and a newcomer gets what room is free.

Both are worked out from the books of the grid's guard, without a solver, and hold until the next
plans come. The plan that follows deals anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from math import floor
from typing import Final

from csms.domain.fallback import ways_to_root
from csms.domain.identity import EvseId, FeederId
from csms.domain.limits import TimedLimit
from csms.domain.site import Aim
from csms.service.dispatch import Target
from csms.service.electrics import near_s
from csms.service.grid_guard import Books, keep_books, near_shares
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.problem_builder import can_be_steered, most_a

_ROUNDING_A: Final = 1e-6
_SOON: Final = frozenset({Aim.EARLY, Aim.CALM, Aim.READY})
"""Aims under which a plan gives a vehicle what room there is; others may have it wait."""

Ways = Mapping[FeederId, tuple[FeederId, ...]]


def cuts(live: LiveSite, now: datetime) -> list[Target]:
    """Lower everybody in the same proportion, down to the fallbacks, where too much is allowed.

    Args:
        live: The site.
        now: The present instant, in whole seconds.
    """
    able = {key: evse for key, evse in live.evses.items() if _can_be_cut(live, evse, now)}
    lowered = {key: evse.allowance.bare() for key, evse in able.items()}
    shares, ways = near_shares(live, now, lowered), ways_to_root(live.site)
    targets = []
    for key, evse in able.items():
        place = evse.place
        share = min(shares[way][line - 1] for way in ways[place.feeder_id] for line in place.lines)
        if share < 1.0:
            cut = _cut(live, evse, share, now)
            if not _is_on_its_way(evse, cut, now):
                targets.append(Target(key, cut))
    return targets


def first_limits(live: LiveSite, newcomers: Iterable[EvseId], now: datetime) -> list[Target]:
    """Give vehicles that have just come what nobody else may draw, until the next plans come.

    Args:
        live: The site.
        newcomers: Where they are.
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
    is_limited = evse.place.is_installed and allowance.now_a(now) > allowance.standing_a
    return is_limited and can_be_steered(live, evse)


def _cut(live: LiveSite, evse: LiveEvse, share: float, now: datetime) -> TimedLimit:
    """What an EVSE holds, capped at a share of what it may draw above its fallback."""
    allowance, place = evse.allowance, evse.place
    least_a = allowance.standing_a
    amps = _whole(least_a + share * (allowance.now_a(now) - least_a))
    cap_a = max(least_a, amps) if amps >= place.min_a else least_a
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
