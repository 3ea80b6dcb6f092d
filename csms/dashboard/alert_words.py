"""Alerts in words: what it was, where, and what is known of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from csms.dashboard.charger_words import outline, present_job
from csms.dashboard.words import NOTHING, day_and_second
from csms.domain.alert import COMMAND, GRAVE, NOTICED, SECURITY, AlertsFound
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.notice_kinds import NoticeKind
from csms.domain.site import Site
from csms.language.languages import localised
from csms.language.reader import language_now, say, spoken
from csms.language.said import Said
from csms.service.guard_words import KIND_WORDS, describe

_NOTICE_WORDS: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.LIMITS_IGNORED: Said("Limit not kept to"),
    NoticeKind.LIMITS_MISREAD: Said("Limit read otherwise"),
    NoticeKind.LIMITS_REFUSED: Said("Limits refused"),
    NoticeKind.REPORTS_MISSING: Said("Reports missing"),
    NoticeKind.TRANSACTION_CLOSED: Said("Transaction closed by a rule"),
    NoticeKind.ALERTS: Said("Alert of the charger"),
}
_NOTICE_TEXTS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    NoticeKind.LIMITS_IGNORED: lambda body: say(
        "EVSE %(evse)s draws %(drawn)s A, more than its limit; it is counted at %(counted)s A",
        evse=body["evse_number"],
        drawn=_figure(body["drawn_a"]),
        counted=_figure(body["counted_a"]),
    ),
    NoticeKind.LIMITS_MISREAD: lambda body: say(
        "EVSE %(evse)s reads back %(shown)s A where %(allowed)s A are allowed; it is counted at "
        "%(counted)s A",
        evse=body["evse_number"],
        shown=_figure(body["shown_a"]),
        allowed=_figure(body["allowed_a"]),
        counted=_figure(body["counted_a"]),
    ),
    NoticeKind.LIMITS_REFUSED: lambda body: say(
        "EVSE %(evse)s: %(words)s; it is counted at %(counted)s A",
        evse=body["evse_number"],
        words=spoken(body["words"]),
        counted=_figure(body["counted_a"]),
    ),
    NoticeKind.REPORTS_MISSING: lambda body: say(
        "Transaction %(number)s has ended, and not all of its reports have come",
        number=body["transaction"],
    ),
    NoticeKind.TRANSACTION_CLOSED: lambda body: say(
        "Transaction %(number)s: %(cause)s",
        number=body["transaction"],
        cause=spoken(body["cause"]),
    ),
}
_PAGE_OF: Final[Mapping[GuardEventKind, tuple[str, str]]] = {
    GuardEventKind.GRID_SILENT: ("/grid", Said("Grid")),
    GuardEventKind.CAPACITY: ("/forecast", Said("Forecast")),
    GuardEventKind.DEMAND_DRIFT: ("/forecast", Said("Forecast")),
    GuardEventKind.FORECASTS_DRIFT: ("/forecast", Said("Forecast")),
}
"""Pages that show more of an event, whatever feeder it is about."""
_WORST: Final = frozenset(
    {
        GuardEventKind.OVER_LIMIT.value,
        GuardEventKind.CUT.value,
        NoticeKind.LIMITS_IGNORED.value,
        NoticeKind.LIMITS_MISREAD.value,
        NoticeKind.LIMITS_REFUSED.value,
        SECURITY,
    }
)
KINDS: Final[Mapping[str, str]] = {
    **{kind.value: KIND_WORDS[kind] for kind in GRAVE},
    **{kind.value: _NOTICE_WORDS[kind] for kind in NOTICED},
    COMMAND: Said("Command failed"),
    SECURITY: Said("Security event"),
}
"""All kinds of alerts in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """An alert in words.

    Attributes:
        instant: When it came, to sort by.
        where: At which charger or feeder.
        path: The page that shows more of it.
        text: What is known of it.
    """

    instant: datetime
    at: str
    level: str
    title: str
    where: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class AlertWriter:
    """Writes alerts of a site; `path` is where its pages are."""

    site: Site
    path: str
    zone: ZoneInfo

    def lines(self, found: AlertsFound) -> list[AlertLine]:
        """All that was found, the newest first."""
        return sorted(self._all(found), key=lambda line: line.instant, reverse=True)

    def _all(self, found: AlertsFound) -> Iterator[AlertLine]:
        yield from map(self._guard, found.guard)
        yield from map(self._notice, found.notices)
        yield from map(self._command, found.commands)
        yield from map(self._security, found.security)

    def _guard(self, event: GuardEvent) -> AlertLine:
        page, name = _PAGE_OF.get(event.kind, ("", Said("Now")))
        if event.station_id:
            page = self._charger(event.station_id)
        elif event.feeder_id and event.kind not in _PAGE_OF:
            page = f"/grid?feeder={quote(event.feeder_id, safe='')}"
        where = spoken(describe(self.site, event) or name)
        return self._line(event.at, event.kind.value, (where, page), spoken(event.cause))

    def _notice(self, row: Mapping[str, Any]) -> AlertLine:
        station, kind, body = row["station_id"], row["kind"], row["body"]
        page = self._charger(station)
        if kind in (NoticeKind.REPORTS_MISSING, NoticeKind.TRANSACTION_CLOSED):
            page = f"/transactions?station={quote(station, safe='')}"
        return self._line(row["received_at"], kind, (station, page), _notice_text(kind, body))

    def _command(self, row: Mapping[str, Any]) -> AlertLine:
        station, job = row["station_id"], present_job(row, self.zone)
        text = f"{job.kind}: {job.words or job.status}"
        return self._line(row["updated_at"], COMMAND, (station, self._charger(station)), text)

    def _security(self, row: Mapping[str, Any]) -> AlertLine:
        station, text = row["station_id"], ": ".join(filter(None, (row["kind"], row["detail"])))
        return self._line(row["at"], SECURITY, (station, self._charger(station)), text)

    def _charger(self, station_id: str) -> str:
        return f"/chargers/{quote(station_id, safe='')}"

    def _line(self, at: datetime, kind: str, place: tuple[str, str], text: str) -> AlertLine:
        where, page = place
        return AlertLine(
            instant=at,
            at=day_and_second(at, self.zone),
            level="over" if kind in _WORST else "tight",
            title=spoken(KINDS[kind]),
            where=where,
            path=f"{self.path}{page}",
            text=text or NOTHING,
        )


def _notice_text(kind: str, body: Mapping[str, Any]) -> str:
    write = _NOTICE_TEXTS.get(kind)
    if write is None:
        return outline(body)
    try:
        return write(body)
    except KeyError:  # it was kept by a version that told less
        return outline(body)


def _figure(value: object) -> str:
    return localised(str(value), language_now())
