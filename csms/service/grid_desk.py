"""Answers grid companies: what their blocks mean, what is expected, what is in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from csms.clock import Clock
from csms.domain.grid_company import BlockTarget, FeederRef, GridCompany
from csms.domain.grid_profile import BlockKind, CapacityBlock, line_amps
from csms.domain.site import PhaseAmps
from csms.service.feeder_limits import highest_limit, limit_now, lower_of
from csms.service.grid_bodies import (
    Block,
    BlockAnswer,
    Blocks,
    BlocksAnswer,
    FeederAnswer,
    FeederLimitNow,
    ProfileAnswer,
    Standing,
)
from csms.service.grid_outlook import NewestPlan, Outlook, outlook_of
from csms.service.grid_parties import Party
from csms.service.grid_profiles import GridProfiles
from csms.service.least_load import least_load, shortfall
from csms.service.limit_words import limited_by
from csms.service.measured_flows import measured_load
from csms.service.sites import Sites

_AIMED_AT: Final = (
    "Plans aim at these blocks where they are of all lines, after promised energy and before cost"
)
_FED: Final = (
    "Plans keep to these blocks; where meters show that more is fed in, batteries, sources and "
    "roofs that can be told give less"
)


class GridDesk:
    """What grid companies may do, each by itself.

    Args:
        profiles: Keeps what they send in force.
        sites: All sites.
        newest: Finds a site's newest plan.
        clock: The time.

    Attributes:
        parties: All grid companies.
    """

    def __init__(
        self, profiles: GridProfiles, sites: Sites, newest: NewestPlan, clock: Clock
    ) -> None:
        self.parties = profiles.parties
        self._profiles = profiles
        self._sites = sites
        self._newest = newest
        self._clock = clock

    async def send(
        self,
        company: GridCompany,
        target: BlockTarget,
        kind: BlockKind,
        blocks: Sequence[CapacityBlock],
    ) -> BlocksAnswer:
        """Take blocks, and say what is expected to be drawn while they hold.

        Raises:
            NotYoursError: The feeder or group is not the company's to limit.
            InvalidInputError: A block cannot be true; nothing is changed.
        """
        kept = await self._profiles.replace(company, target, kind, blocks)
        party, now = self.parties.of(company), self._clock.now()
        shares = company.shares(target)
        outlooks = {ref: self._outlook(ref, now) for ref in shares}
        answers = [
            BlockAnswer(
                **_block(block).model_dump(),
                feeders=[
                    self._answer(block, kind, ref, share, outlooks[ref])
                    for ref, share in shares.items()
                ],
            )
            for block in kept
        ]
        return BlocksAnswer(
            party=company.party_id,
            kind=kind,
            note="" if kind.limits else _AIMED_AT if kind.aims else _FED,
            silent_at=party.silent_at,
            blocks=answers,
        )

    def now(self) -> datetime:
        """The present instant."""
        return self._clock.now()

    async def beat(self, company: GridCompany) -> Standing:
        """A grid company shows that it is there."""
        return _standing(await self._profiles.beat(company))

    def profile(self, company: GridCompany) -> ProfileAnswer:
        """All that a grid company has sent, and what its feeders may carry now."""
        party = self.parties.of(company)
        return ProfileAnswer(
            **_standing(party).model_dump(),
            in_force=self._in_force(company),
            profile=[
                Blocks(
                    site_id=target.site_id if isinstance(target, FeederRef) else None,
                    feeder_id=target.feeder_id if isinstance(target, FeederRef) else None,
                    group_id=None if isinstance(target, FeederRef) else target,
                    kind=kind,
                    blocks=[_block(one) for one in blocks],
                )
                for (target, kind), blocks in party.blocks.items()
                if blocks
            ],
        )

    def _in_force(self, company: GridCompany) -> list[FeederLimitNow]:
        now, shown = self._clock.now(), []
        for site_id in sorted({ref.site_id for ref in company.reach}):
            live = self._sites.live(site_id)
            loads = measured_load(live, now, is_proven=True)
            shown += [
                FeederLimitNow(
                    site_id=site_id,
                    feeder_id=feeder.feeder_id,
                    limit_a=limit_now(live, feeder.feeder_id, now),
                    limited_by=limited_by(live, feeder.feeder_id, now),
                    measured_a=_tenths(loads[feeder.feeder_id]),
                )
                for feeder in live.site.feeders
                if FeederRef(site_id, feeder.feeder_id) in company.reach
            ]
        return shown

    def _outlook(self, ref: FeederRef, now: datetime) -> Outlook | None:
        live, newest = self._sites.live(ref.site_id), self._newest(ref.site_id)
        return outlook_of(live, ref.feeder_id, newest, now)

    def _answer(
        self,
        block: CapacityBlock,
        kind: BlockKind,
        ref: FeederRef,
        share: float,
        outlook: Outlook | None,
    ) -> FeederAnswer:
        live, now = self._sites.live(ref.site_id), self._clock.now()
        limit_a = None
        if kind.limits:
            most_a = highest_limit(live.site.feeder(ref.feeder_id))
            limit_a = lower_of(line_amps(block, live.site, share), most_a)
        least_a = least_load(live, ref.feeder_id, max(block.start_at, now), block.end_at)
        expected = outlook.expected(block, limit_a) if outlook else None
        return FeederAnswer(
            site_id=ref.site_id,
            feeder_id=ref.feeder_id,
            limit_a=limit_a,
            expected_a=expected and expected.amps,
            expected_w=expected and expected.watts,
            least_a=least_a,
            warning=shortfall(limit_a, least_a) if limit_a else "",
        )


def _standing(party: Party) -> Standing:
    return Standing(
        party=party.company.party_id,
        name=party.company.name,
        heard_at=party.heard_at,
        silent_at=party.silent_at,
        is_silent=party.is_silent,
    )


def _block(block: CapacityBlock) -> Block:
    return Block(
        capacity=block.capacity,
        unit=block.unit,
        phase=block.phase,
        start_time=block.start_at,
        end_time=block.end_at,
    )


def _tenths(amps: PhaseAmps) -> PhaseAmps:
    first, second, third = (round(one, 1) for one in amps)
    return (first, second, third)
