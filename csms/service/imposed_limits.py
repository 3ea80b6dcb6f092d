"""Limits that the operator or the grid company put on feeders, beside those of the site files."""

import asyncio
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from csms.clock import Clock, wait_at_most
from csms.domain.errors import InvalidInputError, NotLimitedError
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId, SiteId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.ramp import RampCause
from csms.domain.site import PhaseAmps
from csms.service.feeder_limits import imposed_on, limit_now
from csms.service.grid_guard import is_overcommitted
from csms.service.least_load import least_load
from csms.service.limit_words import PARTY_WORDS, amps_words, limited_to
from csms.service.live_site import LiveSite
from csms.service.ports import OpenUnitOfWork
from csms.service.ramping import begin_ramps, start_gradually
from csms.service.sites import Sites

logger = logging.getLogger(__name__)

_MOST_A: Final = 10_000.0
_LINES: Final = 3
_LONGEST: Final = timedelta(days=366)
_MOST_CHARACTERS: Final = 200
_LOOK_EVERY_S: Final = 60.0
_SHORTEST_WAIT_S: Final = 0.05
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLimit:
    """What somebody wants a feeder to be limited to.

    Attributes:
        amps: One current for all lines, or one for each.
        from_at: When it begins; None: at once.
        until_at: When it ends by itself; None: when it is lifted.
        words: Why.
    """

    amps: Sequence[float]
    from_at: datetime | None = None
    until_at: datetime | None = None
    words: str = ""


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
        while True:
            try:
                await self.look()
            except Exception:  # what has ended binds no longer; it is taken out the next time
                logger.exception("could not look after the limits of feeders")
            await wait_at_most(self._clock, self._news, self._wait_s())
            self._news.clear()

    async def impose(
        self, site_id: SiteId, feeder_id: FeederId, party: LimitParty, wanted: WantedLimit
    ) -> Imposed:
        """Limit a feeder, in place of what the same party has limited it to before.

        Raises:
            UnknownSiteError: There is no such site.
            UnknownFeederError: The site has no such feeder.
            InvalidInputError: The limit cannot be true.
        """
        live, now = self._sites.live(site_id), self._clock.now()
        feeder = live.site.feeder(feeder_id)
        limit = _checked(feeder_id, party, wanted, now)
        async with self._turning:
            async with self._open_uow() as uow:
                await uow.imposed_limits.put(site_id, limit)
                await uow.commit()
            now = self._clock.now()
            before_a = limit_now(live, feeder_id, now)
            live.imposed[feeder_id, party] = limit
            self._changed(live, feeder_id, before_a, now)
        words = limited_to(limit, amps_words(limit.amps), live.site.timezone, now)
        _note(live, GuardEventKind.LIMIT_IMPOSED, limit, f"{feeder.name} is {words}", now)
        self._news.set()
        least_a = least_load(live, feeder_id, max(limit.from_at, now), limit.until_at)
        return Imposed(limit=limit, least_a=least_a, warning=_warning(limit, least_a))

    async def lift(self, site_id: SiteId, feeder_id: FeederId, party: LimitParty) -> None:
        """Take a party's limit off a feeder; what may be charged rises gradually.

        Raises:
            UnknownSiteError: There is no such site.
            UnknownFeederError: The site has no such feeder.
            NotLimitedError: The party has not limited it.
        """
        live = self._sites.live(site_id)
        feeder = live.site.feeder(feeder_id)
        async with self._turning:
            if (feeder_id, party) not in live.imposed:
                raise NotLimitedError(feeder_id, PARTY_WORDS[party])
            words = f"{PARTY_WORDS[party]} no longer limits {feeder.name}"
            await self._take_out(live, [live.imposed[feeder_id, party]], words)
        self._news.set()

    def in_force(self, site_id: SiteId) -> list[ImposedLimit]:
        """What a site's feeders are limited to, now or later.

        Raises:
            UnknownSiteError: There is no such site.
        """
        now, live = self._clock.now(), self._sites.live(site_id)
        limits = [one for feeder in live.site.feeders for one in imposed_on(live, feeder.feeder_id)]
        return [one for one in limits if one.until_at is None or one.until_at > now]

    async def look(self) -> None:
        """Cut where a limit has begun since the last look, and take out what has ended."""
        now, looked_at = self._clock.now(), self._looked_at
        self._looked_at = now
        for live in self._sites:
            if any(looked_at < one.from_at <= now for one in live.imposed.values()):
                _wake(live, now)
            async with self._turning:
                limits = live.imposed.values()
                ended = [one for one in limits if one.until_at and one.until_at <= now]
                if ended:
                    await self._take_out(live, ended, "its time is over")

    async def _take_out(self, live: LiveSite, limits: Sequence[ImposedLimit], words: str) -> None:
        async with self._open_uow() as uow:
            for limit in limits:
                await uow.imposed_limits.drop(live.site.site_id, limit.feeder_id, limit.party)
            await uow.commit()
        now = self._clock.now()
        for limit in limits:
            at = now if limit.until_at is None else min(now, limit.until_at)
            before_a = _lower(limit_now(live, limit.feeder_id, now), limit, now)
            del live.imposed[limit.feeder_id, limit.party]
            self._changed(live, limit.feeder_id, before_a, now)
            _note(live, GuardEventKind.LIMIT_LIFTED, limit, words, at)

    def _changed(
        self, live: LiveSite, feeder_id: FeederId, before_a: PhaseAmps, now: datetime
    ) -> None:
        """A limit may be another: what is too much is cut, what is free comes back gradually."""
        after_a = limit_now(live, feeder_id, now)
        if any(after > before for after, before in zip(after_a, before_a, strict=True)):
            begin_ramps(live, (feeder_id,), RampCause.LIMIT_OVER, now)
        _wake(live, now)

    def _wait_s(self) -> float:
        """How long until the next limit begins or ends, and no longer than a minute."""
        now = self._clock.now()
        turns = [
            (turn - now).total_seconds()
            for live in self._sites
            for one in live.imposed.values()
            for turn in (one.from_at, one.until_at)
            if turn is not None and turn > now
        ]
        return min(max(min(turns, default=_LOOK_EVERY_S), _SHORTEST_WAIT_S), _LOOK_EVERY_S)


