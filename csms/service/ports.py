"""What the use cases need of the world outside; adapters at the rim provide it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar

from csms.domain.authorization import IdToken, TokenRecord
from csms.domain.commands import Command, Outcome
from csms.domain.events import StationEvent, StatusChanged, TransactionReported
from csms.domain.identity import EvseId, FeederId, SiteId, StationId
from csms.domain.limits import Standing, TimedLimit, Verdict
from csms.domain.metering import MeterSample
from csms.domain.site import PhaseAmps, Site
from csms.domain.station import KnownStation, StationModel
from csms.domain.transaction import StatedNeed, Transaction
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem

ReplyT = TypeVar("ReplyT")
OutcomeT = TypeVar("OutcomeT", bound=Outcome)


class EventHandler(Protocol):
    """Takes what stations report."""

    async def handle(self, event: StationEvent[ReplyT]) -> ReplyT:
        """Keep what the event tells, and say what to answer. Returns after the commit."""
        ...


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a station may connect.

    Attributes:
        cause: Why it may not; empty: it may.
        may_pass: Whether that may be over before long.
    """

    cause: str = ""
    may_pass: bool = False

    @property
    def is_granted(self) -> bool:
        """Whether it may connect."""
        return not self.cause


class StationWatch(Protocol):
    """Decides who may connect, and learns who does."""

    async def admit(self, station_id: StationId) -> Admission:
        """Decide whether a station may connect."""
        ...

    async def connected(self, station_id: StationId, protocol: str) -> None:
        """A station has connected, speaking that version."""
        ...

    async def disconnected(self, station_id: StationId) -> None:
        """A station's connection has ended and no newer one has taken its place."""
        ...


class StationGateway(Protocol):
    """Delivers commands to stations."""

    async def send(self, station_id: StationId, command: Command[OutcomeT]) -> OutcomeT:
        """Send a command and wait for what comes of it; never raises for the station's sake."""
        ...


@dataclass(frozen=True, slots=True)
class TimedPlan:
    """A plan, and how long it took."""

    plan: ChargingPlan
    solve_s: float


class Planner(Protocol):
    """Makes plans, off the event loop."""

    async def plan(self, problem: ChargingProblem, last: ChargingPlan | None = None) -> TimedPlan:
        """Make a verified plan. Always answers, with a heuristic plan if need be.

        Args:
            problem: What to plan.
            last: The site's last plan that was no heuristic's, from which a large site is planned
                faster.
        """
        ...


class SiteStore(Protocol):
    """Keeps sites as their files describe them."""

    async def put(self, site: Site) -> None:
        """Keep a site, its feeders and its stations."""
        ...


class StationStore(Protocol):
    """Keeps stations and what is on them."""

    async def adopt(self, station_id: StationId, site_id: SiteId) -> None:
        """Keep a guest."""
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
        self, evse: EvseId, standing: Standing, fallback_a: float, at: datetime
    ) -> None:
        """Keep whether an EVSE holds its standing fallback."""
        ...


class TokenStore(Protocol):
    """Keeps id tokens."""

    async def find(self, token: IdToken) -> TokenRecord | None:
        """What the operator has said of a token; None if it was never listed."""
        ...

    async def note_seen(self, token: IdToken, at: datetime) -> None:
        """Keep that a token was shown."""
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
        self, transaction: Transaction, *, meter_stop_wh: float | None, closed_by: str
    ) -> None:
        """Keep a transaction's end."""
        ...

    async def state_need(self, number: int, need: StatedNeed) -> None:
        """Keep what a driver says that the vehicle needs."""
        ...

    async def history_of(self, token: IdToken) -> list[Transaction]:
        """The newest transactions of a token that have ended."""
        ...

    async def energy_since(self, site_id: SiteId, since: datetime) -> float:
        """Energy of a site's transactions that have started since an instant."""
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
    ) -> dict[tuple[EvseId, str], list[tuple[TimedLimit, Verdict]]]:
        """Limits that have not lapsed, by EVSE and transaction, as they were sent one by one."""
        ...

    async def add_feeder_reading(
        self, site_id: SiteId, feeder_id: FeederId, at: datetime, currents: dict[str, PhaseAmps]
    ) -> None:
        """Keep a feeder's currents."""
        ...


class UnitOfWork(AbstractAsyncContextManager["UnitOfWork"], Protocol):
    """All that one message changes, kept whole or not at all."""

    @property
    def sites(self) -> SiteStore:
        """Sites."""
        ...

    @property
    def stations(self) -> StationStore:
        """Stations."""
        ...

    @property
    def tokens(self) -> TokenStore:
        """Id tokens."""
        ...

    @property
    def transactions(self) -> TransactionStore:
        """Transactions."""
        ...

    @property
    def control(self) -> ControlStore:
        """Plans and limits."""
        ...

    async def commit(self) -> None:
        """Keep everything. What is not committed is forgotten."""
        ...


OpenUnitOfWork: TypeAlias = Callable[[], UnitOfWork]
"""Opens a new unit of work."""
