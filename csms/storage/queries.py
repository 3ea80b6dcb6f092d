"""The read side: what pages and programs look up, straight from the tables."""

import logging
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.exc import SQLAlchemyError

from csms.domain.alert import AlertsFound, AlertsWanted
from csms.domain.cost import MeterQuarter, TransactionCost
from csms.domain.device_model import VariableKey
from csms.domain.evse_state import BandChange
from csms.domain.flexibility import Agreement
from csms.domain.grid_company import FeederRef, PartyId
from csms.domain.grid_proof import ProofRecord, ProofWanted
from csms.domain.guard_event import GuardEventsWanted, KeptGuardEvent
from csms.domain.identity import FeederId, SiteId, StationId
from csms.domain.prices import PriceKind, PriceSeries
from csms.domain.site_day import SiteDay
from csms.domain.site_version import SiteVersion
from csms.domain.transaction_search import TransactionsWanted, TransactionTotals
from csms.storage.alerts import (
    select_failed_commands,
    select_grave_events,
    select_notices,
    select_security_events,
)
from csms.storage.database import Database
from csms.storage.evse_bands import read_band, select_bands
from csms.storage.grid_agreements import read_agreement, select_agreements
from csms.storage.grid_proof import read_proof_quarter, select_breaches, select_quarters
from csms.storage.guard_events import read_event, select_events
from csms.storage.notice_tables import StationJobRow, StationNoticeRow
from csms.storage.notices import select_variables
from csms.storage.price_tables import MeterQuarterRow, PriceSlotRow, TransactionCostRow
from csms.storage.prices import read_cost, read_quarter, read_series
from csms.storage.security_tables import SecurityEventRow
from csms.storage.site_days import read_day, select_days
from csms.storage.site_versions import read_version, select_version, select_versions
from csms.storage.tables import (
    FeederReadingRow,
    IdTokenRow,
    PlanRow,
    SentLimitRow,
    StationRow,
    TransactionRow,
    table_of,
)
from csms.storage.transaction_search import select_totals, select_transaction, select_transactions

logger = logging.getLogger(__name__)

_cost = table_of(TransactionCostRow)
_feeder_reading = table_of(FeederReadingRow)
_job = table_of(StationJobRow)
_told_of_job = [c for c in _job.c if c.name not in ("key", "subject", "waiting")]
_notice = table_of(StationNoticeRow)
_plan = table_of(PlanRow)
_price = table_of(PriceSlotRow)
_quarter = table_of(MeterQuarterRow)
_security_event = table_of(SecurityEventRow)
_sent = table_of(SentLimitRow)
_station = table_of(StationRow)
_token = table_of(IdTokenRow)
_transaction = table_of(TransactionRow)
_introduction = [c for c in _station.c if c.name not in ("metered_at", "is_expected")]


