"""Sites: views, live stream, load over time, plans, measurements."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, HTTPException, Query, status
from fastapi.sse import EventSourceResponse, ServerSentEvent

from csms.api.callers import CallerNow
from csms.api.dependencies import Context
from csms.api.readers import TOLD_IN
from csms.api.schemas import Past, Plan, PriceCourse, Series, SiteSummary
from csms.domain.access import Permission
from csms.language.languages import Language
from csms.language.reader import spoken
from csms.language.said import Said
from csms.service.bodies import FeederLoad
from csms.service.live_feed import LiveFeed
from csms.service.live_site import LiveSite
from csms.service.price_words import price_course
from csms.service.site_view import SiteView

router = APIRouter(prefix="/sites", tags=["sites"])

_AHEAD: Final = timedelta(hours=24)


async def _feed(context: Context, site_id: str) -> LiveFeed:
    """Find a site's feed before the stream begins: later no status can say that there is none."""
    return context.room.feed(site_id)


@router.get("", dependencies=[TOLD_IN])
async def list_sites(context: Context, caller: CallerNow) -> list[SiteSummary]:
    """All sites that one may see, each with how it stands."""
    seen = [one for one in context.room.site_ids() if caller.may(Permission.VIEW_SITE, one)]
    views = [context.room.view(site_id) for site_id in seen]
    return [SiteSummary.model_validate(_summary(view)) for view in views]


@router.get("/{site_id}/view")
async def read_view(context: Context, site_id: str) -> SiteView:
    """All that the page shows of a site, at this instant."""
    return context.room.view(site_id)


@router.get("/{site_id}/live", response_class=EventSourceResponse)
async def follow(
    feed: Annotated[LiveFeed, Depends(_feed)],
    language: Language = Language.EN,
    last_event_id: Annotated[
        str | None, Header(description="The id of the last event that was seen")
    ] = None,
    after: Annotated[
        str | None, Query(description="The same, for who cannot set the header")
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: a `snapshot` of the view, then numbered `delta`s.

    Texts for people are in the language that is asked for. Who reads again after a break and tells
    the last event gets the deltas that were missed; a snapshot in their place where they are no
    longer known. The stream ends when a reader falls too far behind.
    """
    async with feed.reading(language, last_event_id or after) as messages:
        while (message := await messages.get()) is not None:
            yield ServerSentEvent(
                raw_data=message.body.decode(), event=message.kind, id=message.event_id
            )


@router.get("/{site_id}/series")
async def read_series(
    context: Context, site_id: str, hours: Annotated[float, Query(gt=0, le=168)] = 24
) -> Series:
    """The root feeder's load on its most loaded line: what was, and what is planned."""
    view = context.room.view(site_id)
    root = next(iter(view.feeders))
    rows = await context.reads.feeder_load(site_id, root, view.now - timedelta(hours=hours))
    return Series(
        feeder_id=root,
        past=_past(rows),
        ahead=Past.model_validate(context.room.outlook(site_id)),
        prices=_prices(context.room.live(site_id), view.now, timedelta(hours=hours)),
    )


@router.get("/{site_id}/plan")
async def read_plan(context: Context, site_id: str) -> Plan:
    """The newest plan."""
    context.room.live(site_id)
    row = await context.reads.newest_plan(site_id)
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "no plan has been made yet")
    content = row["content"]
    fields = {name: row[name] for name in Plan.model_fields if name in row}
    return Plan(**fields, slots_s=content["slots_s"], limits_a=content["limits_a"])


@router.put("/{site_id}/feeders/{feeder_id}/load", status_code=status.HTTP_204_NO_CONTENT)
async def report_load(context: Context, site_id: str, feeder_id: str, load: FeederLoad) -> None:
    """Report what a feeder's meter shows: its uncontrolled load, or all that it carries.

    Which of both it is stands in the site file: `meter_shows`.
    """
    context.operations.report_feeder_load(site_id, feeder_id, load.current_a, load.at)


def _prices(live: LiveSite, now: datetime, back: timedelta) -> PriceCourse | None:
    course = price_course(live, now - back, now + _AHEAD)
    return None if course is None else PriceCourse.model_validate(course)


def _summary(view: SiteView) -> dict[str, Any]:
    return {
        name: spoken(value) if isinstance(value := getattr(view, name), Said) else value
        for name in SiteSummary.model_fields
    }


def _past(rows: list[dict[str, Any]]) -> Past:
    worst = [max(range(3), key=row["load_a"].__getitem__) for row in rows]
    return Past(
        t=[row["at"].timestamp() for row in rows],
        load_a=[row["load_a"][line] for row, line in zip(rows, worst, strict=True)],
        limit_a=[row["limit_a"][line] for row, line in zip(rows, worst, strict=True)],
        uncontrolled_a=[row["uncontrolled_a"][line] for row, line in zip(rows, worst, strict=True)],
    )
