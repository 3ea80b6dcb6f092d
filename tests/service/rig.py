"""The use cases on a real database, and stand-ins for the clock and for the stations."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from sqlalchemy import text

from csms.domain.authorization import TokenRules
from csms.domain.commands import (
    Command,
    CommandStatus,
    Outcome,
    ReadSettings,
    SettingName,
    SettingsOutcome,
)
from csms.domain.events import StationEvent
from csms.domain.grid_company import GridCompany
from csms.domain.identity import EvseId, StationId
from csms.domain.metering import MeterSample
from csms.domain.site import Site
from csms.ocpp.adapter import Adapter
from csms.ocpp.frames import Call, JsonObject
from csms.ocpp.versions import load_adapters
from csms.service.adoption import Adoption
from csms.service.connector_orders import ConnectorOrders
from csms.service.grid_parties import GridParties
from csms.service.grid_profiles import GridProfiles
from csms.service.handlers.context import HandlerContext
from csms.service.handlers.desk import EventDesk
from csms.service.imposed_limits import ImposedLimits
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.operations import Operations
from csms.service.ports import OpenConnections
from csms.service.pricing import Pricing
from csms.service.requirements import OPEN, SecurityPolicy
from csms.service.site_access import SiteAccess
from csms.service.sites import Sites
from csms.service.station_security import StationSecurity
from csms.storage.database import Database, DatabaseSettings
from csms.storage.group_commit import CommitPace
from csms.storage.readings import read_samples
from csms.storage.unit_of_work import SqlUnitOfWork
from simulators.virtual_time import inline_sqlite

ReplyT = TypeVar("ReplyT")
OutcomeT = TypeVar("OutcomeT", bound=Outcome)

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
ADAPTERS: Final = {adapter.name: adapter for adapter in load_adapters()}
V201, V16 = ADAPTERS["2.0.1"], ADAPTERS["1.6"]


def after(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def settings_of(path: Path) -> DatabaseSettings:
    """A database in a file, whose commits need not survive the machine's end."""
    return DatabaseSettings(url=f"sqlite:///{path}", is_durable=False)


def open_database(path: Path) -> Database:
    """Open a database that does its work in the loop's thread, and takes no time for it."""

    async def connect() -> Any:
        return await inline_sqlite(path)

    return Database(settings_of(path), connect, CommitPace(gather_s=0.0))


