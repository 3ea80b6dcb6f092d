"""What the tables know of the history: its files, and what they do not hold yet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from csms.domain.errors import UnknownStationError
from csms.domain.identity import FeederId, SiteId, StationId
from csms.domain.transaction_search import TransactionsWanted
from csms.storage.notice_tables import StationNoticeRow
from csms.storage.statements import Repository
from csms.storage.tables import (
    FeederReadingRow,
    HistoryFileRow,
    HistoryStaleDayRow,
    MeterReadingRow,
    SentLimitRow,
    SiteRow,
    StationRow,
    TransactionEventRow,
    TransactionRow,
    table_of,
)
from csms.storage.transaction_search import matching

Key: TypeAlias = tuple[Any, ...]
"""What identifies a reading's row."""

_file = table_of(HistoryFileRow)
_stale = table_of(HistoryStaleDayRow)
_meter = table_of(MeterReadingRow)
_feeder = table_of(FeederReadingRow)
_station = table_of(StationRow)
_site = table_of(SiteRow)
_transaction = table_of(TransactionRow)
_report = table_of(TransactionEventRow)
_notice = table_of(StationNoticeRow)
_sent = table_of(SentLimitRow)

_READINGS: Final[Mapping[str, tuple[Select[Any], ColumnElement[Any]]]] = {
    "meters": (
        select(
            func.coalesce(_station.c.site_id, ""),
            _meter.c.station_id,
            _meter.c.evse_number,
            _meter.c.at,
            _meter.c.transaction_number,
            _meter.c.samples,
            _meter.c.digest,
        ).outerjoin_from(_meter, _station, _station.c.id == _meter.c.station_id),
        _meter.c.at,
    ),
    "feeders": (
        select(
            _feeder.c.site_id,
            _feeder.c.feeder_id,
            _feeder.c.at,
            _feeder.c.load_a,
            _feeder.c.limit_a,
            _feeder.c.uncontrolled_a,
            _feeder.c.id,
        ),
        _feeder.c.at,
    ),
}
"""By subject, the readings in the database and when they were taken."""
_WHOSE: Final[Mapping[str, Mapping[str, ColumnElement[Any]]]] = {
    "meters": {
        "site_id": func.coalesce(_station.c.site_id, ""),
        "station_id": _meter.c.station_id,
        "evse_number": _meter.c.evse_number,
    },
    "feeders": {"site_id": _feeder.c.site_id, "feeder_id": _feeder.c.feeder_id},
}
"""The columns that tell whose something is."""
_KEYS: Final = {
    "meters": (_meter, ("at", "station_id", "evse_number", "digest")),
    "feeders": (_feeder, ("id",)),
    "reports": (_report, ("at", "station_id", "transaction_id", "seq_no")),
    "notices": (_notice, ("number",)),
    "limits": (_sent, ("number",)),
}
"""By what is deleted, its table and the columns that identify a row."""
_OVER: Final[Mapping[str, Callable[[datetime], ColumnElement[bool]]]] = {
    "reports": lambda before: _report.c.at < before,
    "notices": lambda before: _notice.c.received_at < before,
    "limits": lambda before: or_(
        _sent.c.ends_at < before, and_(_sent.c.ends_at.is_(None), _sent.c.sent_at < before)
    ),
}
"""Reports that were made, and notices that came, before an instant; limits that had lapsed by then,
and fallbacks that had been sent: whether a station holds its fallback is kept with the station."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFile:
    """A file of the history.

    Attributes:
        name: Its path below the history's folder.
        first_at: Time of its earliest row; `last_at` of its latest.
    """

    name: str
    subject: str
    resolution: str
    site_id: SiteId
    month: str
    first_at: datetime
    last_at: datetime
    row_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which readings are wanted, from an instant on and before another; None: any."""

    begins_at: datetime | None = None
    ends_at: datetime | None = None
    site_id: SiteId | None = None
    station_id: StationId | None = None
    evse_number: int | None = None
    feeder_id: FeederId | None = None


