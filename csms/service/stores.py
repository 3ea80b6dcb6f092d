"""Ports for keeping what is known: sites, stations, tokens, transactions, limits, credentials."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from csms.domain.attempt import Attempt
from csms.domain.authorization import IdToken, TokenRecord
from csms.domain.certificate import CertificateKey, StationCertificate
from csms.domain.dialect import Dialect, StationMake
from csms.domain.events import StatusChanged, TransactionReported
from csms.domain.evse_state import BandChange
from csms.domain.guard_event import GuardEvent
from csms.domain.identity import EvseId, FeederId, SiteId, StationId
from csms.domain.known_station import KnownStation
from csms.domain.limits import Standing, TimedLimit, Verdict
from csms.domain.metering import MeterSample
from csms.domain.report_numbers import MissingReports
from csms.domain.security import Credentials
from csms.domain.security_event import SecurityEvent
from csms.domain.site import PhaseAmps, Site
from csms.domain.site_day import CountMark, SiteDay
from csms.domain.site_version import NewSiteVersion, SiteVersion
from csms.domain.standing import HeldFallback
from csms.domain.station import Registration, StationModel
from csms.domain.transaction import StatedNeed, Transaction


class EvseBandStore(Protocol):
    """Keeps how EVSEs were."""

    async def add(self, site_id: SiteId, changes: Iterable[BandChange]) -> None:
        """Keep changes, in the order in which they came."""
        ...

    async def newest(self, site_id: SiteId) -> list[tuple[BandChange, datetime | None]]:
        """The last change of every EVSE, and when its station was last heard of."""
        ...

    async def drop(self, before: datetime) -> None:
        """Forget changes that are older, but for the last one of each EVSE."""
        ...


class SiteVersionStore(Protocol):
    """Keeps versions of site files."""

    async def add(self, version: NewSiteVersion) -> int:
        """Keep a version; return its number."""
        ...

    async def newest(self, site_id: SiteId) -> SiteVersion | None:
        """The last version of a site's file, None: it was never changed here."""
        ...


class SiteStore(Protocol):
    """Keeps sites as their files describe them."""

    async def put(self, site: Site) -> None:
        """Keep a site, its feeders and its stations."""
        ...


class StationStore(Protocol):
    """Keeps stations and what is on them."""

    async def adopt(
        self, station_id: StationId, site_id: SiteId, *, is_expected: bool = False
    ) -> None:
        """Keep a guest; an operator may expect it."""
        ...

    async def put_registration(
        self, station_id: StationId, registration: Registration | None
    ) -> None:
        """Keep what an operator wants a station's boots to be answered; None: its site says."""
        ...

    async def guests_of(self, site_id: SiteId) -> list[StationId]:
        """Guests of a site."""
        ...

    async def drop_guest(self, station_id: StationId) -> None:
        """Forget a guest; what it has charged is kept."""
        ...

    async def known_at(self, site_id: SiteId) -> dict[StationId, KnownStation]:
        """All stations of a site."""
        ...

    async def note_connected(self, station_id: StationId, protocol: str, at: datetime) -> None:
        """Keep that a station has connected."""
        ...

    async def note_boot(self, station_id: StationId, model: StationModel, at: datetime) -> None:
        """Keep how a station introduced itself."""
        ...

    async def note_seen(self, station_id: StationId, at: datetime) -> None:
        """Keep that a station has called."""
        ...

    async def note_status(self, event: StatusChanged, at: datetime) -> None:
        """Keep a connector's status."""
        ...

    async def note_standing(
        self,
        evse: EvseId,
        standing: Standing,
        fallback_a: float,
        at: datetime,
        held: HeldFallback | None = None,
    ) -> None:
        """Keep whether an EVSE holds its standing fallback, and in which form."""
        ...


class DialectStore(Protocol):
    """Keeps how makes of stations take charging profiles."""

    async def put(self, make: StationMake, dialect: Dialect, at: datetime) -> None:
        """Keep what is known of a make, in place of what was."""
        ...

    async def drop(self, make: StationMake) -> None:
        """Forget what is known of a make."""
        ...

    async def all(self) -> dict[StationMake, Dialect]:
        """What is known of all makes."""
        ...


