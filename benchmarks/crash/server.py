"""`chargeflex serve` in a process that can be killed, and is up again before long.

Importing takes longer than everything else at the start. So it is done once: each server is forked
from a process that has imported all and done nothing yet.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

import httpx2

from benchmarks.rig.processes import free_port
from csms.cli import app

_POLL_S: Final = 0.01
_ANSWER_S: Final = 1.0
_PATIENCE_S: Final = 60.0
_URL_VARIABLE: Final = "CHARGEFLEX_DATABASE_URL"


@dataclass
class Server:
    """A server on a database.

    Attributes:
        folder: For its settings and its log.
        database_url: Where it keeps things.
        station_ids: The stations of its site.
    """

    folder: Path
    database_url: str
    station_ids: Sequence[str]
    http_port: int = field(default_factory=free_port)
    ocpp_port: int = field(default_factory=free_port)
    process: ForkServerProcess | None = None

    def __post_init__(self) -> None:
        self._forks = multiprocessing.get_context("forkserver")
        self._forks.set_forkserver_preload([__name__])
        chargers = "".join(
            f"  - {{id: {name}, feeder: main, max_a: 32, fallback_a: 16}}\n"
            for name in self.station_ids
        )
        (self.folder / "site.yaml").write_text(
            "site: yard\ntimezone: Etc/UTC\ngrid: {earthing: TN}\n"
            f"feeders: [{{id: main, limit_a: {32 * len(self.station_ids)}}}]\n"
            f"chargers:\n{chargers}",
            encoding="utf-8",
        )
        (self.folder / "chargeflex.yaml").write_text(
            "sites: [site.yaml]\nlog: {level: WARNING}\n"
            "access: open\n"
            f"http: {{port: {self.http_port}}}\n"
            f"ocpp: {{port: {self.ocpp_port}, security_profile: 0}}\n",
            encoding="utf-8",
        )

    @property
    def log(self) -> Path:
        """What it has printed."""
        return self.folder / "serve.log"

    def start(self) -> None:
        """Start it; it is not up yet when this returns."""
        arguments = (self.folder / "chargeflex.yaml", self.database_url, self.log)
        self.process = self._forks.Process(target=_serve, args=arguments)
        self.process.start()

    def is_ready(self) -> bool:
        """Whether stations can connect; its sockets are there before its database is.

        Raises:
            RuntimeError: It has ended by itself.
        """
        if self.process is None or not self.process.is_alive():
            raise RuntimeError(f"the server has ended: {self.log.read_text(encoding='utf-8')}")
        url = f"http://127.0.0.1:{self.http_port}/readyz"
        with suppress(httpx2.TransportError):
            return httpx2.get(url, timeout=_ANSWER_S, trust_env=False).is_success
        return False

    def wait_until_ready(self) -> None:
        """Wait until stations can connect."""
        patience = time.monotonic() + _PATIENCE_S
        while not self.is_ready():
            if time.monotonic() > patience:
                raise TimeoutError("the server does not get ready")
            time.sleep(_POLL_S)

    def kill(self) -> None:
        """End it in the middle of whatever it does, and the planning process that it started."""
        if self.process is None or self.process.pid is None or not self.process.is_alive():
            return
        children = _children(self.process.pid)
        self.process.kill()
        self.process.join()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def _serve(config: Path, database_url: str, log: Path) -> None:
    with log.open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    os.environ[_URL_VARIABLE] = database_url
    app(["serve", "--config", str(config)])
