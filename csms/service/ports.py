"""What the use cases need of the world outside; adapters at the rim provide it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from csms.domain.certificate import CertificateKind, Refused, Signed, StationCertificate
from csms.domain.certificates import CertificateVerdict
from csms.domain.commands import Command, Outcome
from csms.domain.events import ContractShown, StationEvent
from csms.domain.exchange import Exchange, Found, Wanted
from csms.domain.identity import SiteId, StationId
from csms.domain.notices import (
    Agreement,
    CertificateStatusAsked,
    CertificateStatusReply,
    SigningAsked,
    VehicleCertificateAsked,
    VehicleCertificateReply,
)
from csms.domain.prices import PriceSeries
from csms.domain.security import Cause, ClientCertificate, Entry, Proof
from csms.domain.security_event import OwnEvent
from csms.domain.site import Site
from csms.domain.weather import Told
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem

ReplyT = TypeVar("ReplyT")
OutcomeT = TypeVar("OutcomeT", bound=Outcome)


class EventHandler(Protocol):
    """Takes what stations report."""

    async def handle(self, event: StationEvent[ReplyT]) -> ReplyT:
        """Keep what the event tells, and say what to answer. Returns after the commit."""
        ...


class Refusal(StrEnum):
    """What kind of reason there is not to let a station in."""

    NOT_KNOWN = "not_known"
    NO_ROOM = "no_room"
    """That may be over before long."""
    NOT_PROVEN = "not_proven"
    """It has to say its password, and the right one."""
    TOO_LOW = "too_low"
    """It has to come with a higher security profile, or another certificate."""
    TOO_MANY_TRIES = "too_many_tries"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a station may connect.

    Attributes:
        cause: Why it may not; empty: it may.
        refusal: What kind of reason that is.
        entry: By what it is let in.
    """

    cause: str = ""
    refusal: Refusal = Refusal.NOT_KNOWN
    entry: Entry = field(default_factory=Entry)

    @property
    def is_granted(self) -> bool:
        """Whether it may connect."""
        return not self.cause


class StationWatch(Protocol):
    """Decides who may connect, and learns who does."""

    async def admit(self, station_id: StationId, proof: Proof) -> Admission:
        """Decide whether a station may connect."""
        ...

    def turned_away(self, name: str, proof: Proof, cause: str) -> None:
        """Somebody was turned away before anything could be decided. Takes no time.

        Args:
            name: Who it says to be, or the path that it asked for.
            proof: What it brought.
            cause: Why, in words.
        """
        ...

    async def noticed(self, kind: OwnEvent, words: str) -> None:
        """Something at the port for encrypted connections touches security, and no station."""
        ...

    async def expelled(self, station_id: StationId, cause: Cause) -> None:
        """A station's connection is being closed, as it would not be let in by it any more."""
        ...

    async def connected(self, station_id: StationId, protocol: str) -> None:
        """A station has connected, speaking that version."""
        ...

    async def disconnected(self, station_id: StationId) -> None:
        """A station's connection has ended and no newer one has taken its place."""
        ...


class OpenConnections(Protocol):
    """The connections that are open."""

    def expel(self, judge: Callable[[StationId, Entry], Cause | None]) -> dict[StationId, Cause]:
        """Close those that are not to stay; tell which, and why.

        Args:
            judge: Says why a station would not be let in any more by what it was let in by; None:
                it would be.
        """
        ...

    def shown(self) -> dict[StationId, ClientCertificate]:
        """The certificates that they were made by."""
        ...


class StationGateway(Protocol):
    """Delivers commands to stations."""

    async def send(self, station_id: StationId, command: Command[OutcomeT]) -> OutcomeT:
        """Send a command and wait for what comes of it; never raises for the station's sake."""
        ...

    def size_of(self, station_id: StationId, command: Command[Any]) -> int | None:
        """How many bytes a command is as a message to a station; None: it cannot be sent."""
        ...


class CertificateDesk(Protocol):
    """Has certificates of stations signed."""

    async def sign(self, asked: SigningAsked) -> Agreement:
        """Take a request for a certificate (PKCS #10, PEM), or say why not.

        The certificate itself is sent later (OCPP 2.0.1 A02, A03).
        """
        ...


class VehiclePki(Protocol):
    """Reaches those who issue certificates to vehicles, and vouch for them (OCPP 2.0.1 C07, M).

    Others are asked, so it may take seconds; who waits for an answer has no task.
    """

    async def judge(self, shown: ContractShown) -> CertificateVerdict:
        """Decide on the certificate of a contract, and on those that it hangs on (C07.FR.05)."""
        ...

    async def contract(self, asked: VehicleCertificateAsked) -> VehicleCertificateReply:
        """Have a contract certificate issued or renewed, or say why not (M01, M02)."""
        ...

    async def status(self, asked: CertificateStatusAsked) -> CertificateStatusReply:
        """Ask a certificate's issuer whether it is still good, or say why not (M06)."""
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


class PriceFetcher(Protocol):
    """Brings prices of one kind from outside."""

    async def fetch(self, day: date) -> PriceSeries | None:
        """The prices of a day, and what is told beside them; None: nothing has changed.

        No prices: they are not there, or not yet.

        Raises:
            PriceSourceError: There was no answer in time, or none that can be used.
        """
        ...


class WeatherFetcher(Protocol):
    """Brings outdoor temperatures from outside."""

    async def fetch(self, day: date) -> tuple[Told, ...] | None:
        """The temperatures of a day, and what is told beside them; None: nothing has changed.

        None at all: they are not there, or not yet.

        Raises:
            WeatherSourceError: What is there cannot be used.
        """
        ...


class SiteFiles(Protocol):
    """The files of sites. All of it takes its time: not for the event loop."""

    def path_of(self, site_id: SiteId) -> Path:
        """Where a site's file is."""
        ...

    def read(self, site_id: SiteId) -> str:
        """What a site's file says.

        Raises:
            SiteFileError: It cannot be read.
        """
        ...

    def check(self, site_id: SiteId, text: str) -> Site:
        """Read a site from what its file would say, beside all other settings.

        Raises:
            SettingsError: Naming line, key and what was expected there.
        """
        ...

    def write(self, site_id: SiteId, text: str) -> None:
        """Let a site's file say something else, whole or not at all.

        Raises:
            SiteFileError: It cannot be written.
        """
        ...


class MessageJournal(Protocol):
    """Keeps every message for a while."""

    def note(self, exchange: Exchange) -> None:
        """Keep a call and its answer. Takes no time."""
        ...

    async def find(self, wanted: Wanted, limit: int) -> list[Found]:
        """Find messages, the newest first.

        Raises:
            InvalidInputError: The cursor is none.
        """


class CertificateAuthority(Protocol):
    """Signs stations' certificates; may be another company's server."""

    async def sign(
        self,
        station_id: StationId,
        request: str,
        kind: CertificateKind,
        names: frozenset[str] = frozenset(),
    ) -> Signed | Refused:
        """Sign what a station asks for in PEM, or say why not.

        Args:
            station_id: Who asks.
            request: PEM.
            kind: What the certificate is for.
            names: Common names that one for vehicles may bear instead of the station's identity.
        """
        ...

    async def revoke(self, certificates: Sequence[StationCertificate]) -> None:
        """Revoke certificates that it has signed. Returns once everybody can learn of it."""
        ...
