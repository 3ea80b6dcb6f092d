"""Stations: what is known of them."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, status

from csms.api.callers import CallerNow
from csms.api.dependencies import ApiContext, Context
from csms.api.paging import PAGED, Page
from csms.api.schemas import (
    SentLimit,
    Setting,
    Station,
    StationInFull,
    TimelineStep,
    WantedRegistration,
)
from csms.domain.access import Permission
from csms.domain.errors import UnknownStationError
from csms.domain.identity import EvseId
from csms.service.bodies import Need
from csms.service.row_number import BeforeNumber, RowNumber

router = APIRouter(tags=["stations"])

_MOST: Final = 1000


@router.get("/stations", responses=PAGED)
async def list_stations(
    context: Context,
    caller: CallerNow,
    page: Page,
    site_id: str | None = None,
    after: Annotated[str | None, Query(description="The last id of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = _MOST,
) -> list[Station]:
    """Stations that one may see, of a site or of all, in order of their ids."""
    rows = await context.reads.stations(site_id=site_id, after=after, limit=limit)
    if rows:
        page.link_next(rows, limit, after=rows[-1]["id"])
    return [
        _station(context, row)
        for row in rows
        if caller.may(Permission.VIEW_STATION, row["site_id"])
    ]


@router.get("/stations/{station_id}")
async def read_station(context: Context, station_id: str) -> StationInFull:
    """One station, and how it takes charging profiles."""
    row = await context.reads.station(station_id)
    if row is None:
        raise UnknownStationError(station_id)
    dialect = context.operations.dialect_of(station_id)
    return StationInFull.model_validate({**_station(context, row).model_dump(), "dialect": dialect})


@router.get("/stations/{station_id}/timeline")
async def read_timeline(
    context: Context, station_id: str, hours: Annotated[float, Query(gt=0, le=168)] = 24
) -> list[TimelineStep]:
    """How a station's EVSEs were: each step holds until the next one of the same EVSE.

    The first ones may be from before the time that is asked for. `unknown`: nobody looked.
    """
    row = await context.reads.station(station_id)
    if row is None:
        raise UnknownStationError(station_id)
    if row["site_id"] is None:
        return []
    since = context.room.now() - timedelta(hours=hours)
    found = await context.reads.evse_bands(row["site_id"], since, station_id)
    return [TimelineStep(evse=one.evse.number, at=one.at, state=one.band) for one in found]


@router.delete("/stations/{station_id}/dialect", status_code=status.HTTP_204_NO_CONTENT)
async def forget_dialect(context: Context, station_id: str) -> None:
    """Forget how a station, and all of its vendor, model and firmware, take charging profiles.

    It is found out anew, from the plainest form on. Until the station has taken its fallback again
    it counts at its rating.
    """
    await context.operations.forget_dialect(station_id)


@router.delete(
    "/stations/{station_id}",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def remove_guest(context: Context, station_id: str) -> None:
    """Remove a guest that is offline: its place and the room kept for it are free again."""
    await context.operations.remove_guest(station_id)


@router.get("/stations/{station_id}/limits", responses=PAGED)
async def list_limits(
    context: Context,
    page: Page,
    station_id: str,
    before: BeforeNumber = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[SentLimit]:
    """The limits that a station was sent, the newest first, with what came of them."""
    await read_station(context, station_id)
    rows = await context.reads.sent_limits(station_id, limit, before)
    if rows:
        page.link_next(rows, limit, before=rows[-1]["number"])
    names = SentLimit.model_fields
    return [SentLimit.model_validate({name: row[name] for name in names}) for row in rows]


@router.put("/stations/{station_id}/registration", status_code=status.HTTP_204_NO_CONTENT)
async def register(context: Context, station_id: str, wanted: WantedRegistration) -> None:
    """Say what a station's boots are answered from now on. What it has been answered stands.

    A station that is held back (`Pending`) may be asked for reports and settings, and does not
    charge; one that is `Rejected` is neither listened to nor spoken to.
    """
    await context.operations.register(station_id, wanted.status)


@router.get("/stations/{station_id}/settings")
async def read_settings(context: Context, station_id: str) -> list[Setting]:
    """How a station's settings stood to what its site file wants when they were last compared."""
    return [Setting.model_validate(one) for one in context.operations.settings_of(station_id)]


@router.post("/stations/{station_id}/settings")
async def apply_settings(context: Context, station_id: str) -> list[Setting]:
    """Compare a station's settings with what its site file wants, and write those that differ."""
    states = await context.operations.apply_settings(station_id)
    return [Setting.model_validate(one) for one in states]


@router.put(
    "/stations/{station_id}/evses/{evse_number}/need", status_code=status.HTTP_204_NO_CONTENT
)
async def state_need(context: Context, station_id: str, evse_number: RowNumber, need: Need) -> None:
    """State what the vehicle that is charging there needs. Outranks every assumption."""
    await context.operations.state_need(EvseId(station_id, evse_number), need.stated)


def _station(context: ApiContext, row: dict[str, Any]) -> Station:
    profile = context.security.required(row["id"])
    seen_at = context.operations.heard_at(row["id"]) or row["seen_at"]
    return Station.model_validate({**row, "security_profile": profile, "seen_at": seen_at})
