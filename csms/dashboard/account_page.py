"""The page of one's own account: who one is, what one may, and another password."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from csms.dashboard.forms import check_twice, faulty, read_form
from csms.dashboard.login_page import wait_words, where_of
from csms.dashboard.page_router import page_router
from csms.dashboard.printer import Printer
from csms.domain.access_errors import TooManyTriesError, WrongLoginError
from csms.domain.errors import ChargeFlexError
from csms.domain.user import SHORTEST_PASSWORD
from csms.language.languages import language_of
from csms.language.reader import COOKIE
from csms.language.said import Said
from csms.service.access_side import AccessSide
from csms.service.caller import current_caller

_OLD_IS_WRONG: Final = Said("The present password is another one.")
_CHANGED: Final = Said("The password is changed. Other logins of yours have ended.")


def account_router(side: AccessSide, printer: Printer) -> APIRouter:
    """Build the routes of the page.

    Args:
        side: Changes passwords.
        printer: Prints it.
    """
    router = page_router(printer)

    def account_page(status: HTTPStatus, said: str = "", *, is_done: bool = False) -> HTMLResponse:
        values = {"said": said, "is_done": is_done, "least": SHORTEST_PASSWORD}
        return printer.page("account.html", status, asker=current_caller(), **values)

    @router.get("/account")
    async def show_account() -> HTMLResponse:
        """Who one is, and what one may."""
        return account_page(HTTPStatus.OK)

    @router.post("/account")
    async def change_password(request: Request) -> HTMLResponse:
        """Change one's own password."""
        form = await read_form(request)
        try:
            check_twice(form.one("password"), form.one("again"))
            await side.logins.change_password(
                current_caller(), form.one("old"), form.one("password"), where_of(request)
            )
        except TooManyTriesError as error:
            return account_page(HTTPStatus.TOO_MANY_REQUESTS, wait_words(error.wait_s))
        except WrongLoginError:
            return account_page(HTTPStatus.UNAUTHORIZED, _OLD_IS_WRONG)
        except ChargeFlexError as error:
            return account_page(HTTPStatus.UNPROCESSABLE_ENTITY, faulty(error))
        return account_page(HTTPStatus.OK, _CHANGED, is_done=True)

    @router.post("/account/language")
    async def choose_language(request: Request) -> Response:
        """Keep one's own language; what was chosen at this browser counts no more."""
        form = await read_form(request)
        caller, wanted = current_caller(), language_of(form.one("language"))
        if caller.user:
            await side.accounts.set_language(caller.user, wanted)
        answer = RedirectResponse("/account", HTTPStatus.SEE_OTHER)
        answer.delete_cookie(COOKIE)
        return answer

    return router
