"""The page of a site's messages: what was exchanged with its stations, the newest first.

It works without scripts; with them it can follow what comes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, BeforeValidator

from csms.dashboard.forms import nothing_said, sentence
from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.words import day_and_thousandth, whole
from csms.domain.errors import InvalidInputError
from csms.domain.exchange import NOTHING, Found, Wanted
from csms.language.reader import say, spoken
from csms.language.said import Said
from csms.service.ports import MessageJournal
from csms.service.site_view import SiteView

_PAGE: Final = 50
_DIRECTIONS: Final[Mapping[str, str]] = {
    "station": Said("From the charger"),
    "csms": Said("To the charger"),
}
_NOT_KEPT: Final = Said(
    "Messages are not kept: the settings name no folder for them (journal.folder)."
)


class MessageFilter(BaseModel):
    """What the form asks for; times are the site's."""

    station: Annotated[str | None, BeforeValidator(nothing_said)] = None
    action: Annotated[str | None, BeforeValidator(nothing_said)] = None
    by: Annotated[Literal["station", "csms"] | None, BeforeValidator(nothing_said)] = None
    text: Annotated[str | None, BeforeValidator(nothing_said)] = None
    until: Annotated[datetime | None, BeforeValidator(nothing_said)] = None
    errors: bool = False
    before: str | None = None

    def wanted(self, view: SiteView) -> Wanted:
        """As the journal looks for it."""
        until, zone = self.until, ZoneInfo(view.timezone)
        return Wanted(
            station_id=self.station,
            stations=frozenset(evse.station_id for evse in view.evses.values()),
            action=self.action,
            by=self.by,
            text=self.text,
            until=until and (until if until.tzinfo else until.replace(tzinfo=zone)),
            is_error=True if self.errors else None,
            before=self.before,
        )

    def link(self, **changed: object) -> str:
        """The page with something else asked for."""
        asked = {**self.model_dump(mode="json", exclude={"before"}), **changed}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """A message in words.

    Attributes:
        took: Empty where there was no answer.
        error: Empty where all went well.
        answer: Empty where there was none.
    """

    cursor: str
    at: str
    station_id: str
    by: str
    direction: str
    action: str
    took: str
    error: str
    call: str
    answer: str


def messages_router(
    sites: SiteViews, journal: MessageJournal | None, printer: Printer
) -> APIRouter:
    """Build the route of the page.

    Args:
        sites: Where views of sites come from.
        journal: Where messages are kept; None: they are not.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/sites/{site_id}/messages")
    async def messages(site_id: str, query: Annotated[MessageFilter, Query()]) -> HTMLResponse:
        """What was exchanged with the stations of a site."""
        view = sites.quick_view(site_id)
        if journal is None:
            return printer.error(HTTPStatus.NOT_FOUND, _NOT_KEPT)
        try:
            found = await journal.find(query.wanted(view), _PAGE + 1)
        except InvalidInputError as error:
            return printer.error(HTTPStatus.UNPROCESSABLE_ENTITY, sentence(error))
        return _print(printer, view, query, found)

    return router


def _print(
    printer: Printer, view: SiteView, query: MessageFilter, found: list[Found]
) -> HTMLResponse:
    zone, shown = ZoneInfo(view.timezone), found[:_PAGE]
    return printer.page(
        "messages.html",
        site=present_line(view),
        filter=query,
        lines=[present_message(one, zone) for one in shown],
        directions=_DIRECTIONS,
        stations=sorted({evse.station_id for evse in view.evses.values()}),
        next_page=query.link(before=shown[-1].cursor) if len(found) > _PAGE else None,
        first_page=query.link() if query.before is not None else None,
    )


def present_message(found: Found, zone: ZoneInfo) -> MessageLine:
    """Put a message in words."""
    entry = found.entry
    return MessageLine(
        cursor=found.cursor,
        at=day_and_thousandth(entry.at, zone),
        station_id=entry.station_id,
        by=entry.by,
        direction=spoken(_DIRECTIONS[entry.by]),
        action=entry.action or say("No call"),
        took="" if entry.took_ms is None else f"{whole(entry.took_ms)} ms",
        error=entry.error or "",
        call=_spread(entry.call),
        answer="" if entry.answer == NOTHING else _spread(entry.answer),
    )


def _spread(raw: msgspec.Raw) -> str:
    """JSON as people read it; a text that was no call stands as it came."""
    value = msgspec.json.decode(raw)
    return value if isinstance(value, str) else msgspec.json.format(bytes(raw), indent=2).decode()