@dataclass
class FakeClock:
    """Stands still until a test turns it; who sleeps turns it as well."""

    instant: datetime = NOON

    def now(self) -> datetime:
        """The present instant."""
        return self.instant

    async def sleep(self, seconds: float) -> None:
        """Turn the clock, and let others work."""
        self.turn(seconds)
        await asyncio.sleep(0)

    def turn(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.instant += timedelta(seconds=seconds)


EVERYONE: Final = TokenRules()
"""Any token may charge."""


class CommitError(Exception):
    """The disk is full."""


class UnreliableUnitOfWork(SqlUnitOfWork):
    """A unit of work that cannot be committed."""

    async def commit(self) -> None:
        raise CommitError("the disk is full")


SETTINGS: Final = {
    SettingName.MAX_STACK_LEVEL: "5",
    SettingName.MAX_PERIODS: "24",
    SettingName.RATE_UNITS: "A,W",
}


def accept(_station_id: StationId, command: Command[Any]) -> Outcome:
    """What a good station answers to everything."""
    if isinstance(command, ReadSettings):
        values = {str(name): value for name, value in SETTINGS.items()}
        return SettingsOutcome(status=CommandStatus.ACCEPTED, values=values)
    return cast(Outcome, command.unanswered(CommandStatus.ACCEPTED, ""))


@dataclass
class FakeGateway:
    """Notes every command and answers as a test says.

    Attributes:
        reply: Makes the answers.
        sent: What was sent to whom, in order.
        gates: Stations that answer only when theirs is open.
        size: Says how long commands are as messages.
    """

    reply: Callable[[StationId, Command[Any]], Outcome] = accept
    sent: list[tuple[StationId, Command[Any]]] = field(default_factory=list)
    gates: dict[StationId, asyncio.Event] = field(default_factory=dict)
    size: Callable[[Command[Any]], int | None] = lambda _: None

    async def send(self, station_id: StationId, command: Command[OutcomeT]) -> OutcomeT:
        """Note the command, wait for the gate, answer."""
        self.sent.append((station_id, command))
        await asyncio.sleep(0)
        if station_id in self.gates:
            await self.gates[station_id].wait()
        return cast(OutcomeT, self.reply(station_id, command))

    def size_of(self, _station_id: StationId, command: Command[Any]) -> int | None:
        """As long as the test says."""
        return self.size(command)

    def shut(self, station_id: StationId) -> asyncio.Event:
        """Let a station answer only once the returned gate is set."""
        return self.gates.setdefault(station_id, asyncio.Event())

    def of(self, kind: type[Command[Any]]) -> list[tuple[StationId, Any]]:
        """What was sent of one kind."""
        return [(name, command) for name, command in self.sent if isinstance(command, kind)]


class Office:
    """The event desk and all behind it, on one database.

    Attributes:
        is_disk_full: No unit of work can be committed while this is set.
    """

    def __init__(
        self,
        database: Database,
        sites: Iterable[Site],
        clock: Any,
        rules: TokenRules = EVERYONE,
        policy: SecurityPolicy = OPEN,
        connections: OpenConnections | None = None,
        *,
        companies: Iterable[GridCompany] = (),
    ) -> None:
        self.database = database
        self.clock = clock
        self.is_disk_full = False
        self.sites = Sites(sites, self.open_uow, clock)
        self.gateway = FakeGateway()
        self.security = StationSecurity(self.sites, policy, self.open_uow, clock, connections)
        self.context = HandlerContext(
            sites=self.sites,
            open_uow=self.open_uow,
            clock=clock,
            rules=rules,
            attempts=self.security.attempts,
        )
        self.desk = EventDesk(self.context)
        self.adoption = Adoption(self.sites, self.security, self.open_uow, clock)
        self.limits = ImposedLimits(self.sites, self.open_uow, clock)
        self.connectors = ConnectorOrders(self.sites, self.open_uow, clock)
        self.profiles = GridProfiles(GridParties(companies), self.sites, self.open_uow, clock)
        self.pricing = Pricing(self.sites, {}, self.open_uow, clock)
        self.operations = Operations(self.sites, self.gateway, self.security, self.open_uow, clock)
        self._ids = count(1)

    @property
    def live(self) -> LiveSite:
        """The first site."""
        return next(iter(self.sites))

    @property
    def access(self) -> SiteAccess:
        """The first site, and how to reach its stations."""
        return SiteAccess(
            live=self.live, gateway=self.gateway, open_uow=self.open_uow, clock=self.clock
        )

    def open_uow(self) -> SqlUnitOfWork:
        """Open a unit of work."""
        kind = UnreliableUnitOfWork if self.is_disk_full else SqlUnitOfWork
        return kind(self.database)

    def evse(self, name: str) -> LiveEvse:
        """An EVSE by `station/number`."""
        station_id, _, number = name.rpartition("/")
        return self.live.evses[EvseId(station_id, int(number))]

    async def hear(
        self, adapter: Adapter, action: str, payload: JsonObject, station_id: StationId = "G-01"
    ) -> JsonObject:
        """Take a call from a station, as the gateway does; return the answer's payload."""
        call = Call(message_id=str(next(self._ids)), action=action, payload=payload)
        incoming = adapter.decode_call(station_id, call)
        return incoming.encode_reply(await self.desk.handle(incoming.event))

    async def handle(self, event: StationEvent[ReplyT]) -> ReplyT:
        """Take an event."""
        return await self.desk.handle(event)

    async def rows(self, statement: str, **values: object) -> list[dict[str, Any]]:
        """Look into the tables."""
        async with self.database.reading() as connection:
            found = await connection.execute(text(statement), values)
            return [dict(row) for row in found.mappings()]

    async def samples(self) -> list[MeterSample]:
        """All meter samples that are kept, the oldest first."""
        rows = await self.rows("SELECT at, samples FROM meter_reading ORDER BY at")
        instants = [datetime.fromisoformat(row["at"]).replace(tzinfo=UTC) for row in rows]
        return [
            sample
            for at, row in zip(instants, rows, strict=True)
            for sample in read_samples(at, row["samples"])
        ]


@asynccontextmanager
async def open_office(
    path: Path,
    *sites: Site,
    clock: Any = None,
    rules: TokenRules = EVERYONE,
    policy: SecurityPolicy = OPEN,
    connections: OpenConnections | None = None,
    companies: Iterable[GridCompany] = (),
) -> AsyncIterator[Office]:
    """Open an office, loaded from its database, and close it afterwards."""
    database = open_database(path)
    try:
        clock = clock or FakeClock()
        office = Office(database, sites, clock, rules, policy, connections, companies=companies)
        await office.sites.load()
        await office.security.load()
        await office.adoption.load()
        await office.profiles.load()
        yield office
    finally:
        await database.close()


def with_control(site: Site, **policy: Any) -> Site:
    """A site that is controlled in another rhythm."""
    return replace(site, control=replace(site.control, **policy))
