"""Limits that the operator or the grid company put on feeders, beside those of the site files."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from csms.clock import Clock
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId, SiteId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.limit_errors import NotLimitedError
from csms.domain.site import PhaseAmps
from csms.language.said import Said
from csms.service.feeder_limits import limit_now
from csms.service.in_time import look_in_time, until_next_turn_s
from csms.service.least_load import least_load, shortfall
from csms.service.limit_turns import limit_changed, limited_before, wake
from csms.service.limit_words import PARTY_WORDS, amps_words, limited_to, no_longer_limits
from csms.service.live_site import LiveSite
from csms.service.ramping import start_gradually
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork
from csms.service.wanted_limits import WantedLimit, checked_limits

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imposed:
    """A limit that holds from now on, or later.

    Attributes:
        least_a: What the feeder may carry all the same, by line.
        warning: What that means, where the limit is lower; else empty.
    """

    limit: ImposedLimit
    least_a: PhaseAmps
    warning: str


class ImposedLimits:
    """Imposes limits, lifts them, and sees to it that they begin and end in time.

    Args:
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, sites: Sites, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._sites = sites
        self._open_uow = open_uow
        self._clock = clock
        self._turning = asyncio.Lock()
        self._news = asyncio.Event()
        self._looked_at = clock.now()

    def start(self) -> None:
        """The server has started: what may be charged rises gradually from what is allowed."""
        for live in self._sites:
            start_gradually(live, self._clock.now())

    async def run(self) -> None:
        """Let limits begin and end in time, until cancelled."""
        await look_in_time(
            self.look, self._wait_s, self._news, self._clock, "the limits of feeders"
        )

    async def impose(
        self,
        site_id: SiteId,
        feeder_id: FeederId,
        party: LimitParty,
        wanted: Sequence[WantedLimit],
    ) -> list[Imposed]:
        """Limit a feeder, in place of all that the same party has limited it to before.

        Limits of one party may hold at the same time; then the lowest counts.

        Returns:
            What holds from now on, or later, by its start.

        Raises:
            UnknownSiteError: There is no such site.
            UnknownFeederError: The site has no such feeder.
            InvalidInputError: A limit cannot be true.
        """
        live, now = self._sites.live(site_id), self._clock.now()
        feeder = live.site.feeder(feeder_id)
        limits = checked_limits(feeder_id, party, wanted, now)
        async with self._turning:
            async with self._open_uow() as uow:
                await uow.imposed_limits.replace(site_id, feeder_id, party, limits)
                await uow.commit()
            now = self._clock.now()
            before_a = limit_now(live, feeder_id, now)
            live.imposed[feeder_id, party] = limits
            limit_changed(live, feeder_id, before_a, now)
        for limit in limits:
            words = limited_to(limit, amps_words(limit.amps), live.site.timezone, now)
            _note(
                live,
                GuardEventKind.LIMIT_IMPOSED,
                limit,
                Said("%(feeder)s is %(limited)s", feeder=feeder.name, limited=words),
                now,
            )
        self._news.set()
        return [_imposed(live, limit, now) for limit in limits]

    async def lift(
        self,
        site_id: SiteId,
        feeder_id: FeederId,
        party: LimitParty,
        from_at: datetime | None = None,
    ) -> None:
        """Take a party's limits off a feeder; what may be charged rises gradually.

        Args:
            site_id: Of the feeder.
            feeder_id: Which one.
            party: Whose limits.
            from_at: When the only one begins that is to be lifted; None: all of them are.

        Raises:
            UnknownSiteError: There is no such site.
            UnknownFeederError: The site has no such feeder.
            NotLimitedError: The party has not limited it, or not from that instant on.
        """
        live = self._sites.live(site_id)
        feeder = live.site.feeder(feeder_id)
        async with self._turning:
            theirs = live.imposed.get((feeder_id, party), ())
            lifted = [one for one in theirs if from_at is None or one.from_at == from_at]
            if not lifted:
                raise NotLimitedError(feeder_id, PARTY_WORDS[party], from_at)
            words = no_longer_limits(party, feeder.name)
            if len(lifted) < len(theirs):
                words = Said(
                    "%(lifted)s to %(amps)s", lifted=words, amps=amps_words(lifted[0].amps)
                )
            await self._take_out(live, lifted, words)
        self._news.set()

    def in_force(self, site_id: SiteId) -> list[ImposedLimit]:
        """What a site's feeders are limited to, now or later.

        Raises:
            UnknownSiteError: There is no such site.
        """
        now, live = self._clock.now(), self._sites.live(site_id)
        limits = [
            one
            for feeder in live.site.feeders
            for party in LimitParty
            for one in live.imposed.get((feeder.feeder_id, party), ())
        ]
        return [one for one in limits if one.until_at is None or one.until_at > now]

    async def look(self) -> None:
        """Cut where a limit has begun since the last look, and take out what has ended."""
        now, looked_at = self._clock.now(), self._looked_at
        self._looked_at = now
        for live in self._sites:
            if any(looked_at < one.from_at <= now for one in _imposed_at(live)):
                wake(live, now)
            async with self._turning:
                ended = [one for one in _imposed_at(live) if one.until_at and one.until_at <= now]
                if ended:
                    await self._take_out(live, ended, "its time is over")

    async def _take_out(self, live: LiveSite, limits: Sequence[ImposedLimit], words: str) -> None:
        async with self._open_uow() as uow:
            for limit in limits:
                await uow.imposed_limits.drop(live.site.site_id, limit)
            await uow.commit()
        now = self._clock.now()
        for limit in limits:
            at = now if limit.until_at is None else min(now, limit.until_at)
            before_a = limited_before(limit_now(live, limit.feeder_id, now), limit, now)
            _forget(live, limit)
            limit_changed(live, limit.feeder_id, before_a, now)
            _note(live, GuardEventKind.LIMIT_LIFTED, limit, words, at)

    def _wait_s(self) -> float:
        own = (one for live in self._sites for one in _imposed_at(live))
        return until_next_turn_s(own, self._clock.now())


def _imposed_at(live: LiveSite) -> list[ImposedLimit]:
    """What is imposed here, and by no grid company's profile."""
    return [one for limits in live.imposed.values() for one in limits]


def _forget(live: LiveSite, limit: ImposedLimit) -> None:
    key = (limit.feeder_id, limit.party)
    left = tuple(one for one in live.imposed[key] if one != limit)
    if left:
        live.imposed[key] = left
    else:
        del live.imposed[key]


def _imposed(live: LiveSite, limit: ImposedLimit, now: datetime) -> Imposed:
    least_a = least_load(live, limit.feeder_id, max(limit.from_at, now), limit.until_at)
    return Imposed(limit=limit, least_a=least_a, warning=shortfall(limit.amps, least_a))


def _note(
    live: LiveSite, kind: GuardEventKind, limit: ImposedLimit, cause: str, at: datetime
) -> None:
    logger.info("%s: %s", kind, cause)
    live.guard.note(
        GuardEvent(
            kind=kind,
            at=at,
            cause=cause,
            feeder_id=limit.feeder_id,
            limit_a=min(limit.amps),
        )
    )
