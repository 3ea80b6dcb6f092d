"""Transactions, their reports and their meter values."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, func, select, update

from csms.domain.authorization import IdToken
from csms.domain.events import TransactionReported
from csms.domain.identity import EvseId, SiteId, StationId
from csms.domain.metering import MeterSample
from csms.domain.station import ChargingState
from csms.domain.transaction import StatedNeed, Transaction
from csms.storage.statements import Repository, table_of
from csms.storage.tables import (
    IdTokenRow,
    MeterValueRow,
    StationRow,
    TransactionEventRow,
    TransactionRow,
)

_transaction = table_of(TransactionRow)
_station = table_of(StationRow)
_token = table_of(IdTokenRow)
_HISTORY: Final = 20


class TransactionRepository(Repository):
    """Charging transactions."""

    async def is_news(self, event: TransactionReported, received_at: datetime) -> bool:
        """Keep a report; return False if it was kept before (OCPP 2.0.1: same seqNo)."""
        if event.seq_no is None or event.transaction is None:
            return True
        row = {
            "station_id": event.station_id,
            "transaction_id": event.transaction,
            "seq_no": event.seq_no,
            "stage": str(event.stage),
            "trigger": event.trigger,
            "charging_state": event.charging_state,
            "is_offline": event.is_offline,
            "at": event.at,
            "received_at": received_at,
        }
        return await self._insert_one(TransactionEventRow, row) is not None

    async def begin(self, event: TransactionReported) -> tuple[Transaction, bool]:
        """Open the transaction that a report tells of, or find it if it is open already.

        Returns:
            The transaction, and whether it is new.
        """
        row = {
            "station_id": event.station_id,
            "transaction_id": event.transaction,
            "start_key": _start_key(event) if event.transaction is None else None,
            "evse_number": event.evse_number or None,
            "connector_number": event.connector_number,
            "id_token": event.id_token.key if event.id_token else None,
            "started_at": event.at,
            "meter_start_wh": event.register_wh,
            "energy_wh": 0.0,
        }
        number = await self._insert_one(TransactionRow, row)
        if number is None:
            found = await self._find_started(event)
            if found is None:
                raise LookupError(f"transaction of {event.station_id} vanished while it began")
            return found, False
        if event.transaction is None:  # OCPP 1.6: we give the id, and it is our number
            await self._change(number, transaction_id=str(number))
        begun = await self.find_number(number)
        if begun is None:
            raise LookupError(f"transaction {number} vanished while it began")
        return begun, True

    async def find(self, station_id: StationId, transaction: str) -> Transaction | None:
        """Find a transaction by the station's id of it."""
        return await self._first(
            _query().where(
                _transaction.c.station_id == station_id,
                _transaction.c.transaction_id == transaction,
            )
        )

    async def find_number(self, number: int) -> Transaction | None:
        """Find a transaction by our number."""
        return await self._first(_query().where(_transaction.c.number == number))

    async def open_at(self, evse: EvseId) -> list[Transaction]:
        """Transactions that have not ended at an EVSE, the newest last."""
        return await self._open(
            _transaction.c.station_id == evse.station_id,
            _transaction.c.evse_number == evse.number,
        )

    async def open_of(self, station_id: StationId) -> list[Transaction]:
        """Transactions that have not ended at any EVSE of a station, the newest last."""
        return await self._open(_transaction.c.station_id == station_id)

    async def correct_start(self, number: int, event: TransactionReported) -> None:
        """A start came after later reports: its time, meter and token are the true ones."""
        values: dict[str, Any] = {"started_at": event.at}
        if event.register_wh is not None:
            values["meter_start_wh"] = event.register_wh
        if event.id_token:
            values["id_token"] = event.id_token.key
        await self._change(number, **values)

    async def progress(self, transaction: Transaction) -> None:
        """Keep what may change while a transaction runs."""
        await self._change(
            transaction.number,
            evse_number=transaction.evse.number if transaction.evse else None,
            id_token=transaction.id_token.key if transaction.id_token else None,
            meter_start_wh=transaction.meter_start_wh,
            energy_wh=transaction.energy_wh,
            charging_state=transaction.charging_state,
        )

    async def end(
        self, transaction: Transaction, *, meter_stop_wh: float | None, closed_by: str
    ) -> None:
        """Keep a transaction's end.

        Args:
            transaction: As it ended.
            meter_stop_wh: The register at the end.
            closed_by: `station`, or the rule by which it was closed.
        """
        await self.progress(transaction)
        await self._change(
            transaction.number,
            ended_at=transaction.ended_at,
            meter_stop_wh=meter_stop_wh,
            stop_reason=transaction.stop_reason,
            closed_by=closed_by,
        )

    async def state_need(self, number: int, need: StatedNeed) -> None:
        """Keep what a driver says that the vehicle needs."""
        await self._change(number, needed_wh=need.energy_wh, departs_at=need.departs_at)

    async def history_of(self, token: IdToken) -> list[Transaction]:
        """The newest transactions of a token that have ended."""
        query = _query().where(
            _transaction.c.id_token == token.key, _transaction.c.ended_at.is_not(None)
        )
        newest = query.order_by(_transaction.c.started_at.desc()).limit(_HISTORY)
        return [_read(row) for row in (await self._connection.execute(newest)).mappings()]

    async def energy_since(self, site_id: SiteId, since: datetime) -> float:
        """Energy of a site's transactions that have started since an instant."""
        query = (
            select(func.coalesce(func.sum(_transaction.c.energy_wh), 0.0))
            .join(_station, _station.c.id == _transaction.c.station_id)
            .where(_station.c.site_id == site_id, _transaction.c.started_at >= since)
        )
        return float((await self._connection.execute(query)).scalar_one())

    async def add_samples(
        self,
        station_id: StationId,
        evse_number: int,
        transaction_number: int | None,
        samples: Sequence[MeterSample],
    ) -> None:
        """Keep meter samples, each once."""
        rows = [
            {
                "station_id": station_id,
                "evse_number": evse_number,
                "transaction_number": transaction_number,
                "at": sample.at,
                "measurand": str(sample.measurand),
                "value": sample.value,
                "phase": sample.phase or "",
                "context": sample.context,
                "location": sample.location,
                "signed": sample.signed,
            }
            for sample in samples
        ]
        await self._insert_new(MeterValueRow, rows)

    async def _find_started(self, event: TransactionReported) -> Transaction | None:
        if event.transaction is not None:
            return await self.find(event.station_id, event.transaction)
        return await self._first(
            _query().where(
                _transaction.c.station_id == event.station_id,
                _transaction.c.start_key == _start_key(event),
            )
        )

    async def _open(self, *criteria: ColumnElement[bool]) -> list[Transaction]:
        query = _query().where(*criteria, _transaction.c.ended_at.is_(None))
        rows = await self._connection.execute(query.order_by(_transaction.c.started_at))
        return [_read(row) for row in rows.mappings()]

    async def _first(self, query: Select[Any]) -> Transaction | None:
        row = (await self._connection.execute(query)).mappings().first()
        return _read(row) if row else None

    async def _change(self, number: int, **values: object) -> None:
        statement = update(_transaction).where(_transaction.c.number == number).values(**values)
        await self._connection.execute(statement)


def _query() -> Select[Any]:
    return select(_transaction, _token.c.value, _token.c.kind).join(
        _token, _token.c.key == _transaction.c.id_token, isouter=True
    )


def _start_key(event: TransactionReported) -> str:
    """What makes a 1.6 start the same as its retry, which has a new message id."""
    token = event.id_token.key if event.id_token else ""
    return f"{event.evse_number}|{token}|{event.at.isoformat()}|{event.register_wh}"


def _read(row: RowMapping) -> Transaction:
    evse_number, token = row["evse_number"], row["id_token"]
    state = row["charging_state"]
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
        need=StatedNeed(energy_wh=row["needed_wh"], departs_at=row["departs_at"]),
        ended_at=row["ended_at"],
        stop_reason=row["stop_reason"],
    )
