"""The page that sends commands to a site's chargers; its form is made in the browser."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from csms.dashboard.command_words import form_words
from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.words import STATE_WORDS
from csms.language.reader import spoken
from csms.service.site_view import SiteView


@dataclass(frozen=True, slots=True)
class Target:
    """A charger, and how it stands in a word."""

    name: str
    word: str


def commands_router(sites: SiteViews, printer: Printer) -> APIRouter:
    """Build the route of the page.

    Args:
        sites: Where views of sites come from.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/sites/{site_id}/commands")
    async def commands(site_id: str, station: str = "") -> HTMLResponse:
        """Commands to a site's chargers; `station` is chosen beforehand."""
        view = sites.quick_view(site_id)
        return printer.page(
            "commands.html",
            site=present_line(view),
            stations=_targets(view),
            chosen=station,
            words=form_words(),
        )

    return router


def _targets(view: SiteView) -> list[Target]:
    """The chargers of a site, each with the state of its first EVSE."""
    words = {
        evse.station_id: spoken(STATE_WORDS[evse.state]) for evse in reversed(view.evses.values())
    }
    return [Target(name, words[name]) for name in sorted(words)]
