"""The system under test: the whole of it, on free ports, with a place for every station."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx2

from csms.api.server import HttpSettings
from csms.app import App
from csms.app_settings import AppSettings, World
from csms.domain.access import AccessMode
from csms.domain.authorization import AdmissionPolicy, TokenRules
from csms.domain.identity import EvseId
from csms.domain.site import AmpereSchedule, Earthing, EvsePlace, Feeder, Site
from csms.gateway.server import GatewaySettings
from csms.journal.journal import JournalSettings
from csms.pki.supplier import SupplierSettings
from csms.pki.vehicle_pki import VehiclePkiSettings
from csms.service.ports import TimedPlan
from csms.service.requirements import OPEN
from csms.storage.database import DatabaseSettings
from smart_charging.plan import ChargingPlan
from smart_charging.planner import plan_by_heuristic
from smart_charging.problem import ChargingProblem
from tests.conformance.kept import Kept
from tests.e2e.rig import free_port

SITES: Final = 32
STATIONS_AT_A_SITE: Final = 20
_PATIENCE_S: Final = 60.0


class PromptPlanner:
    """Plans at once, without a solver."""

    async def plan(self, problem: ChargingProblem, last: ChargingPlan | None = None) -> TimedPlan:
        """Make a verified plan."""
        return TimedPlan(plan_by_heuristic(problem, "no solver in these tests"), 0.0)


@dataclass(frozen=True)
class Others:
    """Whom the system asks about vehicles and their contracts; a case lets them listen there.

    Attributes:
        roots: A folder with authorities whose contracts count.
        responder_port: Where an issuer says whether a certificate still holds.
        supplier_port: Where contracts are supplied.
    """

    roots: Path
    responder_port: int
    supplier_port: int

    @property
    def settings(self) -> VehiclePkiSettings:
        """As the system is told of them."""
        return VehiclePkiSettings(
            roots=(self.roots,),
            responders=(f"127.0.0.1:{self.responder_port}",),
            supplier=SupplierSettings(url=f"http://127.0.0.1:{self.supplier_port}/contracts"),
        )


@dataclass
class Csms:
    """The running system, as a station and an operator reach it.

    Attributes:
        ocpp_url: Where stations connect, up to the identity.
        tls_url: Where they connect by TLS, if they can.
        others: Whom it asks about vehicles and their contracts.
        operator: Speaks to the API.
        kept: Reads what the API does not show.
    """

    ocpp_url: str
    operator: httpx2.AsyncClient
    kept: Kept
    others: Others
    tls_url: str = ""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def fresh_station(self) -> str:
        """The identity of a station that has never connected."""
        return f"C-{next(self._numbers):03}"

    async def command(self, station_id: str, command: str, **fields: Any) -> dict[str, Any]:
        """Have a command sent; return what came of it."""
        answer = await self.operator.post(
            f"/stations/{station_id}/commands", json={"command": command, **fields}
        )
        assert answer.status_code == HTTPStatus.OK, answer.text
        outcome: dict[str, Any] = answer.json()
        return outcome

    async def get(self, path: str, **query: Any) -> Any:
        """What the API answers."""
        answer = await self.operator.get(path, params=query)
        assert answer.status_code == HTTPStatus.OK, answer.text
        return answer.json()

    async def get_once(self, path: str, is_meant: Callable[[Any], bool], **query: Any) -> Any:
        """What the API answers, once that is what is meant."""
        async with asyncio.timeout(_PATIENCE_S):
            while not is_meant(answer := await self.get(path, **query)):
                pass
        return answer

    async def transactions(self, station_id: str) -> list[dict[str, Any]]:
        """A station's transactions as they are kept, the oldest first."""
        kept: list[dict[str, Any]] = await self.get("/transactions", station_id=station_id)
        return kept[::-1]

    async def transaction(self, station_id: str) -> dict[str, Any]:
        """The only transaction of a station."""
        (kept,) = await self.transactions(station_id)
        return kept

    async def seen(self, station_id: str, evse: int = 1) -> dict[str, Any]:
        """What an operator sees of an EVSE."""
        view = await self.get(f"/sites/{_site_id_of(station_id)}/view")
        evse_view: dict[str, Any] = view["evses"][f"{station_id}/{evse}"]
        return evse_view

    async def state_of(self, station_id: str, evse: int = 1) -> str:
        """What an operator sees of an EVSE, in a word."""
        return str((await self.seen(station_id, evse))["state"])

    async def notices(self, station_id: str, kind: str) -> list[dict[str, Any]]:
        """What a station has told of a kind beside charging, the oldest first."""
        kept: list[dict[str, Any]] = await self.get(f"/stations/{station_id}/notices", kind=kind)
        return kept[::-1]

    async def job(self, number: int) -> dict[str, Any]:
        """What a station was asked for under a number, and what came of it."""
        kept: dict[str, Any] = await self.get(f"/jobs/{number}")
        return kept

    async def report(self, job: int) -> dict[str, Any]:
        """What has come of a report that a station was asked for under a number."""
        told: dict[str, Any] = await self.get(f"/jobs/{job}/report")
        return told

    async def list_token(self, token: str, **verdict: Any) -> None:
        """Have a token listed: its `kind`, `status`, `group`, `expires_at`."""
        answer = await self.operator.put(f"/tokens/{token}", json=verdict)
        assert answer.is_success, answer.text

    async def register(self, station_id: str, registration: str) -> None:
        """Say whether a station may take part: `Accepted`, `Pending` or `Rejected`."""
        path = f"/stations/{station_id}/registration"
        answer = await self.operator.put(path, json={"status": registration})
        assert answer.is_success, answer.text

    def trust(self, pem: str) -> None:
        """Have contracts trusted that an authority vouches for."""
        name = sha256(pem.encode()).hexdigest()
        (self.others.roots / f"{name}.pem").write_text(pem)


