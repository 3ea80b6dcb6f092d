"""Capacity profiles of grid companies: taken, kept, and in force as limits of feeders."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.grid_company import BlockTarget, FeederRef, GridCompany
from csms.domain.grid_profile import BlockKind, CapacityBlock, limit_course, line_amps, stretched
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.language.said import Said
from csms.service.feed_limits import fed_by
from csms.service.feeder_limits import highest_limit, limit_now
from csms.service.grid_blocks import checked_blocks
from csms.service.grid_parties import GridParties, Party, check_own
from csms.service.grid_targets import wanted_by
from csms.service.in_time import look_in_time, until_next_turn_s
from csms.service.limit_turns import limit_changed, limited_before, wake
from csms.service.limit_words import amps_words, limited_to
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_AHEAD: Final = timedelta(hours=36)
"""Plans reach a day ahead; later blocks are put in force as their time comes."""
_SHORTEST_WAIT_S: Final = 0.05
_UNHEARD: Final = Said("while nothing is heard of it")
_Steps = tuple[ImposedLimit, ...]


class GridProfiles:
    """Takes what grid companies send, and keeps it in force.

    A limit of theirs is one of several on a feeder: the lowest counts.

    Args:
        parties: The grid companies, filled by `load`.
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.

    Attributes:
        parties: The same.
    """

    def __init__(
        self, parties: GridParties, sites: Sites, open_uow: OpenUnitOfWork, clock: Clock
    ) -> None:
        self.parties = parties
        self._sites = sites
        self._open_uow = open_uow
        self._clock = clock
        self._turning = asyncio.Lock()
        self._news = asyncio.Event()
        self._looked_at = clock.now()

    async def load(self) -> None:
        """Go on with what was sent before the start. Who was not heard of since is silent."""
        async with self._open_uow() as uow:
            blocks, heard = await uow.grid.blocks(), await uow.grid.heard()
        for (party_id, target, kind), theirs in blocks.items():
            party = self.parties.find(party_id)
            if party is None or not party.company.shares(target):
                logger.warning("blocks of %s for %s count no more", party_id, target)
            else:
                party.blocks[target, kind] = theirs
        now = self._clock.now()
        for party in self.parties:
            party.heard_at = heard.get(party.company.party_id)
            self._see_whether_silent(party, now)
            for ref in party.company.reach:
                self._put(party, ref, self._course(party, ref, now))
                self._aim(party, ref)
                self._feed(party, ref)

    async def run(self) -> None:
        """Let blocks begin and end in time, and see who falls silent, until cancelled."""
        await look_in_time(
            self.look, self._wait_s, self._news, self._clock, "the profiles of grid companies"
        )

    async def replace(
        self,
        company: GridCompany,
        target: BlockTarget,
        kind: BlockKind,
        blocks: Sequence[CapacityBlock],
    ) -> tuple[CapacityBlock, ...]:
        """Take a grid company's blocks of a kind, in place of all that it had sent of it.

        It is also a sign of life. Returns once they are kept and in force.

        Returns:
            The blocks as they count.

        Raises:
            NotYoursError: The feeder or group is not the company's to limit.
            InvalidInputError: A block cannot be true; nothing is changed.
        """
        check_own(company, target)
        now, shares = self._clock.now(), company.shares(target)
        sites = [(self._sites.live(ref.site_id).site, share) for ref, share in shares.items()]
        checked = checked_blocks(blocks, sites, now)
        async with self._turning:
            async with self._open_uow() as uow:
                await uow.grid.replace(company.party_id, target, kind, checked)
                await uow.grid.note_heard(company.party_id, now)
                await uow.commit()
            party = self.parties.of(company)
            party.blocks[target, kind] = checked
            self._heard(party)
            for ref in shares:
                self._turn_as_said(party, ref, self._clock.now())
                if kind.aims:
                    self._aim(party, ref)
                if kind.feeds:
                    self._feed(party, ref)
                if kind.aims or kind.feeds:
                    self._sites.live(ref.site_id).mark()
        self._news.set()
        return checked

    async def beat(self, company: GridCompany) -> Party:
        """A grid company shows that it is there.

        Returns:
            How it stands now.
        """
        party = self.parties.of(company)
        async with self._turning:
            self._heard(party)  # it is there, whether that can be kept or not
            assert party.heard_at is not None  # noqa: S101 - just now
            async with self._open_uow() as uow:
                await uow.grid.note_heard(company.party_id, party.heard_at)
                await uow.commit()
        self._news.set()
        return party

    async def look(self) -> None:
        """Put in force what has begun since the last look, and take out what has ended."""
        async with self._turning:
            now, looked_at = self._clock.now(), self._looked_at
            self._looked_at = now
            for party in self.parties:
                self._see_whether_silent(party, now)
                for ref in party.company.reach:
                    known, steps = self._turn(party, ref, now)
                    if any(looked_at < one.from_at <= now for one in steps):
                        wake(self._sites.live(ref.site_id), now)
                    if steps and not known:
                        self._note_imposed(steps, ref, now)
                    elif known and not steps:
                        self._note_lifted(party, ref, now)

    def _heard(self, party: Party) -> None:
        now = self._clock.now()
        party.heard_at = now
        self._see_whether_silent(party, now)

    def _see_whether_silent(self, party: Party, now: datetime) -> None:
        """Its fallbacks count from when it is silent until it is heard of again."""
        silent_at = party.silent_at
        is_silent = silent_at is not None and silent_at <= now
        if is_silent == party.is_silent:
            return
        party.is_silent = is_silent
        kind = GuardEventKind.GRID_SILENT if is_silent else GuardEventKind.GRID_BACK
        words = _silence_words(party)
        logger.warning("%s", words) if is_silent else logger.info("%s", words)
        for site_id in {ref.site_id for ref in party.company.reach}:
            self._sites.live(site_id).guard.note(GuardEvent(kind=kind, at=now, cause=words))
        for ref in party.company.reach:
            self._turn(party, ref, now)
            if self._feed(party, ref):
                self._sites.live(ref.site_id).mark()

    def _turn_as_said(self, party: Party, ref: FeederRef, now: datetime) -> None:
        """The same, after the party has said something; note what that has changed."""
        known, steps = self._turn(party, ref, now)
        left = tuple(one for one in known if one.until_at is None or one.until_at > now)
        if steps and steps != left:
            self._note_imposed(steps, ref, now)
        elif known and not steps:
            self._note_lifted(party, ref, now)

    def _turn(self, party: Party, ref: FeederRef, now: datetime) -> tuple[_Steps, _Steps]:
        """Put in force what a party says of a feeder as of now; return what was, and what is."""
        live, known = self._sites.live(ref.site_id), self._in_force(party, ref)
        steps = self._course(party, ref, now)
        if steps != known:
            before_a = limit_now(live, ref.feeder_id, now)
            for one in known:
                if one.until_at is not None and one.until_at <= now:
                    before_a = limited_before(before_a, one, now)
            self._put(party, ref, steps)
            limit_changed(live, ref.feeder_id, before_a, now)
        return known, steps

    def _course(self, party: Party, ref: FeederRef, now: datetime) -> _Steps:
        """What a party says of a feeder, now and for as long as plans reach."""
        site = self._sites.live(ref.site_id).site
        blocks = [
            (block, line_amps(block, site, share))
            for target, share in party.targets(ref)
            for block in _holding(party, target)
        ]
        most_a = highest_limit(site.feeder(ref.feeder_id))
        return tuple(
            ImposedLimit(
                feeder_id=ref.feeder_id,
                party=LimitParty.GRID_COMPANY,
                amps=step.amps,
                from_at=step.start_at,
                until_at=step.end_at,
                words=_UNHEARD if party.is_silent else "",
                by=party.company.name,
            )
            for step in limit_course(blocks, now, now + _AHEAD, most_a)
        )

    def _in_force(self, party: Party, ref: FeederRef) -> _Steps:
        live = self._sites.live(ref.site_id)
        return live.profiles.get((ref.feeder_id, party.company.party_id), ())

    def _put(self, party: Party, ref: FeederRef, steps: _Steps) -> None:
        live, key = self._sites.live(ref.site_id), (ref.feeder_id, party.company.party_id)
        if steps:
            live.profiles[key] = steps
        else:
            live.profiles.pop(key, None)

    def _aim(self, party: Party, ref: FeederRef) -> None:
        """Let plans know what a party wants of a feeder beside its limits."""
        live, key = self._sites.live(ref.site_id), (ref.feeder_id, party.company.party_id)
        live.wanted[key] = wanted_by(party, ref, live.site)

    def _feed(self, party: Party, ref: FeederRef) -> bool:
        """Limit what a feeder feeds in as a party says; return whether that is another limit."""
        live, key = self._sites.live(ref.site_id), (ref.feeder_id, party.company.party_id)
        before, limits = live.fed.get(key, ()), fed_by(party, ref, live.site)
        if limits:
            live.fed[key] = limits
        else:
            live.fed.pop(key, None)
        return limits != before

    def _note_imposed(self, steps: _Steps, ref: FeederRef, now: datetime) -> None:
        live, first = self._sites.live(ref.site_id), steps[0]
        name = live.site.feeder(ref.feeder_id).name
        words = limited_to(first, amps_words(first.amps), live.site.timezone, now)
        cause = Said("%(feeder)s is %(limited)s", feeder=name, limited=words)
        if len(steps) > 1:
            cause = Said.of(
                "%(first)s, and otherwise once later",
                "%(first)s, and otherwise %(n)s times later",
                len(steps) - 1,
                first=cause,
            )
        live.guard.note(
            GuardEvent(
                kind=GuardEventKind.LIMIT_IMPOSED,
                at=now,
                cause=cause,
                feeder_id=ref.feeder_id,
                limit_a=min(first.amps),
            )
        )

    def _note_lifted(self, party: Party, ref: FeederRef, now: datetime) -> None:
        live = self._sites.live(ref.site_id)
        name = live.site.feeder(ref.feeder_id).name
        live.guard.note(
            GuardEvent(
                kind=GuardEventKind.LIMIT_LIFTED,
                at=now,
                cause=Said(
                    "%(company)s no longer limits %(feeder)s",
                    company=party.company.name,
                    feeder=name,
                ),
                feeder_id=ref.feeder_id,
            )
        )

    def _wait_s(self) -> float:
        """How long until the next block begins or ends, or a party falls silent."""
        now = self._clock.now()
        steps = (one for live in self._sites for of in live.profiles.values() for one in of)
        silences = [
            (party.silent_at - now).total_seconds()
            for party in self.parties
            if party.silent_at is not None and not party.is_silent
        ]
        return max(min([until_next_turn_s(steps, now), *silences]), _SHORTEST_WAIT_S)


def _holding(party: Party, target: BlockTarget) -> Iterator[CapacityBlock]:
    """Its blocks that limit what is drawn; what it said before it fell silent stays said."""
    yield from party.said_of(target, BlockKind.CONSUMPTION)
    yield from party.said_of(target, BlockKind.AGREED)
    if party.is_silent:
        yield from stretched(party.said_of(target, BlockKind.FALLBACK))


def _silence_words(party: Party) -> str:
    name = party.company.name
    if not party.is_silent:
        return Said(
            "%(company)s is heard of again: its fallback blocks count no more", company=name
        )
    return Said(
        "Nothing is heard of %(company)s for more than %(s)g s: its fallback blocks count as well, "
        "until it is heard of again",
        company=name,
        s=party.company.heartbeat_s,
    )
