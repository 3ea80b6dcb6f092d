"""Limits that the operator or the grid company put on a site's feeders."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from csms.api.dependencies import Context
from csms.domain.imposed_limit import LimitParty
from csms.service.bodies import (
    FeederLimit,
    ImposedFeederLimit,
    WantedFeederLimit,
    WantedSchedule,
    imposed_body,
    limit_body,
)
from csms.service.instant import Instant

router = APIRouter(prefix="/sites", tags=["limits"])


@router.get("/{site_id}/limits")
async def list_limits(context: Context, site_id: str) -> list[FeederLimit]:
    """What a site's feeders are limited to beside the site file, now or later."""
    return [limit_body(one) for one in context.limits.in_force(site_id)]


@router.put("/{site_id}/feeders/{feeder_id}/limits/{party}")
async def impose_limit(
    context: Context, site_id: str, feeder_id: str, party: LimitParty, wanted: WantedFeederLimit
) -> ImposedFeederLimit:
    """Limit a feeder, in place of all that the same party has limited it to before.

    What is too much is cut at once, without a plan; nobody is lowered below the standing fallback.
    """
    [imposed] = await context.limits.impose(site_id, feeder_id, party, [wanted.wanted])
    return imposed_body(imposed)


@router.put("/{site_id}/feeders/{feeder_id}/limits/{party}/schedule")
async def impose_schedule(
    context: Context, site_id: str, feeder_id: str, party: LimitParty, wanted: WantedSchedule
) -> list[ImposedFeederLimit]:
    """Limit a feeder to several currents, in place of all that the party has limited it to before.

    They may follow each other or overlap; where they overlap, the lowest counts.
    """
    imposed = await context.limits.impose(site_id, feeder_id, party, wanted.wanted)
    return [imposed_body(one) for one in imposed]


@router.delete(
    "/{site_id}/feeders/{feeder_id}/limits/{party}", status_code=status.HTTP_204_NO_CONTENT
)
async def lift_limit(
    context: Context,
    site_id: str,
    feeder_id: str,
    party: LimitParty,
    from_at: Annotated[
        Instant | None,
        Query(alias="from", description="When the only limit begins that is lifted; default all"),
    ] = None,
) -> None:
    """Take a party's limits off a feeder; what vehicles may draw rises gradually."""
    await context.limits.lift(site_id, feeder_id, party, from_at)