@asynccontextmanager
async def running_csms(folder: Path, **changes: Any) -> AsyncIterator[Csms]:
    """The whole system, until the context is left.

    Args:
        folder: Where it keeps everything.
        changes: Settings other than the usual ones; of `gateway`, the ports are chosen here.
    """
    database, http_port, gateway = folder / "csms.db", free_port(), _gateway(changes)
    others = Others(folder / "roots", free_port(), free_port())
    others.roots.mkdir()
    usual = AppSettings(
        access=AccessMode.OPEN,
        sites=tuple(site_of(number=number) for number in range(1, SITES + 1)),
        http=HttpSettings(port=http_port),
        database=DatabaseSettings(url=f"sqlite:///{database}", is_durable=False),
        journal=JournalSettings(folder=folder / "journal"),
        tokens=TokenRules(admission=AdmissionPolicy.EVERYONE),
        security=OPEN,
        vehicles=others.settings,
    )
    settings = replace(usual, **{**changes, "gateway": gateway})
    stop, ready = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(
        App(settings, World(planner=PromptPlanner())).serve(stop, ready.set)
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await ready.wait()
        base_url = f"http://127.0.0.1:{http_port}/api/v1"
        async with httpx2.AsyncClient(
            base_url=base_url, trust_env=False, timeout=_PATIENCE_S
        ) as operator:
            yield Csms(
                ocpp_url=f"ws://127.0.0.1:{gateway.port}/ocpp",
                tls_url=f"wss://127.0.0.1:{gateway.tls.port}/ocpp" if gateway.tls else "",
                operator=operator,
                kept=Kept(database),
                others=others,
            )
    finally:
        stop.set()
        await serving


def _gateway(changes: dict[str, Any]) -> GatewaySettings:
    """Where stations are listened to, at free ports."""
    gateway: GatewaySettings = changes.get("gateway", GatewaySettings())
    tls = gateway.tls and replace(gateway.tls, port=free_port())
    return replace(gateway, port=free_port(), tls=tls)


def site_of(
    stations: int = STATIONS_AT_A_SITE, feeder_a: float = 10_000.0, number: int = 1
) -> Site:
    """The so-manieth site: stations of two EVSEs each, and a feeder for them all."""
    limit = AmpereSchedule((feeder_a, feeder_a, feeder_a))
    first = 1 + STATIONS_AT_A_SITE * (number - 1)
    return Site(
        site_id=_site_id(number),
        name=f"Proving ground {number}",
        timezone=ZoneInfo("Etc/UTC"),
        earthing=Earthing.TN,
        voltage_v=230.0,
        feeders=(Feeder(feeder_id="main", name="Main", parent_id=None, limit=limit),),
        price_per_kwh=0.35,
        places=tuple(
            EvsePlace(
                evse=EvseId(f"C-{station:03}", evse),
                feeder_id="main",
                lines=(1, 2, 3),
                max_a=32.0,
                keeps_limits=True,
                fallback_a=6.0,
                is_installed=True,
            )
            for station in range(first, first + stations)
            for evse in (1, 2)
        ),
    )


def _site_id(number: int) -> str:
    return f"proving-ground-{number}"


def _site_id_of(station_id: str) -> str:
    station = int(station_id.removeprefix("C-"))
    return _site_id(1 + (station - 1) // STATIONS_AT_A_SITE)
