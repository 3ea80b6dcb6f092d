"""The page by which people come in, and how they leave."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from csms.dashboard.forms import read_form
from csms.dashboard.page_router import page_router
from csms.dashboard.printer import Printer
from csms.domain.access import CallerKind
from csms.domain.access_errors import TooManyTriesError, WrongLoginError
from csms.domain.audit import AuditEntry
from csms.domain.user import LASTS
from csms.language.said import Said
from csms.service.access_side import AccessSide
from csms.service.caller import current_caller
from csms.service.logins import From, cookie_name

_WRONG: Final = Said("This name and this password do not belong together.")


def login_router(side: AccessSide, printer: Printer) -> APIRouter:
    """Build the routes of the page.

    Args:
        side: Who is let in.
        printer: Prints it.
    """
    router = page_router(printer)

    def login_page(status: HTTPStatus, to: str, *, name: str = "", said: str = "") -> HTMLResponse:
        return printer.page("login.html", status, to=to, name=name, said=said)

    @router.get("/login")
    async def show_login(request: Request) -> Response:
        """Ask for a name and a password."""
        to = _own_path(request.query_params.get("next", ""))
        if current_caller().kind is not CallerKind.NOBODY:
            return _redirect(to)
        return login_page(HTTPStatus.OK, to)

    @router.post("/login")
    async def log_in(request: Request) -> Response:
        """Log somebody in."""
        form = await read_form(request)
        name, to, where = form.one("name"), _own_path(form.one("next")), where_of(request)
        try:
            cookie = await side.logins.log_in(name, form.one("password"), where)
        except TooManyTriesError as error:
            answer = login_page(
                HTTPStatus.TOO_MANY_REQUESTS, to, name=name, said=wait_words(error.wait_s)
            )
            answer.headers["Retry-After"] = str(error.wait_s)
            return answer
        except WrongLoginError:
            await note_login(side, name, where, "log_in", is_done=False)
            return login_page(HTTPStatus.UNAUTHORIZED, to, name=name, said=_WRONG)
        await note_login(side, name, where, "log_in", is_done=True)
        return logged_in(request, to, cookie)

    @router.post("/logout")
    async def log_out(request: Request) -> Response:
        """End the login."""
        await side.logins.log_out(current_caller())
        answer = _redirect("/login")
        answer.delete_cookie(cookie_name(is_encrypted=_is_encrypted(request)))
        return answer

    return router


def wait_words(wait_s: int) -> str:
    """What is said to somebody who has to wait."""
    return Said("Too many wrong passwords: try again in %(wait_s)s s.", wait_s=wait_s)


def _own_path(to: str) -> str:
    """Where somebody wanted to go, if that is a page of ours; else the first page."""
    is_own = to.startswith("/") and not to.startswith("//")
    return to if is_own and "\\" not in to and to.isprintable() else "/"


def _redirect(to: str) -> RedirectResponse:
    return RedirectResponse(to, HTTPStatus.SEE_OTHER)


def logged_in(request: Request, to: str, cookie: str) -> Response:
    """Let a browser keep a login, and go on."""
    answer, is_encrypted = _redirect(to), _is_encrypted(request)
    answer.set_cookie(
        cookie_name(is_encrypted=is_encrypted),
        cookie,
        max_age=int(LASTS.total_seconds()),
        secure=is_encrypted,
        httponly=True,
        samesite="lax",
    )
    return answer


def _is_encrypted(request: Request) -> bool:
    return request.url.scheme == "https"


def where_of(request: Request) -> From:
    """From where somebody asks."""
    address = request.client.host if request.client else ""
    return From(address, request.headers.get("user-agent", ""))


async def note_login(
    side: AccessSide, name: str, where: From, action: str, *, is_done: bool
) -> None:
    """Write down that somebody was logged in, or was not."""
    await side.log.note(
        AuditEntry(
            at=side.log.now(),
            who=name.strip().lower()[:64],
            by=CallerKind.USER if is_done else CallerKind.NOBODY,
            address=where.address,
            action=action,
            target=where.browser,
            is_done=is_done,
            result="logged in" if is_done else "wrong password, or no such user",
        )
    )
