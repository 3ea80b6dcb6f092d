"""Transactions of which no end is told: closed by a rule, with a mark, until the truth comes.

The energy of such a transaction is that of its last reading, its end the instant at which it was
last heard of. What its station tells later replaces that: a true end takes the mark away, and what
is measured after the end by rule shows that the transaction runs.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from csms.domain.altered import altered
from csms.domain.notice_kinds import Notice, NoticeKind
from csms.domain.transaction import ClosingRule, Transaction
from csms.language.said import Said
from csms.service.live_site import LiveSite
from csms.service.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

REPORTS_COME_WITHIN: Final = timedelta(minutes=10)
"""Reports that have not come so long after the end of their transaction are missing."""
RULE_WORDS: Final[Mapping[ClosingRule, str]] = {
    ClosingRule.SUPERSEDED: Said("its station has begun another one there"),
    ClosingRule.FREE_AFTER_BOOT: Said("its station has booted, and the connector is free"),
    ClosingRule.NOT_RESUMED: Said("its station has booted, and told no more of it"),
    ClosingRule.SILENT: Said("nothing was heard of it for too long"),
}


def priced(transaction: Transaction, live: LiveSite | None) -> Transaction:
    """A transaction that has ended, with what the driver pays (2.0.1 I03.FR.02)."""
    if live is None or live.site.price_per_kwh is None:
        return transaction
    cost = round(transaction.energy_wh / 1000 * live.site.price_per_kwh, 2)
    return altered(transaction, total_cost=cost)


async def close(
    uow: UnitOfWork,
    transaction: Transaction,
    rule: ClosingRule,
    ended_at: datetime,
    live: LiveSite | None,
    now: datetime,
) -> Transaction:
    """Close a transaction by a rule, and write that down; return it as it has ended."""
    ended_at = max(ended_at, transaction.started_at)
    ended = priced(altered(transaction, ended_at=ended_at, closing=rule), live)
    await uow.transactions.end(ended)
    await uow.notices.add(
        Notice(
            station_id=transaction.station_id,
            kind=NoticeKind.TRANSACTION_CLOSED,
            request_id=None,
            seq_no=None,
            at=ended_at,
            received_at=now,
            body={
                "transaction": transaction.transaction,
                "rule": rule.value,
                "cause": RULE_WORDS[rule],
                "energy_wh": ended.energy_wh,
            },
        )
    )
    logger.warning(
        "transaction %s of %s is closed: %s",
        transaction.transaction,
        transaction.station_id,
        RULE_WORDS[rule],
    )
    return ended


async def catch_up(
    uow: UnitOfWork,
    measured: Transaction,
    told_at: datetime,
    live: LiveSite | None,
    now: datetime,
) -> Transaction:
    """Take what came late of a transaction that a rule has closed; it goes on if it must.

    Args:
        uow: Where it is kept.
        measured: With the energy that was told.
        told_at: When that was, by the station's clock.
        live: Its site.
        now: The present instant.
    """
    assert measured.ended_at is not None  # noqa: S101 - a rule has closed it
    if measured.closing is not ClosingRule.SUPERSEDED and told_at > measured.ended_at:
        others = await uow.transactions.open_at(measured.evse) if measured.evse else []
        if not others:
            logger.warning("transaction %s goes on after all", measured.transaction)
            measured = altered(measured, ended_at=None, closing=None, total_cost=None)
    if measured.ended_at is not None:
        measured = priced(measured, live)
    await uow.transactions.revise(measured, now)
    return measured
