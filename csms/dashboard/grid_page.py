"""The page of a site's limits from outside: what is in force and ahead, and how it was kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final, Protocol
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.transaction_words import lasting
from csms.dashboard.words import NOTHING, day_and_second, limit_line, limit_words, moment, tenths
from csms.domain.grid_company import FeederRef
from csms.domain.grid_profile import CapacityBlock, CapacityUnit
from csms.domain.grid_proof import FedIn, ProofQuarter, ProofRecord, ProofWanted, over_seconds
from csms.domain.guard_event import GuardEvent
from csms.language.reader import say, spoken
from csms.language.written import day_and_minute
from csms.service.feed_limits import generation_blocks
from csms.service.grid_parties import Party
from csms.service.site_view import SiteView

_BACK: Final = timedelta(days=1)
_SHOWN: Final = 96
_W_PER_KW: Final = 1000.0
_UNITS: Final = {CapacityUnit.KW: "kW"}


class ProofReads(Protocol):
    """Looks up how feeders kept to their limits."""

    async def proof(self, wanted: ProofWanted) -> ProofRecord:
        """How one feeder kept to its limits."""
        ...


@dataclass(frozen=True, slots=True)
class LimitedFeeder:
    """A feeder that somebody limits, with what each says."""

    name: str
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyLine:
    """A grid company: which feeders of the site it may limit, and whether it is heard of."""

    name: str
    feeders: str
    heard: str
    is_silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterLine:
    """A quarter of an hour of a feeder in words; `is_over`: it was above its limit."""

    at: str
    limited_by: str
    limit: str
    mean: str
    peak: str
    margin: str
    over: str
    fed: str
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachLine:
    """A current above a limit, in words."""

    at: str
    text: str
    cause: str


def grid_router(
    sites: SiteViews, parties: Iterable[Party], reads: ProofReads, printer: Printer
) -> APIRouter:
    """Build the route of the page.

    Args:
        sites: Where views of sites come from.
        parties: All grid companies.
        reads: Looks up how feeders kept to their limits.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/sites/{site_id}/grid")
    async def grid(site_id: str, feeder: Annotated[str | None, Query()] = None) -> HTMLResponse:
        """Limits of a site from outside; `feeder` is the one whose record is shown."""
        view = sites.quick_view(site_id)
        own = [one for one in parties if _reached(one, view)]
        watched = sorted({name for one in own for name in _reached(one, view)})
        chosen = feeder or (watched or list(view.feeders))[0]
        if chosen not in view.feeders:
            text = say("%(site)s has no feeder called “%(feeder)s”.", site=view.name, feeder=chosen)
            return printer.error(HTTPStatus.NOT_FOUND, text)
        wanted = ProofWanted(
            site_id=site_id, feeder_id=chosen, since=view.now - _BACK, until=view.now
        )
        record = await reads.proof(wanted)
        zone = ZoneInfo(view.timezone)
        return printer.page(
            "grid.html",
            site=present_line(view),
            limited=[*_limited(view, zone), *_fed_limits(own, view, zone)],
            companies=[_company(one, view) for one in own],
            feeders={name: view.feeders[name].name for name in watched},
            chosen=chosen,
            chosen_name=view.feeders[chosen].name,
            quarters=_quarters(record, zone),
            breaches=[_breach(one, zone) for one in record.breaches],
        )

    return router


def _reached(party: Party, view: SiteView) -> list[str]:
    """Feeders of a site that a grid company may limit."""
    return [ref.feeder_id for ref in party.company.reach if ref.site_id == view.site_id]


def _limited(view: SiteView, zone: ZoneInfo) -> Iterator[LimitedFeeder]:
    for feeder in view.feeders.values():
        if feeder.imposed:
            lines = (limit_line(one, zone, view.now) for one in feeder.imposed)
            yield LimitedFeeder(feeder.name, tuple(lines))


def _fed_limits(
    parties: Iterable[Party], view: SiteView, zone: ZoneInfo
) -> Iterator[LimitedFeeder]:
    """What companies let feeders feed in, now and ahead."""
    for name, feeder in view.feeders.items():
        ref = FeederRef(view.site_id, name)
        lines = [
            _fed_line(replace(block, capacity=block.capacity * share), party, view.now, zone)
            for party in parties
            for target, share in party.targets(ref)
            for block, _ in generation_blocks(party, target)
            if block.end_at is None or block.end_at > view.now
        ]
        if lines:
            yield LimitedFeeder(feeder.name, tuple(lines))


