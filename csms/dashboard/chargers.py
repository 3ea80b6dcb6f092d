"""The pages of a site's chargers: a list, and one with all that is known of it.

They work without scripts.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from csms.dashboard.charger_words import (
    dialect_words,
    present_charger,
    present_chargers,
    present_evse,
    present_job,
    present_notice,
    present_setting,
)
from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.state_timeline import BAND_WORDS, SPAN, hour_ticks, strips_of
from csms.dashboard.words import NOTHING, day_and_second
from csms.domain.evse_state import BandChange
from csms.domain.identity import SiteId, StationId
from csms.domain.settings import SettingState
from csms.language.reader import say, spoken
from csms.service.dialect_view import DialectView
from csms.service.site_view import EvseView, SiteView

_JOBS: Final = 20
_NOTICES: Final = 20


class ChargerReads(Protocol):
    """Looks chargers up in what is stored."""

    async def stations(self) -> list[dict[str, Any]]:
        """All stations."""
        ...

    async def station(self, station_id: StationId) -> dict[str, Any] | None:
        """One station."""
        ...

    async def evse_bands(
        self, site_id: SiteId, since: datetime, station_id: StationId | None = None
    ) -> list[BandChange]:
        """How EVSEs came to be otherwise since an instant, and how they were before."""
        ...

    async def jobs(
        self, station_id: StationId, before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Commands that a station was sent, the newest first."""
        ...

    async def notices(
        self, station_id: StationId, *, kind: str | None, before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """What a station has told beside charging, the newest first."""
        ...


class ChargerDesk(Protocol):
    """Knows how chargers stand."""

    def settings_of(self, station_id: StationId) -> tuple[SettingState, ...]:
        """How a station's settings stood to what its site wants."""
        ...

    def dialect_of(self, station_id: StationId) -> DialectView | None:
        """How a station takes charging profiles."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pages:
    sites: SiteViews
    reads: ChargerReads
    desk: ChargerDesk
    printer: Printer


def chargers_router(
    sites: SiteViews, reads: ChargerReads, desk: ChargerDesk, printer: Printer
) -> APIRouter:
    """Build the routes of the pages.

    Args:
        sites: Where views of sites come from.
        reads: Looks up what is stored of chargers.
        desk: Knows how they stand.
        printer: Prints them.
    """
    router = page_router(printer)
    pages = _Pages(sites=sites, reads=reads, desk=desk, printer=printer)

    @router.get("/sites/{site_id}/chargers")
    async def chargers(site_id: str) -> HTMLResponse:
        """The chargers of a site."""
        return await _print_list(pages, sites.quick_view(site_id))

    @router.get("/sites/{site_id}/chargers/{station_id:path}")
    async def charger(site_id: str, station_id: str) -> HTMLResponse:
        """One charger."""
        return await _print_one(pages, sites.quick_view(site_id), station_id)

    return router


async def _print_list(pages: _Pages, view: SiteView) -> HTMLResponse:
    evses = _evses(view)
    rows = [row for row in await pages.reads.stations() if row["id"] in evses]
    settings = {row["id"]: pages.desk.settings_of(row["id"]) for row in rows}
    site = present_line(view)
    lines = present_chargers(rows, evses, settings, site.path, view.now)
    zone = ZoneInfo(view.timezone)
    strips = strips_of(await _bands(pages, view), view.now, zone)
    return pages.printer.page(
        "chargers.html", site=site, lines=lines, strips=strips, bands=_band_words()
    )


async def _print_one(pages: _Pages, view: SiteView, station_id: StationId) -> HTMLResponse:
    evses = _evses(view).get(station_id, [])
    row = await pages.reads.station(station_id) if evses else None
    if row is None:
        text = say(
            "%(site)s has no charger called “%(station)s”.", site=view.name, station=station_id
        )
        return pages.printer.error(HTTPStatus.NOT_FOUND, text)
    site, zone = present_line(view), ZoneInfo(view.timezone)
    settings = pages.desk.settings_of(station_id)
    jobs = await pages.reads.jobs(station_id, None, _JOBS)
    notices = await pages.reads.notices(station_id, kind=None, before=None, limit=_NOTICES)
    booted_at = row["booted_at"]
    changes = await _bands(pages, view, station_id)
    return pages.printer.page(
        "charger.html",
        site=site,
        line=present_charger(row, evses, settings, site.path, view.now),
        strips=strips_of(changes, view.now, zone).get(station_id, ()),
        ticks=hour_ticks(view.now, zone),
        bands=_band_words(),
        serial=row["serial"] or NOTHING,
        booted=day_and_second(booted_at, zone) if booted_at else NOTHING,
        evses=[
            present_evse(evse, view.feeders[evse.feeder_id].name, zone, view.now) for evse in evses
        ],
        settings=[present_setting(one) for one in settings],
        dialect=dialect_words(pages.desk.dialect_of(station_id)),
        jobs=[present_job(one, zone) for one in jobs],
        notices=[present_notice(one, zone) for one in notices],
    )


async def _bands(
    pages: _Pages, view: SiteView, station_id: StationId | None = None
) -> list[BandChange]:
    """How the EVSEs that are there were over the last day."""
    found = await pages.reads.evse_bands(view.site_id, view.now - SPAN, station_id)
    return [change for change in found if str(change.evse) in view.evses]


def _band_words() -> dict[str, str]:
    return {band.value: spoken(word) for band, word in BAND_WORDS.items()}


def _evses(view: SiteView) -> dict[StationId, list[EvseView]]:
    found: dict[StationId, list[EvseView]] = defaultdict(list)
    for evse in view.evses.values():
        found[evse.station_id].append(evse)
    return dict(found)
