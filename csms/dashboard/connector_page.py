"""One connector: what it does and why, what can be done there, its course and last messages.

A page of its own without scripts; with them, its parts are put into the sheet on the page of the
site (`?part=sheet`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from secrets import token_hex
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from csms.dashboard.connector_acts import ACTS, Act, Asked, ConnectorDesk
from csms.dashboard.connector_words import Question, Told, name_of, present_connector
from csms.dashboard.forms import faulty, read_form
from csms.dashboard.messages import MessageLine, present_message
from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.domain.access import Permission
from csms.domain.errors import ChargeFlexError
from csms.domain.exchange import Wanted
from csms.language.reader import say
from csms.language.said import Said
from csms.service.caller import current_caller
from csms.service.site_view import SiteView

_MESSAGES: Final = 5
_PATH: Final = "/sites/{site_id}/connectors/{station_id:path}/{number}"
_DURATIONS: Final[Mapping[str, str]] = {
    "": Said("Until it is released"),
    "30": Said("30 min"),
    "60": Said("1 h"),
    "240": Said("4 h"),
}
_SHEET: Final = "sheet"


def connector_router(sites: SiteViews, desk: ConnectorDesk, printer: Printer) -> APIRouter:
    """Build the routes of the page: to see it, and one for each act.

    Args:
        sites: Where views of sites come from.
        desk: What can be done.
        printer: Prints it.
    """
    router, page = page_router(printer), _Page(sites, desk, printer)

    @router.get(_PATH)
    async def show_connector(
        request: Request, site_id: str, station_id: str, number: str
    ) -> HTMLResponse:
        """One connector."""
        return await page.show(request, site_id, f"{station_id}/{number}")

    for name, act in ACTS.items():
        router.post(f"{_PATH}/{name}")(_endpoint(page, act))
    return router


def _endpoint(page: "_Page", act: Act) -> Callable[..., Awaitable[HTMLResponse]]:
    async def endpoint(
        request: Request, site_id: str, station_id: str, number: str
    ) -> HTMLResponse:
        return await page.do(request, site_id, f"{station_id}/{number}", act)

    endpoint.__name__ = f"{act.__name__}_by_page"  # the audit log names it
    return endpoint


@dataclass(frozen=True, slots=True)
class _Page:
    """Prints one connector, and does what is asked for there."""

    sites: SiteViews
    desk: ConnectorDesk
    printer: Printer

    async def show(self, request: Request, site_id: str, key: str) -> HTMLResponse:
        """Print it."""
        view = self.sites.view(site_id)
        if key not in view.evses:
            return self._missing(view, key)
        return await self._print(request, view, key)

    async def do(self, request: Request, site_id: str, key: str, act: Act) -> HTMLResponse:
        """Do something, or ask whether it is meant; print what came of it."""
        view = self.sites.view(site_id)
        if key not in view.evses:
            return self._missing(view, key)
        asked = Asked(view=view, key=key, form=await read_form(request))
        try:
            come_of_it = await act(self.desk, asked)
        except ChargeFlexError as error:
            told = Told(text=f"{faulty(error)}.", is_well=False)
            return await self._print(request, view, key, told)
        return await self._print(request, self.sites.view(site_id), key, come_of_it)

    def _missing(self, view: SiteView, key: str) -> HTMLResponse:
        text = say("%(site)s has no connector called “%(key)s”.", site=view.name, key=key)
        return self.printer.error(HTTPStatus.NOT_FOUND, text)

    async def _print(
        self, request: Request, view: SiteView, key: str, said: Told | Question | None = None
    ) -> HTMLResponse:
        if key not in view.evses:  # its guest has gone meanwhile
            return self._missing(view, key)
        site, evse = present_line(view), view.evses[key]
        is_sheet = request.query_params.get("part") == _SHEET
        is_refused = isinstance(said, Told) and not said.is_well and not is_sheet
        return self.printer.page(
            "connector_sheet.html" if is_sheet else "connector.html",
            HTTPStatus.CONFLICT if is_refused else HTTPStatus.OK,
            site=site,
            timezone=view.timezone,
            is_sheet=is_sheet,
            connector=present_connector(view, key),
            name=name_of(view, evse),
            told=said if isinstance(said, Told) else None,
            question=said if isinstance(said, Question) else None,
            order=token_hex(8),
            durations=_DURATIONS,
            messages=await self._messages(view, key),
        )

    async def _messages(self, view: SiteView, key: str) -> list[MessageLine] | None:
        """The last messages of its station; None: they are not kept, or not for who asks."""
        journal = self.desk.journal
        if journal is None or not current_caller().may(Permission.VIEW_MESSAGE, view.site_id):
            return None
        station_id = view.evses[key].station_id
        wanted = Wanted(station_id=station_id, stations=frozenset({station_id}))
        found = await journal.find(wanted, _MESSAGES)
        return [present_message(one, ZoneInfo(view.timezone)) for one in found]
