"""An application whose site runs on a real database, with stations and a clock that tests turn."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx2
from fastapi import FastAPI

from csms.api.app import Visitors, create_api
from csms.api.demand_metrics import DemandMetrics
from csms.api.dependencies import ApiContext
from csms.api.forecast_metrics import ForecastMetrics
from csms.api.metrics import metrics_renderer
from csms.api.process_metrics import Tallies
from csms.domain.access import AccessMode
from csms.domain.grid_company import GridCompany
from csms.domain.site import GuestPlace, Site
from csms.domain.stay_outcome import StayAnswer
from csms.history.exports import Exports
from csms.history.recent import RecentReadings
from csms.service.access_side import AccessSide
from csms.service.accounts import Known
from csms.service.answers import Answers
from csms.service.certificate_renewal import CertificateRenewal
from csms.service.charging_control import SiteController
from csms.service.command_desk import CommandDesk
from csms.service.connector_acts import ConnectorActs
from csms.service.connector_courses import ConnectorCourses
from csms.service.control_room import ControlRoom
from csms.service.demand_board import DemandBoard
from csms.service.drawn_power import DrawnPowers
from csms.service.forecast_store import StandingVehicle
from csms.service.forecasts import Forecasts
from csms.service.grid_desk import GridDesk
from csms.service.own_charging import OwnCharging
from csms.service.password_rotation import PasswordRotation
from csms.service.planner import InlinePlanner
from csms.service.requirements import OPEN, SecurityPolicy
from csms.service.site_editing import SiteEditor
from csms.service.station_certificates import StationCertificates
from csms.service.timetables import Timetables
from csms.service.tokens import Tokens
from csms.service.what_if import WhatIfDesk
from csms.settings.site_files import SiteFileFolder, SiteFilePlace
from csms.storage.access import AccessReads
from csms.storage.audit import AuditReads
from csms.storage.queries import Queries
from csms.tally import LoopLag, MqttTally, Traffic
from tests.domain.sites import flat, place, small_site
from tests.service.handlers.stories import TellerV201
from tests.service.offers import offers_of
from tests.service.rig import NOON, Office, after, open_office, settings_of
from tests.service.sites import connect, with_meter
from tests.service.test_station_certificates import FakeAuthority

GUESTS: Final = GuestPlace(feeder_id="level-2", lines=(1, 2, 3), max_a=16.0)


def api_site() -> Site:
    """Two chargers of 32 A, and 10 A of metered load."""
    places = (place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0, (2,)))
    return with_meter(small_site(*places, guests=GUESTS), flat(10.0))


@dataclass
class CountingJournal:
    """Has counted so many messages."""

    kept: int = 7
    lost: int = 1


class SilentForecaster:
    """Knows nothing of any vehicle."""

    async def forecast(
        self, _vehicles: Sequence[StandingVehicle], _now: datetime
    ) -> Mapping[int, StayAnswer]:
        """Say nothing."""
        return {}


@dataclass
class Reloads:
    """Counts how often certificates were read again."""

    count: int = 0

    async def __call__(self) -> None:
        self.count += 1


@dataclass
class Api:
    """The application, what is behind it, and a client."""

    app: FastAPI
    office: Office
    room: ControlRoom
    controller: SiteController
    client: httpx2.AsyncClient
    tallies: Tallies
    context: ApiContext
    reloads: Reloads

    @property
    def queries(self) -> Queries:
        """What is stored."""
        return Queries(self.office.database)

    async def get(self, path: str, status: int = 200) -> Any:
        """Get what a path below /api/v1 answers."""
        response = await self.client.get(f"/api/v1{path}")
        assert response.status_code == status, response.text
        return response.json()

    async def put(self, path: str, body: object, status: int = 204) -> Any:
        """Put something; return the answer's body, if it has one."""
        response = await self.client.put(f"/api/v1{path}", json=body)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    async def command(self, station_id: str, status: int = 200, **body: object) -> Any:
        """Send a command to a station."""
        path = f"/api/v1/stations/{station_id}/commands"
        response = await self.client.post(path, json=body)
        assert response.status_code == status, response.text
        return response.json()

    async def charge(self) -> TellerV201:
        """Let a vehicle charge at the first station since noon; the second one is free."""
        connect(self.office.live, "G-01", "G-02")
        teller = TellerV201()
        await self.office.hear(teller.adapter, *teller.starts(NOON))
        self.office.clock.instant = after(10)
        await self.office.hear(teller.adapter, *teller.measures(after(10), 1_235_500))
        return teller

    async def plan(self) -> None:
        """Let the site's controller plan once."""
        async with asyncio.TaskGroup() as tasks:
            await self.controller._round(tasks)