class Queries:
    """Looks things up. Never writes.

    Args:
        database: Where to look.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stations(
        self,
        *,
        site_id: SiteId | None = None,
        after: StationId | None = None,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Stations, in order of their ids; of a site, after one, at most so many."""
        query = select(*_introduction)
        if site_id is not None:
            query = query.where(_station.c.site_id == site_id)
        if after is not None:
            query = query.where(_station.c.id > after)
        return await self._rows(query.order_by(_station.c.id).limit(limit))

    async def station(self, station_id: StationId) -> dict[str, Any] | None:
        """One station, None if it is not known."""
        rows = await self._rows(select(*_introduction).where(_station.c.id == station_id))
        return rows[0] if rows else None

    async def transactions(self, wanted: TransactionsWanted, limit: int) -> list[dict[str, Any]]:
        """Transactions, the newest first, each with its site."""
        return await self._rows(select_transactions(wanted, limit))

    async def transaction(self, number: int) -> dict[str, Any] | None:
        """One transaction with its site, None if there is none of that number."""
        rows = await self._rows(select_transaction(number))
        return rows[0] if rows else None

    async def transaction_totals(self, wanted: TransactionsWanted) -> TransactionTotals:
        """What transactions come to, those of all pages."""
        (row,) = await self._rows(select_totals(wanted))
        return TransactionTotals(**row)

    async def sent_limits(
        self, station_id: StationId, limit: int, before: int | None = None
    ) -> list[dict[str, Any]]:
        """The newest limits that a station was sent, or those before a number."""
        query = select(_sent).where(_sent.c.station_id == station_id)
        if before is not None:
            query = query.where(_sent.c.number < before)
        return await self._rows(query.order_by(_sent.c.number.desc()).limit(limit))

    async def tokens(
        self, *, begins: str | None = None, after: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """The operator's list of tokens, in order of their keys.

        Args:
            begins: Only those whose key begins so.
            after: Only with greater keys: the last key of the page before.
            limit: How many at the most.
        """
        query = select(_token).where(_token.c.is_listed).order_by(_token.c.key).limit(limit)
        if begins is not None:
            query = query.where(_token.c.key.startswith(begins, autoescape=True))
        if after is not None:
            query = query.where(_token.c.key > after)
        return await self._rows(query)

    async def token(self, key: str) -> dict[str, Any] | None:
        """A token of the list, None if it is not on it."""
        rows = await self._rows(select(_token).where(_token.c.is_listed, _token.c.key == key))
        return rows[0] if rows else None

    async def jobs(
        self, station_id: StationId, before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Jobs of a station, the newest first; only with smaller numbers than `before`."""
        query = select(*_told_of_job).where(_job.c.station_id == station_id)
        return await self._page(query, _job.c.number, before, limit)

    async def job(self, number: int) -> dict[str, Any] | None:
        """One job, None if there is none of that number."""
        rows = await self._rows(select(*_told_of_job).where(_job.c.number == number))
        return rows[0] if rows else None

    async def notices(
        self, station_id: StationId, *, kind: str | None, before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """What a station has told beside charging, the newest first.

        Args:
            station_id: Which station.
            kind: Only of this kind.
            before: Only with smaller numbers: the last number of the page before.
            limit: How many at the most.
        """
        query = select(_notice).where(_notice.c.station_id == station_id)
        if kind is not None:
            query = query.where(_notice.c.kind == kind)
        return await self._page(query, _notice.c.number, before, limit)

    async def told_of_job(self, station_id: StationId, number: int) -> list[dict[str, Any]]:
        """All that a station has told under a job's number, in the order in which it came."""
        query = select(_notice).where(
            _notice.c.station_id == station_id, _notice.c.request_id == number
        )
        return await self._rows(query.order_by(_notice.c.number))

    async def variables(
        self,
        station_id: StationId,
        component: str | None,
        variable: str | None,
        *,
        after: VariableKey | None = None,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Variables as a station has last told them, after one; names in any case; None: all."""
        query = select_variables(station_id, component, variable, after)
        return await self._rows(query.limit(limit))

    async def security_events(
        self, *, station_id: StationId | None, before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Security events, the newest first.

        Args:
            station_id: Only of this station.
            before: Only with smaller numbers: the last number of the page before.
            limit: How many at the most.
        """
        query = select(_security_event).order_by(_security_event.c.number.desc()).limit(limit)
        if station_id is not None:
            query = query.where(_security_event.c.station_id == station_id)
        if before is not None:
            query = query.where(_security_event.c.number < before)
        return await self._rows(query)

    async def guard_events(
        self, site_id: SiteId, wanted: GuardEventsWanted, limit: int
    ) -> list[KeptGuardEvent]:
        """What the guard of a site's limits has noted, the last first."""
        async with self._database.reading() as connection:
            found = await connection.execute(select_events(site_id, wanted, limit))
            return [read_event(row) for row in found.mappings()]

    async def alerts(self, wanted: AlertsWanted, limit: int) -> AlertsFound:
        """What needs somebody's eyes, at most so many of each sort, the newest first."""
        async with self._database.reading() as connection:
            found = await connection.execute(select_grave_events(wanted, limit))
            events = [read_event(row).event for row in found.mappings()]
        return AlertsFound(
            guard=events,
            notices=await self._rows(select_notices(wanted, limit)),
            commands=await self._rows(select_failed_commands(wanted, limit)),
            security=await self._rows(select_security_events(wanted, limit)),
        )

    async def site_days(self, site_id: SiteId, since: date) -> list[SiteDay]:
        """What was counted of a site from a day on, the oldest first."""
        async with self._database.reading() as connection:
            found = await connection.execute(select_days(site_id, since))
            return [read_day(row) for row in found.mappings()]

    async def evse_bands(
        self, site_id: SiteId, since: datetime, station_id: StationId | None = None
    ) -> list[BandChange]:
        """How EVSEs of a site came to be otherwise since an instant, and how they were before."""
        async with self._database.reading() as connection:
            found = await connection.execute(select_bands(site_id, since, station_id))
            return [read_band(row) for row in found.mappings()]

    async def site_versions(
        self, site_id: SiteId, before: int | None, limit: int
    ) -> list[SiteVersion]:
        """What a site's file has come to say, the newest first."""
        async with self._database.reading() as connection:
            found = await connection.execute(select_versions(site_id, before, limit))
            return [read_version(row) for row in found.mappings()]

    async def site_version(self, site_id: SiteId, number: int) -> SiteVersion | None:
        """One version of a site's file."""
        async with self._database.reading() as connection:
            found = await connection.execute(select_version(site_id, number))
            row = found.mappings().first()
            return None if row is None else read_version(row)

    async def agreements(
        self, party: PartyId, ref: FeederRef, limit: int, before: int | None = None
    ) -> list[Agreement]:
        """What was agreed on with a grid company about a feeder, the newest first."""
        async with self._database.reading() as connection:
            found = await connection.execute(select_agreements(party, ref, limit, before))
            return [read_agreement(dict(row)) for row in found.mappings()]

    async def proof(self, wanted: ProofWanted) -> ProofRecord:
        """How one feeder kept to its limits."""
        async with self._database.reading() as connection:
            quarters = (await connection.execute(select_quarters(wanted))).mappings().all()
            breaches = (await connection.execute(select_breaches(wanted))).mappings().all()
        return ProofRecord(
            tuple(read_proof_quarter(dict(row)) for row in quarters),
            tuple(read_event(row).event for row in breaches),
        )

    async def newest_plan(self, site_id: SiteId) -> dict[str, Any] | None:
        """The newest plan of a site, None before the first."""
        query = select(_plan).where(_plan.c.site_id == site_id)
        rows = await self._rows(query.order_by(_plan.c.number.desc()).limit(1))
        return rows[0] if rows else None

    async def feeder_load(
        self, site_id: SiteId, feeder_id: FeederId, since: datetime
    ) -> list[dict[str, Any]]:
        """What a feeder carried, minute by minute: `at`, and currents by line."""
        query = select(_feeder_reading).where(
            _feeder_reading.c.site_id == site_id,
            _feeder_reading.c.feeder_id == feeder_id,
            _feeder_reading.c.at >= since,
        )
        return await self._rows(query.order_by(_feeder_reading.c.at))

    async def prices(
        self, site_id: SiteId, kind: PriceKind, start_at: datetime, end_at: datetime
    ) -> PriceSeries:
        """Prices as they were told, between two instants."""
        query = select(_price).where(
            _price.c.site_id == site_id,
            _price.c.kind == kind.value,
            _price.c.starts_at < end_at,
            _price.c.ends_at > start_at,
        )
        return read_series(await self._rows(query.order_by(_price.c.starts_at)))

    async def meter_quarters(
        self, site_id: SiteId, start_at: datetime, end_at: datetime
    ) -> list[MeterQuarter]:
        """What a site has drawn in quarters of the hour that began between two instants."""
        query = select(_quarter).where(
            _quarter.c.site_id == site_id, _quarter.c.at >= start_at, _quarter.c.at < end_at
        )
        return [read_quarter(row) for row in await self._rows(query.order_by(_quarter.c.at))]

    async def transaction_costs(
        self,
        site_id: SiteId,
        start_at: datetime,
        end_at: datetime,
        *,
        limit: int,
        before: int | None = None,
    ) -> list[tuple[TransactionCost, dict[str, Any]]]:
        """What transactions that began between two instants cost, and where; the newest first."""
        places = (_transaction.c.station_id, _transaction.c.evse_number, _transaction.c.ended_at)
        query = (
            select(_cost, *places)
            .join(_transaction, _transaction.c.number == _cost.c.number)
            .where(
                _cost.c.site_id == site_id,
                _cost.c.started_at >= start_at,
                _cost.c.started_at < end_at,
            )
        )
        rows = await self._page(query, _cost.c.number, before, limit)
        return [(read_cost(row), row) for row in rows]

    async def is_usable(self) -> bool:
        """Whether the database answers."""
        try:
            await self._rows(select(_station.c.id).limit(1))
        except (SQLAlchemyError, OSError) as error:
            logger.warning("the database does not answer: %s", error)
            return False
        return True

    async def _page(
        self, query: Select[Any], number: ColumnElement[int], before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Rows from the newest on, or from before the last number of the page before."""
        if before is not None:
            query = query.where(number < before)
        return await self._rows(query.order_by(number.desc()).limit(limit))

    async def _rows(self, query: Select[Any]) -> list[dict[str, Any]]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings()
            return [dict(row) for row in rows]
