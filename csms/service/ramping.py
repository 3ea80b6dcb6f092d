"""Beginning ramps and looking after them: room on feeders that comes back gradually."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId
from csms.domain.ramp import Ramp, RampCause, return_delay
from csms.language.said import Said
from csms.service.feeder_limits import limit_now, ramp_rate
from csms.service.grid_guard import allowed_charging, room_for_charging
from csms.service.live_site import LiveSite
from csms.service.returns import WITHIN

logger = logging.getLogger(__name__)

_MINUTES: Final = round(WITHIN.total_seconds() / 60)


def begin_ramps(
    live: LiveSite, feeder_ids: Iterable[FeederId], cause: RampCause, now: datetime
) -> None:
    """Let what may be charged below feeders rise gradually, from what is allowed now.

    Who is about to be set up counts at its fallback, as it will hold that.
    """
    sure_a = allowed_charging(live, now, are_set_up=True)
    held_a = allowed_charging(live, now)
    for feeder_id in feeder_ids:
        live.ramps[feeder_id] = Ramp(
            from_a=sure_a[feeder_id],
            began_at=now,
            a_per_minute=ramp_rate(live, live.site.feeder(feeder_id), now),
            cause=cause,
            held_a=held_a[feeder_id],
        )
    live.mark()


def start_gradually(live: LiveSite, now: datetime) -> None:
    """The server has started: nothing rises at once above what is allowed already."""
    begin_ramps(live, [one.feeder_id for one in live.site.feeders], RampCause.START, now)


def look_after_ramps(live: LiveSite, now: datetime) -> None:
    """Answer the return of many stations, see what ramps hold, and drop those that are over.

    Whoever is about to raise a limit does this before. What was cut comes back gradually from when
    there is room again: until it is given back, the ramp follows the room.
    """
    _answer_returns(live, now)
    if (cut := live.guard.cut) is not None and cut.feeder_id is not None:
        _follow(live, cut.feeder_id, now)
    if not live.ramps:
        return
    held_a = allowed_charging(live, now)
    for feeder_id, ramp in list(live.ramps.items()):
        at_a, limit_a = ramp.at(now), limit_now(live, feeder_id, now)
        if all(amps >= limit for amps, limit in zip(at_a, limit_a, strict=True)):
            del live.ramps[feeder_id]
        else:
            live.ramps[feeder_id] = ramp.holding(held_a[feeder_id])


def _follow(live: LiveSite, feeder_id: FeederId, now: datetime) -> None:
    """Let a ramp go down with the room for charging at once, and up no faster than it may.

    It begins to rise when it is first seen that there is more room.
    """
    ramp = live.ramps.get(feeder_id)
    if ramp is not None and ramp.cause is not RampCause.CUT:
        return  # it rises from lower down
    room_a = room_for_charging(live, now)[feeder_id]
    at_most_a = room_a
    if ramp is not None:
        at_most_a = ramp.from_a if ramp.is_slack else ramp.at(now)
    first, second, third = map(min, room_a, at_most_a)
    live.ramps[feeder_id] = Ramp(
        from_a=(first, second, third),
        began_at=now,
        a_per_minute=ramp_rate(live, live.site.feeder(feeder_id), now),
        cause=RampCause.CUT,
        is_slack=(first, second, third) == room_a,
    )


def _answer_returns(live: LiveSite, now: datetime) -> None:
    news = live.returns.take()
    for station_id in news.stations & live.stations.keys():
        for evse in live.evses_of(station_id):
            delay_s = return_delay(evse.place.evse, live.site.control.return_delay_s)
            evse.return_delay_s = delay_s
    if not news.at:
        return
    begin_ramps(live, news.at, RampCause.RETURN, now)
    for feeder_id, found in news.at.items():
        name = live.site.feeder(feeder_id).name
        cause = Said(
            "%(count)s of %(total)s chargers below %(feeder)s have come back within %(time)s "
            "minutes",
            count=found.count,
            total=found.total,
            feeder=name,
            time=_MINUTES,
        )
        logger.warning("%s; what they may draw rises gradually", cause)
        event = GuardEvent(
            kind=GuardEventKind.RETURN,
            at=now,
            cause=cause,
            feeder_id=feeder_id,
            limit_a=min(limit_now(live, feeder_id, now)),
        )
        live.guard.note(event)
