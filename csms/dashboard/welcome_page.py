"""The page by which the first user comes in: a link that the server prints once."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from csms.dashboard.forms import check_twice, faulty, read_form
from csms.dashboard.login_page import logged_in, note_login, where_of
from csms.dashboard.page_router import page_router
from csms.dashboard.printer import Printer
from csms.domain.access_errors import NotLoggedInError
from csms.domain.errors import InvalidInputError
from csms.domain.user import SHORTEST_PASSWORD
from csms.language.said import Said
from csms.service.access_side import AccessSide

_NO_WIZARD: Final = Said(
    "This link has been used, or is of an earlier start: the server prints a new one when it "
    "starts without any user."
)


def welcome_router(side: AccessSide, printer: Printer) -> APIRouter:
    """Build the routes of the page.

    Args:
        side: Who is let in.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/welcome")
    async def show_wizard(request: Request) -> HTMLResponse:
        """Ask who the first user is to be."""
        token = request.query_params.get("token", "")
        if not await side.logins.is_wizard_open(token):
            return printer.error(HTTPStatus.FORBIDDEN, _NO_WIZARD)
        return printer.page("welcome.html", token=token, name="", said="", least=SHORTEST_PASSWORD)

    @router.post("/welcome")
    async def add_first(request: Request) -> Response:
        """Add the first user, an admin, and log them in."""
        form = await read_form(request)
        token, name, where = form.one("token"), form.one("name"), where_of(request)
        try:
            check_twice(form.one("password"), form.one("again"))
            cookie = await side.logins.add_first(token, name, form.one("password"), where)
        except NotLoggedInError:
            return printer.error(HTTPStatus.FORBIDDEN, _NO_WIZARD)
        except InvalidInputError as error:
            values = {"token": token, "name": name, "said": faulty(error)}
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return printer.page("welcome.html", status, **values, least=SHORTEST_PASSWORD)
        await note_login(side, name, where, "add_first_user", is_done=True)
        return logged_in(request, "/", cookie)

    return router