class TokenStore(Protocol):
    """Keeps id tokens."""

    async def find(self, token: IdToken) -> TokenRecord | None:
        """What the operator has said of a token; None if it was never listed."""
        ...

    async def note_seen(self, token: IdToken, at: datetime) -> None:
        """Keep that a token was shown."""
        ...

    async def put(self, *records: TokenRecord) -> None:
        """List tokens, or change what is said of them."""
        ...

    async def take_off(self, token: IdToken) -> bool:
        """Take a token off the list; return False if it was not on it."""
        ...


class TransactionStore(Protocol):
    """Keeps transactions, their reports and their meter values."""

    async def is_news(
        self, event: TransactionReported, transaction: Transaction, received_at: datetime
    ) -> bool:
        """Keep a report on a transaction; return False if it was kept before."""
        ...

    async def begin(self, event: TransactionReported) -> tuple[Transaction, bool]:
        """Open the transaction that a report tells of, or find it; say whether it is new."""
        ...

    async def find(self, station_id: StationId, transaction: str) -> Transaction | None:
        """Find a transaction by the station's id of it."""
        ...

    async def open_at(self, evse: EvseId) -> list[Transaction]:
        """Transactions that have not ended at an EVSE, the newest last."""
        ...

    async def running_of(self, token: IdToken) -> list[Transaction]:
        """Transactions of a token that have not ended, the newest last."""
        ...

    async def running_at(self, site_id: SiteId) -> list[Transaction]:
        """Transactions that have not ended at any station of a site, the newest last."""
        ...

    async def pasts_at(self, site_id: SiteId) -> dict[IdToken, list[Transaction]]:
        """Of every token that is charging at a site, the newest transactions that have ended."""
        ...

    async def correct_start(self, number: int, event: TransactionReported) -> None:
        """A start came after later reports: what it says is true."""
        ...

    async def progress(self, transaction: Transaction) -> None:
        """Keep what may change while a transaction runs."""
        ...

    async def end(
        self,
        transaction: Transaction,
        *,
        meter_stop_wh: float | None = None,
        end_no: int | None = None,
        look_at: datetime | None = None,
    ) -> None:
        """Keep a transaction's end, by its station or by a rule."""
        ...

    async def revise(self, transaction: Transaction, heard_at: datetime) -> None:
        """Keep what came late of a transaction that a rule has closed; it may run after all."""
        ...

    async def find_number(self, number: int) -> Transaction | None:
        """Find a transaction by our number."""
        ...

    async def note_heard(self, number: int, at: datetime) -> None:
        """Keep when a running transaction was last heard of."""
        ...

    async def silent_since(self, before: datetime) -> list[Transaction]:
        """Transactions that run, and of which nothing was heard since an instant."""
        ...

    async def reports_due(self, now: datetime) -> list[MissingReports]:
        """Ended transactions that it is time to look at, with the reports that are missing."""
        ...

    async def state_need(self, number: int, need: StatedNeed) -> None:
        """Keep what a driver says that the vehicle needs."""
        ...

    async def history_of(self, token: IdToken) -> list[Transaction]:
        """The newest transactions of a token that have ended."""
        ...

    async def uncounted(self, site_id: SiteId, mark: CountMark) -> list[Transaction]:
        """Transactions of a site that may have gone on since a count, in order of numbers."""
        ...

    async def going_since(self, site_id: SiteId, since: datetime) -> list[Transaction]:
        """Transactions of a site that run, or have started since an instant, by number."""
        ...

    async def newest_number(self, site_id: SiteId) -> int:
        """The highest number of a site's transactions; 0: there is none."""
        ...

    async def add_samples(
        self,
        station_id: StationId,
        evse_number: int,
        transaction_number: int | None,
        samples: Sequence[MeterSample],
    ) -> None:
        """Keep meter samples, each once."""
        ...


