"""Prints pages from templates, with the headers that keep them to themselves."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from csms.dashboard.assets import HashedFiles, digest_of
from csms.dashboard.connector_list import Tile
from csms.dashboard.language_parts import LanguageParts
from csms.dashboard.permission_words import PERMISSION_WORDS, ROLE_WORDS
from csms.dashboard.presenter import BLANK_FIGURE, LIMIT_PCT, GuardLine
from csms.dashboard.script_modules import modules_of
from csms.domain.access import Permission
from csms.domain.identity import SiteId
from csms.language.said import Said
from csms.service.caller import current_caller

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
    HTTPStatus.NOT_FOUND: Said("There is no such page"),
    HTTPStatus.FORBIDDEN: Said("That is not for you"),
    HTTPStatus.UNAUTHORIZED: Said("Log in first"),
    HTTPStatus.CONFLICT: Said("That was not done"),
    HTTPStatus.UNPROCESSABLE_ENTITY: Said("That cannot be read"),
    HTTPStatus.TOO_MANY_REQUESTS: Said("Too much was asked at once"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Said("The page cannot be shown just now"),
}


class Printer:
    """Prints pages.

    Args:
        ocpp_url: Where stations connect, without the station's id.
    """

    def __init__(self, ocpp_url: str) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        scripts = _STATIC / "js"
        parts = LanguageParts(scripts)
        parts.add_to(self._templates)
        self._templates.globals.update(
            static=f"{STATIC_PATH}/{digest_of(_STATIC)}",
            ocpp_url=ocpp_url.rstrip("/"),
            site_modules=modules_of(scripts, "site.js"),
            limit_pct=LIMIT_PCT,
            blank_tile=Tile(),
            blank_guard_line=GuardLine(),
            blank_figure=BLANK_FIGURE,
            caller=current_caller,
            may=_may,
            may_anywhere=lambda permission: current_caller().may_anywhere(permission),
            permissions_at=_permissions_at,
            role_words=ROLE_WORDS,
            permission_words=PERMISSION_WORDS,
            silent_companies=lambda _site_id: 0,
        )

    def count_silent(self, count: Callable[[SiteId], int]) -> None:
        """Let pages count how many of a site's grid companies are not heard of just now."""
        self._templates.globals["silent_companies"] = count

    def page(
        self, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> HTMLResponse:
        """Print a page from a template."""
        text = self._templates.get_template(template).render(**values)
        return HTMLResponse(text, status_code=status, headers=dict(_HEADERS))

    def error(self, status: HTTPStatus, text: str) -> HTMLResponse:
        """Print what went wrong."""
        title = _TITLES.get(status, status.phrase)
        return self.page("error.html", status, title=title, text=text)


def _may(permission: str, site_id: SiteId | None = None) -> bool:
    """Whether who asks may do something; without a site: at all sites."""
    return current_caller().may(Permission(permission), site_id)


def _permissions_at(site_id: SiteId | None) -> str:
    """All that who asks may do at a site, for style sheets, which hide the rest."""
    caller = current_caller()
    return " ".join(sorted(one for one in caller.permissions if caller.may(one, site_id)))


def static_files() -> HashedFiles:
    """Serve the files that pages are made of, at `STATIC_PATH`."""
    return HashedFiles(_STATIC, digest_of(_STATIC))
