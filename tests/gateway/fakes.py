"""Stand-ins for what the gateway reports to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from csms.domain.authorization import Authorization, TokenStatus
from csms.domain.events import (
    Acknowledged,
    AuthorizationAsked,
    BootReply,
    DataReceived,
    DataReply,
    HeartbeatReceived,
    MetersSampled,
    StationBooted,
    StationEvent,
    StatusChanged,
    TimeReply,
    TransactionReply,
    TransactionReported,
)
from csms.domain.exchange import Exchange, Found, Wanted
from csms.domain.identity import StationId
from csms.domain.security import Cause, Proof
from csms.domain.security_event import OwnEvent
from csms.domain.station import Registration
from csms.service.ports import Admission, Refusal

ReplyT = TypeVar("ReplyT")

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
_PATIENCE_S: Final = 100.0
"""What has not happened by then has failed to happen."""


def _replies() -> dict[type[StationEvent[Any]], Any]:
    return {
        AuthorizationAsked: Authorization(status=TokenStatus.ACCEPTED),
        DataReceived: DataReply(is_vendor_known=False),
        HeartbeatReceived: TimeReply(NOON),
        MetersSampled: Acknowledged(),
        StationBooted: BootReply(registration=Registration.ACCEPTED, at=NOON, interval_s=300),
        StatusChanged: Acknowledged(),
        TransactionReported: TransactionReply(transaction="7"),
    }


@dataclass
class FakeHandler:
    """Notes every event and answers at once, unless a test tells it otherwise.

    Attributes:
        replies: The answer to each kind of event; an exception is raised.
        events: What has come, in order.
        gate: Nothing is answered while this is shut.
        most_at_once: The most events that were in hand at one time.
    """

    replies: dict[type[StationEvent[Any]], Any] = field(default_factory=_replies)
    events: list[StationEvent[Any]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    most_at_once: int = 0
    _in_hand: int = 0
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.gate.set()

    async def handle(self, event: StationEvent[ReplyT]) -> ReplyT:
        """Note the event, wait for the gate, answer."""
        self._in_hand += 1
        self.most_at_once = max(self.most_at_once, self._in_hand)
        try:
            async with self._arrived:
                self.events.append(event)
                self._arrived.notify_all()
            await self.gate.wait()
        finally:
            self._in_hand -= 1
        reply = self.replies[type(event)]
        if isinstance(reply, Exception):
            raise reply
        answer: ReplyT = reply
        return answer

    async def until(self, count: int) -> None:
        """Wait until so many events have come."""
        async with asyncio.timeout(_PATIENCE_S), self._arrived:
            await self._arrived.wait_for(lambda: len(self.events) >= count)


@dataclass
class FakeWatch:
    """Notes who comes and goes.

    Attributes:
        strangers: Stations that may not connect.
        is_full: Whether there is no room for anybody just now.
        asked: Who has been asked about.
        seen: What was reported, in order: `G-01 2.0.1`, `G-01 gone`.
        failure: Raised when a station connects.
        gate: Nobody is decided on while this is shut.
        doubt: Raised when a station is to be decided on.
        refusal: Why nobody's proof is enough; None: everybody's is.
        proofs: What was brought, in order.
        turned: Who was turned away before that: name, proof, cause.
    """

    turned: list[tuple[str, Proof, str]] = field(default_factory=list)
    strangers: set[StationId] = field(default_factory=set)
    is_full: bool = False
    asked: list[StationId] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    failure: Exception | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    doubt: Exception | None = None
    refusal: Refusal | None = None
    proofs: list[Proof] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.gate.set()

    async def admit(self, station_id: StationId, proof: Proof) -> Admission:
        """Whether a station may connect."""
        async with self._changed:
            self.proofs.append(proof)
            self.asked.append(station_id)
            self._changed.notify_all()
        await self.gate.wait()
        if self.doubt:
            raise self.doubt
        if station_id in self.strangers:
            return Admission("it is a stranger")
        if self.is_full:
            return Admission("the site is full", Refusal.NO_ROOM)
        return Admission("it proves nothing", self.refusal) if self.refusal else Admission()

    def turned_away(self, name: str, proof: Proof, cause: str) -> None:
        """Somebody was turned away."""
        self.turned.append((name, proof, cause))

    async def noticed(self, kind: OwnEvent, words: str) -> None:
        """Somebody could not agree on an encrypted connection."""
        await self._note(f"{kind}: {words}")

    async def expelled(self, station_id: StationId, cause: Cause) -> None:
        await self._note(f"{station_id} expelled: {cause}")

    async def connected(self, station_id: StationId, protocol: str) -> None:
        """A station has connected."""
        await self._note(f"{station_id} {protocol}")
        if self.failure:
            raise self.failure

    async def disconnected(self, station_id: StationId) -> None:
        """A station has gone."""
        await self._note(f"{station_id} gone")

    async def until(self, is_so: Callable[[list[str]], bool]) -> None:
        """Wait until what was reported is as a test wants it."""
        async with asyncio.timeout(_PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: is_so(self.seen))

    async def until_asked(self, count: int = 1) -> None:
        """Wait until so many decisions have been asked for."""
        async with asyncio.timeout(_PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: len(self.asked) >= count)

    async def _note(self, line: str) -> None:
        async with self._changed:
            self.seen.append(line)
            self._changed.notify_all()


@dataclass
class FakeJournal:
    """Keeps what it is told in a list."""

    noted: list[Exchange] = field(default_factory=list)

    def note(self, exchange: Exchange) -> None:
        """Keep an exchange."""
        self.noted.append(exchange)

    async def find(self, wanted: Wanted, limit: int) -> list[Found]:
        """Find nothing: nobody asks here."""
        raise NotImplementedError
