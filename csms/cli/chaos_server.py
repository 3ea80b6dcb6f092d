"""A server in virtual time that can be killed between any two steps, and started again.

What a process would lose is lost at one instant: its sockets are shut, its database commits
nothing any more. Then its tasks are ended, which changes nothing that anybody could see.
"""

import asyncio
import contextvars
import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx2

from csms.app import App
from csms.app_settings import AppSettings, World
from csms.cli.day import put_by
from csms.clock import Clock
from csms.domain.access import AccessMode
from csms.domain.site import Site
from csms.gateway.server import GatewaySettings
from csms.service.ports import Planner
from csms.service.requirements import OPEN
from csms.storage.database import DatabaseSettings
from simulators.chaos.database import FaultyDatabase
from simulators.virtual_time import VirtualTimeLoop

logger = logging.getLogger(__name__)

_PING_EVERY_S: Final = 20.0
_BACKLOG: Final = 1024
_MOST_CANCELS: Final = 1000
_BASE_URL: Final = "http://chaos"

_life: contextvars.ContextVar["_Life | None"] = contextvars.ContextVar("life", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlan:
    """What is served, and where.

    Attributes:
        folder: Where its database and its socket are.
        planner: Makes its plans.
    """

    site: Site
    folder: Path
    clock: Clock
    planner: Planner


class MortalServer:
    """The whole system, one life after the other.

    Args:
        plan: What is served.
        on_down: Told when a life has ended, with the instant at which the next one begins.

    Attributes:
        lives: How many there were.
    """

    def __init__(self, plan: ServerPlan, on_down: Callable[[datetime], None]) -> None:
        self.lives = 0
        self._plan = plan
        self._on_down = on_down
        self._loop = asyncio.get_running_loop()
        self._current: _Life | None = None
        self._pending: tuple[float, _Life] | None = None
        self._has_died = asyncio.Event()

    @property
    def socket_path(self) -> Path:
        """Where stations connect to."""
        return self._plan.folder / "ocpp"

    @property
    def app(self) -> App | None:
        """The present life's; None while there is none."""
        return self._current.app if self._current else None

    async def start(self) -> None:
        """Begin the first life."""
        self._loop.set_task_factory(_create_task)  # type: ignore[arg-type] # typeshed asks for more
        await self._begin()

    async def run(self) -> None:
        """Begin a new life after each death, until cancelled."""
        while True:
            await self._has_died.wait()
            self._has_died.clear()
            assert self._pending is not None  # noqa: S101 - it has just died
            down_s, dead = self._pending
            self._pending = None
            await dead.be_gone()
            await self._plan.clock.sleep(down_s)
            await self._begin()

    async def stop(self) -> None:
        """End the present life in good order."""
        if self._current is not None:
            await self._current.end()
            self._current = None

    def kill(self, turns: int, down_s: float) -> None:
        """End the present life after so many turns of the event loop.

        Args:
            turns: Between which two steps of whatever it does then.
            down_s: How long it takes until the next life begins.
        """
        life, loop = self._current, self._loop
        if life is None or self._pending is not None or not isinstance(loop, VirtualTimeLoop):
            return
        life.database.take_turns()
        loop.call_after_turns(turns, lambda: self._strike(life, down_s))

    def lock_database(self, seconds: float) -> None:
        """Let somebody else hold its database."""
        if self._current is not None:
            self._current.database.lock(seconds)

    async def put(self, path: str, body: dict[str, Any]) -> bool:
        """Ask its API for something; return whether that was done."""
        if self._current is None:
            return False
        return await self._current.put(path, body)

    async def ask(self, method: str, path: str, content: str = "") -> httpx2.Response | None:
        """Ask its API for anything; None: nobody answers."""
        if self._current is None:
            return None
        return await self._current.ask(method, path, content)

    def _strike(self, life: "_Life", down_s: float) -> None:
        if self._current is not life:
            return
        self._current, self._pending = None, (down_s, life)
        life.die()
        self._on_down(self._plan.clock.now() + timedelta(seconds=down_s))
        self._has_died.set()

    async def _begin(self) -> None:
        life = _Life(self._plan, self.socket_path)
        await life.begin()
        self._current = life
        self.lives += 1


class _Life:
    """One process's time, and all that is its own."""

    def __init__(self, plan: ServerPlan, at: Path) -> None:
        self.database = FaultyDatabase(plan.folder / "chaos.db")
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._is_dead = False
        self._stop = asyncio.Event()
        self._has_begun = asyncio.Event()
        self._main: asyncio.Task[None] | None = None
        self._at = at
        self._listener = _listen(at)
        self._context = contextvars.copy_context()
        self._context.run(_life.set, self)
        self.app = App(
            AppSettings(
                access=AccessMode.OPEN,
                security=OPEN,
                sites=(plan.site,),
                gateway=GatewaySettings(ping_every_s=_PING_EVERY_S),
                database=DatabaseSettings(
                    url=f"sqlite:///{plan.folder / 'chaos.db'}", is_durable=False
                ),
            ),
            World(clock=plan.clock, planner=plan.planner, connector=self.database.connect),
        )
        transport = httpx2.ASGITransport(app=self.app.api, raise_app_exceptions=False)
        self._client = httpx2.AsyncClient(transport=transport, base_url=_BASE_URL)

    async def begin(self) -> None:
        """Come to life."""
        self._main = self._start(self._live())
        begun = asyncio.ensure_future(self._has_begun.wait())
        await asyncio.wait({self._main, begun}, return_when=asyncio.FIRST_COMPLETED)
        begun.cancel()
        if self._main.done():
            self._main.result()

    async def end(self) -> None:
        """Stop in good order."""
        self._stop.set()
        if self._main is not None:
            await self._main
        await self._client.aclose()

    def die(self) -> None:
        """Be seen no more: what is under way in its sockets and its database is lost."""
        self._is_dead = True
        self.database.kill()
        self._at.unlink(missing_ok=True)
        self._listener.die()
        for task in tuple(self._tasks):
            task.cancel()

    async def be_gone(self) -> None:
        """Wait until nothing of it is left."""
        for _ in range(_MOST_CANCELS):
            if not self._tasks:
                break
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.sleep(0)
        else:
            raise RuntimeError(f"expected the dead server's tasks to end, got {list(self._tasks)}")
        lock = self.app._database._lock  # noqa: SLF001 - a process that is gone holds no lock
        if lock is not None:
            lock.close()

    def adopt(self, task: "asyncio.Task[Any]") -> None:
        """Take a task for one of its own."""
        self._tasks[task] = None
        task.add_done_callback(self._forget)
        if self._is_dead:
            task.cancel()

    async def put(self, path: str, body: dict[str, Any]) -> bool:
        """Ask its API for something; return whether that was done."""
        asking = self._start(self._ask(path, body))
        await asyncio.wait({asking})
        return not asking.cancelled() and asking.result()

    async def ask(self, method: str, path: str, content: str) -> httpx2.Response | None:
        """Ask its API for anything; None: nobody answers."""
        asking = self._start(self._request(method, path, content))
        await asyncio.wait({asking})
        return None if asking.cancelled() else asking.result()

    async def _request(self, method: str, path: str, content: str) -> httpx2.Response | None:
        headers = {"content-type": "application/json"}
        try:
            return await self._client.request(method, path, content=content, headers=headers)
        except httpx2.TransportError:
            return None

    async def _ask(self, path: str, body: dict[str, Any]) -> bool:
        return await put_by(self._client)(path, body)

    async def _live(self) -> None:
        async with self.app.running(ocpp_at=self._listener):
            self._has_begun.set()
            await self._stop.wait()

    def _start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        return asyncio.get_running_loop().create_task(work, context=self._context.copy())

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.pop(task, None)
        if self._is_dead and not task.cancelled() and task.exception() is not None:
            logger.debug("ended with the server: %r", task.exception())


class _Listener(socket.socket):
    """A listening socket that remembers whom it has let in."""

    def __init__(self) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self._accepted: list[socket.socket] = []
        self._is_dead = False

    def accept(self) -> tuple[socket.socket, Any]:
        """Let somebody in."""
        accepted, address = super().accept()
        if self._is_dead:
            accepted.close()
            raise BlockingIOError
        self._accepted = [one for one in self._accepted if one.fileno() >= 0]
        self._accepted.append(accepted)
        return accepted, address

    def die(self) -> None:
        """Let nobody in, and shut out all who are."""
        self._is_dead = True
        for one in self._accepted:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def _listen(at: Path) -> _Listener:
    at.unlink(missing_ok=True)
    listener = _Listener()
    listener.bind(str(at))
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


def _create_task(
    loop: asyncio.AbstractEventLoop,
    work: Coroutine[Any, Any, Any] | Awaitable[Any],
    context: contextvars.Context | None = None,
) -> "asyncio.Task[Any]":
    """Make a task, and give it to the server's life that it belongs to, if to any."""
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, context=context)  # type: ignore[arg-type]
    life = context.get(_life) if context is not None else _life.get()
    if life is not None:
        life.adopt(task)
    return task
