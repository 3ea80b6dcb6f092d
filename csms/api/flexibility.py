"""What feeders can shed and take, for grid companies and for whoever runs the site."""

from typing import Annotated

from fastapi import APIRouter, Query

from csms.api.dependencies import Context
from csms.api.errors import PROBLEM_ANSWER
from csms.api.grid import REFUSALS, Company
from csms.api.paging import PAGED, Page
from csms.domain.grid_company import FeederRef
from csms.service.flexibility_body import (
    AgreementsAsked,
    FlexibilityAgreement,
    FlexibilityAnswer,
    WantedFlexibility,
)

router = APIRouter(responses={409: PROBLEM_ANSWER})


@router.get("/sites/{site_id}/feeders/{feeder_id}/flexibility", tags=["limits"])
async def read_flexibility(context: Context, site_id: str, feeder_id: str) -> FlexibilityAnswer:
    """What a feeder can shed and take from now on, with all that was promised delivered.

    It is found by planning again, some twenty times, and counts until the next plan. 409: it
    cannot be found out just now.
    """
    return await context.flexibility.find(FeederRef(site_id, feeder_id))


@router.get(
    "/grid/sites/{site_id}/feeders/{feeder_id}/flexibility",
    tags=["grid companies"],
    responses=REFUSALS,
)
async def read_own_flexibility(
    context: Context, company: Company, site_id: str, feeder_id: str
) -> FlexibilityAnswer:
    """What a feeder of the grid company can shed and take from now on."""
    return await context.flexibility.offer(company, FeederRef(site_id, feeder_id))


@router.post(
    "/grid/sites/{site_id}/feeders/{feeder_id}/flexibility/agreements",
    tags=["grid companies"],
    responses=REFUSALS,
)
async def agree(
    context: Context, company: Company, site_id: str, feeder_id: str, wanted: WantedFlexibility
) -> FlexibilityAgreement:
    """Take what a feeder offers to shed, or to take; it becomes a block.

    Less is a limit block of the kind `agreed`; more one of `agreed_least`, which plans aim at.

    It begins with the offer, at a full quarter of an hour. 409: it is not on offer.
    """
    return await context.flexibility.agree(company, FeederRef(site_id, feeder_id), wanted)


@router.get(
    "/grid/sites/{site_id}/feeders/{feeder_id}/flexibility/agreements",
    tags=["grid companies"],
    responses={**REFUSALS, **PAGED},
)
async def list_agreements(
    context: Context,
    company: Company,
    site_id: str,
    feeder_id: str,
    page: Page,
    query: Annotated[AgreementsAsked, Query()],
) -> list[FlexibilityAgreement]:
    """What was agreed on, the newest first, with what was delivered of it."""
    agreed = await context.flexibility.agreed(company, FeederRef(site_id, feeder_id), query)
    if agreed:
        page.link_next(agreed, query.limit, before=agreed[-1].number)
    return agreed
