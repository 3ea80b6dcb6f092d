"""What feeders can shed and take, for grid companies and for whoever runs the site."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.api.errors import PROBLEM_ANSWER
from csms.api.grid import REFUSALS, Company
from csms.domain.flexibility import Agreement, Delivery, delivered
from csms.domain.grid_company import FeederRef
from csms.domain.grid_proof import ProofWanted
from csms.domain.site import PhaseAmps
from csms.service.flexibility_body import FlexibilityAnswer, flexibility_body
from csms.service.grid_parties import check_reach

router = APIRouter(responses={409: PROBLEM_ANSWER})

_PAGE: Final = 100


@router.get("/sites/{site_id}/feeders/{feeder_id}/flexibility", tags=["limits"])
async def read_flexibility(context: Context, site_id: str, feeder_id: str) -> FlexibilityAnswer:
    """What a feeder can shed and take from now on, with all that was promised delivered.

    It is found by planning again, some twenty times, and counts until the next plan. 409: it
    cannot be found out just now.
    """
    return flexibility_body(await context.flexibility.find(FeederRef(site_id, feeder_id)))


@router.get(
    "/grid/sites/{site_id}/feeders/{feeder_id}/flexibility",
    tags=["grid companies"],
    responses=REFUSALS,
)
async def read_own_flexibility(
    context: Context, company: Company, site_id: str, feeder_id: str
) -> FlexibilityAnswer:
    """What a feeder of the grid company can shed and take from now on."""
    ref = FeederRef(site_id, feeder_id)
    check_reach(company, ref)
    return flexibility_body(await context.flexibility.find(ref))


class WantedFlexibility(BaseModel):
    """What a grid company takes of what is on offer."""

    model_config = ConfigDict(extra="forbid")

    duration_s: float = Field(description="One of those on offer")
    shed_w: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        description="How much less is to be drawn on the mean, at most what is on offer"
    )


class FlexibilityAgreement(BaseModel):
    """What was agreed on, and what has come of it so far."""

    number: int
    agreed_at: AwareDatetime
    start_at: AwareDatetime
    end_at: AwareDatetime
    shed_w: float
    base_w: float = Field(
        description="What the feeder would have drawn by the plan that stood, with the building as "
        "it was then"
    )
    limit_a: PhaseAmps = Field(description="The limit that is in force for it, by line")
    measured_s: float = Field(description="For so many of its seconds all of it was measured")
    measured_w: float | None = Field(description="What the feeder drew in those, on the mean")
    delivered_w: float | None = Field(description="By how much that is below `base_w`")


@router.post(
    "/grid/sites/{site_id}/feeders/{feeder_id}/flexibility/agreements",
    tags=["grid companies"],
    responses=REFUSALS,
)
async def agree(
    context: Context, company: Company, site_id: str, feeder_id: str, wanted: WantedFlexibility
) -> FlexibilityAgreement:
    """Take what a feeder offers to shed; it becomes a limit block of the kind `agreed`.

    It begins with the offer, at a full quarter of an hour. 409: it is not on offer.
    """
    ref = FeederRef(site_id, feeder_id)
    agreement = await context.agreements.agree(company, ref, wanted.duration_s, wanted.shed_w)
    return _agreement(agreement, Delivery(measured_s=0.0, mean_w=None))


@router.get(
    "/grid/sites/{site_id}/feeders/{feeder_id}/flexibility/agreements",
    tags=["grid companies"],
    responses=REFUSALS,
)
async def list_agreements(
    context: Context,
    company: Company,
    site_id: str,
    feeder_id: str,
    limit: Annotated[int, Query(ge=1, le=_PAGE)] = 20,
) -> list[FlexibilityAgreement]:
    """What was agreed on, the newest first, with what was delivered of it."""
    ref = FeederRef(site_id, feeder_id)
    check_reach(company, ref)
    agreements = await context.reads.agreements(company.party_id, ref, limit)
    if not agreements:
        return []
    since = min(one.start_at for one in agreements)
    until = max(one.end_at for one in agreements)
    wanted = ProofWanted(site_id=site_id, feeder_id=feeder_id, since=since, until=until)
    quarters = (await context.reads.proof(wanted)).quarters
    w_per_a = context.agreements.w_per_a(ref)
    return [_agreement(one, delivered(one, quarters, w_per_a)) for one in agreements]


def _agreement(agreement: Agreement, delivery: Delivery) -> FlexibilityAgreement:
    mean_w = delivery.mean_w
    return FlexibilityAgreement(
        number=agreement.number,
        agreed_at=agreement.agreed_at,
        start_at=agreement.start_at,
        end_at=agreement.end_at,
        shed_w=round(agreement.shed_w),
        base_w=round(agreement.base_w),
        limit_a=agreement.limit_a,
        measured_s=round(delivery.measured_s, 1),
        measured_w=None if mean_w is None else round(mean_w),
        delivered_w=None if mean_w is None else round(agreement.base_w - mean_w),
    )
