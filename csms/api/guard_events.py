"""What the guard of a site's limits has done or seen: page by page, or all as a file."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from csms.api.csv_text import CSV, both_times, plain, written
from csms.api.dependencies import ApiContext, Context
from csms.api.paging import PAGED, Page
from csms.api.readers import TOLD_IN
from csms.domain.errors import InvalidInputError
from csms.domain.guard_event import GuardEventKind, GuardEventsWanted, KeptGuardEvent
from csms.domain.site import Site
from csms.language.languages import Language
from csms.language.reader import spoken
from csms.language.said import Said
from csms.service.guard_words import view_event
from csms.service.instant import Instant
from csms.service.row_number import RowNumber

router = APIRouter(prefix="/sites", tags=["sites"])

_PAGE: Final = 500
_USUAL: Final = 100
_COLUMNS: Final = (
    *("number", "at", "local_time", "kind", "feeder", "line", "station"),
    *("amps", "limit_a", "lasted_s", "cause"),
)


class GuardEntry(BaseModel):
    """One thing that the guard has done or seen."""

    cursor: int = Field(description="`cursor` of the next page, if this is the last one here")
    kind: GuardEventKind
    at: Instant = Field(description="When it was, or began")
    title: str = Field(description="What it was, in a word or two")
    text: str = Field(description="Where, how much of what was allowed, and for how long")
    cause: str = Field(description="Why, in words")
    feeder_id: str | None
    line: int | None = Field(description="1 to 3; null: it is not about one of them")
    station_id: str | None
    amps: float | None = Field(description="The current that it is about, at its highest")
    limit_a: float | None = Field(description="What was allowed then")
    lasted_s: float | None


class EventsQuery(BaseModel):
    """Which events are wanted, and how."""

    model_config = ConfigDict(extra="forbid")

    kind: GuardEventKind | None = None
    feeder: str | None = None
    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to", description="Not included")
    limit: Annotated[int, Field(ge=1, le=_PAGE)] | None = Field(
        default=None, description=f"How many at the most; {_USUAL} if nothing is said, in CSV all"
    )
    cursor: RowNumber | None = Field(default=None, description="The last cursor of the page before")
    format: Literal["json", "csv"] | None = Field(
        default=None, description="In place of the header `Accept`"
    )
    language: Language = Field(default=Language.EN, description="Of texts for people, in JSON")

    def wanted(self, site: Site) -> GuardEventsWanted:
        """As the events are looked for.

        Raises:
            UnknownFeederError: The site has no such feeder.
            InvalidInputError: It ends before it begins.
        """
        if self.feeder is not None:
            site.feeder(self.feeder)
        if self.since is not None and self.until is not None and self.since >= self.until:
            message = Said(
                "expected an instant before `to`, got %(since)s to %(until)s",
                since=self.since.isoformat(),
                until=self.until.isoformat(),
            )
            raise InvalidInputError("from", message)
        return GuardEventsWanted(
            kind=self.kind,
            feeder_id=self.feeder,
            since=self.since and self.since.astimezone(UTC),
            until=self.until and self.until.astimezone(UTC),
            before=self.cursor,
        )


@router.get(
    "/{site_id}/guard-events",
    response_model=list[GuardEntry],
    dependencies=[TOLD_IN],
    responses={
        200: {
            **PAGED[200],
            "content": {CSV: {}},
            "description": "JSON, or CSV where that is asked for",
        }
    },
)
async def list_guard_events(
    context: Context,
    page: Page,
    site_id: str,
    query: Annotated[EventsQuery, Query()],
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Any:  # noqa: ANN401 - a list, or a file
    """What the guard of the limits has done or seen, what was noted last first."""
    site = context.room.live(site_id).site
    wanted = query.wanted(site)
    is_csv = query.format == "csv" or (query.format is None and CSV in accept)
    if is_csv:
        return await _file(context, site, wanted, query.limit)
    limit = query.limit or _USUAL
    kept = await context.reads.guard_events(site_id, wanted, limit)
    if kept:
        page.link_next(kept, limit, cursor=kept[-1].number)
    return [_entry(site, one) for one in kept]


async def _file(
    context: ApiContext, site: Site, wanted: GuardEventsWanted, limit: int | None
) -> Response:
    """All that is wanted as CSV; the first page is looked up before a status is told."""
    first = await context.reads.guard_events(site.site_id, wanted, limit or _PAGE)
    lines = _lines(context, site, wanted, first, is_whole=limit is not None)
    headers = {
        "content-disposition": 'attachment; filename="guard-events.csv"',
        "vary": "accept",
    }
    return StreamingResponse(lines, media_type=f"{CSV}; charset=utf-8", headers=headers)


async def _lines(
    context: ApiContext,
    site: Site,
    wanted: GuardEventsWanted,
    page: list[KeptGuardEvent],
    *,
    is_whole: bool,
) -> AsyncIterator[str]:
    yield written([_COLUMNS])
    while page:
        yield written([_row(site, one) for one in page])
        if is_whole:
            return
        rest = replace(wanted, before=page[-1].number)
        page = await context.reads.guard_events(site.site_id, rest, _PAGE)


def _entry(site: Site, kept: KeptGuardEvent) -> GuardEntry:
    event, shown = kept.event, view_event(site, kept.event)
    return GuardEntry(
        cursor=kept.number,
        kind=event.kind,
        at=event.at,
        title=spoken(shown.title),
        text=spoken(shown.text),
        cause=spoken(event.cause),
        feeder_id=event.feeder_id,
        line=event.line,
        station_id=event.station_id,
        amps=event.amps,
        limit_a=event.limit_a,
        lasted_s=_tenths(event.lasted_s),
    )


def _row(site: Site, kept: KeptGuardEvent) -> tuple[object, ...]:
    event = kept.event
    return (
        kept.number,
        *both_times(event.at, site.timezone),
        event.kind.value,
        plain(event.feeder_id),
        event.line,
        plain(event.station_id),
        event.amps,
        event.limit_a,
        _tenths(event.lasted_s),
        plain(event.cause),
    )


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