def access_side(office: Office) -> AccessSide:
    """Who is let in, as the database of an office knows it."""
    parties = office.profiles.parties
    known = Known(
        site_ids=office.sites.ids, parties=lambda: [one.company.party_id for one in parties]
    )
    reads, audits = AccessReads(office.database), AuditReads(office.database)
    return AccessSide(reads, audits, office.open_uow, office.clock, known, parties)


@asynccontextmanager
async def open_api(
    path: Path,
    site: Site | None = None,
    policy: SecurityPolicy = OPEN,
    companies: Iterable[GridCompany] = (),
) -> AsyncIterator[Api]:
    """Open an application on a database."""
    async with open_office(path, site or api_site(), policy=policy, companies=companies) as office:
        controller = SiteController(
            office.live, office.gateway, InlinePlanner(5.0), office.open_uow, office.clock
        )
        room = ControlRoom(
            {office.live.site.site_id: controller}, office.clock, 1.0, office.security.required
        )
        certificates = StationCertificates(FakeAuthority(office), office.open_uow, office.clock)
        reloads, board = Reloads(), DemandBoard(office.sites.ids())
        forecasts = Forecasts(office.sites, SilentForecaster(), office.open_uow, office.clock)
        desk = CommandDesk(office.sites, office.gateway, office.open_uow, office.clock)
        queries = Queries(office.database)
        exports = Exports(settings_of(path), path.parent / "history")
        drawn = DrawnPowers(RecentReadings(office.database), exports)
        context = ApiContext(
            room=room,
            operations=office.operations,
            limits=office.limits,
            connectors=office.connectors,
            courses=ConnectorCourses(room, office.sites, queries, drawn),
            acts=ConnectorActs(office.sites, desk),
            grid=GridDesk(office.profiles, office.sites, room.newest, office.clock),
            flexibility=offers_of(office, room, InlinePlanner(5.0)),
            timetables=Timetables(office.sites, office.open_uow),
            pricing=office.pricing,
            what_if=WhatIfDesk(office.sites, room.newest, InlinePlanner(5.0)),
            site_editor=SiteEditor(
                office.sites,
                SiteFileFolder({"fjordgata": SiteFilePlace(path.parent / "site.yaml")}, None),
                office.open_uow,
                office.clock,
            ),
            forecasts=forecasts,
            demand=board,
            answers=Answers(office.open_uow, office.clock),
            desk=desk,
            tokens=Tokens(office.open_uow),
            security=office.security,
            rotation=PasswordRotation(office.security, office.gateway),
            certificates=certificates,
            renewal=CertificateRenewal(
                certificates, office.security, office.sites, office.gateway, office.clock
            ),
            adoption=office.adoption,
            reload_certificates=reloads,
            access=access_side(office),
            own=OwnCharging(room, office.operations, desk),
            reads=queries,
            exports=exports,
        )
        mqtt = MqttTally()
        tallies = Tallies(
            Traffic(), LoopLag(), office.database.writer.stats, CountingJournal(), mqtt
        )
        told = (ForecastMetrics(room.site_ids, forecasts.of_site), DemandMetrics(room, board))
        app = create_api(
            context,
            render_metrics=metrics_renderer(room, tallies, *told),
            visitors=Visitors(mode=AccessMode.OPEN),
        )
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
            yield Api(app, office, room, controller, client, tallies, context, reloads)
