"""What the newest plan has ahead, and what another limit would do to it."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, status
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.api.errors import PROBLEM_ANSWER
from csms.service.plan_outlook import PlanOutlook
from smart_charging.what_if import Difference

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


class OtherDelivery(BaseModel):
    """What a vehicle gets by the plan that stands, and would get then."""

    evse: str = Field(description="station/number")
    expected_wh: float = Field(description="By its departure")
    expected_then_wh: float
    short_wh: float = Field(description="What it then lacks of what it needs")
    short_then_wh: float
    done_at: datetime | None = Field(description="When it has what it needs; null: it does not")
    done_then_at: datetime | None
    later_s: float | None = Field(description="null: it has it not in both cases; below 0: sooner")
    less_wh: float = Field(description="How much less it gets; below 0: more")


class OtherPlan(BaseModel):
    """What another limit would do."""

    number: int = Field(description="Of the plan that it is compared with")
    planned_at: datetime = Field(description="When that was made")
    feeder_id: str
    limit_a: float
    solve_s: float
    method: str = Field(description="Who made the other plan")
    vehicles: list[OtherDelivery] = Field(description="Those first that lose most")


@router.get("/{site_id}/plan/outlook")
async def read_outlook(context: Context, site_id: str) -> PlanOutlook:
    """What the newest plan has ahead: connectors, feeders and prices, slot by slot."""
    outlook = context.room.plan_outlook(site_id)
    if outlook is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, _NONE_YET)
    return outlook


@router.post(
    "/{site_id}/plan/what-if",
    responses={
        409: PROBLEM_ANSWER,
        429: {**PROBLEM_ANSWER, "headers": {"Retry-After": {"schema": {"type": "integer"}}}},
    },
)
async def try_limit(context: Context, site_id: str, wanted: WantedLimit) -> OtherPlan:
    """What another limit of a feeder would do to every vehicle, found by planning once more.

    Nothing is sent to chargers, and no limit changes. 409: nothing has been planned yet, or the
    site's plans take too long. 429: somebody was answered just now.
    """
    found = await context.what_if.ask(site_id, wanted.feeder_id, wanted.limit_a)
    return OtherPlan(
        number=found.number,
        planned_at=found.planned_at,
        feeder_id=found.feeder_id,
        limit_a=found.limit_a,
        solve_s=found.solve_s,
        method=found.method,
        vehicles=[_delivery(one) for one in found.vehicles],
    )


def _delivery(one: Difference) -> OtherDelivery:
    return OtherDelivery(
        evse=one.now.key,
        expected_wh=round(one.now.expected_wh),
        expected_then_wh=round(one.then.expected_wh),
        short_wh=round(one.now.short_wh),
        short_then_wh=round(one.then.short_wh),
        done_at=one.now.done_at,
        done_then_at=one.then.done_at,
        later_s=one.later_s,
        less_wh=round(one.less_wh),
    )
