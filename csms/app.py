"""The composition root: the one place that builds everything and names concrete classes."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from fastapi import FastAPI

from csms.api.dependencies import ApiContext
from csms.api.process_metrics import Tallies
from csms.api.server import bind, serve_http, tls_context
from csms.app_settings import AppSettings, World
from csms.app_web import create_web
from csms.clock import Clock
from csms.domain.access import AccessMode
from csms.domain.certificate import RENEWED_BEFORE
from csms.domain.identity import StationId
from csms.forecasting.part import ForecastPart
from csms.gateway.registry import ConnectionRegistry
from csms.gateway.server import Gateway
from csms.history.exports import Exports
from csms.history.keeper import HistoryKeeper
from csms.history.recent import RecentReadings
from csms.journal.journal import Journal
from csms.mqtt.bridge import MqttBridge
from csms.mqtt.use_cases import UseCases
from csms.ocpp.versions import load_adapters
from csms.pki.vehicle_pki import OnlineVehiclePki
from csms.prices.building import price_fetchers
from csms.service.access_side import AccessSide
from csms.service.accounts import Known
from csms.service.adoption import Adoption
from csms.service.answers import Answers
from csms.service.band_keeping import BandKeeper
from csms.service.certificate_renewal import CertificateRenewal
from csms.service.certificate_signing import CertificateSigning
from csms.service.certificates import NoVehiclePki
from csms.service.charging_control import SiteController
from csms.service.command_desk import CommandDesk
from csms.service.connector_acts import ConnectorActs
from csms.service.connector_courses import ConnectorCourses
from csms.service.connector_orders import ConnectorOrders
from csms.service.control_room import ControlRoom
from csms.service.drawn_power import DrawnPowers
from csms.service.grid_side import GridSide
from csms.service.guard_keeper import GuardKeeper
from csms.service.handlers.context import HandlerContext
from csms.service.handlers.desk import EventDesk
from csms.service.imposed_limits import ImposedLimits
from csms.service.offer_desk import OfferDesk
from csms.service.operations import Operations
from csms.service.outbox import Outbox
from csms.service.own_charging import OwnCharging
from csms.service.password_rotation import PasswordRotation
from csms.service.planner import ProcessPlanner
from csms.service.presence import Presence
from csms.service.pricing import Pricing
from csms.service.site_editing import SiteEditor
from csms.service.sites import Sites
from csms.service.station_certificates import StationCertificates
from csms.service.station_security import StationSecurity
from csms.service.tally_keeping import TallyKeeper
from csms.service.timetables import Timetables
from csms.service.tokens import Tokens
from csms.service.transaction_watch import TransactionWatch
from csms.service.unit_of_work import OpenUnitOfWork
from csms.service.weather_watch import WeatherWatch
from csms.service.what_if import WhatIfDesk
from csms.settings.site_files import SiteFileFolder
from csms.storage.access import AccessReads
from csms.storage.audit import AuditReads
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from csms.tally import LoopLag
from csms.weather.building import weather_fetchers

logger = logging.getLogger(__name__)

_WARM_UP_S: Final = 60.0


class App:
    """The whole system, built and ready to run.

    Args:
        settings: All that can be set.
        world: What is put in place of the real world.

    Attributes:
        access: Who is let in over HTTP.
        wizard: What lets somebody add the first user, once it runs; None: there are users.
        security: How stations prove who they are.
        certificates: Has stations' certificates signed.

    Raises:
        CertificateFileError: The certificate authority, or a certificate, cannot be used.
    """

    def __init__(self, settings: AppSettings, world: World | None = None) -> None:
        world = world or World()
        self.settings = settings
        self.wizard: str | None = None
        self._encrypts = tls_context(settings.http.tls)
        self._database = Database(settings.database, world.connector)
        self._own_planner = None if world.planner else ProcessPlanner(settings.solver_time_limit_s)
        planner = world.planner or self._own_planner
        assert planner is not None  # noqa: S101 - one of the two is there
        clock = world.clock
        open_uow: Callable[[], SqlUnitOfWork] = lambda: SqlUnitOfWork(self._database)  # noqa: E731
        self._sites = Sites(settings.sites, open_uow, clock, world.clock_rate)
        registry = ConnectionRegistry()
        self.security = StationSecurity(self._sites, settings.security, open_uow, clock, registry)
        self.certificates = self._create_certificates(open_uow, clock)
        self._signing = CertificateSigning(self.certificates, registry)
        vehicles = settings.vehicles
        self._vehicle_pki = OnlineVehiclePki(vehicles, clock) if vehicles else None
        self._journal = Journal(settings.journal, clock) if settings.journal else None
        events = EventDesk(self._create_context(open_uow, clock))
        self._gateway = self._create_gateway(registry, events, clock)
        controllers = {
            live.site.site_id: SiteController(live, registry, planner, open_uow, clock)
            for live in self._sites
        }
        self._room = ControlRoom(controllers, clock, world.clock_rate, self.security.required)
        self._keeper = (
            HistoryKeeper(settings.history, settings.database, clock) if settings.history else None
        )
        self._forecasting = ForecastPart(
            settings.forecasts,
            settings.database,
            settings.history_folder,
            self._sites,
            open_uow,
            clock,
        )
        self._lag = LoopLag()
        self._limits = ImposedLimits(self._sites, open_uow, clock)
        self._connectors = ConnectorOrders(self._sites, open_uow, clock)
        self._grid = GridSide(
            settings.grid_companies, self._sites, self._room.newest, open_uow, planner, clock
        )
        self.access = self._create_access(open_uow, clock)
        self._offers = OfferDesk(
            self._grid.flexibility, self._grid.agreements, Queries(self._database)
        )
        self._what_if = WhatIfDesk(self._sites, self._room.newest, planner)
        self._editor = SiteEditor(
            self._sites, SiteFileFolder(settings.site_files, settings.file), open_uow, clock
        )
        self._timetables = Timetables(self._sites, open_uow)
        self._weather = WeatherWatch(self._sites, weather_fetchers(settings.sites), open_uow, clock)
        self._pricing = Pricing(self._sites, price_fetchers(settings.sites), open_uow, clock)
        self._adoption = Adoption(self._sites, self.security, open_uow, clock)
        self._answers = Answers(open_uow, clock)
        operations = Operations(self._sites, registry, self.security, open_uow, clock)
        self._bridge = self._create_bridge(operations, clock)
        tallies = Tallies(
            registry.traffic,
            self._lag,
            self._database.writer.stats,
            self._journal,
            self._bridge.tally if self._bridge else None,
        )
        desk = CommandDesk(self._sites, registry, open_uow, clock)
        self._watch = TransactionWatch(self._sites, open_uow, clock, settings.closing)
        self._presence = Presence(self._sites, open_uow, clock)
        self._guard_keeper = GuardKeeper(self._sites, open_uow, clock)
        self._tally_keeper = TallyKeeper(self._sites, open_uow, clock)
        self._band_keeper = BandKeeper(self._sites, open_uow, clock)
        self._outbox = Outbox(self._sites, desk, open_uow, clock)
        self._renewal = CertificateRenewal(
            self.certificates, self.security, self._sites, registry, clock
        )
        self.api = self._create_api(
            operations, desk, Tokens(open_uow), PasswordRotation(self.security, registry), tallies
        )

    @asynccontextmanager
    async def running(self, ocpp_at: socket.socket | None = None) -> AsyncIterator[None]:
        """Run everything but the HTTP server until the context is left.

        Args:
            ocpp_at: A bound socket for stations, in place of the settings' host and port.
        """
        gateway = self.settings.gateway
        with ExitStack() as sockets:
            at = sockets.enter_context(ocpp_at or bind(gateway.host, gateway.port))
            tls = gateway.tls
            tls_at = sockets.enter_context(bind(tls.host, tls.port)) if tls else None
            async with self._running(at, tls_at):
                yield

    @asynccontextmanager
    async def _running(
        self, at: socket.socket, tls_at: socket.socket | None
    ) -> AsyncIterator[None]:
        try:
            await self._database.serve()
            await self._database.upgrade()
            if self.settings.access is AccessMode.LOGIN:
                self.wizard = await self.access.logins.open_wizard()
            await self._sites.load()
            await self.security.load()
            await self._adoption.load()
            await self._guard_keeper.load()
            await self._band_keeper.load()
            await self._grid.load()
            await self._pricing.load()
            await self._weather.load()
            await self._forecasting.load()
            self._limits.start()
            async with asyncio.TaskGroup() as tasks, self._gateway.listening(at, tls_at):
                running = [tasks.create_task(run()) for run in self._runs()]
                yield
                for task in running:
                    task.cancel()
            await self._guard_keeper.keep()  # what was noted last
            await self._tally_keeper.keep()
            await self._band_keeper.end()
            await self._grid.keep()
            await self._weather.keep()
        finally:
            await self._database.close()

    def _runs(self) -> Iterator[Callable[[], Coroutine[Any, Any, None]]]:
        """What goes on all the time."""
        yield from (self._room.run, self._sites.look_after_guests, self._outbox.run)
        yield from (self._presence.run, self._guard_keeper.run, self._tally_keeper.run)
        yield self._band_keeper.run
        yield from (
            self._watch.run,
            self._limits.run,
            self._connectors.run,
            self._grid.run,
            self._pricing.run,
            self._weather.run,
        )
        yield from (self._database.taken_over, self.security.look_after, self._signing.run)
        yield from (self._renewal.run, self._adoption.run, self._forecasting.run)
        optional = (self._own_planner, self._vehicle_pki, self._keeper, self._journal, self._bridge)
        yield from (one.run for one in optional if one is not None)

    async def serve(self, stop: asyncio.Event, on_ready: Callable[[], None]) -> None:
        """Run everything until told to stop.

        Stations can connect at once, and get their fallbacks; browsers when plans can be made.

        Args:
            stop: Set to stop in good order.
            on_ready: Called when stations and browsers can connect.
        """
        http_at = bind(self.settings.http.host, self.settings.http.port)
        try:
            async with self.running(), asyncio.TaskGroup() as tasks:
                await self._warm_up(stop)
                watching = tasks.create_task(self._lag.run())
                serving = tasks.create_task(serve_http(self.api, http_at, stop, self._encrypts))
                on_ready()
                await serving
                watching.cancel()
        finally:
            http_at.close()

    async def reload_certificates(self) -> None:
        """Read the certificates of the ports for encrypted connections again."""
        await self._gateway.reload()
        if self._encrypts and self.settings.http.tls:
            self.settings.http.tls.load_into(self._encrypts)

    def is_set_up(self, station_id: StationId) -> bool:
        """Whether a station has come and has said what it makes of its fallback."""
        live = self._sites.of_station(station_id)
        return live is not None and live.stations[station_id].is_ready

    def _is_station(self, name: str) -> bool:
        return self._sites.of_station(name) is not None

    async def _warm_up(self, stop: asyncio.Event) -> None:
        """Wait until plans can be made, but not for ever: until then the heuristic makes them."""
        if self._own_planner is None:
            return
        waits = {asyncio.create_task(self._own_planner.warm()), asyncio.create_task(stop.wait())}
        try:
            await asyncio.wait(waits, timeout=_WARM_UP_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _create_certificates(self, open_uow: OpenUnitOfWork, clock: Clock) -> StationCertificates:
        ca = self.settings.ca
        return StationCertificates(
            self.settings.authority(clock),
            open_uow,
            clock,
            self._is_station,
            timedelta(days=ca.renew_before_days) if ca else RENEWED_BEFORE,
        )

    def _create_context(self, open_uow: OpenUnitOfWork, clock: Clock) -> HandlerContext:
        return HandlerContext(
            sites=self._sites,
            open_uow=open_uow,
            clock=clock,
            rules=self.settings.tokens,
            certificates=self._signing,
            vehicle_pki=self._vehicle_pki or NoVehiclePki(),
            attempts=self.security.attempts,
        )

    def _create_gateway(
        self, registry: ConnectionRegistry, desk: EventDesk, clock: Clock
    ) -> Gateway:
        return Gateway(
            self.settings.gateway,
            load_adapters(),
            registry,
            desk,
            self.security.door,
            (self._journal, clock) if self._journal else None,
        )

    def _create_access(self, open_uow: OpenUnitOfWork, clock: Clock) -> AccessSide:
        parties = self._grid.desk.parties
        known = Known(
            site_ids=self._sites.ids,
            parties=lambda: [party.company.party_id for party in parties],
        )
        reads, audits = AccessReads(self._database), AuditReads(self._database)
        return AccessSide(reads, audits, open_uow, clock, known, parties)

    def _create_bridge(self, operations: Operations, clock: Clock) -> MqttBridge | None:
        settings = self.settings.mqtt
        if settings is None:
            return None
        uses = UseCases(
            sites=self._sites,
            operations=operations,
            limits=self._limits,
            grid=self._grid.desk,
            flexibility=self._offers,
            pricing=self._pricing,
            feeds=self._room,
            log=self.access.log,
        )
        return MqttBridge(settings, uses, clock)

    def _create_api(
        self,
        operations: Operations,
        desk: CommandDesk,
        tokens: Tokens,
        rotation: PasswordRotation,
        tallies: Tallies,
    ) -> FastAPI:
        queries = Queries(self._database)
        exports = Exports(self.settings.database, self.settings.history_folder)
        context = ApiContext(
            room=self._room,
            operations=operations,
            limits=self._limits,
            connectors=self._connectors,
            courses=ConnectorCourses(
                self._room,
                self._sites,
                queries,
                DrawnPowers(RecentReadings(self._database), exports),
            ),
            grid=self._grid.desk,
            flexibility=self._offers,
            timetables=self._timetables,
            pricing=self._pricing,
            what_if=self._what_if,
            site_editor=self._editor,
            forecasts=self._forecasting.forecasts,
            demand=self._forecasting.board,
            desk=desk,
            answers=self._answers,
            tokens=tokens,
            security=self.security,
            certificates=self.certificates,
            renewal=self._renewal,
            adoption=self._adoption,
            reload_certificates=self.reload_certificates,
            rotation=rotation,
            access=self.access,
            own=OwnCharging(self._room, operations, desk),
            acts=ConnectorActs(self._sites, desk),
            reads=queries,
            exports=exports,
            journal=self._journal,
        )
        return create_web(context, self.settings, tallies)
