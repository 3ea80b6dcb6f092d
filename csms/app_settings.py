"""All that the system is built with: what can be set, and what a simulation puts in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from csms.api.server import HttpSettings
from csms.clock import Clock, SystemClock
from csms.domain.access import AccessMode
from csms.domain.authorization import TokenRules
from csms.domain.grid_company import GridCompany
from csms.domain.identity import SiteId
from csms.domain.site import Site
from csms.forecasting.settings import ForecastSettings
from csms.gateway.server import GatewaySettings
from csms.history.keeper import HistorySettings
from csms.journal.journal import JournalSettings
from csms.mqtt.settings import MqttSettings
from csms.pki.own_authority import CaSettings, OwnAuthority
from csms.pki.reading import read_certificates
from csms.pki.vehicle_pki import VehiclePkiSettings
from csms.service.ports import Planner
from csms.service.requirements import SecurityPolicy
from csms.service.transaction_watch import ClosingPolicy
from csms.settings.site_files import SiteFilePlace
from csms.storage.database import DatabaseSettings, SqliteConnector

_SOLVER_TIME_LIMIT_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """All that can be set.

    Attributes:
        access: Who is let in over HTTP.
        sites: As their files describe them.
        site_files: Where they are; those that are left out cannot be changed while the server runs.
        file: Where these settings are, which changed site files have to agree with; None: nowhere.
        forecasts: When models of stays are made; None: nothing is forecast.
        history: Where readings move that are no longer recent; None: they stay.
        journal: Where messages are kept; None: they are not.
        tokens: Who may charge.
        closing: When transactions are closed of which nothing is heard.
        security: How stations have to prove who they are.
        ca: The certificate authorities of this server; None: there are none.
        vehicles: Who issues certificates to vehicles; None: no contract counts.
        mqtt: The broker that brings readings; None: there is none.
        grid_companies: Who may send capacity profiles.
        solver_time_limit_s: The heuristic answers in place of a later solver.
    """

    sites: tuple[Site, ...]
    site_files: Mapping[SiteId, SiteFilePlace] = field(default_factory=dict)
    file: Path | None = None
    access: AccessMode = AccessMode.LOGIN
    gateway: GatewaySettings = field(default_factory=GatewaySettings)
    http: HttpSettings = field(default_factory=HttpSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    forecasts: ForecastSettings | None = None
    history: HistorySettings | None = None
    journal: JournalSettings | None = None
    tokens: TokenRules = field(default_factory=TokenRules)
    closing: ClosingPolicy = field(default_factory=ClosingPolicy)
    security: SecurityPolicy = field(default_factory=SecurityPolicy)
    ca: CaSettings | None = None
    vehicles: VehiclePkiSettings | None = None
    mqtt: MqttSettings | None = None
    grid_companies: tuple[GridCompany, ...] = ()
    solver_time_limit_s: float = _SOLVER_TIME_LIMIT_S

    @property
    def history_folder(self) -> Path:
        """Where files of the history are looked for, also by a server that keeps none."""
        return self.history.folder if self.history else Path("history")

    def authority(self, clock: Clock) -> OwnAuthority | None:
        """The certificate authorities of this server, None where there are none."""
        if self.ca is None:
            return None
        tls = self.gateway.tls
        let_in = [one for path in tls.client_ca for one in read_certificates(path)] if tls else []
        return OwnAuthority(self.ca, clock, let_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a simulation puts in place of the real world.

    Attributes:
        clock: The time.
        clock_rate: Seconds of that clock per second of the readers'.
        planner: Makes plans; None: a process of its own.
        connector: Makes SQLite connections; None: the driver.
    """

    clock: Clock = field(default_factory=SystemClock)
    clock_rate: float = 1.0
    planner: Planner | None = None
    connector: SqliteConnector | None = None
