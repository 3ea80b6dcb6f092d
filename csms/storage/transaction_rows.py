"""Transactions as rows, and rows as transactions."""

from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping

from csms.domain.authorization import IdToken
from csms.domain.events import TransactionReported
from csms.domain.identity import EvseId
from csms.domain.station import ChargingState
from csms.domain.transaction import ClosingRule, NeedTeller, StatedNeed, Transaction
from csms.storage.bulk import Written, changed_rows, new_rows
from csms.storage.ledger import OpenTransaction
from csms.storage.tables import TransactionEventRow, TransactionRow

_REPORTS: Final = new_rows(
    TransactionEventRow,
    *("at", "station_id", "transaction_id", "seq_no"),
    *("stage", "trigger", "charging_state", "is_offline", "received_at"),
)
_PROGRESS: Final = changed_rows(
    TransactionRow, "number", "energy_wh", "charging_state", "seq_nos", while_null="ended_at"
)

BY_STATION: Final = "station"
"""Who has closed a transaction of which its station told the end; else it is the rule."""


def start_key(event: TransactionReported) -> str:
    """What makes a 1.6 start the same as its retry, which has a new message id."""
    token = event.id_token.key if event.id_token else ""
    return f"{event.evse_number}|{token}|{event.at.isoformat()}|{event.register_wh}"


def report_row(
    event: TransactionReported, transaction: Transaction, received_at: datetime
) -> Written:
    """A report, as a row of `transaction_event`."""
    state = event.charging_state
    return (
        _REPORTS,
        event.at,
        event.station_id,
        transaction.transaction,
        event.seq_no,
        event.stage.value,
        event.trigger,
        state and state.value,
        event.is_offline,
        received_at,
    )


def progress_row(entry: OpenTransaction) -> Written:
    """What may change with every report: number, energy, state, numbers of reports."""
    transaction = entry.transaction
    state = transaction.charging_state
    return (
        _PROGRESS,
        transaction.number,
        transaction.energy_wh,
        state and state.value,
        str(entry.numbers) if entry.numbers.bounds else None,
    )


def whose(transaction: Transaction) -> tuple[int | None, str | None, float | None]:
    """What is mostly told with the start: the EVSE, the token, the meter's register."""
    evse, token = transaction.evse, transaction.id_token
    return (
        evse.number if evse else None,
        token.key if token else None,
        transaction.meter_start_wh,
    )


def transaction_of(row: RowMapping) -> Transaction:
    """Read a transaction from its row, with its token's."""
    evse_number, token = row["evse_number"], row["id_token"]
    state, closed_by = row["charging_state"], row["closed_by"]
    return Transaction(
        number=row["number"],
        station_id=row["station_id"],
        transaction=row["transaction_id"],
        evse=EvseId(row["station_id"], evse_number) if evse_number else None,
        id_token=IdToken(row["value"] or token, row["kind"] or "Central") if token else None,
        started_at=row["started_at"],
        meter_start_wh=row["meter_start_wh"],
        energy_wh=row["energy_wh"],
        charging_state=ChargingState(state) if state else None,
        need=StatedNeed(
            energy_wh=row["needed_wh"],
            departs_at=row["departs_at"],
            stated_by=NeedTeller(row["need_by"] or NeedTeller.OPERATOR),
        ),
        ended_at=row["ended_at"],
        stop_reason=row["stop_reason"],
        total_cost=row["total_cost"],
        closing=None if closed_by in (None, BY_STATION) else ClosingRule(closed_by),
        heard_at=row["heard_at"],
    )
