"""Agreements on flexibility: an offer that a grid company takes becomes a block."""

from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.flexibility import Agreement
from csms.domain.grid_company import FeederRef, GridCompany
from csms.domain.grid_profile import BlockKind, BlockPhase, CapacityBlock, CapacityUnit
from csms.domain.limit_errors import NotOfferedError
from csms.domain.site import PhaseAmps
from csms.service.flexibility import Flexibility, FlexibilityDesk
from csms.service.grid_parties import check_own
from csms.service.grid_profiles import GridProfiles
from csms.service.measured_flows import measured_uncontrolled
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork
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
        """Let a feeder draw less or more for a while, if that is on offer, from its start on.

        Args:
            company: Whose wish it is.
            ref: Which feeder.
            duration_s: For how long: one of the offers' durations.
            shed_w: How much less, on the mean; below 0: so much more.

        Raises:
            NotYoursError: The feeder is not the company's to limit.
            NoEnvelopeError: It cannot be found out just now what is on offer.
            NotOfferedError: It is less than is asked for, or not for so long.
        """
        check_own(company, ref)
        found = await self._flexibility.find(ref)
        offer = _offer(found, duration_s, shed_w)
        now = self._clock.now()
        if offer is None or found.starts_at <= now:
            most_w = _most_w(found, duration_s, shed_w) if found.starts_at > now else 0.0
            raise NotOfferedError(str(ref), duration_s, abs(shed_w), most_w)
        agreement = Agreement(
            number=0,
            party=company.party_id,
            ref=ref,
            agreed_at=now.replace(microsecond=0),
            start_at=found.starts_at,
            end_at=found.starts_at + timedelta(seconds=duration_s),
            shed_w=shed_w,
            base_w=offer.base_w + self._building_w(ref, now),
            limit_a=None if shed_w < 0 else _between(offer, shed_w),
        )
        kind = BlockKind.AGREED_LEAST if agreement.is_absorbed else BlockKind.AGREED
        blocks = [*self._running(company, ref, kind, now), *_blocks(agreement)]
        await self._profiles.replace(company, ref, kind, blocks)
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

    def _running(
        self, company: GridCompany, ref: FeederRef, kind: BlockKind, now: datetime
    ) -> list[CapacityBlock]:
        """What was agreed on before and is not over."""
        agreed = self._profiles.parties.of(company).said_of(ref, kind)
        return [one for one in agreed if one.end_at is None or one.end_at > now]


def _most_w(found: Flexibility, duration_s: float, shed_w: float) -> float:
    """The most that is on offer for a duration: of less, or where more is asked for, of that."""
    offers = found.envelope.absorb if shed_w < 0 else found.envelope.shed
    offer = next((one for one in offers if one.duration_s == duration_s), None)
    change_w = 0.0 if offer is None else offer.change_w
    return max(0.0, change_w if shed_w < 0 else -change_w)


def _offer(found: Flexibility, duration_s: float, shed_w: float) -> Offer | None:
    """The offer that is enough, None if there is none."""
    offers = found.envelope.absorb if shed_w < 0 else found.envelope.shed
    offer = next((one for one in offers if one.duration_s == duration_s), None)
    is_enough = 0 < abs(shed_w) <= _most_w(found, duration_s, shed_w)
    has_limit = offer is not None and (shed_w < 0 or offer.limit_a is not None)
    return offer if is_enough and has_limit else None


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
    if agreement.limit_a is None:
        return [
            CapacityBlock(
                capacity=agreement.base_w - agreement.shed_w,
                unit=CapacityUnit.W,
                start_at=agreement.start_at,
                end_at=agreement.end_at,
            )
        ]
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
