"""Transactions, their reports and their meter values."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, case, func, literal, select, update

from csms.domain.authorization import IdToken
from csms.domain.events import TransactionReported
from csms.domain.identity import EvseId, SiteId, StationId
from csms.domain.metering import MeterSample
from csms.domain.report_numbers import MissingReports, ReportNumbers, read_numbers
from csms.domain.site_day import CountMark
from csms.domain.transaction import (
    StatedNeed,
    Transaction,
    TransactionStage,
)
from csms.storage.bulk import changed_rows, new_rows
from csms.storage.ledger import OpenTransaction
from csms.storage.readings import write_readings
from csms.storage.statements import Repository, stations_at
from csms.storage.tables import (
    IdTokenRow,
    MeterReadingRow,
    StationRow,
    TransactionRow,
    table_of,
)
from csms.storage.transaction_rows import (
    BY_STATION,
    report_row,
    start_key,
    transaction_of,
    whose,
)

_transaction = table_of(TransactionRow)
_token = table_of(IdTokenRow)
_HISTORY: Final = 20

_WHOSE: Final = changed_rows(TransactionRow, "number", "evse_number", "id_token", "meter_start_wh")
_READINGS: Final = new_rows(
    MeterReadingRow,
    *("at", "station_id", "evse_number", "digest", "transaction_number", "samples"),
)
_HEARD: Final = changed_rows(TransactionRow, "number", "heard_at")
_METERED: Final = changed_rows(StationRow, "id", "metered_at")


class TransactionRepository(Repository):
    """Charging transactions."""

    async def is_news(
        self, event: TransactionReported, transaction: Transaction, received_at: datetime
    ) -> bool:
        """Keep a report; return False if it was kept before (OCPP 2.0.1: same seqNo)."""
        if event.seq_no is None:
            return True
        entry = self._unit.running_number(transaction.number)
        if entry is None:
            entry = OpenTransaction(transaction, await self._numbers_of(transaction.number))
        if event.seq_no in entry.numbers:
            return False
        self._unit.put_down(report_row(event, transaction, received_at))
        numbers = entry.numbers.having(event.seq_no)
        if transaction.ended_at is None:
            self._unit.note_progress(entry.transaction, numbers)
        else:
            await self._change(transaction.number, seq_nos=str(numbers))
        return True

    async def begin(self, event: TransactionReported) -> tuple[Transaction, bool]:
        """Open the transaction that a report tells of, or find it if it is open already.

        Returns:
            The transaction, and whether it is new.
        """
        if event.transaction is not None:
            entry = self._unit.running(event.station_id, event.transaction)
            if entry is not None:
                return entry.transaction, False
        row = {
            "station_id": event.station_id,
            "transaction_id": event.transaction,
            "start_key": start_key(event) if event.transaction is None else None,
            "evse_number": event.evse_number or None,
            "connector_number": event.connector_number,
            "id_token": event.id_token.key if event.id_token else None,
            "started_at": event.at,
            "meter_start_wh": event.register_wh,
            "energy_wh": 0.0,
            "start_no": event.seq_no if event.stage is TransactionStage.STARTED else None,
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
        entry = self._unit.running(station_id, transaction)
        if entry is not None:
            return entry.transaction
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

    async def running_of(self, token: IdToken) -> list[Transaction]:
        """Transactions of a token that have not ended, the newest last."""
        return await self._open(_transaction.c.id_token == token.key)

    async def running_at(self, site_id: SiteId) -> list[Transaction]:
        """Transactions that have not ended at any station of a site, the newest last."""
        return await self._open(_transaction.c.station_id.in_(stations_at(site_id)))

    async def pasts_at(self, site_id: SiteId) -> dict[IdToken, list[Transaction]]:
        """Of every token that is charging at a site, the newest transactions that have ended."""
        charging = select(_transaction.c.id_token).where(
            _transaction.c.station_id.in_(stations_at(site_id)), _transaction.c.ended_at.is_(None)
        )
        place = func.row_number().over(
            partition_by=_transaction.c.id_token, order_by=_transaction.c.started_at.desc()
        )
        ended = (
            select(_transaction.c.number, place.label("place"))
            .where(_transaction.c.id_token.in_(charging), _transaction.c.ended_at.is_not(None))
            .subquery()
        )
        newest = (
            _query()
            .join(ended, ended.c.number == _transaction.c.number)
            .where(ended.c.place <= _HISTORY)
            .order_by(_transaction.c.started_at.desc())
        )
        pasts: defaultdict[IdToken, list[Transaction]] = defaultdict(list)
        for row in (await self._unit.execute(newest)).mappings():
            transaction = transaction_of(row)
            if transaction.id_token is not None:
                pasts[transaction.id_token].append(transaction)
        return dict(pasts)

    async def correct_start(self, number: int, event: TransactionReported) -> None:
        """A start came after later reports: its time, meter and token are the true ones."""
        values: dict[str, Any] = {"started_at": event.at, "start_no": event.seq_no}
        if event.register_wh is not None:
            values["meter_start_wh"] = event.register_wh
        if event.id_token:
            values["id_token"] = event.id_token.key
        await self._change(number, **values)

    async def progress(self, transaction: Transaction) -> None:
        """Keep what may change while a transaction runs."""
        entry = self._unit.running_number(transaction.number)
        if entry is None:
            numbers = await self._numbers_of(transaction.number)
        else:
            numbers = entry.numbers
        if entry is None or _is_others(transaction, entry.transaction):
            self._unit.put_down((_WHOSE, transaction.number, *whose(transaction)))
        self._unit.note_progress(transaction, numbers)

    async def end(
        self,
        transaction: Transaction,
        *,
        meter_stop_wh: float | None = None,
        end_no: int | None = None,
        look_at: datetime | None = None,
    ) -> None:
        """Keep a transaction's end, by its station or by a rule.

        Args:
            transaction: As it ended.
            meter_stop_wh: The register at the end.
            end_no: The number of the report that told it.
            look_at: When to look again for reports that have not come by now.
        """
        await self.progress(transaction)
        entry = self._unit.running_number(transaction.number)
        is_gapped = entry is not None and bool(entry.numbers.missing)
        await self._change(
            transaction.number,
            energy_wh=transaction.energy_wh,
            meter_start_wh=transaction.meter_start_wh,
            ended_at=transaction.ended_at,
            meter_stop_wh=meter_stop_wh,
            stop_reason=transaction.stop_reason,
            closed_by=str(transaction.closing or BY_STATION),
            total_cost=transaction.total_cost,
            end_no=end_no,
            reports_due_at=_due_at(look_at, is_gapped=is_gapped) if end_no is not None else None,
        )

    async def revise(self, transaction: Transaction, heard_at: datetime) -> None:
        """Keep what came late of a transaction that a rule has closed; it may run after all."""
        await self._change(
            transaction.number,
            energy_wh=transaction.energy_wh,
            meter_start_wh=transaction.meter_start_wh,
            ended_at=transaction.ended_at,
            stop_reason=transaction.stop_reason,
            closed_by=transaction.closing and str(transaction.closing),
            total_cost=transaction.total_cost,
            heard_at=heard_at,
        )

    async def note_heard(self, number: int, at: datetime) -> None:
        """Keep when a running transaction was last heard of."""
        self._unit.put_down((_HEARD, number, at))

    async def silent_since(self, before: datetime) -> list[Transaction]:
        """Transactions that run, and of which nothing was heard since an instant."""
        heard_at = func.coalesce(_transaction.c.heard_at, _transaction.c.started_at)
        return await self._open(heard_at < before)

    async def reports_due(self, now: datetime) -> list[MissingReports]:
        """Ended transactions that it is time to look at again, with the reports that are missing.

        They are not looked at again.
        """
        due = (_transaction.c.reports_due_at <= now,)
        columns = ("number", "station_id", "transaction_id", "seq_nos", "start_no", "end_no")
        query = select(*(_transaction.c[name] for name in columns)).where(*due)
        rows = (await self._unit.execute(query.order_by(_transaction.c.number))).mappings().all()
        if rows:
            await self._unit.execute(update(_transaction).where(*due).values(reports_due_at=None))
        return [
            MissingReports(
                station_id=row["station_id"],
                transaction=row["transaction_id"],
                missing=numbers.missing,
                has_start=row["start_no"] is not None,
            )
            for row in rows
            if not (numbers := read_numbers(row["seq_nos"])).is_whole(
                row["start_no"], row["end_no"]
            )
        ]

    async def state_need(self, number: int, need: StatedNeed) -> None:
        """Keep what a driver says that the vehicle needs."""
        await self._change(
            number,
            needed_wh=need.energy_wh,
            departs_at=need.departs_at,
            need_by=need.stated_by.value,
        )

    async def history_of(self, token: IdToken) -> list[Transaction]:
        """The newest transactions of a token that have ended."""
        query = _query().where(
            _transaction.c.id_token == token.key, _transaction.c.ended_at.is_not(None)
        )
        newest = query.order_by(_transaction.c.started_at.desc()).limit(_HISTORY)
        return [transaction_of(row) for row in (await self._unit.execute(newest)).mappings()]

    async def uncounted(self, site_id: SiteId, mark: CountMark) -> list[Transaction]:
        """Transactions of a site that may have gone on since a count, in order of numbers."""
        number, listed = _transaction.c.number, [*mark.running, *mark.ended]
        return await self._at_site(site_id, (number > mark.until) | number.in_(listed))

    async def going_since(self, site_id: SiteId, since: datetime) -> list[Transaction]:
        """Transactions of a site that run, or have started since an instant, by number."""
        started_at, ended_at = _transaction.c.started_at, _transaction.c.ended_at
        return await self._at_site(site_id, (started_at >= since) | ended_at.is_(None))

    async def newest_number(self, site_id: SiteId) -> int:
        """The highest number of a site's transactions; 0: there is none."""
        theirs = _transaction.c.station_id.in_(stations_at(site_id))
        query = select(func.coalesce(func.max(_transaction.c.number), 0)).where(theirs)
        return int((await self._unit.execute(query)).scalar_one())

    async def add_samples(
        self,
        station_id: StationId,
        evse_number: int,
        transaction_number: int | None,
        samples: Sequence[MeterSample],
    ) -> None:
        """Keep meter samples, each once."""
        for at, digest, text in write_readings(samples):
            row = (_READINGS, at, station_id, evse_number, digest, transaction_number, text)
            self._unit.put_down(row)
            if self._unit.is_first_metered(station_id):
                self._unit.put_down((_METERED, station_id, at))

    async def _find_started(self, event: TransactionReported) -> Transaction | None:
        if event.transaction is not None:
            return await self.find(event.station_id, event.transaction)
        return await self._first(
            _query().where(
                _transaction.c.station_id == event.station_id,
                _transaction.c.start_key == start_key(event),
            )
        )

    async def _at_site(self, site_id: SiteId, criterion: ColumnElement[bool]) -> list[Transaction]:
        query = _query().where(_transaction.c.station_id.in_(stations_at(site_id)), criterion)
        rows = await self._unit.execute(query.order_by(_transaction.c.number))
        return [transaction_of(row) for row in rows.mappings()]

    async def _open(self, *criteria: ColumnElement[bool]) -> list[Transaction]:
        query = _query().where(*criteria, _transaction.c.ended_at.is_(None))
        rows = await self._unit.execute(query.order_by(_transaction.c.started_at))
        return [self._read(row) for row in rows.mappings()]

    async def _first(self, query: Select[Any]) -> Transaction | None:
        row = (await self._unit.execute(query)).mappings().first()
        return self._read(row) if row else None

    def _read(self, row: RowMapping) -> Transaction:
        """Read a row; if its transaction runs, the next one who asks need not look it up."""
        transaction = transaction_of(row)
        if transaction.ended_at is None:
            entry = OpenTransaction(transaction, read_numbers(row["seq_nos"]))
            self._unit.note_running(entry)
        return transaction

    async def _numbers_of(self, number: int) -> ReportNumbers:
        query = select(_transaction.c.seq_nos).where(_transaction.c.number == number)
        return read_numbers((await self._unit.execute(query)).scalar_one_or_none())

    async def _change(self, number: int, **values: object) -> None:
        self._unit.forget_running(number)
        statement = update(_transaction).where(_transaction.c.number == number).values(**values)
        await self._unit.execute(statement)


def _is_others(transaction: Transaction, known: Transaction) -> bool:
    """Whether more is known of a transaction than its progress: what `whose` tells."""
    now = (transaction.evse, transaction.id_token, transaction.meter_start_wh)
    return now != (known.evse, known.id_token, known.meter_start_wh)


def _query() -> Select[Any]:
    return select(_transaction, _token.c.value, _token.c.kind).join(
        _token, _token.c.key == _transaction.c.id_token, isouter=True
    )


def _due_at(
    look_at: datetime | None, *, is_gapped: bool
) -> datetime | ColumnElement[datetime] | None:
    """When to look for reports that are missing: those of a gap, or the start."""
    if is_gapped or look_at is None:
        return look_at
    instant = literal(look_at, _transaction.c.reports_due_at.type)
    return case((_transaction.c.start_no.is_(None), instant), else_=None)
