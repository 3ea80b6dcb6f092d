"""The operator's word on one connector: a limit, and that its vehicle is charged first."""

import asyncio
import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from csms.clock import Clock
from csms.domain.connector_limit import ConnectorLimit
from csms.domain.errors import InvalidInputError, NoTransactionError
from csms.domain.identity import EvseId
from csms.domain.limit_errors import ConnectorNotLimitedError
from csms.language.said import Said
from csms.service.connector_bounds import operator_limit
from csms.service.in_time import look_in_time, until_next_turn_s
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork
from csms.service.wanted_limits import checked_until, checked_words

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedConnector:
    """A connector's limit that holds from now on.

    Attributes:
        least_a: What it may draw all the same: its standing fallback.
        warning: What a limit below that means, or one that no vehicle can use; else empty.
    """

    limit: ConnectorLimit
    least_a: float
    warning: str


class ConnectorOrders:
    """Limits connectors and boosts vehicles; sees to it that limits end in time.

    Args:
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, sites: Sites, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._sites = sites
        self._open_uow = open_uow
        self._clock = clock
        self._turning = asyncio.Lock()
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Let limits end in time, until cancelled."""
        await look_in_time(
            self.look, self._wait_s, self._news, self._clock, "the limits of connectors"
        )

    async def limit(
        self, evse_id: EvseId, amps: float, until_at: datetime | None = None, words: str = ""
    ) -> LimitedConnector:
        """Limit a connector from now on, in place of the limit that it had.

        What is above it is lowered at once; the standing fallback stays, as no charger is lowered
        below that.

        Args:
            evse_id: The connector.
            amps: Per line.
            until_at: When it ends by itself; None: when it is released.
            words: Why.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
            InvalidInputError: The limit cannot be true.
        """
        live, evse = self._sites.evse(evse_id)
        if not math.isfinite(amps) or not 0 <= amps <= evse.place.max_a:
            message = Said(
                "expected 0 to %(most)g A, the most of this connector, got %(came)g",
                most=evse.place.max_a,
                came=amps,
            )
            raise InvalidInputError("amps", message)
        now = self._clock.now().astimezone(UTC).replace(microsecond=0)
        limit = ConnectorLimit(
            evse=evse_id,
            amps=float(amps),
            from_at=now,
            until_at=checked_until(until_at, now, now),
            words=checked_words(words),
        )
        async with self._turning:
            async with self._open_uow() as uow:
                await uow.connector_orders.put_limit(live.site.site_id, limit)
                await uow.commit()
            evse.operator_limit = limit
        logger.info("%s: the operator limits it to %g A", evse_id, amps)
        live.alarm()
        self._news.set()
        least_a = evse.place.fallback_a
        return LimitedConnector(limit=limit, least_a=least_a, warning=_warning(evse, limit))

    async def release(self, evse_id: EvseId) -> None:
        """Take the operator's limit off a connector; the next plan uses what it may draw.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
            ConnectorNotLimitedError: The operator does not limit it.
        """
        live, evse = self._sites.evse(evse_id)
        async with self._turning:
            if operator_limit(evse, self._clock.now()) is None:
                raise ConnectorNotLimitedError(str(evse_id))
            await self._forget(live, evse)
        live.alarm()

    def limit_of(self, evse_id: EvseId) -> ConnectorLimit:
        """The operator's limit of a connector.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
            ConnectorNotLimitedError: The operator does not limit it.
        """
        _, evse = self._sites.evse(evse_id)
        limit = operator_limit(evse, self._clock.now())
        if limit is None:
            raise ConnectorNotLimitedError(str(evse_id))
        return limit

    async def boost(self, evse_id: EvseId) -> None:
        """Charge the vehicle that is there before all others, as fast as all limits allow.

        It ends with the transaction, or when it is taken back.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
            NoTransactionError: Nothing is charging there.
        """
        live, evse = self._sites.evse(evse_id)
        if evse.transaction is None:
            raise NoTransactionError(str(evse_id))
        number = evse.transaction.number
        async with self._turning, self._open_uow() as uow:
            await uow.connector_orders.put_boost(live.site.site_id, evse_id, number)
            await uow.commit()
        evse.boosted = number
        live.alarm()

    async def end_boost(self, evse_id: EvseId) -> None:
        """Charge the vehicle that is there as all others are.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
        """
        live, evse = self._sites.evse(evse_id)
        async with self._turning, self._open_uow() as uow:
            await uow.connector_orders.drop_boost(evse_id)
            await uow.commit()
        evse.boosted = None
        live.alarm()

    async def look(self) -> None:
        """Take out limits that have ended."""
        now = self._clock.now()
        for live, evse in list(self._limited()):
            async with self._turning:
                limit = evse.operator_limit
                if limit is not None and not limit.holds_at(now):
                    await self._forget(live, evse)
                    live.alarm()

    async def _forget(self, live: LiveSite, evse: LiveEvse) -> None:
        async with self._open_uow() as uow:
            await uow.connector_orders.drop_limit(evse.place.evse)
            await uow.commit()
        evse.operator_limit = None
        logger.info("%s: the operator limits it no longer", evse.place.evse)
        live.note()

    def _limited(self) -> Iterator[tuple[LiveSite, LiveEvse]]:
        for live in self._sites:
            for evse in live.evses.values():
                if evse.operator_limit is not None:
                    yield live, evse

    def _wait_s(self) -> float:
        limits = (evse.operator_limit for _, evse in self._limited())
        return until_next_turn_s(filter(None, limits), self._clock.now())


def _warning(evse: LiveEvse, limit: ConnectorLimit) -> str:
    fallback_a, min_a = evse.place.fallback_a, evse.place.min_a
    if limit.amps < fallback_a:
        return Said(
            "It may draw %(least)g A all the same: its standing fallback, below which no charger "
            "is lowered",
            least=fallback_a,
        )
    if limit.amps < min_a:
        return Said("It pauses: no vehicle charges with less than %(least)g A", least=min_a)
    return ""
