"""Agreements on flexibility: an offer that a grid company takes becomes a limit block."""

from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.errors import NotOfferedError
from csms.domain.flexibility import Agreement
from csms.domain.grid_company import FeederRef, GridCompany
from csms.domain.grid_profile import BlockKind, BlockPhase, CapacityBlock, CapacityUnit
from csms.domain.site import PhaseAmps
from csms.service.flexibility import FlexibilityDesk
from csms.service.grid_parties import check_own
from csms.service.grid_profiles import GridProfiles
from csms.service.measured_flows import measured_uncontrolled
from csms.service.ports import OpenUnitOfWork
from csms.service.sites import Sites
from smart_charging.flexibility import Offer

_LINES: Final = 3
_PHASES: Final = (BlockPhase.ONE, BlockPhase.TWO, BlockPhase.THREE)


class Agreements:
    """Takes grid companies at their word when they want what was offered.

    Args:
        flexibility: Finds out what can be offered.
        profiles: Keeps blocks in force.
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self,
        flexibility: FlexibilityDesk,
        profiles: GridProfiles,
        sites: Sites,
        open_uow: OpenUnitOfWork,
        clock: Clock,
    ) -> None:
        self._flexibility = flexibility
        self._profiles = profiles
        self._sites = sites
        self._open_uow = open_uow
        self._clock = clock

    async def agree(
        self, company: GridCompany, ref: FeederRef, duration_s: float, shed_w: float
    ) -> Agreement:
        """Let a feeder draw less for a while, if that is on offer, from the next offer's start on.

        Raises:
            NotYoursError: The feeder is not the company's to limit.
            NoEnvelopeError: It cannot be found out just now what is on offer.
            NotOfferedError: It is less than is asked for, or not for so long.
        """
        check_own(company, ref)
        found = await self._flexibility.find(ref)
        offer = next((o for o in found.envelope.shed if o.duration_s == duration_s), None)
        if offer is None or offer.limit_a is None or not 0 < shed_w <= -offer.change_w:
            most_w = 0.0 if offer is None else max(0.0, -offer.change_w)
            raise NotOfferedError(str(ref), duration_s, shed_w, most_w)
        now = self._clock.now()
        if found.starts_at <= now:
            raise NotOfferedError(str(ref), duration_s, shed_w, 0.0)
        agreement = Agreement(
            number=0,
            party=company.party_id,
            ref=ref,
            agreed_at=now.replace(microsecond=0),
            start_at=found.starts_at,
            end_at=found.starts_at + timedelta(seconds=duration_s),
            shed_w=shed_w,
            base_w=offer.base_w + self._building_w(ref, now),
            limit_a=_between(offer, shed_w),
        )
        blocks = [*self._running(company, ref, now), *_blocks(agreement)]
        await self._profiles.replace(company, ref, BlockKind.AGREED, blocks)
        async with self._open_uow() as uow:
            kept = await uow.grid_agreements.add(agreement)
            await uow.commit()
        return kept

    def w_per_a(self, ref: FeederRef) -> float:
        """Power of one ampere on one line of a feeder."""
        return self._sites.live(ref.site_id).site.watts_per_ampere(_LINES) / _LINES

    def _building_w(self, ref: FeederRef, now: datetime) -> float:
        live = self._sites.live(ref.site_id)
        return sum(measured_uncontrolled(live, now)[ref.feeder_id]) * self.w_per_a(ref)

    def _running(self, company: GridCompany, ref: FeederRef, now: datetime) -> list[CapacityBlock]:
        """What was agreed on before and is not over."""
        agreed = self._profiles.parties.of(company).said_of(ref, BlockKind.AGREED)
        return [one for one in agreed if one.end_at is None or one.end_at > now]


def _between(offer: Offer, shed_w: float) -> PhaseAmps:
    """The limit that sheds so much of what is offered, to tenths."""
    assert offer.limit_a is not None  # noqa: S101 - it was looked at
    share = shed_w / -offer.change_w
    first, second, third = (
        round(base - share * (base - least), 1)
        for base, least in zip(offer.base_a, offer.limit_a, strict=True)
    )
    return (first, second, third)


def _blocks(agreement: Agreement) -> list[CapacityBlock]:
    return [
        CapacityBlock(
            capacity=amps,
            unit=CapacityUnit.A,
            phase=phase,
            start_at=agreement.start_at,
            end_at=agreement.end_at,
        )
        for phase, amps in zip(_PHASES, agreement.limit_a, strict=True)
    ]
