"""The page of users: who may what, and where."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from csms.dashboard.forms import Form, faulty, read_form
from csms.dashboard.page_router import page_router
from csms.dashboard.permission_words import ROLE_WORDS
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.domain.access import Role
from csms.domain.errors import ChargeFlexError, InvalidInputError
from csms.domain.user import SHORTEST_PASSWORD, User
from csms.language.said import Said, joined
from csms.service.access_side import AccessSide
from csms.service.accounts import Standing
from csms.service.grid_parties import Party
from csms.service.token_body import Printable

_PAGE: Final = 100

ROLE_ABOUTS: Final[Mapping[Role, str]] = {
    Role.ADMIN: Said("All that an operator may, and users, chargers' passwords and the audit log"),
    Role.OPERATOR: Said("Runs sites: limits, commands, id tokens, exports"),
    Role.VIEWER: Said("Sees sites, chargers and transactions, and changes nothing"),
    Role.RESIDENT: Said("Sees and steers what the own id tokens charge, and nothing else"),
    Role.GRID_COMPANY: Said("Sees its own feeders, limits them and takes what they offer"),
}
ADDED: Final = "added"


def users_router(
    side: AccessSide, sites: SiteViews, parties: Iterable[Party], printer: Printer
) -> APIRouter:
    """Build the routes of the page.

    Args:
        side: Adds and changes users.
        sites: Where users can be something.
        parties: The grid companies that users can be.
        printer: Prints it.
    """
    router = page_router(printer)

    async def print_users(
        status: HTTPStatus = HTTPStatus.OK,
        said: str = "",
        form: Form | None = None,
        after: str | None = None,
    ) -> HTMLResponse:
        users = await side.reads.users(after=after, limit=_PAGE + 1)
        shown = users[:_PAGE]
        return printer.page(
            "users.html",
            status,
            users=[present_user(user) for user in shown],
            first_page="/users" if after is not None else None,
            next_page=_page_after(shown[-1]) if len(users) > _PAGE else None,
            said=said,
            name=form.one("name") if form else "",
            **choices(sites, parties),
        )

    @router.get("/users")
    async def show_users(after: Printable | None = None) -> HTMLResponse:
        """Users in order of their names."""
        return await print_users(after=after)

    @router.post("/users")
    async def add_user_by_page(request: Request) -> Response:
        """Add a user."""
        form = await read_form(request)
        try:
            user = await side.accounts.add(
                form.one("name"), form.one("password"), standing_of(form)
            )
        except ChargeFlexError as error:
            return await print_users(HTTPStatus.UNPROCESSABLE_ENTITY, faulty(error), form)
        return RedirectResponse(f"/users/{user.name}?{ADDED}", HTTPStatus.SEE_OTHER)

    return router


def _page_after(user: User) -> str:
    return f"/users?{urlencode({'after': user.name})}"


def choices(sites: SiteViews, parties: Iterable[Party]) -> dict[str, object]:
    """What forms about users let one choose."""
    return {
        "roles": [(role, ROLE_WORDS[role], ROLE_ABOUTS[role]) for role in Role],
        "sites": [(site_id, sites.quick_view(site_id).name) for site_id in sites.site_ids()],
        "parties": [(one.company.party_id, one.company.name) for one in parties],
        "least": SHORTEST_PASSWORD,
    }


def present_user(user: User) -> dict[str, object]:
    """A user in words."""
    if user.party_id is not None:
        where: str = user.party_id
    elif user.tokens:
        where = ", ".join(sorted(user.tokens))
    elif user.sites is None:
        where = Said("All sites")
    else:
        where = joined(sorted(user.sites))
    return {
        "name": user.name,
        "role": ROLE_WORDS[user.role],
        "where": where,
        "is_disabled": user.is_disabled,
        "state": Said("Disabled") if user.is_disabled else Said("Let in"),
        "made": f"{user.made_at:%Y-%m-%d}",
    }


def standing_of(form: Form) -> Standing:
    """What a form says that a user is to be."""
    try:
        role = Role(form.one("role"))
    except ValueError as error:
        raise InvalidInputError(
            "role", Said("expected one of %(names)s", names=", ".join(Role))
        ) from error
    is_everywhere = form.one("where") != "some"
    tokens = form.one("tokens").replace(",", " ").split()
    return Standing(
        role=role,
        sites=None if is_everywhere else frozenset(form.all("sites")),
        tokens=tuple(tokens) if role is Role.RESIDENT else (),
        party_id=(form.one("party") or None) if role is Role.GRID_COMPANY else None,
    )
