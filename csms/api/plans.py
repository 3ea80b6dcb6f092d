"""What the newest plan has ahead, and what another limit would do to it."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, status
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.api.readers import TOLD_IN
from csms.language.reader import spoken
from csms.service.plan_outlook import PlannedEvse, PlanOutlook
from csms.service.what_if import WhatIf

router = APIRouter(prefix="/sites", tags=["plans"])

_NONE_YET: Final = "no plan has been made yet"


class WantedLimit(BaseModel):
    """The limit to try."""

    model_config = ConfigDict(extra="forbid")

    limit_a: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] = Field(
        description="On each line: a cap where it is below the feeder's highest limit; above it, "
        "the feeder is as much wider at all times"
    )
    feeder_id: str | None = Field(default=None, description="null: the one that feeds the site")


@router.get("/{site_id}/plan/outlook", dependencies=[TOLD_IN])
async def read_outlook(context: Context, site_id: str) -> PlanOutlook:
    """What the newest plan has ahead: connectors, resources, feeders and prices, slot by slot."""
    outlook = context.room.plan_outlook(site_id)
    if outlook is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, _NONE_YET)
    return replace(
        outlook,
        evses={key: _spoken(one) for key, one in outlook.evses.items()},
        resources={
            key: replace(one, why=spoken(one.why)) for key, one in outlook.resources.items()
        },
    )


@router.post("/{site_id}/plan/what-if")
async def try_limit(context: Context, site_id: str, wanted: WantedLimit) -> WhatIf:
    """What another limit of a feeder would do to every vehicle, found by planning once more.

    Nothing is sent to chargers, and no limit changes. 409: nothing has been planned yet, or the
    site's plans take too long. 429: somebody was answered just now.
    """
    return await context.what_if.ask(site_id, wanted.feeder_id, wanted.limit_a)


def _spoken(evse: PlannedEvse) -> PlannedEvse:
    return replace(evse, reason=spoken(evse.reason), why_short=spoken(evse.why_short))