class HistoryQueries:
    """Looks up what belongs to the history. Never writes.

    Args:
        connection: Where to look; one snapshot for all that has to fit together.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def zones(self) -> dict[SiteId, ZoneInfo]:
        """The time zone of every site."""
        rows = await self._connection.execute(select(_site.c.id, _site.c.timezone))
        return {site_id: ZoneInfo(name) for site_id, name in rows}

    async def name_of(self, site_id: SiteId | None) -> str:
        """A site's name, empty for none."""
        query = select(_site.c.name).where(_site.c.id == site_id)
        return (await self._connection.execute(query)).scalar_one_or_none() or ""

    async def files(self, subject: str, site_id: SiteId | None = None) -> list[HistoryFile]:
        """Files that count, the earliest first."""
        query = select(_file).where(_file.c.subject == subject, _file.c.is_valid)
        if site_id is not None:
            query = query.where(_file.c.site_id == site_id)
        rows = await self._connection.execute(query.order_by(_file.c.first_at, _file.c.name))
        names = [field.name for field in fields(HistoryFile)]
        return [HistoryFile(**{name: row[name] for name in names}) for row in rows.mappings()]

    async def invalid_files(self, before: datetime) -> list[str]:
        """Names of files that have been invalid since before an instant."""
        query = select(_file.c.name).where(~_file.c.is_valid, _file.c.changed_at < before)
        return list((await self._connection.execute(query)).scalars())

    async def stale_days(self, subject: str) -> list[tuple[SiteId, date]]:
        """Days whose roll-ups are to be made anew, the earliest first."""
        query = select(_stale.c.site_id, _stale.c.day).where(_stale.c.subject == subject)
        rows = await self._connection.execute(query.order_by(_stale.c.day, _stale.c.site_id))
        return [(site_id, day) for site_id, day in rows]

    async def oldest(self, subject: str, before: datetime, limit: int) -> Sequence[Any]:
        """The oldest readings in the database that were taken before an instant."""
        query, at = _READINGS[subject]
        query = query.where(at < before).order_by(at).limit(limit)
        found: Sequence[Any] = (await self._connection.execute(query)).all()
        return found

    async def over(self, what: str, before: datetime, limit: int) -> list[Key]:
        """What identifies working papers of a kind that were over before an instant."""
        table, names = _KEYS[what]
        query = select(*(table.c[name] for name in names)).where(_OVER[what](before)).limit(limit)
        return [tuple(row) for row in await self._connection.execute(query)]

    async def selected(self, subject: str, selection: Selection) -> Sequence[Any]:
        """Readings in the database that are wanted."""
        query, at = _READINGS[subject]
        query = _only(query, subject, at, selection)
        found: Sequence[Any] = (await self._connection.execute(query)).all()
        return found

    async def transactions(self, wanted: TransactionsWanted) -> Sequence[RowMapping]:
        """Transactions in the order of their numbers."""
        query = select(func.coalesce(_station.c.site_id, "").label("site_id"), _transaction)
        query = query.outerjoin_from(
            _transaction, _station, _station.c.id == _transaction.c.station_id
        )
        query = query.where(*matching(wanted))
        rows = await self._connection.execute(query.order_by(_transaction.c.number))
        return rows.mappings().all()

    async def site_of(self, station_id: StationId) -> SiteId:
        """The site that a station belongs to now, empty for none.

        Raises:
            UnknownStationError: There is no such station.
        """
        query = select(func.coalesce(_station.c.site_id, "")).where(_station.c.id == station_id)
        found = (await self._connection.execute(query)).scalar_one_or_none()
        if found is None:
            raise UnknownStationError(station_id)
        return str(found)


class HistoryRepository(Repository):
    """The history's files and stale days."""

    async def announce(self, file: HistoryFile, at: datetime) -> None:
        """A file is about to be written: until it is taken in, it may go."""
        row = {**asdict(file), "is_valid": False, "changed_at": at}
        await self._put(HistoryFileRow, row)

    async def take_in(self, file: HistoryFile, at: datetime) -> None:
        """A file is complete, and counts from now on."""
        row = {**asdict(file), "is_valid": True, "changed_at": at}
        await self._put(HistoryFileRow, row)

    async def give_up(self, name: str, at: datetime) -> None:
        """A file counts no longer. It stays a while for those who read it."""
        statement = update(_file).where(_file.c.name == name)
        await self._unit.execute(statement.values(is_valid=False, changed_at=at))

    async def forget(self, name: str) -> None:
        """A file is gone."""
        await self._unit.execute(delete(_file).where(_file.c.name == name))

    async def mark_stale(self, subject: str, site_id: SiteId, days: Iterable[date]) -> None:
        """The roll-ups of some days are to be made anew."""
        rows = [{"subject": subject, "site_id": site_id, "day": day} for day in days]
        await self._insert_new(HistoryStaleDayRow, rows)

    async def settle(self, subject: str, site_id: SiteId, day: date) -> None:
        """The roll-ups of a day tell all that its files do."""
        statement = delete(_stale).where(
            _stale.c.subject == subject, _stale.c.site_id == site_id, _stale.c.day == day
        )
        await self._unit.execute(statement)

    async def delete(self, what: str, keys: Sequence[Key]) -> None:
        """Delete readings of a subject, or working papers of a kind, by their keys."""
        table, names = _KEYS[what]
        matches = (table.c[name] == bindparam(f"the_{name}") for name in names)
        parameters = [{f"the_{n}": v for n, v in zip(names, key, strict=True)} for key in keys]
        await self._unit.execute(delete(table).where(*matches), parameters)


def key_of(subject: str, row: Any) -> Key:  # noqa: ANN401
    """What identifies a reading's row among those that were looked up."""
    if subject == "meters":
        return (row[3], row[1], row[2], row[6])
    return (row[6],)


def _only(
    query: Select[Any], subject: str, at: ColumnElement[Any], selection: Selection
) -> Select[Any]:
    """The query for what is wanted only."""
    if selection.begins_at is not None:
        query = query.where(at >= selection.begins_at)
    if selection.ends_at is not None:
        query = query.where(at < selection.ends_at)
    for name, column in _WHOSE[subject].items():
        wanted = getattr(selection, name)
        if wanted is not None:
            query = query.where(column == wanted)
    return query
