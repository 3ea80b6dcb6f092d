"""The operator's pages: a site as it is now, the list of sites, the API's operations.

The first state is printed into the page; scripts then keep it up to date from one live stream.
"""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from csms.dashboard.connector_list import Sort, Wanted
from csms.dashboard.forms import sentence
from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line, present_site
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.domain.access import Permission, Role
from csms.domain.errors import ChargeFlexError, UnknownSiteError
from csms.domain.identity import SiteId
from csms.log import about
from csms.service.caller import current_caller
from csms.service.site_view import EvseState

_OWN_PAGES: Final[Mapping[Role | None, str]] = {
    Role.RESIDENT: "/own",
    Role.GRID_COMPANY: "/grid-company",
}

_PAGE: Final = re.compile(r"[0-9]{1,6}")

logger = logging.getLogger(__name__)


async def _wanted(
    state: Annotated[list[str] | None, Query()] = None,
    text: str = "",
    feeder: str = "",
    sort: str = "",
    page: str = "",
) -> Wanted:
    """Which connectors are asked for; what nobody can ask for is not asked."""
    return Wanted(
        states=frozenset(EvseState(one) for one in state or () if one in set(EvseState)),
        text=text,
        feeder=feeder,
        sort=Sort(sort) if sort in set(Sort) else Sort.NAME,
        page=None if page == "all" else int(page) if _PAGE.fullmatch(page) else 1,
    )


WantedConnectors: TypeAlias = Annotated[Wanted, Depends(_wanted)]


def dashboard_router(sites: SiteViews, printer: Printer) -> APIRouter:
    """Build the routes of the pages.

    Args:
        sites: Where views of sites come from.
        printer: Prints them.
    """
    router = page_router(printer)

    @router.get("/")
    async def home(wanted: WantedConnectors) -> Response:
        """The only site, or the list of all that one may see; for some, a page of their own."""
        if (own := _OWN_PAGES.get(current_caller().role)) is not None:
            return RedirectResponse(own, HTTPStatus.SEE_OTHER)
        site_ids = _seen(sites)
        if len(site_ids) == 1:
            return _print_site(sites, printer, site_ids[0], wanted)
        lines = [present_line(sites.quick_view(site_id)) for site_id in site_ids]
        return printer.page("sites.html", sites=lines)

    @router.get("/sites/{site_id}")
    async def site(site_id: str, wanted: WantedConnectors) -> HTMLResponse:
        """One site, with so many of its connectors as fill a screen."""
        return _print_site(sites, printer, site_id, wanted)

    @router.get("/api/docs")
    async def operations() -> HTMLResponse:
        """What the API can do, from its own description; nothing is loaded from elsewhere."""
        return printer.page("docs.html")

    return router


def _seen(sites: SiteViews) -> list[SiteId]:
    """The sites that who asks may see."""
    caller = current_caller()
    return [one for one in sites.site_ids() if caller.may(Permission.VIEW_SITE, one)]


def _print_site(
    sites: SiteViews, printer: Printer, site_id: SiteId, wanted: Wanted
) -> HTMLResponse:
    try:
        view = sites.quick_view(site_id)
    except UnknownSiteError:
        raise
    except ChargeFlexError as error:
        with about(site=site_id):
            logger.exception("could not print the page")
        return printer.error(HTTPStatus.INTERNAL_SERVER_ERROR, sentence(error))
    has_others = len(_seen(sites)) > 1
    return printer.page("site.html", site=present_site(view, wanted), has_others=has_others)
