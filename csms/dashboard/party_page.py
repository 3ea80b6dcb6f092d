"""The page of a grid company: its feeders, what it has sent of them, and what counts now."""

from typing import Protocol

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from csms.dashboard.page_router import page_router
from csms.dashboard.printer import Printer
from csms.domain.grid_company import GridCompany
from csms.domain.limit_errors import UnknownPartyError
from csms.language.said import Said
from csms.service.caller import current_caller
from csms.service.grid_bodies import ProfileAnswer
from csms.service.grid_parties import GridParties


class PartyDesk(Protocol):
    """Answers grid companies."""

    @property
    def parties(self) -> GridParties:
        """All grid companies."""
        ...

    def profile(self, company: GridCompany) -> ProfileAnswer:
        """All that a company has sent, and what its feeders may carry now."""
        ...


def party_router(desk: PartyDesk, printer: Printer) -> APIRouter:
    """Build the route of the page.

    Args:
        desk: Answers grid companies.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/grid-company")
    async def show_party() -> HTMLResponse:
        """The caller's own feeders."""
        party = desk.parties.find(current_caller().party_id or "")
        if party is None:
            raise UnknownPartyError(Said("expected a user who is a grid company of the settings"))
        profile = desk.profile(party.company)
        return printer.page("party.html", company=party.company, profile=profile)

    return router
