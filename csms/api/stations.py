"""Stations and transactions: what is known of them, and what they can be asked."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, status

from csms.api.dependencies import Context
from csms.api.errors import PROBLEM_ANSWER
from csms.api.schemas import (
    CommandRequest,
    CommandResult,
    Need,
    SentLimit,
    Station,
    Transaction,
    describe,
)
from csms.domain.authorization import IdToken
from csms.domain.errors import UnknownStationError
from csms.domain.identity import EvseId
from csms.domain.transaction import StatedNeed

router = APIRouter(tags=["stations"])


@router.get("/stations")
async def list_stations(context: Context) -> list[Station]:
    """All stations."""
    return [Station.model_validate(row) for row in await context.reads.stations()]


@router.get("/stations/{station_id}")
async def read_station(context: Context, station_id: str) -> Station:
    """One station."""
    row = await context.reads.station(station_id)
    if row is None:
        raise UnknownStationError(station_id)
    return Station.model_validate(row)


@router.delete(
    "/stations/{station_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={status.HTTP_409_CONFLICT: PROBLEM_ANSWER},
)
async def remove_guest(context: Context, station_id: str) -> None:
    """Remove a guest that is offline: its place and the room kept for it are free again."""
    await context.operations.remove_guest(station_id)


@router.get("/stations/{station_id}/limits")
async def list_limits(
    context: Context, station_id: str, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[SentLimit]:
    """The newest limits that a station was sent, with what came of them."""
    await read_station(context, station_id)
    rows = await context.reads.sent_limits(station_id, limit)
    return [SentLimit.model_validate(_pick(SentLimit, row)) for row in rows]


@router.post("/stations/{station_id}/commands")
async def send_command(context: Context, station_id: str, command: CommandRequest) -> CommandResult:
    """Send a command to a station, and wait for what comes of it."""
    return describe(await context.operations.command(station_id, command.build()))


@router.put(
    "/stations/{station_id}/evses/{evse_number}/need", status_code=status.HTTP_204_NO_CONTENT
)
async def state_need(context: Context, station_id: str, evse_number: int, need: Need) -> None:
    """State what the vehicle that is charging there needs. Outranks every assumption."""
    stated = StatedNeed(energy_wh=need.energy_wh, departs_at=need.departs_at)
    await context.operations.state_need(EvseId(station_id, evse_number), stated)


@router.get("/transactions")
async def list_transactions(
    context: Context,
    station_id: str | None = None,
    before: Annotated[int | None, Query(description="The last number of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Transaction]:
    """Transactions, the newest first."""
    rows = await context.reads.transactions(station_id=station_id, before=before, limit=limit)
    return [Transaction.model_validate(_masked(_pick(Transaction, row))) for row in rows]


def _pick(model: type[Transaction] | type[SentLimit], row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in model.model_fields}


def _masked(row: dict[str, Any]) -> dict[str, Any]:
    token = row["id_token"]
    return {**row, "id_token": IdToken(token).masked if token else None}
