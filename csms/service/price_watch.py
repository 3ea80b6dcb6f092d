"""Fetches the prices of every site when they can be there, keeps them, and tells who is silent.

Those of tomorrow are asked for from the hour on at which the market tells them. A source that
fails is asked again after a minute, then ever later, up to half an hour.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias
from zlib import crc32

from csms.clock import Clock
from csms.domain.errors import InvalidInputError, NoPricesError, PriceSourceError
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import SiteId
from csms.domain.local_day import midnight
from csms.domain.price_source import HttpPlace, PriceSource
from csms.domain.prices import PriceKind, PriceSeries, check_price
from csms.domain.site_policy import PRICED_AIMS
from csms.language.said import Said, joined
from csms.log import about
from csms.service.live_site import LiveSite
from csms.service.ports import PriceFetcher
from csms.service.site_prices import REMEMBERED, Silence
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_Whose: TypeAlias = tuple[SiteId, PriceKind]

_ONE_DAY: Final = timedelta(days=1)
_FIRST_WAIT_S: Final = 60.0
_LONGEST_WAIT_S: Final = 1800.0
_UNTIL_THERE_S: Final = 600.0
"""How often what is due and not there is asked for."""
_SPREAD_S: Final = 300
"""Servers of others are not asked by everybody in the same second."""
_SILENT_AFTER: Final = timedelta(hours=3)
"""Tomorrow's prices are late that long after they could have been there."""
_KEPT: Final = timedelta(days=1100)
_FARTHEST: Final = timedelta(days=10)
_MOST_TOLD: Final = 2000


