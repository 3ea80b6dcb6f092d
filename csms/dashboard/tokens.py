"""The page of the operator's list of id tokens: who may charge, at any of the server's sites.

It is read without scripts; what changes the list needs them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, BeforeValidator

from csms.dashboard.forms import nothing_said
from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.words import NOTHING
from csms.domain.authorization import AdmissionPolicy, IdToken, TokenStatus
from csms.language.reader import spoken
from csms.language.said import Said
from csms.language.written import day_and_minute
from csms.service.site_view import SiteView
from csms.service.token_body import Printable, Written

_PAGE: Final = 50
_WORDS: Final[Mapping[TokenStatus, str]] = {
    TokenStatus.ACCEPTED: Said("Accepted"),
    TokenStatus.BLOCKED: Said("Blocked"),
    TokenStatus.CONCURRENT_TRANSACTION: Said("Charges elsewhere"),
    TokenStatus.EXPIRED: Said("Expired"),
    TokenStatus.INVALID: Said("Invalid"),
    TokenStatus.NO_CREDIT: Said("No credit"),
    TokenStatus.NOT_AT_THIS_KIND_OF_EVSE: Said("Not at this kind of EVSE"),
    TokenStatus.NOT_AT_THIS_LOCATION: Said("Not at this location"),
    TokenStatus.NOT_AT_THIS_TIME: Said("Not at this time"),
    TokenStatus.UNKNOWN: Said("Unknown"),
}
_KINDS: Final = ("ISO14443", "ISO15693", "Central", "eMAID", "KeyCode", "Local", "MacAddress")


class TokenReads(Protocol):
    """Looks tokens up."""

    async def tokens(
        self, *, begins: str | None = None, after: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """The operator's list of tokens, in order of their keys."""
        ...


class TokenFilter(BaseModel):
    """What the form asks for."""

    begins: Annotated[Written | None, BeforeValidator(nothing_said)] = None
    after: Printable | None = None

    def link(self, **changed: object) -> str:
        """The page with something else asked for."""
        asked = {"begins": self.begins, **changed}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEntryLine:
    """A token of the list in words.

    Attributes:
        status: As it is listed.
        word: What stations are answered.
        is_valid: Whether it may charge.
        expires_at: As programs write it; empty: it does not.
        transactions: Where its transactions at the site are.
    """

    value: str
    kind: str
    status: TokenStatus
    word: str
    is_valid: bool
    is_accepted: bool
    group: str
    expires: str
    expires_at: str
    seen: str
    transactions: str


def tokens_router(
    sites: SiteViews, reads: TokenReads, admission: AdmissionPolicy, printer: Printer
) -> APIRouter:
    """Build the route of the page.

    Args:
        sites: Where views of sites come from.
        reads: Looks tokens up.
        admission: Who may charge whose token is not listed.
        printer: Prints it.
    """
    router = page_router(printer)
    is_open = admission is AdmissionPolicy.EVERYONE

    @router.get("/sites/{site_id}/tokens")
    async def tokens(site_id: str, query: Annotated[TokenFilter, Query()]) -> HTMLResponse:
        """The list of tokens."""
        view = sites.quick_view(site_id)
        begins = query.begins and IdToken(query.begins).key
        rows = await reads.tokens(begins=begins, after=query.after, limit=_PAGE + 1)
        return _print(printer, view, query, rows, is_open=is_open)

    return router


def _print(
    printer: Printer,
    view: SiteView,
    query: TokenFilter,
    rows: list[dict[str, Any]],
    *,
    is_open: bool,
) -> HTMLResponse:
    site, zone, shown = present_line(view), ZoneInfo(view.timezone), rows[:_PAGE]
    return printer.page(
        "tokens.html",
        site=site,
        is_open=is_open,
        timezone=view.timezone,
        filter=query,
        lines=[present_token(row, site.path, zone, view.now) for row in shown],
        statuses={status.value: word for status, word in _WORDS.items()},
        kinds=_KINDS,
        next_page=query.link(after=shown[-1]["key"]) if len(rows) > _PAGE else None,
        first_page=query.link() if query.after is not None else None,
    )


def present_token(
    row: Mapping[str, Any], path: str, zone: ZoneInfo, now: datetime
) -> TokenEntryLine:
    """Put a token of the list in words.

    Args:
        row: What is stored of it.
        path: Where the site's pages are.
        zone: The site's.
        now: The time.
    """
    listed, expires_at = TokenStatus(row["status"]), row["expires_at"]
    is_over = expires_at is not None and expires_at <= now
    is_accepted = listed is TokenStatus.ACCEPTED
    return TokenEntryLine(
        value=row["value"],
        kind=row["kind"],
        status=listed,
        word=spoken(_WORDS[TokenStatus.EXPIRED if is_accepted and is_over else listed]),
        is_valid=is_accepted and not is_over,
        is_accepted=is_accepted,
        group=row["group"] or "",
        expires=_minute(expires_at, zone),
        expires_at=expires_at.isoformat() if expires_at else "",
        seen=_minute(row["seen_at"], zone),
        transactions=f"{path}/transactions?{urlencode({'token': row['value']})}",
    )


def _minute(at: datetime | None, zone: ZoneInfo) -> str:
    return day_and_minute(at, zone) if at else NOTHING
