"""Reports on transactions, and meter values.

A station sends again what was not answered. A 2.0.1 report is recognised by its number in the
station's sequence, a 1.6 start by what it says; a report that is known is answered as before and
changes nothing.
"""

import logging
from datetime import datetime
from typing import Final

from csms.domain.altered import altered
from csms.domain.authorization import Authorization, IdToken, TokenStatus
from csms.domain.events import Acknowledged, MetersSampled, TransactionReply, TransactionReported
from csms.domain.identity import EvseId
from csms.domain.jobs import ReservationEnd
from csms.domain.metering import Reading, gather_reading
from csms.domain.transaction import ClosingRule, Transaction, TransactionStage
from csms.service.closing import REPORTS_COME_WITHIN, catch_up, close, priced
from csms.service.handlers.context import HandlerContext
from csms.service.live_site import LiveSite
from csms.service.stores import TransactionStore
from csms.service.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

_FOREIGN: Final = "foreign-"
_REFUSED: Final = Authorization(status=TokenStatus.INVALID)
"""For a token that charges where nobody knows what it loads (1.6 §7.2, 2.0.1 E05.FR.10): whatever
the token may do elsewhere, its station is to end the transaction."""


async def transaction_reported(
    context: HandlerContext, event: TransactionReported
) -> TransactionReply:
    """A transaction has started, gone on or ended (1.6 §4.8, §4.10; 2.0.1 E01-E15)."""
    now = context.clock.now()
    live = context.sites.of_station(event.station_id)
    reading = gather_reading(event.samples)
    verdict: Authorization | None = None
    async with context.open_uow() as uow:
        if event.id_token is not None:
            verdict = await context.judge(uow, event.id_token, event.station_id)
        transactions = uow.transactions
        event = await _with_own_id(transactions, event)
        before, is_new = await transactions.begin(event)
        is_news = await transactions.is_news(event, before, now)
        transaction = before
        past: tuple[Transaction, ...] | None = None
        if is_news and before.ended_at is None:
            await _use_reservation(uow, event, now)
            transaction = await _advance(transactions, event, reading, before, is_new=is_new)
            if is_new or before.evse is None:
                await _close_others(uow, transaction, live, now)
            if transaction.ended_at is not None:
                transaction = priced(transaction, live)
                await _end(uow, transaction, event, now)
            if is_new or _whose(transaction) != _whose(before):
                past = await _past_of(uow, transaction)
        elif is_news:
            transaction = await _take_late(uow, event, reading, before, live, now)
        await uow.commit()
    if verdict is not None and _is_out_of_place(live, event, transaction):
        verdict = _REFUSED
    if live is not None:
        if not event.is_offline:
            live.clock_seen(event.station_id, event.at, now)
        _tell(live, event, reading, transaction, past, now)
    return TransactionReply(
        transaction=transaction.transaction, verdict=verdict, total_cost=transaction.total_cost
    )


async def meters_sampled(context: HandlerContext, event: MetersSampled) -> Acknowledged:
    """Meter values outside of transaction reports (1.6 §4.7, 2.0.1 J01)."""
    now = context.clock.now()
    reading = gather_reading(event.samples)
    live = context.sites.of_station(event.station_id)
    transaction: Transaction | None = None
    async with context.open_uow() as uow:
        transactions = uow.transactions
        if event.transaction is not None:
            transaction = await transactions.find(event.station_id, event.transaction)
        if transaction is not None and transaction.ended_at is None:
            transaction = _measure(transaction, reading)
            await transactions.progress(transaction)
        elif transaction is not None and transaction.closing is not None:
            newest_at = max((one.at for one in event.samples), default=transaction.started_at)
            measured = _measure(transaction, reading)
            transaction = await catch_up(uow, measured, newest_at, live, now)
        await transactions.add_samples(
            event.station_id,
            event.evse_number,
            transaction.number if transaction else None,
            event.samples,
        )
        await uow.commit()
    if live is not None:
        if event.samples:
            newest_at = reading.at if reading else max(one.at for one in event.samples)
            live.clock_seen(event.station_id, newest_at, now)
        _tell_meters(live, event, reading, transaction, now)
    return Acknowledged()


async def _with_own_id(
    transactions: TransactionStore, event: TransactionReported
) -> TransactionReported:
    """Keep an end whose start we never gave an id apart from our own ids (OCPP 1.6 only).

    A station may bring such ends along from another system, or from before a loss of data.
    """
    if event.seq_no is not None or event.transaction is None:
        return event
    if await transactions.find(event.station_id, event.transaction) is not None:
        return event
    logger.warning("an end of transaction %s, which is not ours", event.transaction)
    return altered(event, transaction=f"{_FOREIGN}{event.transaction}")


async def _use_reservation(uow: UnitOfWork, event: TransactionReported, now: datetime) -> None:
    if event.reservation_id is not None:
        used = (event.station_id, event.reservation_id, ReservationEnd.USED, now)
        await uow.jobs.end_reservation(*used)


async def _advance(
    transactions: TransactionStore,
    event: TransactionReported,
    reading: Reading | None,
    transaction: Transaction,
    *,
    is_new: bool,
) -> Transaction:
    """Apply a report to a running transaction, and keep its samples."""
    if event.stage is TransactionStage.STARTED and not is_new:
        await transactions.correct_start(transaction.number, event)
        transaction = altered(transaction, started_at=event.at)
    transaction = _follow(transaction, event, reading)
    if event.stage is TransactionStage.ENDED:
        transaction = altered(transaction, ended_at=event.at, stop_reason=event.stop_reason)
    else:
        await transactions.progress(transaction)
    evse_number = transaction.evse.number if transaction.evse else 0
    await transactions.add_samples(event.station_id, evse_number, transaction.number, event.samples)
    return transaction