class PriceWatch:
    """Has the prices of all sites.

    Args:
        sites: All sites.
        fetchers: What brings prices, by site and kind.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self,
        sites: Sites,
        fetchers: Mapping[_Whose, PriceFetcher],
        open_uow: OpenUnitOfWork,
        clock: Clock,
    ) -> None:
        self._sites = sites
        self._fetchers = fetchers
        self._open_uow = open_uow
        self._clock = clock
        self._failures: dict[_Whose, int] = {}
        self._said: dict[_Whose, str] = {}
        self._unkept: dict[_Whose, PriceSeries] = {}

    async def load(self) -> None:
        """Let every site know what was kept of its prices."""
        now = self._clock.now()
        async with self._open_uow() as uow:
            for live in self._sites:
                for kind in live.prices.kinds:
                    kept = await uow.prices.since(live.site.site_id, kind, now - REMEMBERED)
                    live.prices.fill(kind, *kept)
            await uow.prices.drop(now - _KEPT)
            await uow.commit()

    async def run(self) -> None:
        """Fetch prices until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for live in self._sites:
                for kind in live.prices.kinds:
                    tasks.create_task(self._follow(live, kind))

    async def told(self, site_id: SiteId, kind: PriceKind, prices: PriceSeries) -> None:
        """Take prices that somebody tells, in place of what was known of their time.

        Raises:
            UnknownSiteError: There is no such site.
            NoPricesError: Its file knows no prices of that kind.
            InvalidInputError: They cannot be true. Nothing is changed.
        """
        live = self._sites.live(site_id)
        if kind not in live.prices.kinds:
            raise NoPricesError(site_id, str(kind))
        if not 1 <= len(prices.slots) <= _MOST_TOLD:
            message = f"expected 1 to {_MOST_TOLD} slots, got {len(prices.slots)}"
            raise InvalidInputError("slots", message)
        farthest_at = self._clock.now() + _FARTHEST
        for slot in prices.slots:
            check_price(slot.per_kwh, kind, live.prices.currency)
            if slot.ends_at > farthest_at or slot.ends_at < self._clock.now() - _KEPT:
                message = (
                    f"expected times of the last years, and at most {_FARTHEST.days} days ahead"
                )
                raise InvalidInputError("until", f"{message}, got {slot.ends_at.isoformat()}")
        await self._take(live, kind, prices)
        self._judge(live, kind, self._clock.now())

    async def look(self, live: LiveSite, kind: PriceKind) -> float:
        """Fetch what can be there, and note what is missing; return when to look again, in s."""
        whose = (live.site.site_id, kind)
        fetcher, now = self._fetchers.get(whose), self._clock.now()
        wait_s = _UNTIL_THERE_S
        await self._keep(whose)
        if fetcher is not None:
            try:
                for day in self._days_due(live, kind, now):
                    prices = await fetcher.fetch(day)
                    if prices is None:
                        live.prices.received_at[kind] = self._clock.now()  # it is as it was
                    else:
                        await self._take(live, kind, prices)
                self._failures[whose], self._said[whose] = 0, ""
                wait_s = self._wait_s(live, kind, self._clock.now())
            except PriceSourceError as error:
                wait_s = self._failed(whose, error)
        self._judge(live, kind, self._clock.now())
        return wait_s

    async def _follow(self, live: LiveSite, kind: PriceKind) -> None:
        with about(site=live.site.site_id):
            while True:
                wait_s = _LONGEST_WAIT_S
                try:
                    wait_s = await self.look(live, kind)
                except Exception:  # the next look may do what this one could not
                    logger.exception("could not look after prices (%s)", kind)
                await self._clock.sleep(wait_s)

    async def _take(self, live: LiveSite, kind: PriceKind, prices: PriceSeries) -> None:
        if not prices.slots:
            return
        now, whose = self._clock.now(), (live.site.site_id, kind)
        changed = live.prices.take(kind, prices, now)
        if not changed.slots:
            return
        logger.info("prices (%s) of %d slots have come", kind, len(prices.slots))
        (live.mark if live.site.policy.aim in PRICED_AIMS else live.note)()
        self._unkept[whose] = self._unkept.get(whose, PriceSeries()).replaced(changed)
        await self._keep(whose)

    async def _keep(self, whose: _Whose) -> None:
        """Write down what has come; what cannot be written waits until the next look."""
        if whose in self._unkept:
            async with self._open_uow() as uow:
                await uow.prices.put(*whose, self._unkept[whose], self._clock.now())
                await uow.commit()
            del self._unkept[whose]

    def _days_due(self, live: LiveSite, kind: PriceKind, now: datetime) -> list[date]:
        """The days whose prices can be there."""
        today = _market_day(live, now)
        source = _source_of(live, kind)
        if source is None or now < self._due_at(live, source, today):
            return [today]
        return [today, today + _ONE_DAY]

    def _due_at(self, live: LiveSite, source: PriceSource, today: date) -> datetime:
        """From when on tomorrow's prices are asked for."""
        pricing = live.site.pricing
        assert pricing is not None  # noqa: S101 - a source is part of it
        at = datetime.combine(today, source.tomorrow_from, pricing.zone).astimezone(UTC)
        is_asked = isinstance(source.place, HttpPlace)
        spread_s = crc32(live.site.site_id.encode()) % _SPREAD_S if is_asked else 0
        return at + timedelta(seconds=spread_s)

    def _wait_s(self, live: LiveSite, kind: PriceKind, now: datetime) -> float:
        """How long nothing new is expected."""
        source = _source_of(live, kind)
        if source is None:
            return _UNTIL_THERE_S
        wait_s, today = float(source.look_every_s), _market_day(live, now)
        due_at = self._due_at(live, source, today)
        if now < due_at:
            return min(wait_s, (due_at - now).total_seconds())
        known_until = live.prices.known(kind).known_until(now)
        if known_until < _end_of(live, today + _ONE_DAY):
            wait_s = min(wait_s, _UNTIL_THERE_S)
        return max(1.0, min(wait_s, (_end_of(live, today) - now).total_seconds()))

    def _failed(self, whose: _Whose, error: PriceSourceError) -> float:
        """Note that a source has failed; return how long it is left alone, in s."""
        failures = self._failures[whose] = self._failures.get(whose, 0) + 1
        if self._said.get(whose) != str(error):
            logger.warning("no prices (%s): %s", whose[1], error)
        self._said[whose] = str(error)
        wait_s = min(_FIRST_WAIT_S * 2.0 ** (failures - 1), _LONGEST_WAIT_S)
        return max(wait_s, error.wait_s)

    def _judge(self, live: LiveSite, kind: PriceKind, now: datetime) -> None:
        """Note when prices are missing that should be there, and when they have come."""
        missing, known = self._missing(live, kind, now), live.prices.silences.get(kind)
        if missing:
            said = self._said.get((live.site.site_id, kind))
            cause = joined([missing, said], ": ") if said else missing
            live.prices.silences[kind] = Silence(since=known.since if known else now, cause=cause)
            if known is None:
                event = GuardEvent(kind=GuardEventKind.PRICES_SILENT, at=now, cause=cause)
                live.guard.note(event)
        elif known is not None:
            del live.prices.silences[kind]
            event = GuardEvent(
                kind=GuardEventKind.PRICES_BACK,
                at=now,
                cause=Said("Prices (%(kind)s) have come", kind=kind),
                lasted_s=(now - known.since).total_seconds(),
            )
            live.guard.note(event)

    def _missing(self, live: LiveSite, kind: PriceKind, now: datetime) -> str:
        """Which prices are missing that should be there; empty: none."""
        known_until = live.prices.known(kind).known_until(now)
        if known_until <= now:
            return Said(
                "No prices (%(kind)s) are known of now; those of a day before are assumed",
                kind=kind,
            )
        source, today = _source_of(live, kind), _market_day(live, now)
        if source is None:
            return ""
        late_at = self._due_at(live, source, today) + _SILENT_AFTER
        if now >= late_at and known_until < _end_of(live, today + _ONE_DAY):
            return Said(
                "Tomorrow's prices (%(kind)s) are late; those of a day before are assumed",
                kind=kind,
            )
        return ""


def _source_of(live: LiveSite, kind: PriceKind) -> PriceSource | None:
    return live.site.pricing.sources[kind] if live.site.pricing else None


def _market_day(live: LiveSite, now: datetime) -> date:
    pricing = live.site.pricing
    return now.astimezone(pricing.zone if pricing else live.site.timezone).date()


def _end_of(live: LiveSite, day: date) -> datetime:
    pricing = live.site.pricing
    return midnight(day + _ONE_DAY, pricing.zone if pricing else live.site.timezone)
