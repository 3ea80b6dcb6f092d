"""`chargeflex serve` in a process and a folder of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.load.link import Address
from benchmarks.rig.api import Api
from benchmarks.rig.processes import free_port
from benchmarks.rig.site_files import Layout, write_sites

_READY_S: Final = 600.0
_LOOK_S: Final = 0.1
_END_S: Final = 60.0
_TOLD: Final = 3000


class ServerError(Exception):
    """The server does not do what it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that runs.

    Attributes:
        stations_at: Where stations connect.
        log: What it prints.
    """

    process: "subprocess.Popen[bytes]"
    stations_at: Address
    api: Api
    log: Path

    @property
    def pid(self) -> int:
        """Its process."""
        return self.process.pid


@contextmanager
def serving(folder: Path, layout: Layout, database_url: str, more: str = "") -> Iterator[Server]:
    """A server that is ready, and gone when this is left.

    Args:
        folder: Takes its settings and its log.
        layout: What its site files describe.
        database_url: Where it keeps things.
        more: More lines of its settings.

    Raises:
        ServerError: It has ended, or is not ready in time.
    """
    ocpp_port, http_port = free_port(), free_port()
    settings = _write_settings(folder, layout, ocpp_port, http_port, more)
    log = folder / "serve.log"
    program = Path(sys.executable).with_name("chargeflex")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [program, "serve", "--config", settings],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "CHARGEFLEX_DATABASE_URL": database_url},
        )
    try:
        with Api.at(f"http://127.0.0.1:{http_port}") as api:
            server = Server(process=process, stations_at=Address(port=ocpp_port), api=api, log=log)
            _wait_until_ready(server)
            yield server
    except Exception as error:
        error.add_note(f"the server said:\n{log.read_text(encoding='utf-8')[-_TOLD:]}")
        raise
    finally:
        _end(process)


def _write_settings(
    folder: Path, layout: Layout, ocpp_port: int, http_port: int, more: str
) -> Path:
    names = []
    for site_id, text in write_sites(layout):
        names.append(f"{site_id}.yaml")
        (folder / names[-1]).write_text(text, encoding="utf-8")
    settings = folder / "chargeflex.yaml"
    settings.write_text(
        f"ocpp: {{port: {ocpp_port}, security_profile: 0}}\n"
        "access: open\n"
        f"http: {{port: {http_port}}}\n"
        "log: {level: WARNING}\n"
        f"sites: [{', '.join(names)}]\n{more}",
        encoding="utf-8",
    )
    return settings


def _wait_until_ready(server: Server) -> None:
    give_up_s = time.monotonic() + _READY_S
    while not server.api.is_ready():
        if server.process.poll() is not None or time.monotonic() > give_up_s:
            raise ServerError("expected a server that is ready")
        time.sleep(_LOOK_S)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
