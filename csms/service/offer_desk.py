"""Answers who asks for flexibility: what is on offer, what was agreed on, what has come of it."""

from collections.abc import Sequence
from typing import Protocol

from csms.domain.flexibility import Agreement, Delivery, delivered
from csms.domain.grid_company import FeederRef, GridCompany, PartyId
from csms.domain.grid_proof import ProofRecord, ProofWanted
from csms.service.agreements import Agreements
from csms.service.flexibility import FlexibilityDesk
from csms.service.flexibility_body import (
    AgreementsAsked,
    FlexibilityAgreement,
    FlexibilityAnswer,
    WantedFlexibility,
    agreement_body,
    flexibility_body,
)
from csms.service.grid_parties import check_reach

_NOTHING_YET = Delivery(measured_s=0.0, mean_w=None)


class AgreementReads(Protocol):
    """Looks up what was agreed on, and how it was kept to."""

    async def agreements(
        self, party: PartyId, ref: FeederRef, limit: int, before: int | None = None
    ) -> Sequence[Agreement]:
        """What was agreed on with a grid company about a feeder, the newest first."""
        ...

    async def proof(self, wanted: ProofWanted) -> ProofRecord:
        """How one feeder kept to its limits."""
        ...


class OfferDesk:
    """Offers flexibility to whoever runs a site, and to grid companies for their own feeders.

    Args:
        flexibility: Finds out what feeders can shed and take.
        agreements: Lets grid companies take what is on offer.
        reads: Looks up what was agreed on.
    """

    def __init__(
        self, flexibility: FlexibilityDesk, agreements: Agreements, reads: AgreementReads
    ) -> None:
        self._flexibility = flexibility
        self._agreements = agreements
        self._reads = reads

    async def find(self, ref: FeederRef) -> FlexibilityAnswer:
        """What a feeder can do.

        Raises:
            UnknownSiteError: There is no such site.
            UnknownFeederError: The site has no such feeder.
            NoEnvelopeError: It cannot be found out just now.
        """
        return flexibility_body(await self._flexibility.find(ref))

    async def offer(self, company: GridCompany, ref: FeederRef) -> FlexibilityAnswer:
        """What a feeder of a grid company can do.

        Raises:
            NotYoursError: The feeder is not within the company's reach.
            NoEnvelopeError: It cannot be found out just now.
        """
        check_reach(company, ref)
        return await self.find(ref)

    async def agree(
        self, company: GridCompany, ref: FeederRef, wanted: WantedFlexibility
    ) -> FlexibilityAgreement:
        """Let a grid company take what a feeder offers; it becomes a block.

        Raises:
            NotYoursError: The feeder is not the company's to limit.
            NoEnvelopeError: It cannot be found out just now what is on offer.
            NotOfferedError: It is less than is asked for, or not for so long.
            InvalidInputError: Neither less nor more is asked for, or both.
        """
        made = await self._agreements.agree(company, ref, wanted.duration_s, wanted.less_w)
        return agreement_body(made, _NOTHING_YET)

    async def agreed(
        self, company: GridCompany, ref: FeederRef, asked: AgreementsAsked
    ) -> list[FlexibilityAgreement]:
        """What was agreed on, the newest first, with what was delivered of it.

        Raises:
            NotYoursError: The feeder is not within the company's reach.
        """
        check_reach(company, ref)
        agreements = await self._reads.agreements(company.party_id, ref, asked.limit, asked.before)
        if not agreements:
            return []
        wanted = ProofWanted(
            site_id=ref.site_id,
            feeder_id=ref.feeder_id,
            since=min(one.start_at for one in agreements),
            until=max(one.end_at for one in agreements),
        )
        quarters = (await self._reads.proof(wanted)).quarters
        w_per_a = self._agreements.w_per_a(ref)
        return [agreement_body(one, delivered(one, quarters, w_per_a)) for one in agreements]
