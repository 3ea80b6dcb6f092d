"""The operator's pages: a site as it is now, the list of sites, and what to say when there is none.

The first state is printed into the page; scripts then keep it up to date from one live stream.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from csms.dashboard.assets import HashedFiles, digest_of
from csms.dashboard.presenter import LIMIT_PCT, Tile, present_line, present_site
from csms.domain.errors import ChargeFlexError, UnknownSiteError
from csms.domain.identity import SiteId
from csms.log import about
from csms.service.site_view import SiteView

logger = logging.getLogger(__name__)

STATIC_PATH: Final = "/static"
"""Where the application has to mount `static_files()`."""

_HERE: Final = Path(__file__).parent
_STATIC: Final = _HERE / "static"
_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TITLES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.NOT_FOUND: "Unknown site",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The site cannot be shown just now",
}


class SiteViews(Protocol):
    """Where views of sites come from."""

    def site_ids(self) -> tuple[SiteId, ...]:
        """All sites."""
        ...

    def view(self, site_id: SiteId) -> SiteView:
        """The view of a site at this instant.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        ...


def dashboard_router(sites: SiteViews, *, ocpp_url: str) -> APIRouter:
    """Build the routes of the pages.

    Args:
        sites: Where views of sites come from.
        ocpp_url: Where stations connect, without the station's id.
    """
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    printer = _Printer(sites, ocpp_url)

    @router.get("/")
    async def home() -> HTMLResponse:
        """The only site, or the list of all."""
        site_ids = sites.site_ids()
        return printer.site(site_ids[0]) if len(site_ids) == 1 else printer.sites(site_ids)

    @router.get("/sites/{site_id}")
    async def site(site_id: str) -> HTMLResponse:
        """One site."""
        return printer.site(site_id)

    return router


def static_files() -> HashedFiles:
    """Serve the files that pages are made of, at `STATIC_PATH`."""
    return HashedFiles(_STATIC, digest_of(_STATIC))


class _Printer:
    """Prints pages."""

    def __init__(self, sites: SiteViews, ocpp_url: str) -> None:
        self._sites = sites
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            static=f"{STATIC_PATH}/{digest_of(_STATIC)}",
            ocpp_url=ocpp_url.rstrip("/"),
            limit_pct=LIMIT_PCT,
            blank_tile=Tile(),
        )

    def site(self, site_id: SiteId) -> HTMLResponse:
        try:
            view = self._sites.view(site_id)
        except UnknownSiteError:
            return self._error(HTTPStatus.NOT_FOUND, f"There is no site called “{site_id}”.")
        except ChargeFlexError as error:
            with about(site=site_id):
                logger.exception("could not print the page")
            return self._error(HTTPStatus.INTERNAL_SERVER_ERROR, f"{error}.")
        has_others = len(self._sites.site_ids()) > 1
        return self._print("site.html", site=present_site(view), has_others=has_others)

    def sites(self, site_ids: tuple[SiteId, ...]) -> HTMLResponse:
        lines = [present_line(self._sites.view(site_id)) for site_id in site_ids]
        return self._print("sites.html", sites=lines)

    def _error(self, status: HTTPStatus, text: str) -> HTMLResponse:
        return self._print("error.html", status, title=_TITLES[status], text=text)

    def _print(
        self, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> HTMLResponse:
        text = self._templates.get_template(template).render(**values)
        return HTMLResponse(text, status_code=status, headers=dict(_HEADERS))
