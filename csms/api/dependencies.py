"""What the routes are given, by way of the application's state."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request

from csms.domain.alert import AlertsFound, AlertsWanted
from csms.domain.cost import MeterQuarter, TransactionCost
from csms.domain.device_model import VariableKey
from csms.domain.evse_state import BandChange
from csms.domain.export_wanted import FileFormat, Wanted
from csms.domain.flexibility import Agreement
from csms.domain.grid_company import FeederRef, PartyId
from csms.domain.grid_proof import ProofRecord, ProofWanted
from csms.domain.guard_event import GuardEventsWanted, KeptGuardEvent
from csms.domain.identity import FeederId, SiteId, StationId
from csms.domain.prices import PriceKind, PriceSeries
from csms.domain.site_day import SiteDay
from csms.domain.site_version import SiteVersion
from csms.domain.transaction_search import TransactionsWanted, TransactionTotals
from csms.service.access_side import AccessSide
from csms.service.adoption import Adoption
from csms.service.answers import Answers
from csms.service.caller import current_caller
from csms.service.certificate_renewal import CertificateRenewal
from csms.service.command_desk import CommandDesk
from csms.service.connector_acts import ConnectorActs
from csms.service.connector_courses import ConnectorCourses
from csms.service.connector_orders import ConnectorOrders
from csms.service.control_room import ControlRoom
from csms.service.demand_board import DemandBoard
from csms.service.forecasts import Forecasts
from csms.service.grid_desk import GridDesk
from csms.service.imposed_limits import ImposedLimits
from csms.service.offer_desk import OfferDesk
from csms.service.operations import Operations
from csms.service.own_charging import OwnCharging
from csms.service.password_rotation import PasswordRotation
from csms.service.ports import MessageJournal
from csms.service.pricing import Pricing
from csms.service.site_editing import SiteEditor
from csms.service.station_certificates import StationCertificates
from csms.service.station_security import StationSecurity
from csms.service.timetables import Timetables
from csms.service.tokens import Tokens
from csms.service.what_if import WhatIfDesk


class ExportDesk(Protocol):
    """Writes files."""

    async def write(self, wanted: Wanted, form: FileFormat) -> Path:
        """Write a file into a folder of its own, which belongs to the caller."""
        ...


class ReadSide(Protocol):
    """Looks things up in what is stored."""

    async def stations(
        self,
        *,
        site_id: SiteId | None = None,
        after: StationId | None = None,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Stations, in order of their ids."""
        ...

    async def station(self, station_id: StationId) -> dict[str, Any] | None:
        """One station."""
        ...

    async def transactions(self, wanted: TransactionsWanted, limit: int) -> list[dict[str, Any]]:
        """Transactions, the newest first, each with its site."""
        ...

    async def transaction(self, number: int) -> dict[str, Any] | None:
        """One transaction with its site."""
        ...

    async def transaction_totals(self, wanted: TransactionsWanted) -> TransactionTotals:
        """What transactions come to, those of all pages."""
        ...

    async def sent_limits(
        self, station_id: StationId, limit: int, before: int | None = None
    ) -> list[dict[str, Any]]:
        """The newest limits that a station was sent, or those before a number."""
        ...

    async def tokens(
        self, *, begins: str | None = None, after: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """The operator's list of tokens, in order of their keys."""
        ...

    async def token(self, key: str) -> dict[str, Any] | None:
        """A token of the list."""

    async def jobs(
        self, station_id: StationId, before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Jobs of a station, the newest first."""
        ...

    async def job(self, number: int) -> dict[str, Any] | None:
        """One job."""
        ...

    async def notices(
        self, station_id: StationId, *, kind: str | None, before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """What a station has told beside charging, the newest first."""
        ...

    async def told_of_job(self, station_id: StationId, number: int) -> list[dict[str, Any]]:
        """All that a station has told under a job's number, in the order in which it came."""
        ...

    async def variables(
        self,
        station_id: StationId,
        component: str | None,
        variable: str | None,
        *,
        after: VariableKey | None = None,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Variables as a station has last told them, in order of their keys."""

    async def security_events(
        self, *, station_id: StationId | None, before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Security events, the newest first."""
        ...

    async def guard_events(
        self, site_id: SiteId, wanted: GuardEventsWanted, limit: int
    ) -> list[KeptGuardEvent]:
        """What the guard of a site's limits has noted, the last first."""
        ...

    async def alerts(self, wanted: AlertsWanted, limit: int) -> AlertsFound:
        """What needs somebody's eyes, at most so many of each sort, the newest first."""
        ...

    async def site_days(self, site_id: SiteId, since: date) -> list[SiteDay]:
        """What was counted of a site from a day on, the oldest first."""

    async def evse_bands(
        self, site_id: SiteId, since: datetime, station_id: StationId | None = None
    ) -> list[BandChange]:
        """How EVSEs of a site came to be otherwise since an instant, and how they were before."""
        ...

    async def site_versions(
        self, site_id: SiteId, before: int | None, limit: int
    ) -> list[SiteVersion]:
        """What a site's file has come to say, the newest first."""
        ...

    async def site_version(self, site_id: SiteId, number: int) -> SiteVersion | None:
        """One version of a site's file."""
        ...

    async def agreements(
        self, party: PartyId, ref: FeederRef, limit: int, before: int | None = None
    ) -> list[Agreement]:
        """What was agreed on with a grid company about a feeder, the newest first."""
        ...

    async def proof(self, wanted: ProofWanted) -> ProofRecord:
        """How one feeder kept to its limits."""
        ...

    async def newest_plan(self, site_id: SiteId) -> dict[str, Any] | None:
        """The newest plan of a site."""
        ...

    async def feeder_load(
        self, site_id: SiteId, feeder_id: FeederId, since: datetime
    ) -> list[dict[str, Any]]:
        """What a feeder carried, minute by minute."""
        ...

    async def prices(
        self, site_id: SiteId, kind: PriceKind, start_at: datetime, end_at: datetime
    ) -> PriceSeries:
        """Prices as they were told, between two instants."""
        ...

    async def meter_quarters(
        self, site_id: SiteId, start_at: datetime, end_at: datetime
    ) -> list[MeterQuarter]:
        """What a site has drawn in quarters of the hour that began between two instants."""
        ...

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
        ...

    async def is_usable(self) -> bool:
        """Whether the database answers."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiContext:
    """What the routes are given.

    Attributes:
        reload_certificates: Has certificates and revocation lists read again.
        journal: None: messages are not kept.
    """

    room: ControlRoom
    operations: Operations
    limits: ImposedLimits
    connectors: ConnectorOrders
    courses: ConnectorCourses
    acts: ConnectorActs
    grid: GridDesk
    flexibility: OfferDesk
    timetables: Timetables
    pricing: Pricing
    what_if: WhatIfDesk
    site_editor: SiteEditor
    forecasts: Forecasts
    demand: DemandBoard
    desk: CommandDesk
    answers: Answers
    tokens: Tokens
    security: StationSecurity
    rotation: PasswordRotation
    certificates: StationCertificates
    adoption: Adoption
    renewal: CertificateRenewal
    reload_certificates: Callable[[], Awaitable[None]]
    access: AccessSide
    own: OwnCharging
    reads: ReadSide
    exports: ExportDesk
    journal: MessageJournal | None = None


async def _context(request: Request) -> ApiContext:
    context: ApiContext = request.app.state.context
    return context


Context = Annotated[ApiContext, Depends(_context)]


async def _who() -> str:
    return current_caller().name


Who = Annotated[str, Depends(_who)]
