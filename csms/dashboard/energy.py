"""The page of a site's energy: days of a month, or months of a year. It needs no scripts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final, Protocol
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, BeforeValidator, Field

from csms.dashboard.bar_chart import Value, draw_bars
from csms.dashboard.forecast_page import LiveSites
from csms.dashboard.forms import nothing_said
from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.words import NOTHING, kilo, money, percent, whole
from csms.domain.identity import SiteId
from csms.domain.site_day import SiteDay, figures_of, total
from csms.language.languages import CUSTOMS
from csms.language.reader import language_now
from csms.language.written import written_day
from csms.service.site_view import SiteView

_MONTHS: Final = 12
_SPAN: Final = re.compile(r"(\d{4})(?:-(\d\d))?")


class DayReads(Protocol):
    """Looks up what was counted of sites."""

    async def site_days(self, site_id: SiteId, since: date) -> list[SiteDay]:
        """What was counted of a site from a day on, the oldest first."""
        ...


class EnergyQuery(BaseModel):
    """Of which month, `2026-01`, or year, `2026`; nothing said: this month."""

    of: Annotated[
        Annotated[str, Field(pattern=r"^(20\d\d)(-(0[1-9]|1[0-2]))?$")] | None,
        BeforeValidator(nothing_said),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A month, or a year where `month` is None."""

    year: int
    month: int | None

    @property
    def name(self) -> str:
        """As links have it."""
        return f"{self.year}" if self.month is None else f"{self.year}-{self.month:02}"

    @property
    def word(self) -> str:
        """As people call it."""
        if self.month is None:
            return self.name
        return f"{CUSTOMS[language_now()].months[self.month - 1]} {self.year}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month or 1, 1)

    @property
    def parts(self) -> list[str]:
        """Its days, or its months, as days begin."""
        if self.month is None:
            return [f"{self.name}-{month:02}" for month in range(1, _MONTHS + 1)]
        days = (self.next.first - self.first).days
        return [(self.first + timedelta(days=day)).isoformat() for day in range(days)]

    @property
    def next(self) -> "Span":
        """The one after it."""
        return self._moved(1)

    @property
    def before(self) -> "Span":
        """The one before it."""
        return self._moved(-1)

    def _moved(self, by: int) -> "Span":
        if self.month is None:
            return Span(year=self.year + by, month=None)
        years, month = divmod(self.month - 1 + by, _MONTHS)
        return Span(year=self.year + years, month=month + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyLine:
    """A day or a month in words; `link` leads into it."""

    name: str
    link: str
    energy: str
    peak: str
    stays: str
    met: str
    available: str
    cost: str
    co2: str


def energy_router(sites: LiveSites, reads: DayReads, printer: Printer) -> APIRouter:
    """Build the route of the page.

    Args:
        sites: Where sites are, as they are now.
        reads: Looks up what was counted.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/sites/{site_id}/energy")
    async def energy(site_id: str, query: Annotated[EnergyQuery, Query()]) -> HTMLResponse:
        """Energy of a site by days or months."""
        view = sites.quick_view(site_id)
        now_local = view.now.astimezone(ZoneInfo(view.timezone)).date()
        span = read_span(query.of, now_local)
        today = sites.live(site_id).tally.today(view.now)
        kept = await reads.site_days(site_id, span.first)
        return _print(printer, view, span, _within([*kept, today], span))

    return router


def read_span(text: str | None, today: date) -> Span:
    """The month or year that is meant."""
    found = _SPAN.fullmatch(text or f"{today:%Y-%m}")
    assert found is not None  # noqa: S101 - the query is checked
    return Span(year=int(found[1]), month=int(found[2]) if found[2] else None)


def _within(days: Iterable[SiteDay], span: Span) -> dict[date, SiteDay]:
    """The days of a span; of a day that is told twice, the last."""
    return {one.day: one for one in days if span.first <= one.day < span.next.first}


def _print(printer: Printer, view: SiteView, span: Span, days: dict[date, SiteDay]) -> HTMLResponse:
    parts = {name: _of(name, days) for name in span.parts}
    lines = [present_energy(name, one, span) for name, one in parts.items() if one is not None]
    whole = total(days.values()) if days else None
    return printer.page(
        "energy.html",
        site=present_line(view),
        span=span,
        year=Span(year=span.year, month=None),
        chart=draw_bars(list(_values(parts, span))),
        lines=lines[::-1],
        whole=present_energy("", whole, span) if whole else None,
    )


def _of(name: str, days: dict[date, SiteDay]) -> SiteDay | None:
    found = [one for day, one in days.items() if day.isoformat().startswith(name)]
    return total(found) if found else None


def _values(parts: dict[str, SiteDay | None], span: Span) -> Iterator[Value]:
    for name, one in parts.items():
        yield Value(
            word=str(int(name.rpartition("-")[2])),
            value=None if one is None else one.energy_wh / 1000,
            text=f"{_called(name)}: {NOTHING if one is None else kilo(one.energy_wh)} kWh",
            link=f"?of={name}" if span.month is None else "",
        )


def present_energy(name: str, counted: SiteDay, span: Span) -> EnergyLine:
    """Put a day or a month in words."""
    figures = figures_of(counted)
    return EnergyLine(
        name=_called(name),
        link=f"?of={name}" if span.month is None else f"transactions?first={name}&last={name}",
        energy=kilo(figures.energy_wh),
        peak=kilo(figures.peak_quarter_w),
        stays=whole(figures.departures),
        met=_pct(figures.met_pct),
        available=_pct(figures.availability_pct),
        cost=NOTHING if figures.cost is None else money(figures.cost),
        co2=NOTHING if figures.co2_g is None else kilo(figures.co2_g),
    )


def _called(name: str) -> str:
    """A day or a month, written `2026-01-31` or `2026-01`, as people write it."""
    year, _, rest = name.partition("-")
    if "-" in rest:
        return written_day(date.fromisoformat(name))
    return Span(year=int(year), month=int(rest)).word if rest else ""


def _pct(share: float | None) -> str:
    return NOTHING if share is None else percent(share)
