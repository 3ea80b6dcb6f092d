"""Commands to stations: to one, or to many at the same time."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, status
from fastapi.responses import JSONResponse

from csms.api.command_body import (
    COMMAND_NAME,
    RESULT_NAME,
    read_bulk,
    read_command,
    reference,
    write_outcome,
)
from csms.api.dependencies import Context
from csms.api.errors import PROBLEM_ANSWER, PROBLEM_NAME, problem_of
from csms.domain.commands import CommandStatus, Outcome
from csms.domain.errors import ChargeFlexError
from csms.domain.outbox import Order
from csms.service.command_desk import Sent
from csms.service.row_number import RowNumber

router = APIRouter(tags=["commands"])


async def _order(
    wait_s: Annotated[
        int | None,
        Query(
            ge=0,
            le=31 * 86_400,
            description="How long it may wait for its station; default: as long as its kind may",
        ),
    ] = None,
    idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Order:
    return Order(key=idempotency_key, wait_s=wait_s)


Ordered = Annotated[Order, Depends(_order)]

_JSON: Final = "application/json"
_BULK_SCHEMA: Final[dict[str, Any]] = {
    "title": "BulkRequest",
    "type": "object",
    "description": "Either `stations` or `site` is given.",
    "properties": {
        "command": reference(COMMAND_NAME),
        "stations": {"type": "array", "items": {"type": "string"}},
        "site": {"type": "string", "description": "All stations of this site"},
    },
    "required": ["command"],
    "additionalProperties": False,
}
_BULK_RESULT: Final[dict[str, Any]] = {
    "type": "array",
    "items": {
        "title": "BulkAnswer",
        "type": "object",
        "properties": {
            "station_id": {"type": "string"},
            "result": reference(RESULT_NAME),
            "problem": reference(PROBLEM_NAME),
        },
        "required": ["station_id"],
    },
}


def _takes(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {_JSON: {"schema": schema}}}}


def _answers(schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {
        status.HTTP_200_OK: {"content": {_JSON: {"schema": schema}}},
        status.HTTP_202_ACCEPTED: {
            "description": "The station is away; the command waits for it",
            "content": {_JSON: {"schema": schema}},
        },
        status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: PROBLEM_ANSWER,
    }


@router.post(
    "/stations/{station_id}/commands",
    openapi_extra=_takes(reference(COMMAND_NAME)),
    responses=_answers(reference(RESULT_NAME)),
    response_class=JSONResponse,
)
async def send_command(
    context: Context, station_id: str, request: Request, order: Ordered
) -> JSONResponse:
    """Send a command to a station, and wait for what comes of it.

    If the station is away, a command that may wait for it is kept: 202, and the status `waiting`.
    """
    command = read_command(await _body(request))
    sent = await context.desk.command(station_id, command, order)
    is_waiting = sent.outcome.status is CommandStatus.WAITING
    code = status.HTTP_202_ACCEPTED if is_waiting else status.HTTP_200_OK
    return JSONResponse(write_outcome(sent.outcome, sent.job), status_code=code)


@router.post(
    "/commands",
    openapi_extra=_takes(_BULK_SCHEMA),
    responses=_answers(_BULK_RESULT),
    response_class=JSONResponse,
)
async def send_commands(context: Context, request: Request, order: Ordered) -> JSONResponse:
    """Send a command to several stations at the same time; the answer tells what came of each."""
    asked, command = read_bulk(await _body(request))
    operations = context.operations
    station_ids = asked.stations if asked.site is None else operations.stations_at(asked.site)
    results = await context.desk.command_all(station_ids or (), command, order)
    return JSONResponse([_write(station_id, one) for station_id, one in results.items()])


@router.delete(
    "/jobs/{number}",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def cancel_command(context: Context, number: RowNumber) -> None:
    """Take back a command that waits for its station."""
    await context.desk.cancel(number)


async def _body(request: Request) -> bytes:
    """The body of a request that says it is JSON, which a foreign page's form cannot say."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _JSON:
        expected = f"expected content-type {_JSON}, got {media_type[:100]!r}"
        raise HTTPException(status.HTTP_415_UNSUPPORTED_MEDIA_TYPE, expected)
    return await request.body()


def _write(station_id: str, result: Sent[Outcome] | ChargeFlexError) -> dict[str, Any]:
    if isinstance(result, Sent):
        return {"station_id": station_id, "result": write_outcome(result.outcome, result.job)}
    return {"station_id": station_id, "problem": problem_of(result).model_dump(mode="json")}