def _checked(
    feeder_id: FeederId, party: LimitParty, wanted: WantedLimit, now: datetime
) -> ImposedLimit:
    """A limit that can be true, in whole seconds.

    Raises:
        InvalidInputError: It cannot be.
    """
    from_at = (wanted.from_at or now).astimezone(UTC).replace(microsecond=0)
    until_at = _rounded_up(wanted.until_at.astimezone(UTC)) if wanted.until_at else None
    latest = now + _LONGEST
    if from_at > latest:
        raise InvalidInputError("from", f"expected at most {_LONGEST.days} days ahead")
    if until_at is not None and until_at <= max(from_at, now):
        message = f"expected an instant after the start and after now ({now.isoformat()})"
        raise InvalidInputError("until", f"{message}, got {until_at.isoformat()}")
    if until_at is not None and until_at > latest:
        raise InvalidInputError("until", f"expected at most {_LONGEST.days} days ahead")
    words = wanted.words.strip()
    if len(words) > _MOST_CHARACTERS:
        message = f"expected at most {_MOST_CHARACTERS} characters, got {len(words)}"
        raise InvalidInputError("words", message)
    if not words.isprintable():
        raise InvalidInputError("words", "expected one line of text, got control characters")
    return ImposedLimit(
        feeder_id=feeder_id,
        party=party,
        amps=_by_line(wanted.amps),
        from_at=from_at,
        until_at=until_at,
        words=words,
    )


def _rounded_up(instant: datetime) -> datetime:
    whole = instant.replace(microsecond=0)
    return whole + _SECOND if instant.microsecond else whole


def _by_line(amps: Sequence[float]) -> PhaseAmps:
    if len(amps) not in (1, _LINES):
        raise InvalidInputError("amps", f"expected one current or 3, got {len(amps)}")
    if not all(math.isfinite(one) and 0 <= one <= _MOST_A for one in amps):
        raise InvalidInputError("amps", f"expected 0 to {_MOST_A:g} A on every line")
    first, second, third = amps if len(amps) == _LINES else (amps[0],) * _LINES
    return (float(first), float(second), float(third))


def _wake(live: LiveSite, now: datetime) -> None:
    """Let a controller cut at once where too much may be drawn, else plan anew."""
    if is_overcommitted(live, now):
        live.alarm()
    else:
        live.mark()


def _lower(limit_a: PhaseAmps, limit: ImposedLimit, now: datetime) -> PhaseAmps:
    """What a feeder was limited to while a limit was in force, if it ever was."""
    if limit.from_at > now:
        return limit_a
    first, second, third = map(min, limit_a, limit.amps)
    return (first, second, third)


def _warning(limit: ImposedLimit, least_a: PhaseAmps) -> str:
    lines = [
        f"{least:.1f} A on L{number}"
        for number, (amps, least) in enumerate(zip(limit.amps, least_a, strict=True), start=1)
        if amps < least
    ]
    if not lines:
        return ""
    return (
        f"The worst case of the building and the standing fallbacks below add up to "
        f"{', '.join(lines)}: more than this limit, and no charger is lowered below its fallback"
    )


def _note(
    live: LiveSite, kind: GuardEventKind, limit: ImposedLimit, cause: str, at: datetime
) -> None:
    logger.info("%s: %s", kind, cause)
    live.guard.note(
        GuardEvent(
            kind=kind,
            at=at,
            cause=cause[:1].upper() + cause[1:],
            feeder_id=limit.feeder_id,
            limit_a=min(limit.amps),
        )
    )
