"""What stations were asked for and have told: jobs, reports, notices, variables."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, status

from csms.api.dependencies import Context
from csms.api.paging import PAGED, Cursor, Page, read_cursor, write_cursor
from csms.api.schemas import ExternalLimit, HeldList, Job, Notice, Report, Variable
from csms.api.stations import read_station
from csms.domain.device_model import VariableKey
from csms.domain.notice_kinds import NoticeKind
from csms.service.reports import assemble
from csms.service.row_number import BeforeNumber, RowNumber

router = APIRouter(tags=["reports"])

Limit = Annotated[int, Query(ge=1, le=500)]
_PAGE: Final = 100
_MOST_VARIABLES: Final = 1000
_VARIABLE_KEY: Final = tuple(VariableKey.__annotations__.values())


@router.get("/stations/{station_id}/jobs", responses=PAGED)
async def list_jobs(
    context: Context, page: Page, station_id: str, before: BeforeNumber = None, limit: Limit = _PAGE
) -> list[Job]:
    """What a station was asked for under a number, the newest first, and how far it has come."""
    await read_station(context, station_id)
    rows = await context.reads.jobs(station_id, before, limit)
    if rows:
        page.link_next(rows, limit, before=rows[-1]["number"])
    return [Job.model_validate(row) for row in rows]


@router.get("/jobs/{number}")
async def read_job(context: Context, number: RowNumber) -> Job:
    """One job."""
    return Job.model_validate(await _job(context, number))


@router.get("/jobs/{number}/report")
async def read_report(context: Context, number: RowNumber) -> Report:
    """What has come of a report that was asked for: its parts in order, and what is missing."""
    job = await _job(context, number)
    report = assemble(await context.reads.told_of_job(job["station_id"], number))
    return Report(
        job=number,
        station_id=job["station_id"],
        is_complete=report.is_complete,
        missing=list(report.missing),
        parts=[Notice.model_validate(part) for part in report.parts],
    )


@router.get("/stations/{station_id}/notices", responses=PAGED)
async def list_notices(
    context: Context,
    page: Page,
    station_id: str,
    kind: NoticeKind | None = None,
    before: BeforeNumber = None,
    limit: Limit = _PAGE,
) -> list[Notice]:
    """What a station has told beside charging, the newest first."""
    await read_station(context, station_id)
    rows = await context.reads.notices(station_id, kind=kind, before=before, limit=limit)
    if rows:
        page.link_next(rows, limit, before=rows[-1]["number"])
    return [Notice.model_validate(row) for row in rows]


@router.get("/stations/{station_id}/variables", responses=PAGED)
async def list_variables(  # noqa: PLR0913, PLR0917 - what may be asked for
    context: Context,
    page: Page,
    station_id: str,
    component: str | None = None,
    variable: str | None = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_VARIABLES)] = _MOST_VARIABLES,
) -> list[Variable]:
    """The device model as the station has last told it; names in any case."""
    await read_station(context, station_id)
    after = VariableKey(*read_cursor(cursor, _VARIABLE_KEY)) if cursor else None
    rows = await context.reads.variables(station_id, component, variable, after=after, limit=limit)
    if rows:
        key = write_cursor(*(rows[-1][name] for name in VariableKey._fields))
        page.link_next(rows, limit, cursor=key)
    return [Variable.model_validate(row) for row in rows]


@router.get("/stations/{station_id}/local-list")
async def read_local_list(context: Context, station_id: str) -> HeldList:
    """Which tokens a station may accept by itself, as it was last told; version 0: none."""
    await read_station(context, station_id)
    held = await context.desk.local_list(station_id)
    return HeldList(version=held.version, tokens=[one.masked for one in held.tokens])


@router.get("/stations/{station_id}/external-limits")
async def list_external_limits(context: Context, station_id: str) -> list[ExternalLimit]:
    """Limits that others have set and not released; plans do not know them."""
    limits = context.operations.external_limits(station_id)
    return [ExternalLimit.model_validate(limit) for limit in limits]


async def _job(context: Context, number: int) -> dict[str, Any]:
    row = await context.reads.job(number)
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no job {number}")
    return row