async def _end(
    uow: UnitOfWork, transaction: Transaction, event: TransactionReported, now: datetime
) -> None:
    await uow.transactions.end(
        transaction,
        meter_stop_wh=event.register_wh,
        end_no=event.seq_no,
        look_at=now + REPORTS_COME_WITHIN,
    )


async def _take_late(
    uow: UnitOfWork,
    event: TransactionReported,
    reading: Reading | None,
    before: Transaction,
    live: LiveSite | None,
    now: datetime,
) -> Transaction:
    """Take a report on a transaction that has ended.

    What its station has ended stays as it is, but for a start that comes late. What a rule has
    closed takes its true end, or goes on.
    """
    if event.stage is TransactionStage.STARTED:
        await uow.transactions.correct_start(before.number, event)
    evse_number = before.evse.number if before.evse else 0
    if event.seq_no is not None or before.closing is not None:
        await uow.transactions.add_samples(
            event.station_id, evse_number, before.number, event.samples
        )
    if before.closing is None:
        return before
    measured = _follow(before, event, reading)
    if event.stage is not TransactionStage.ENDED:
        return await catch_up(uow, measured, event.at, live, now)
    ended = altered(measured, ended_at=event.at, stop_reason=event.stop_reason, closing=None)
    ended = priced(ended, live)
    await _end(uow, ended, event, now)
    return ended


def _follow(
    transaction: Transaction, event: TransactionReported, reading: Reading | None
) -> Transaction:
    """What a report adds: the EVSE, the token, the state, the meter."""
    evse = transaction.evse
    if evse is None and event.evse_number:
        evse = EvseId(event.station_id, event.evse_number)
    meter_start_wh = transaction.meter_start_wh
    if event.stage is TransactionStage.STARTED and event.register_wh is not None:
        meter_start_wh = event.register_wh
    transaction = altered(
        transaction,
        evse=evse,
        id_token=transaction.id_token or event.id_token,
        charging_state=event.charging_state or transaction.charging_state,
        meter_start_wh=meter_start_wh,
    )
    if event.register_wh is not None:
        reading = altered(reading or Reading(at=event.at), register_wh=event.register_wh)
    return _measure(transaction, reading)


def _measure(transaction: Transaction, reading: Reading | None) -> Transaction:
    """Energy from the meter's register; a register that runs backwards takes nothing away."""
    if reading is None or reading.register_wh is None:
        return transaction
    if transaction.meter_start_wh is None:
        return altered(transaction, meter_start_wh=reading.register_wh)
    energy_wh = max(transaction.energy_wh, reading.register_wh - transaction.meter_start_wh)
    return altered(transaction, energy_wh=energy_wh)


async def _close_others(
    uow: UnitOfWork, transaction: Transaction, live: LiveSite | None, now: datetime
) -> None:
    """One EVSE charges one vehicle: a new transaction means that an older one is over."""
    if transaction.evse is None:
        return
    for other in await uow.transactions.open_at(transaction.evse):
        if other.number != transaction.number and other.started_at <= transaction.started_at:
            await close(uow, other, ClosingRule.SUPERSEDED, transaction.started_at, live, now)


def _is_out_of_place(
    live: LiveSite | None, event: TransactionReported, transaction: Transaction
) -> bool:
    """Whether a transaction runs at an EVSE that its site does not know."""
    is_over = event.stage is TransactionStage.ENDED
    return not (live is None or transaction.evse is None or is_over or live.has(transaction.evse))


def _whose(transaction: Transaction) -> tuple[EvseId | None, IdToken | None]:
    """Where and whose a transaction is; 2.0.1 may tell either after the start."""
    return transaction.evse, transaction.id_token


async def _past_of(uow: UnitOfWork, transaction: Transaction) -> tuple[Transaction, ...]:
    """Ended transactions of the same token."""
    token = transaction.id_token
    return tuple(await uow.transactions.history_of(token)) if token else ()


def _tell(
    live: LiveSite,
    event: TransactionReported,
    reading: Reading | None,
    transaction: Transaction,
    past: tuple[Transaction, ...] | None,
    now: datetime,
) -> None:
    """Bring the site's state up to date, after the commit."""
    live.transaction_changed(
        transaction, now, past, reading if transaction.ended_at is None else None
    )
    if event.stage is not TransactionStage.UPDATED:
        logger.info(
            "transaction %s %s at %s, %.2f kWh",
            transaction.transaction,
            event.stage,
            transaction.evse,
            transaction.energy_wh / 1000,
        )


def _tell_meters(
    live: LiveSite,
    event: MetersSampled,
    reading: Reading | None,
    transaction: Transaction | None,
    now: datetime,
) -> None:
    """Likewise, where meter values came by themselves."""
    evse = EvseId(event.station_id, event.evse_number)
    is_its = transaction is not None and transaction.ended_at is None and transaction.evse == evse
    if transaction is not None:
        live.transaction_changed(transaction, now, reading=reading if is_its else None)
    if reading is not None and event.evse_number and not is_its:
        live.read(evse, reading, now)