def _fed_line(block: CapacityBlock, party: Party, now: datetime, zone: ZoneInfo) -> str:
    span = say("until it is replaced")
    if block.end_at:
        span = say("until %(time)s", time=moment(block.end_at, zone, now))
    if block.start_at > now:
        span = say("from %(begins)s %(span)s", begins=moment(block.start_at, zone, now), span=span)
    capacity = f"{tenths(block.capacity)} {_UNITS.get(block.unit, block.unit)}"
    if block.phase.line is not None:
        capacity = f"L{block.phase.line}: {capacity}"
    return say(
        "May feed in %(capacity)s by %(party)s %(span)s",
        capacity=capacity,
        party=party.company.name,
        span=span,
    )


def _company(party: Party, view: SiteView) -> CompanyLine:
    names = [view.feeders[name].name for name in sorted(_reached(party, view))]
    heard_at = party.heard_at
    heard = say("never")
    if heard_at:
        heard = say("%(time)s ago", time=lasting(view.now - heard_at))
    return CompanyLine(
        name=party.company.name,
        feeders=", ".join(names),
        heard=say("%(heard)s: its fallbacks count", heard=heard) if party.is_silent else heard,
        is_silent=party.is_silent,
    )


def _quarters(record: ProofRecord, zone: ZoneInfo) -> list[QuarterLine]:
    """The newest first."""
    spans = [(one.at, _ends(one)) for one in record.breaches]
    over_s = over_seconds(record.quarters, spans)
    pairs = list(zip(record.quarters, over_s, strict=True))
    return [_quarter(one, seconds, zone) for one, seconds in reversed(pairs[-_SHOWN:])]


def _quarter(quarter: ProofQuarter, over_s: float, zone: ZoneInfo) -> QuarterLine:
    measured = quarter.measured
    return QuarterLine(
        at=day_and_minute(quarter.starts_at, zone),
        limited_by=spoken(quarter.limited_by),
        limit=limit_words(quarter.limit_a),
        mean=_by_line(measured.mean_a) if measured else NOTHING,
        peak=_by_line(measured.peak_a) if measured else NOTHING,
        margin=f"{tenths(measured.margin_a)} A" if measured else NOTHING,
        over=f"{over_s:.0f} s" if over_s else "",
        fed=_fed_words(quarter.fed) if quarter.fed else "",
        is_over=over_s > 0 or (quarter.fed is not None and quarter.fed.over_s > 0),
    )


def _fed_words(fed: FedIn) -> str:
    """What was fed in, of what might be."""
    most = NOTHING if fed.peak_w is None else tenths(fed.peak_w / _W_PER_KW)
    text = say("%(kw)s of %(most)s kW", kw=most, most=tenths(fed.limit_w / _W_PER_KW))
    return say("%(fed)s, above it for %(s).0f s", fed=text, s=fed.over_s) if fed.over_s else text


def _by_line(amps: Iterable[float]) -> str:
    return f"{' / '.join(tenths(one) for one in amps)} A"


def _breach(event: GuardEvent, zone: ZoneInfo) -> BreachLine:
    amps = NOTHING if event.amps is None else f"{tenths(event.amps)} A"
    limit = NOTHING if event.limit_a is None else f"{tenths(event.limit_a)} A"
    line = f"L{event.line}: " if event.line else ""
    return BreachLine(
        at=day_and_second(event.at, zone),
        text=line + _excess(amps, limit, event.lasted_s),
        cause=spoken(event.cause),
    )


def _excess(amps: str, limit: str, lasted_s: float | None) -> str:
    if not lasted_s:
        return say("%(amps)s of %(limit)s", amps=amps, limit=limit)
    return say("%(amps)s of %(limit)s for %(s).0f s", amps=amps, limit=limit, s=lasted_s)


def _ends(event: GuardEvent) -> datetime:
    return event.at + timedelta(seconds=event.lasted_s or 0.0)