class ControlStore(Protocol):
    """Keeps plans, sent limits and feeder readings."""

    async def add_plan(self, site_id: SiteId, made_at: datetime, facts: dict[str, Any]) -> int:
        """Keep a plan; return its number."""
        ...

    async def drop_plans(self, before: datetime) -> None:
        """Forget plans that are older."""
        ...

    async def add_sent_limits(
        self, limits: Sequence[tuple[EvseId, TimedLimit, Mapping[str, Any]]], sent_at: datetime
    ) -> dict[EvseId, int]:
        """Keep limits before they are sent, each to another EVSE; return their numbers."""
        ...

    async def add_sent_fallback(
        self, evse: EvseId, fallback_a: float, sent_at: datetime, facts: dict[str, Any]
    ) -> None:
        """Keep a standing fallback that was sent, and what came of it."""
        ...

    async def settle_limit(
        self, number: int, verdict: Verdict, detail: str, settled_at: datetime
    ) -> None:
        """Keep what came of a limit."""
        ...

    async def limits_alive_at(
        self, site_id: SiteId, now: datetime
    ) -> dict[EvseId, list[tuple[TimedLimit, Verdict, str]]]:
        """Limits that have not lapsed, by EVSE, as they were sent: with verdict, transaction."""
        ...

    async def add_feeder_reading(
        self, site_id: SiteId, feeder_id: FeederId, at: datetime, currents: dict[str, PhaseAmps]
    ) -> None:
        """Keep a feeder's currents."""
        ...


class SecurityStore(Protocol):
    """Keeps stations' credentials, and security events."""

    async def credentials_since(self, since: datetime | None) -> list[Credentials]:
        """All credentials that have changed since an instant; None: all."""
        ...

    async def credentials_of(self, station_id: StationId) -> Credentials | None:
        """A station's credentials, None if nothing is kept of them."""
        ...

    async def put_credentials(self, credentials: Credentials) -> None:
        """Keep a station's credentials in place of those that were kept."""
        ...

    async def certificates_of(
        self, station_id: StationId, after: CertificateKey | None = None, limit: int | None = None
    ) -> list[StationCertificate]:
        """A station's certificates, the newest first."""
        ...

    async def certificates_in_use(self) -> list[StationCertificate]:
        """Certificates that stations have taken and not replaced, or may have taken."""
        ...

    async def put_certificate(self, certificate: StationCertificate, at: datetime) -> None:
        """Keep a certificate as it is now."""
        ...

    async def note_security_event(self, event: SecurityEvent) -> None:
        """Keep a security event, once however often it is told."""
        ...

    async def drop_security_events(self, before: datetime) -> None:
        """Forget events that are older."""
        ...


class AttemptStore(Protocol):
    """Keeps who has tried to connect and was not let in."""

    async def all(self) -> list[Attempt]:
        """All attempts, the one that was made longest ago first."""
        ...

    async def put(self, attempts: Iterable[Attempt]) -> None:
        """Keep attempts as they are now."""
        ...

    async def drop(self, station_ids: Iterable[StationId]) -> None:
        """Forget attempts."""
        ...


class GuardEventStore(Protocol):
    """Keeps what the guard of sites' limits has done or seen."""

    async def add(self, site_id: SiteId, events: Iterable[GuardEvent]) -> None:
        """Keep events, each once however often it is added."""
        ...

    async def newest(self, site_id: SiteId, limit: int) -> list[GuardEvent]:
        """The last events of a site, the newest first."""
        ...

    async def drop(self, before: datetime) -> None:
        """Forget events that are older."""
        ...


class SiteDayStore(Protocol):
    """Keeps what is counted of sites, day by day."""

    async def put(
        self, site_id: SiteId, days: Sequence[SiteDay], mark: CountMark, at: datetime
    ) -> None:
        """Keep days in place of what was kept of them, as they are when this is called."""
        ...

    async def since(self, site_id: SiteId, first: date) -> list[SiteDay]:
        """What was counted of a site from a day on, the oldest first."""
        ...

    async def mark(self, site_id: SiteId) -> CountMark | None:
        """Up to where a site's transactions were counted; None: nothing was ever kept."""
        ...
