"""The composition root: what is ready when, and what it is asked."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from csms import app as app_module
from csms.api.server import HttpSettings
from csms.app import App
from csms.app_settings import AppSettings, World
from csms.domain.access import AccessMode
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.security import SecurityProfile
from csms.gateway.server import GatewaySettings
from csms.gateway.tls import CertificateFiles, TlsSettings
from csms.history.keeper import HistoryKeeper, HistorySettings
from csms.service.planner import InlinePlanner, ProcessPlanner
from csms.service.requirements import OPEN, SecurityPolicy
from csms.storage.database import Database, DatabaseSettings
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.domain.sites import place, small_site
from tests.gateway.secured import SECRET, basic
from tests.pki.maker import authority, client_context, make, name_of
from tests.service.rig import NOON

PATIENCE_S: Final = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class ColdPlanner(ProcessPlanner):
    """Is warm when a test wants it to be."""

    is_warm: asyncio.Event

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def warm(self) -> None:
        await self.is_warm.wait()


@asynccontextmanager
async def serving(
    folder: Path, history: HistorySettings | None = None
) -> AsyncIterator[tuple[asyncio.Event, asyncio.Event]]:
    """An application that is being served; yields the events that stop it and say it is ready."""
    app = App(
        AppSettings(
            access=AccessMode.OPEN,
            security=OPEN,
            sites=(small_site(place("G-01", "level-1", 6.0)),),
            gateway=GatewaySettings(port=free_port()),
            http=HttpSettings(port=free_port()),
            database=DatabaseSettings(url=f"sqlite:///{folder / 'csms.db'}", is_durable=False),
            history=history,
        )
    )
    stop, ready = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(app.serve(stop, ready.set))
    try:
        yield stop, ready
    finally:
        stop.set()
        await task


@pytest.fixture
def is_warm(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Says that the planning process is ready."""
    event = asyncio.Event()
    monkeypatch.setattr(ColdPlanner, "is_warm", event, raising=False)
    monkeypatch.setattr(app_module, "ProcessPlanner", ColdPlanner)
    return event


async def test_server_is_ready_once_plans_can_be_made(
    tmp_path: Path, is_warm: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = asyncio.Event()
    is_set = is_warm.wait

    async def wait() -> bool:
        waiting.set()
        return bool(await is_set())

    monkeypatch.setattr(is_warm, "wait", wait)
    async with serving(tmp_path) as (_, ready), asyncio.timeout(PATIENCE_S):
        await waiting.wait()
        assert not ready.is_set()
        is_warm.set()
        await ready.wait()


async def test_history_is_kept_while_the_server_runs_if_there_is_a_folder_for_it(
    tmp_path: Path, is_warm: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Path] = []

    class FakeKeeper(HistoryKeeper):
        async def run(self) -> None:
            kept.append(self._settings.folder)
            is_warm.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(app_module, "HistoryKeeper", FakeKeeper)
    folder = tmp_path / "history"
    history = HistorySettings(folder=folder, after_h=2, keep_days={})
    async with serving(tmp_path, history) as (_, ready), asyncio.timeout(PATIENCE_S):
        await ready.wait()
    assert kept == [folder]


async def test_server_does_not_wait_for_ever_for_plans(
    tmp_path: Path, is_warm: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "_WARM_UP_S", 0.0)
    async with serving(tmp_path) as (_, ready), asyncio.timeout(PATIENCE_S):
        await ready.wait()


async def test_server_that_is_told_to_stop_waits_no_longer(
    tmp_path: Path, is_warm: asyncio.Event
) -> None:
    async with asyncio.timeout(PATIENCE_S), serving(tmp_path) as (stop, _):
        stop.set()


async def test_what_the_guard_noted_last_is_kept_when_the_server_stops(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'csms.db'}"
    app = App(
        AppSettings(
            access=AccessMode.OPEN,
            security=OPEN,
            sites=(small_site(place("G-01", "level-1", 6.0)),),
            gateway=GatewaySettings(port=free_port()),
            database=DatabaseSettings(url=url, is_durable=False),
        ),
        World(planner=InlinePlanner(5.0)),
    )
    event = GuardEvent(kind=GuardEventKind.CUT, at=NOON, cause="Too much", feeder_id="intake")
    async with app.running(), asyncio.timeout(PATIENCE_S):
        app._room.live("fjordgata").guard.note(event)
        await asyncio.sleep(0)
    database = Database(DatabaseSettings(url=url))
    async with SqlUnitOfWork(database) as uow:
        assert await uow.guard_events.newest("fjordgata", 5) == [event]
    await database.close()


async def test_whole_server_lets_a_station_in_over_tls_with_its_password(tmp_path: Path) -> None:
    root = authority()
    own = make(name_of("csms"), root, hosts=["127.0.0.1"])
    files = CertificateFiles(*own.write(tmp_path, "server"))
    port = free_port()
    app = App(
        AppSettings(
            access=AccessMode.OPEN,
            sites=(small_site(place("G-01", "level-1", 6.0)),),
            gateway=GatewaySettings(
                port=free_port(), tls=TlsSettings(port=port, certificates=(files,))
            ),
            database=DatabaseSettings(url=f"sqlite:///{tmp_path / 'csms.db'}", is_durable=False),
            security=SecurityPolicy(
                profile=SecurityProfile.TLS_PASSWORD, most=SecurityProfile.TLS_PASSWORD
            ),
        ),
        World(planner=InlinePlanner(5.0)),
    )
    url = f"wss://127.0.0.1:{port}/ocpp/G-01"
    tls = client_context(tmp_path, root)
    async with app.running(), asyncio.timeout(PATIENCE_S):
        with pytest.raises(InvalidStatus):
            await connect(url, subprotocols=[Subprotocol("ocpp1.6")], ssl=tls, proxy=None)
        await app.security.set_password("G-01", SECRET)
        async with connect(
            url,
            subprotocols=[Subprotocol("ocpp1.6")],
            ssl=tls,
            proxy=None,
            **basic("G-01", SECRET),
        ) as station:
            await station.send('[2,"1","Heartbeat",{}]')
            assert json.loads(await station.recv())[:2] == [3, "1"]


async def test_room_comes_back_gradually_after_a_start(tmp_path: Path) -> None:
    app = App(
        AppSettings(
            access=AccessMode.OPEN,
            sites=(small_site(place("G-01", "level-1", 6.0)),),
            gateway=GatewaySettings(port=free_port()),
            database=DatabaseSettings(url=f"sqlite:///{tmp_path / 'csms.db'}", is_durable=False),
            security=OPEN,
        ),
        World(planner=InlinePlanner(5.0)),
    )
    async with app.running():
        [live] = app._sites
        assert set(live.ramps) == {"intake", "level-1", "level-2"}
