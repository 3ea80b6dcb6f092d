"""What grid companies send, each with a token of its own, and what they are answered."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from csms.api.callers import CallerNow
from csms.api.dependencies import Context
from csms.api.errors import PROBLEM_ANSWER
from csms.domain.grid_company import FeederRef, GridCompany
from csms.domain.grid_profile import BlockKind
from csms.service.grid_bodies import Beat, BlocksAnswer, ProfileAnswer, Standing, WantedBlocks

REFUSALS: Final[dict[int | str, dict[str, Any]]] = {401: PROBLEM_ANSWER, 403: PROBLEM_ANSWER}
_BEARER: Final = HTTPBearer(
    scheme_name="grid company",
    description="The token of a grid company, made by `chargeflex grid token`",
    auto_error=False,
)

router = APIRouter(prefix="/grid", tags=["grid companies"], responses=REFUSALS)


async def _company(
    context: Context,
    caller: CallerNow,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> GridCompany:
    """Whoever asks."""
    if caller.party_id is not None and (party := context.grid.parties.find(caller.party_id)):
        return party.company
    return context.grid.parties.of_token(bearer.credentials if bearer else None)


Company = Annotated[GridCompany, Depends(_company)]


@router.get("/profile")
async def read_profile(context: Context, company: Company) -> ProfileAnswer:
    """All that the grid company has sent, and what its feeders may carry now, by whose limit."""
    return context.grid.profile(company)


@router.post("/heartbeat")
async def beat(context: Context, company: Company, _body: Beat | None = None) -> Standing:
    """Show that the grid company is there; blocks that are sent show it as well.

    Of whom nothing is heard for its `heartbeat_s`, the fallback blocks count beside the others,
    until it is heard of again.
    """
    return await context.grid.beat(company)


@router.put("/sites/{site_id}/feeders/{feeder_id}/blocks/{kind}")
async def put_blocks(
    context: Context,
    company: Company,
    site_id: str,
    feeder_id: str,
    kind: BlockKind,
    wanted: WantedBlocks,
) -> BlocksAnswer:
    """Send a feeder's blocks of a kind, in place of all that the company had sent of it.

    They are in force at the chargers from their start on. The answer says, block by block, what is
    expected to be drawn, and whether standing fallbacks and the building exceed it.
    """
    target = FeederRef(site_id, feeder_id)
    return await context.grid.send(company, target, kind, wanted.wanted)


@router.put("/groups/{group_id}/blocks/{kind}")
async def put_group_blocks(
    context: Context, company: Company, group_id: str, kind: BlockKind, wanted: WantedBlocks
) -> BlocksAnswer:
    """Send a group's blocks of a kind; each feeder of it may carry its share of the capacity."""
    return await context.grid.send(company, group_id, kind, wanted.wanted)
