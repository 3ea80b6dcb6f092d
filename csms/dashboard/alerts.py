"""The page of what needs somebody's eyes at a site, now and lately. It works without scripts."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated, Final, Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, BeforeValidator, Field

from csms.dashboard.alert_words import KINDS, AlertWriter
from csms.dashboard.forecast_page import LiveSites
from csms.dashboard.forms import nothing_said
from csms.dashboard.open_alerts import OpenAlert, open_alerts, silent_companies
from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.domain.alert import AlertsFound, AlertsWanted
from csms.language.reader import say
from csms.service.grid_parties import Party
from csms.service.site_view import SiteView

_PAGE: Final = 50
_MOST_PAGES: Final = 40
_BACK: Final = timedelta(days=30)


class AlertReads(Protocol):
    """Looks alerts up."""

    async def alerts(self, wanted: AlertsWanted, limit: int) -> AlertsFound:
        """What needs somebody's eyes, at most so many of each sort, the newest first."""
        ...


class AlertFilter(BaseModel):
    """What the form asks for."""

    kind: Annotated[str | None, BeforeValidator(nothing_said)] = None
    station: Annotated[str | None, BeforeValidator(nothing_said)] = None
    page: Annotated[int, Field(ge=1, le=_MOST_PAGES)] = 1

    def wanted(self, view: SiteView) -> AlertsWanted:
        """As they are looked for."""
        return AlertsWanted(
            site_id=view.site_id,
            since=view.now - _BACK,
            kind=self.kind,
            station_id=self.station,
        )

    def link(self, page: int) -> str:
        """Another page of the same."""
        asked = {"kind": self.kind, "station": self.station, "page": page}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


def alerts_router(
    sites: LiveSites, parties: Iterable[Party], reads: AlertReads, printer: Printer
) -> APIRouter:
    """Build the route of the page.

    Args:
        sites: Where sites are, as they are now.
        parties: All grid companies.
        reads: Looks alerts up.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/sites/{site_id}/alerts")
    async def alerts(site_id: str, query: Annotated[AlertFilter, Query()]) -> HTMLResponse:
        """What needs somebody's eyes."""
        view = sites.quick_view(site_id)
        site, zone = present_line(view), ZoneInfo(view.timezone)
        end = query.page * _PAGE
        found = await reads.alerts(query.wanted(view), end + 1)
        lines = AlertWriter(sites.live(site_id).site, site.path, zone).lines(found)
        has_more = len(lines) > end and query.page < _MOST_PAGES
        return printer.page(
            "alerts.html",
            site=site,
            filter=query,
            kinds=KINDS,
            days=_BACK.days,
            stations=sorted({evse.station_id for evse in view.evses.values()}),
            now=list(_now(view, parties, site.path)),
            lines=lines[end - _PAGE : end],
            next_page=query.link(query.page + 1) if has_more else None,
            first_page=query.link(1) if query.page > 1 else None,
        )

    return router


def _now(view: SiteView, parties: Iterable[Party], path: str) -> Iterator[OpenAlert]:
    """What is wrong just now, the worst first."""
    yield from open_alerts(view, path)
    for party in silent_companies(parties, view.site_id):
        text = say("%(company)s is not heard of: its fallbacks count", company=party.company.name)
        yield OpenAlert(text=text, path=f"{path}/grid")
