"""Timetables of fleets: when their vehicles leave, and with how much energy."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Response, status
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.service.timetable_body import TimetableLine, line_of, parse_csv, write_csv
from csms.service.timetables import MOST_LINES

router = APIRouter(prefix="/sites", tags=["timetables"])

_CSV: Final = "text/csv"
_EXAMPLE: Final = "id_token,evse,days,leaves_at,energy_kwh\n04A2B3C4,,mon-fri,05:30,120\n"


class WantedTimetable(BaseModel):
    """A site's whole timetable."""

    model_config = ConfigDict(extra="forbid")

    lines: list[TimetableLine] = Field(max_length=MOST_LINES)


@router.get("/{site_id}/timetable")
async def read_timetable(context: Context, site_id: str) -> list[TimetableLine]:
    """When vehicles of the site's fleets leave, in the order in which it was given."""
    return [line_of(one) for one in context.timetables.lines(site_id)]


@router.put("/{site_id}/timetable", status_code=status.HTTP_204_NO_CONTENT)
async def replace_timetable(context: Context, site_id: str, wanted: WantedTimetable) -> None:
    """Say when vehicles leave, in place of the last timetable; no lines: none is known.

    It outranks what vehicles tell and what is forecast, and is outranked by what is stated for a
    single stay. Running transactions are planned by it at once.
    """
    await context.timetables.replace(site_id, [line.departure for line in wanted.lines])


@router.get(
    "/{site_id}/timetable.csv", response_class=Response, responses={200: {"content": {_CSV: {}}}}
)
async def read_timetable_csv(context: Context, site_id: str) -> Response:
    """The same as a table."""
    return Response(write_csv(context.timetables.lines(site_id)), media_type=_CSV)


@router.put("/{site_id}/timetable.csv", status_code=status.HTTP_204_NO_CONTENT)
async def replace_timetable_csv(
    context: Context,
    site_id: str,
    table: Annotated[bytes, Body(media_type=_CSV, examples=[_EXAMPLE])],
) -> None:
    """The same from a table: a heading, UTF-8, comma or semicolon between columns."""
    await context.timetables.replace(site_id, parse_csv(table))
