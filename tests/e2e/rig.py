"""A server in a process of its own, and what it takes to wait for it."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2

PATIENCE_S: Final = 60.0
"""What has not happened by then has failed to happen."""
POLL_S: Final = 0.05

SITE: Final = """
site: yard
timezone: Etc/UTC
grid: {earthing: TN}
feeders: [{id: main, limit_a: 100}]
chargers:
  - {id: Y-1, feeder: main, max_a: 32, fallback_a: 16}
  - {id: Y-2, feeder: main, max_a: 32, fallback_a: 16}
"""


async def until(is_so: Callable[[], Awaitable[bool]], what: str) -> None:
    """Ask again and again until something is so."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await is_so():  # noqa: ASYNC110 - another process cannot set an event
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise AssertionError(f"waited in vain until {what}") from None


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class Server:
    """`chargeflex serve` on a database in a folder; it can be killed and started again."""

    folder: Path
    http_port: int = field(default_factory=free_port)
    ocpp_port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        (self.folder / "site.yaml").write_text(SITE, encoding="utf-8")
        (self.folder / "chargeflex.yaml").write_text(
            "sites: [site.yaml]\n"
            "access: open\n"
            f"http: {{port: {self.http_port}}}\n"
            f"ocpp: {{port: {self.ocpp_port}, security_profile: 0}}\n",
            encoding="utf-8",
        )

    @property
    def ocpp_url(self) -> str:
        """Where stations connect."""
        return f"ws://127.0.0.1:{self.ocpp_port}/ocpp"

    async def start(self) -> None:
        """Start the server, and wait until it is ready."""
        self.process = run("serve", "--config", self.folder / "chargeflex.yaml", log=self.log)
        await until(self._is_ready, "the server is ready")

    def kill(self) -> None:
        """End the server in the middle of whatever it does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def stop(self) -> int:
        """Ask the server to end; return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    @property
    def log(self) -> Path:
        """What the server has printed."""
        return self.folder / "serve.log"

    async def get(self, path: str) -> Any:
        """Get what the API answers."""
        base_url = f"http://127.0.0.1:{self.http_port}"
        async with httpx2.AsyncClient(base_url=base_url, trust_env=False) as client:
            response = await client.get(path, timeout=PATIENCE_S)
            response.raise_for_status()
            return response.json()

    def rows(self, query: str, *values: object) -> list[Any]:
        """Look into the database of a server that has stopped."""
        with closing(sqlite3.connect(self.folder / "chargeflex.db")) as database:
            return database.execute(query, values).fetchall()

    async def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
        try:
            return bool((await self.get("/readyz"))["status"] == "ok")
        except httpx2.TransportError:
            return False


def run(*args: object, log: Path) -> "subprocess.Popen[bytes]":
    """Start a command of the program in a process of its own."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "csms", *(str(arg) for arg in args)],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONWARNINGS": "default"},
        )


@contextmanager
def server_in(folder: Path) -> Iterator[Server]:
    """A server that is gone when the test is over, whatever came of it."""
    server = Server(folder)
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.process.kill()
            server.process.wait(PATIENCE_S)
