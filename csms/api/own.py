"""What residents may: see and steer what their own id tokens charge."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, Field

from csms.api.callers import CallerNow
from csms.api.dependencies import Context
from csms.api.errors import PROBLEM_ANSWER
from csms.api.schemas import Transaction
from csms.api.transactions import read_transaction_row
from csms.domain.commands import CommandStatus
from csms.domain.transaction_search import TransactionsWanted
from csms.service.bodies import Need
from csms.service.own_charging import OwnCharge
from csms.service.row_number import RowNumber

router = APIRouter(prefix="/own", tags=["own vehicle"])


class OwnChargeState(BaseModel):
    """A vehicle of one's own that charges now."""

    number: int = Field(description="Of its transaction")
    site_id: str
    station_id: str
    evse_number: int
    state: str
    started_at: datetime
    energy_wh: float
    power_w: float | None
    limit_a: float = Field(description="What it may draw per line now")
    reason: str = Field(description="Why it may draw no more")
    wanted_wh: float | None = Field(description="As was stated")
    departs_at: datetime | None = Field(description="As was stated")


class Stopped(BaseModel):
    """What the station says of being asked to stop."""

    status: CommandStatus
    detail: str


@router.get("/charging")
async def list_own_charging(context: Context, caller: CallerNow) -> list[OwnChargeState]:
    """What one's own id tokens charge now."""
    return [_state(one) for one in context.own.charges(caller)]


@router.put(
    "/charging/{number}/need",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={status.HTTP_409_CONFLICT: PROBLEM_ANSWER},
)
async def state_own_need(
    context: Context, caller: CallerNow, number: RowNumber, need: Need
) -> None:
    """State what one's own vehicle needs, and when it leaves."""
    await context.own.state_need(caller, number, need.stated)


@router.post("/charging/{number}/stop", responses={status.HTTP_409_CONFLICT: PROBLEM_ANSWER})
async def stop_own_charging(context: Context, caller: CallerNow, number: RowNumber) -> Stopped:
    """Ask the station to stop one's own transaction."""
    outcome = await context.own.stop(caller, number)
    return Stopped(status=outcome.status, detail=outcome.detail)


@router.get("/transactions")
async def list_own_transactions(
    context: Context, caller: CallerNow, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[Transaction]:
    """Transactions with one's own id tokens, the newest first."""
    rows = [
        row
        for token in sorted(caller.tokens)
        for row in await context.reads.transactions(TransactionsWanted(token=token), limit)
    ]
    rows.sort(key=lambda row: -row["number"])
    return [read_transaction_row(row) for row in rows[:limit]]


def _state(charge: OwnCharge) -> OwnChargeState:
    evse, transaction = charge.evse, charge.transaction
    return OwnChargeState(
        number=transaction.number,
        site_id=charge.site_id,
        station_id=evse.station_id,
        evse_number=evse.number,
        state=evse.state.value,
        started_at=transaction.started_at,
        energy_wh=transaction.energy_wh,
        power_w=evse.power_w,
        limit_a=evse.limit_a,
        reason=evse.reason.text,
        wanted_wh=transaction.need.energy_wh,
        departs_at=transaction.need.departs_at,
    )
