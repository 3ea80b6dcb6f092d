"""The pages of a site's transactions: a list to look through, and one with all that is known of it.

They work without scripts: filters are a form, pages are links.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal, Protocol, Self, TypeAlias
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from csms.dashboard.forms import nothing_said
from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.transaction_course import course_of
from csms.dashboard.transaction_words import present_totals, present_transaction
from csms.domain.identity import SiteId
from csms.domain.local_day import midnight
from csms.domain.transaction_search import TransactionsWanted, TransactionTotals
from csms.language.reader import language_now, say
from csms.language.said import Said
from csms.service.row_number import BeforeNumber, RowNumber

_PAGE: Final = 50
_STATES: Final[Mapping[str, bool | None]] = {"all": None, "running": True, "ended": False}
_RUNNING: Final = {"all": None, "running": "true", "ended": "false"}
"""The same in a link."""
_STATE_WORDS: Final = {"all": Said("All"), "running": Said("Running"), "ended": Said("Ended")}
_FORMS: Final[Mapping[str, str]] = {
    "csv": "CSV",
    "xlsx": "Excel",
    "parquet": "Parquet",
    "pdf": "PDF",
}


class TransactionReads(Protocol):
    """Looks transactions up."""

    async def transactions(self, wanted: TransactionsWanted, limit: int) -> list[dict[str, Any]]:
        """Transactions, the newest first."""
        ...

    async def transaction(self, number: int) -> dict[str, Any] | None:
        """One transaction with its site."""
        ...

    async def transaction_totals(self, wanted: TransactionsWanted) -> TransactionTotals:
        """What transactions come to, those of all pages."""
        ...


_Month: TypeAlias = Annotated[date, Field(le=date(9998, 12, 31))]
"""One whose end can be told."""


class Filter(BaseModel):
    """What the form asks for; days are the site's."""

    state: Literal["all", "running", "ended"] = "all"
    station: Annotated[str | None, BeforeValidator(nothing_said)] = None
    token: Annotated[str | None, BeforeValidator(nothing_said)] = None
    token_of: Annotated[RowNumber | None, BeforeValidator(nothing_said)] = None
    first: Annotated[date | None, BeforeValidator(nothing_said)] = None
    last: Annotated[date | None, BeforeValidator(nothing_said)] = None
    month: Annotated[_Month | None, BeforeValidator(nothing_said)] = None
    before: BeforeNumber = None

    @model_validator(mode="after")
    def _spread_month(self) -> Self:
        """A month in place of its first and last day."""
        if self.month is not None:
            self.first = self.month.replace(day=1)
            self.last = (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            self.month = None
        return self

    def wanted(self, site_id: SiteId, zone: ZoneInfo) -> TransactionsWanted:
        """As they are looked for."""
        return TransactionsWanted(
            site_id=site_id,
            station_id=self.station,
            token=self.token,
            token_of=self.token_of,
            is_running=_STATES[self.state],
            since=midnight(self.first, zone) if self.first else None,
            until=midnight(self.last + timedelta(days=1), zone) if self.last else None,
            before=self.before,
        )

    def export(self, form: str) -> str:
        """The API's file of all that is asked for."""
        asked = {
            "what": "transactions",
            "format": form,
            "running": _RUNNING[self.state],
            "station": self.station,
            "id_token": self.token,
            "token_of": self.token_of,
            "from": self.first,
            "to": self.last and self.last + timedelta(days=1),
            "language": language_now() if form == "pdf" else None,
        }
        return urlencode({name: value for name, value in asked.items() if value is not None})

    def link(self, **changed: object) -> str:
        """The page with something else asked for."""
        asked = {**self.model_dump(mode="json", exclude={"before"}), **changed}
        said = {name: value for name, value in asked.items() if value not in (None, "all")}
        return f"?{urlencode(said)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pages:
    sites: SiteViews
    reads: TransactionReads
    printer: Printer


def transactions_router(sites: SiteViews, reads: TransactionReads, printer: Printer) -> APIRouter:
    """Build the routes of the pages.

    Args:
        sites: Where views of sites come from.
        reads: Looks transactions up.
        printer: Prints them.
    """
    router = page_router(printer)
    pages = _Pages(sites=sites, reads=reads, printer=printer)

    @router.get("/sites/{site_id}/transactions")
    async def transactions(site_id: str, query: Annotated[Filter, Query()]) -> HTMLResponse:
        """The transactions of a site."""
        return await _print_list(pages, site_id, query)

    @router.get("/sites/{site_id}/transactions/{number}")
    async def transaction(site_id: str, number: RowNumber) -> HTMLResponse:
        """One transaction."""
        return await _print_one(pages, site_id, number)

    return router


async def _print_list(pages: _Pages, site_id: SiteId, query: Filter) -> HTMLResponse:
    site = pages.sites.quick_view(site_id)
    zone = ZoneInfo(site.timezone)
    wanted = query.wanted(site_id, zone)
    rows = await pages.reads.transactions(wanted, _PAGE + 1)
    shown, has_more = rows[:_PAGE], len(rows) > _PAGE
    totals = await pages.reads.transaction_totals(wanted)
    return pages.printer.page(
        "transactions.html",
        site=present_line(site),
        filter=query,
        lines=[present_transaction(row, zone, site.now) for row in shown],
        totals=present_totals(totals),
        states=_STATE_WORDS,
        months=_months(site.now.astimezone(zone).date()),
        exports={word: query.export(form) for form, word in _FORMS.items()},
        stations=sorted({evse.station_id for evse in site.evses.values()}),
        next_page=query.link(before=shown[-1]["number"]) if has_more else None,
        first_page=query.link() if query.before is not None else None,
    )


def _months(today: date) -> dict[str, date]:
    """This month and the last, by their first days."""
    first = today.replace(day=1)
    return {
        say("This month"): first,
        say("Last month"): (first - timedelta(days=1)).replace(day=1),
    }


async def _print_one(pages: _Pages, site_id: SiteId, number: int) -> HTMLResponse:
    site = pages.sites.quick_view(site_id)
    row = await pages.reads.transaction(number)
    if row is None or row["site_id"] != site_id:
        text = say(
            "%(site)s has no transaction of the number %(number)s.", site=site.name, number=number
        )
        return pages.printer.error(HTTPStatus.NOT_FOUND, text)
    return pages.printer.page(
        "transaction.html",
        site=present_line(site),
        timezone=site.timezone,
        line=present_transaction(row, ZoneInfo(site.timezone), site.now),
        course=course_of(row, site.now),
    )
