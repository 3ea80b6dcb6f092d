"""The page of API keys: made, shown once, revoked."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from csms.dashboard.forms import Form, faulty, read_form, sentence
from csms.dashboard.page_router import page_router
from csms.dashboard.permission_words import PERMISSION_WORDS
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.words import NOTHING
from csms.domain.access import Caller, Permission
from csms.domain.access_errors import UnknownKeyError
from csms.domain.errors import ChargeFlexError, InvalidInputError
from csms.domain.user import ApiKey
from csms.language.said import Said, joined
from csms.service.access_side import AccessSide
from csms.service.api_keys import scopes_of
from csms.service.caller import current_caller
from csms.service.row_number import BeforeNumber, RowNumber

_PAGE: Final = 100


def keys_router(side: AccessSide, sites: SiteViews, printer: Printer) -> APIRouter:
    """Build the routes of the page.

    Args:
        side: Makes keys.
        sites: Where they can count.
        printer: Prints it.
    """
    router = page_router(printer)

    async def print_keys(
        status: HTTPStatus = HTTPStatus.OK,
        before: int | None = None,
        **values: Any,  # noqa: ANN401
    ) -> HTMLResponse:
        caller = current_caller()
        found = await side.keys.seen_by(caller, before, _PAGE + 1)
        keys = found[:_PAGE]
        shown = {"said": "", "made": None, "secret": "", **values}
        return printer.page(
            "keys.html",
            status,
            keys=[present_key(key) for key in keys],
            has_users=any(key.user != caller.user for key in keys),
            scopes=[(one, PERMISSION_WORDS[one]) for one in sorted(scopes_of(caller))],
            sites=_sites_of(caller, sites),
            is_user=caller.user is not None,
            first_page="/keys" if before is not None else None,
            next_page=f"/keys?before={keys[-1].number}" if len(found) > _PAGE else None,
            **shown,
        )

    @router.get("/keys")
    async def show_keys(before: BeforeNumber = None) -> HTMLResponse:
        """One's own keys; everybody's, for who manages users."""
        return await print_keys(before=before)

    @router.post("/keys")
    async def make_key_by_page(request: Request) -> Response:
        """Make a key, and show it this once."""
        form, caller = await read_form(request), current_caller()
        try:
            user = await side.reads.user(caller.user) if caller.user else None
            if user is None:
                raise InvalidInputError("user", Said("expected a user, whose key it is to be"))
            where = frozenset(form.all("sites")) if form.one("where") == "some" else None
            made = await side.keys.make(user, form.one("name"), _scopes(form), where)
        except ChargeFlexError as error:
            return await print_keys(HTTPStatus.UNPROCESSABLE_ENTITY, said=sentence(error))
        key, secret = made
        return await print_keys(HTTPStatus.CREATED, made=present_key(key), secret=secret)

    @router.post("/keys/{number}/revoke")
    async def revoke_key_by_page(number: RowNumber) -> Response:
        """Let a key count no more."""
        try:
            await side.keys.revoke(current_caller(), number)
        except UnknownKeyError as error:
            return printer.error(HTTPStatus.NOT_FOUND, faulty(error))
        return RedirectResponse("/keys", HTTPStatus.SEE_OTHER)

    return router


def present_key(key: ApiKey) -> dict[str, object]:
    """A key in words."""
    return {
        "number": key.number,
        "name": key.name,
        "user": key.user,
        "begins": key.begins,
        "scopes": ", ".join(sorted(key.scopes)),
        "where": Said("Wherever its user may") if key.sites is None else joined(sorted(key.sites)),
        "made": _minute(key.made_at),
        "used": _minute(key.used_at),
        "revoked": _minute(key.revoked_at) if key.revoked_at else "",
    }


def _scopes(form: Form) -> list[Permission]:
    try:
        return [Permission(one) for one in form.all("scopes")]
    except ValueError as error:
        raise InvalidInputError(
            "scopes", Said("expected some of %(names)s", names=", ".join(Permission))
        ) from error


def _sites_of(caller: Caller, sites: SiteViews) -> list[tuple[str, str]]:
    return [
        (site_id, sites.quick_view(site_id).name)
        for site_id in sites.site_ids()
        if caller.sites is None or site_id in caller.sites
    ]


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else NOTHING
