"""The page of one user: what they may, their password, whether they are let in."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from csms.dashboard.forms import Form, faulty, read_form
from csms.dashboard.page_router import page_router
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.users_page import ADDED, choices, present_user, standing_of
from csms.domain.access_errors import UnknownUserError
from csms.domain.errors import ChargeFlexError, InvalidInputError
from csms.domain.user import User
from csms.language.said import Said
from csms.service.access_side import AccessSide
from csms.service.accounts import Accounts
from csms.service.grid_parties import Party

_CHANGED: Final = "changed"
_WORDS: Final[Mapping[str, str]] = {
    ADDED: Said("The user is added, and can log in."),
    _CHANGED: Said("That is changed."),
}


def user_router(
    side: AccessSide, sites: SiteViews, parties: Iterable[Party], printer: Printer
) -> APIRouter:
    """Build the routes of the page.

    Args:
        side: Changes users.
        sites: Where users can be something.
        parties: The grid companies that users can be.
        printer: Prints it.
    """
    router = page_router(printer)

    async def print_user(
        user: User, status: HTTPStatus = HTTPStatus.OK, said: str = "", *, is_done: bool = False
    ) -> HTMLResponse:
        return printer.page(
            "user.html",
            status,
            user=present_user(user),
            chosen=user,
            said=said,
            is_done=is_done,
            **choices(sites, parties),
        )

    @router.get("/users/{name}")
    async def show_user(request: Request, name: str) -> HTMLResponse:
        """One user."""
        user = await side.reads.user(name)
        if user is None:
            return printer.error(HTTPStatus.NOT_FOUND, faulty(UnknownUserError(name)))
        said = next((_WORDS[one] for one in _WORDS if one in request.query_params), "")
        return await print_user(user, said=said, is_done=True)

    @router.post("/users/{name}")
    async def change_user_by_page(request: Request, name: str) -> Response:
        """Change a user: what they are, their password, or whether they are let in."""
        form = await read_form(request)
        try:
            await _act(side.accounts, name, form)
        except ChargeFlexError as error:
            user = await side.reads.user(name)
            if user is None:
                return printer.error(HTTPStatus.NOT_FOUND, faulty(error))
            return await print_user(user, HTTPStatus.UNPROCESSABLE_ENTITY, faulty(error))
        return RedirectResponse(f"/users/{name}?{_CHANGED}", HTTPStatus.SEE_OTHER)

    return router


async def _act(accounts: Accounts, name: str, form: Form) -> None:
    """Do what a form asks for."""
    acts: Mapping[str, Callable[[], Awaitable[object]]] = {
        "standing": lambda: accounts.change(name, standing_of(form)),
        "password": lambda: accounts.set_password(name, form.one("password")),
        "disable": lambda: accounts.disable(name, is_disabled=True),
        "enable": lambda: accounts.disable(name, is_disabled=False),
    }
    act = acts.get(form.one("act"))
    if act is None:
        raise InvalidInputError("act", Said("expected one of %(names)s", names=", ".join(acts)))
    await act()
