"""Looking for transactions: page by page, the newest first, and what they come to."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select

from csms.domain.authorization import IdToken
from csms.domain.transaction_search import TransactionsWanted
from csms.storage.tables import StationRow, TransactionRow, table_of

_station: Final = table_of(StationRow)
_transaction: Final = table_of(TransactionRow)


def select_transactions(wanted: TransactionsWanted, limit: int) -> Select[Any]:
    """Select transactions, the newest first, each with its site."""
    query = _from(wanted, _station.c.site_id, _transaction)
    if wanted.before is not None:
        query = query.where(_transaction.c.number < wanted.before)
    return query.order_by(_transaction.c.number.desc()).limit(limit)


def select_totals(wanted: TransactionsWanted) -> Select[Any]:
    """Select how many there are on all pages, their energy, and what they cost."""
    columns = _transaction.c
    return _from(
        wanted,
        func.count().label("count"),
        func.coalesce(func.sum(columns.energy_wh), 0.0).label("energy_wh"),
        func.sum(columns.total_cost).label("cost"),
    )


def select_transaction(number: int) -> Select[Any]:
    """Select one transaction with its site."""
    query = _from(TransactionsWanted(), _station.c.site_id, _transaction)
    return query.where(_transaction.c.number == number)


def _from(wanted: TransactionsWanted, *columns: Any) -> Select[Any]:  # noqa: ANN401 - SQLAlchemy's
    query = select(*columns).select_from(_transaction)
    query = query.join(_station, _station.c.id == _transaction.c.station_id)
    return query.where(*matching(wanted))


def matching(wanted: TransactionsWanted) -> list[ColumnElement[bool]]:
    """The conditions that transactions and their stations meet, whatever the page."""
    columns = _transaction.c
    found: list[ColumnElement[bool]] = []
    if wanted.site_id is not None:
        found.append(_station.c.site_id == wanted.site_id)
    if wanted.station_id is not None:
        found.append(columns.station_id == wanted.station_id)
    if wanted.evse_number is not None:
        found.append(columns.evse_number == wanted.evse_number)
    if wanted.token is not None:
        found.append(columns.id_token == IdToken(wanted.token).key)
    if wanted.token_of is not None:
        one = select(columns.id_token).where(columns.number == wanted.token_of)
        found.append(columns.id_token == one.scalar_subquery())
    if wanted.is_running is not None:
        ended = columns.ended_at
        found.append(ended.is_(None) if wanted.is_running else ended.is_not(None))
    if wanted.since is not None:
        found.append(columns.started_at >= wanted.since)
    if wanted.until is not None:
        found.append(columns.started_at < wanted.until)
    return found
