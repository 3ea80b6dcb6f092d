"""Looks after transactions that nobody ends, and after reports that do not come."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.notice_kinds import Notice, NoticeKind
from csms.domain.report_numbers import MissingReports
from csms.domain.station import Registration
from csms.domain.transaction import ClosingRule, Transaction
from csms.log import about
from csms.service.closing import close
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.live_station import LiveStation
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 30.0
_KEEP_EVERY: Final = timedelta(minutes=5)
_QUEUE_COMES_WITHIN: Final = timedelta(minutes=2)
"""A station that has booted tells first that a connector is free, and then what it had kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingPolicy:
    """When transactions are closed of which nothing is heard.

    Attributes:
        resume_within: After its station has booted, so soon it has to tell more of it; None: ever.
        close_after: So long nothing may be heard of it; None: ever.
    """

    resume_within: timedelta | None = timedelta(minutes=30)
    close_after: timedelta | None = timedelta(hours=24)


def rule_after_boot(
    station: LiveStation, evse: LiveEvse, policy: ClosingPolicy, now: datetime
) -> ClosingRule | None:
    """The rule by which a boot of its station closes an EVSE's transaction; None: it does not.

    Only a station that is there, and that has had time to tell, has left something out.
    """
    booted_at, heard_at = station.booted_at, evse.heard_at
    if evse.transaction is None or booted_at is None or heard_at is None or heard_at >= booted_at:
        return None
    if not station.is_connected or station.registration is not Registration.ACCEPTED:
        return None
    waited = now - max(booted_at, station.connected_at or booted_at)
    is_free = evse.free_at is not None and evse.free_at >= booted_at
    if is_free and waited >= _QUEUE_COMES_WITHIN:
        return ClosingRule.FREE_AFTER_BOOT
    if policy.resume_within is not None and waited >= policy.resume_within:
        return ClosingRule.NOT_RESUMED
    return None


class TransactionWatch:
    """Closes transactions by rules, and tells of reports that have not come.

    A report may come while its transaction is being closed; then the transaction goes on in
    memory, which is noticed at the next look, and it is opened again.

    Args:
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.
        policy: When transactions are closed.
    """

    def __init__(
        self, sites: Sites, open_uow: OpenUnitOfWork, clock: Clock, policy: ClosingPolicy
    ) -> None:
        self._sites = sites
        self._open_uow = open_uow
        self._clock = clock
        self._policy = policy
        self._kept: dict[int, datetime] = {}
        self._closed: set[int] = set()

    async def run(self) -> None:
        """Look after all transactions, until cancelled."""
        while True:
            await self._clock.sleep(_LOOK_EVERY_S)
            try:
                await self.look()
            except Exception:  # they stay as they are, and are looked at again
                logger.exception("could not look after the transactions")

    async def look(self) -> None:
        """Look once."""
        await self._keep_heard()
        for live in self._sites:
            await self._close_after_boots(live)
        await self._close_silent()
        await self._tell_missing()

    async def _keep_heard(self) -> None:
        """Keep when transactions were last heard of, of those of which something was."""
        heard = {
            evse.transaction.number: (evse.transaction, evse.heard_at)
            for live in self._sites
            for evse in live.evses.values()
            if evse.transaction is not None and evse.heard_at is not None
        }
        news = {
            number: heard_at
            for number, (_, heard_at) in heard.items()
            if number not in self._kept or heard_at >= self._kept[number] + _KEEP_EVERY
        }
        revived = [one for number, (one, _) in heard.items() if number in self._closed]
        if news or revived:
            async with self._open_uow() as uow:
                for number, heard_at in news.items():
                    await uow.transactions.note_heard(number, heard_at)
                for transaction in revived:
                    await uow.transactions.revise(transaction, heard[transaction.number][1])
                await uow.commit()
        self._kept = {number: at for number, at in self._kept.items() if number in heard} | news
        self._closed.clear()

    async def _close_after_boots(self, live: LiveSite) -> None:
        now = self._clock.now()
        for evse in list(live.evses.values()):
            station = live.stations[evse.place.evse.station_id]
            rule = rule_after_boot(station, evse, self._policy, now)
            if rule is not None and evse.transaction is not None and evse.heard_at is not None:
                await self._close(evse.transaction.number, rule, evse.heard_at)

    async def _close_silent(self) -> None:
        if self._policy.close_after is None:
            return
        before = self._clock.now() - self._policy.close_after
        async with self._open_uow() as uow:
            silent = await uow.transactions.silent_since(before)
        for transaction in silent:
            heard_at = self._heard_at(transaction)
            if heard_at < before:
                await self._close(transaction.number, ClosingRule.SILENT, heard_at)

    def _heard_at(self, transaction: Transaction) -> datetime:
        """When a transaction was last heard of: as it is known here, or as it was kept."""
        live = self._sites.of_station(transaction.station_id)
        evse = live.evses.get(transaction.evse) if live and transaction.evse else None
        known = evse.transaction if evse else None
        if evse and evse.heard_at and known and known.number == transaction.number:
            return evse.heard_at
        return transaction.heard_at or transaction.started_at

    async def _close(self, number: int, rule: ClosingRule, heard_at: datetime) -> None:
        now = self._clock.now()
        async with self._open_uow() as uow:
            known = await uow.transactions.find_number(number)
            if known is None or known.ended_at is not None:
                return
            live = self._sites.of_station(known.station_id)
            with about(station=known.station_id):
                ended = await close(uow, known, rule, heard_at, live, now)
            await uow.commit()
        self._closed.add(number)
        if live is not None:
            live.transaction_changed(ended, now)

    async def _tell_missing(self) -> None:
        now = self._clock.now()
        async with self._open_uow() as uow:
            for one in await uow.transactions.reports_due(now):
                await uow.notices.add(_notice(one, now))
                with about(station=one.station_id):
                    logger.warning("transaction %s: %s", one.transaction, _words(one))
            await uow.commit()


def _notice(one: MissingReports, now: datetime) -> Notice:
    return Notice(
        station_id=one.station_id,
        kind=NoticeKind.REPORTS_MISSING,
        request_id=None,
        seq_no=None,
        at=None,
        received_at=now,
        body={
            "transaction": one.transaction,
            "missing": [list(stretch) for stretch in one.missing],
            "has_start": one.has_start,
        },
    )


def _words(one: MissingReports) -> str:
    numbers = ", ".join(
        f"{first}" if first == last else f"{first} to {last}" for first, last in one.missing
    )
    parts = [f"reports {numbers} have not come"] if numbers else []
    return "; ".join([*parts, *([] if one.has_start else ["nor has its start"])])
