"""What feeders can shed and take, for grid companies and for whoever runs the site."""

from fastapi import APIRouter

from csms.api.dependencies import Context
from csms.api.errors import PROBLEM_ANSWER
from csms.api.grid import REFUSALS, Company
from csms.domain.grid_company import FeederRef
from csms.service.flexibility_body import FlexibilityAnswer, flexibility_body
from csms.service.grid_parties import check_reach

router = APIRouter(responses={409: PROBLEM_ANSWER})


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
