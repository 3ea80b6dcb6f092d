"""Has less given where a feeder feeds in more than it may: by what meters show, without a plan.

Batteries give less first, which loses nothing, then sources that stand by, then roofs that can be
told to. Such a roof is told beforehand as well how much it may give, so that it does not give more
when a cloud goes by.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from csms.domain.fallback import feeders_below
from csms.domain.fed_limit import FedLimit, Line
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId
from csms.domain.resource import Battery, Photovoltaics, Setpoint, StandbySource
from csms.language.said import Said
from csms.service.electrics import near_s, tap_of_resource
from csms.service.feed_limits import (
    fed_in_w,
    fed_limits_at,
    gives_at_most_w,
    is_curtailable,
)
from csms.service.live_resource import LiveResource
from csms.service.live_site import LiveSite
from smart_charging.feed_limit import share_on_line

_ORDER: Final = (Battery, StandbySource, Photovoltaics)
"""Who gives less first."""
_MARGIN: Final = 0.02
_LEAST_MARGIN_W: Final = 50.0
"""Kept free, as meters round and roofs follow within a few percent."""


class FeedWatch:
    """Keeps what a site's feeders feed in within its limits.

    Args:
        live: The site.
    """

    def __init__(self, live: LiveSite) -> None:
        self._live = live
        self._cut_since: dict[FeederId, datetime] = {}

    def look(self, now: datetime) -> None:
        """Look once."""
        if not self._live.fed:
            return
        for feeder_id in {name: None for name, _ in self._live.fed}:
            limits = fed_limits_at(self._live, feeder_id, now)
            if limits:
                self._keep(feeder_id, list(limits.values()), now)
            else:
                self._let_go(feeder_id, now)

    def _keep(self, feeder_id: FeederId, limits: Sequence[FedLimit], now: datetime) -> None:
        fed = fed_in_w(self._live, feeder_id, now)
        over_w = {one.line: fed[one.line] - one.watts for one in limits}
        if max(over_w.values()) > _LEAST_MARGIN_W:
            self._note(feeder_id, limits, over_w, now)
            self._cut(feeder_id, over_w, now)
            return
        self._cut_since.pop(feeder_id, None)
        self._cap_roofs(feeder_id, limits, over_w, now)

    def _cut(self, feeder_id: FeederId, over_w: dict[Line, float], now: datetime) -> None:
        """Have less given until nothing is too much."""
        live, left_w = self._live, dict(over_w)
        for one in self._givers(feeder_id, now):
            gives_w = self._given_w(one, now)
            less_w = min(max(self._share(one, left_w), 0.0), gives_w)
            if less_w <= 0.0:
                continue
            new_w = gives_w - less_w
            kind = one.resource.kind
            if isinstance(kind, StandbySource) and new_w < kind.least_w:
                new_w, less_w = 0.0, gives_w
            self._tell(one, -new_w, now)
            tap = tap_of_resource(live.site, one.resource)
            left_w = {line: w - less_w * share_on_line(tap, line) for line, w in left_w.items()}

    def _cap_roofs(
        self,
        feeder_id: FeederId,
        limits: Sequence[FedLimit],
        over_w: dict[Line, float],
        now: datetime,
    ) -> None:
        """Tell roofs how much they may give beside what is drawn just now."""
        roofs = [one for one in self._givers(feeder_id, now, all_roofs=True) if is_curtailable(one)]
        if not roofs:
            return
        free = {
            one.line: -over_w[one.line] - max(_MARGIN * one.watts, _LEAST_MARGIN_W)
            for one in limits
        }
        for one in roofs:
            more_w = -self._share(one, {line: -w / len(roofs) for line, w in free.items()})
            cap_w = max(gives_at_most_w(self._live, one, now) + more_w, 0.0)
            self._tell(one, -min(cap_w, one.resource.gives_w), now)

    def _let_go(self, feeder_id: FeederId, now: datetime) -> None:
        """Nothing limits it any more: roofs may give all that they can."""
        self._cut_since.pop(feeder_id, None)
        for one in self._givers(feeder_id, now, all_roofs=True):
            newest, most_w = one.newest, one.resource.gives_w
            is_held = newest is not None and newest.until_at > now and newest.watts > -most_w
            if is_curtailable(one) and is_held:
                self._tell(one, -most_w, now)

    def _givers(
        self, feeder_id: FeederId, now: datetime, *, all_roofs: bool = False
    ) -> list[LiveResource]:
        """Resources below a feeder that give and can be told, in the order in which they give less.

        Args:
            feeder_id: Which feeder.
            now: The present instant.
            all_roofs: Also roofs that give nothing just now.
        """
        below = feeders_below(self._live.site, feeder_id)
        lives_s = self._live.site.control.reading_lives_s
        found = [
            one
            for one in self._live.resources.values()
            if one.resource.feeder_id in below
            and isinstance(one.resource.kind, _ORDER)
            and one.is_steered(now, lives_s)
            and (all_roofs or self._given_w(one, now) > 0)
        ]
        return sorted(found, key=lambda one: _ORDER.index(type(one.resource.kind)))

    def _given_w(self, one: LiveResource, now: datetime) -> float:
        """What it gives, or will as soon as it has followed; not below 0."""
        gives_w, newest = gives_at_most_w(self._live, one, now), one.newest
        if isinstance(one.resource.kind, Photovoltaics) or newest is None or newest.until_at <= now:
            return max(gives_w, 0.0)
        return max(gives_w, -newest.watts, 0.0)

    def _share(self, one: LiveResource, over_w: dict[Line, float]) -> float:
        """By how much it has to give less so that no line has too much by it."""
        tap = tap_of_resource(self._live.site, one.resource)
        shares = {line: share_on_line(tap, line) for line in over_w}
        return max(
            (w / shares[line] for line, w in over_w.items() if shares[line] > 0), default=0.0
        )

    def _tell(self, one: LiveResource, watts: float, now: datetime) -> None:
        """Tell it, unless it was told the same, and that lives long enough."""
        newest, lives = one.newest, timedelta(seconds=near_s(self._live))
        is_alive = newest is not None and newest.until_at > now + lives / 2
        if newest is not None and is_alive:
            differs_w = abs(newest.watts - watts)
            if differs_w <= max(_MARGIN * one.resource.gives_w, _LEAST_MARGIN_W):
                return
        one.tell(Setpoint(round(watts, 1) + 0.0, now, now + lives))
        one.planned = Said(
            "May give %(kw).1f kW: what is fed in is limited", kw=max(-watts, 0.0) / 1000
        )
        self._live.setpoints_due[one.resource.resource_id] = None
        self._live.setpoints.set()

    def _note(
        self,
        feeder_id: FeederId,
        limits: Sequence[FedLimit],
        over_w: dict[Line, float],
        now: datetime,
    ) -> None:
        """Note once that less has to be given, and let the plan deal anew."""
        if feeder_id in self._cut_since:
            return
        self._cut_since[feeder_id] = now
        worst = max(limits, key=lambda one: over_w[one.line])
        cause = Said(
            "%(feeder)s feeds in %(kw).1f kW of the %(most).1f kW that %(company)s allows; "
            "batteries and roofs are told to give less",
            feeder=self._live.site.feeder(feeder_id).name,
            kw=(worst.watts + over_w[worst.line]) / 1000,
            most=worst.watts / 1000,
            company=worst.by,
        )
        event = GuardEvent(
            kind=GuardEventKind.FED_CUT, at=now, cause=cause, feeder_id=feeder_id, line=worst.line
        )
        self._live.guard.note(event)
        self._live.mark()
