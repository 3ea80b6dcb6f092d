"""Servers that take part, each with stations of its own that are connected and charge."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.load.fleet import Population
from benchmarks.load.link import Address
from benchmarks.load.orders import Arrive, Charge, Settle
from benchmarks.load.process import Generator, generating
from benchmarks.rig.databases import Store, opened
from benchmarks.rig.processes import free_port, processor_s, resident_bytes
from benchmarks.rig.server import serving
from benchmarks.rig.site_files import Layout

PEER: Final = "peer"
FLOOR: Final = "floor"
_PER_SITE: Final = 1000
_QUIET_S: Final = 15.0
"""Longer than the pause between two plans and the wait for vehicles to follow."""
_START_S: Final = 60.0
_LOOK_S: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A server under load.

    Attributes:
        name: `peer`, `floor`, or the kind of the database.
        pid: The server's process.
        store: None for the peer, which has none, and for the floor, which keeps texts only.
        blank_bytes: Its memory before the first station came.
    """

    name: str
    pid: int
    generator: Generator
    store: Store | None
    stations: int
    blank_bytes: int

    def server_s(self) -> float:
        """Processor time of the server and all that it has started."""
        return processor_s(self.pid)

    def database_s(self) -> float:
        """Processor time of the database's own processes."""
        return self.store.processor_s() if self.store else 0.0

    def kib_per_station(self) -> float:
        """Memory that the server has come to need for each station."""
        return (resident_bytes(self.pid) - self.blank_bytes) / self.stations / 1024


@contextmanager
def contesting(name: str, stations: int, version: str) -> Iterator[Contestant]:
    """A server with stations that charge, and that has nothing more to say to them."""
    with (
        TemporaryDirectory(prefix="chargeflex-load-") as folder,
        _running(name, Path(folder), stations) as (pid, address, store),
    ):
        blank_bytes = resident_bytes(pid)
        population = Population(address=address, stations=stations, versions=(version,))
        with generating(population) as generator:
            generator.ask(Arrive())
            generator.ask(Charge(stations))
            if store is not None:
                generator.ask(Settle(quiet_s=_QUIET_S))
            yield Contestant(
                name=name,
                pid=pid,
                generator=generator,
                store=store,
                stations=stations,
                blank_bytes=blank_bytes,
            )


@contextmanager
def _running(name: str, folder: Path, stations: int) -> Iterator[tuple[int, Address, Store | None]]:
    if name == PEER:
        with _foreign("benchmarks.throughput.peer", prefix="/") as (pid, address):
            yield pid, address, None
        return
    if name == FLOOR:
        kept = str(folder / "floor.db")
        with _foreign("benchmarks.throughput.floor", kept) as (pid, address):
            yield pid, address, None
        return
    layout = Layout(stations=stations, per_site=_PER_SITE)
    with opened(name, folder) as store, serving(folder, layout, store.url) as server:
        yield server.pid, server.stations_at, store


@contextmanager
def _foreign(module: str, *arguments: str, prefix: str = "/ocpp/") -> Iterator[tuple[int, Address]]:
    """A server that is none of ours, in a process of its own."""
    address = Address(port=free_port(), prefix=prefix)
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(address.port), *arguments],
        stderr=subprocess.DEVNULL,  # its log
    )
    try:
        _wait_until_listening(address)
        yield process.pid, address
    finally:
        process.kill()
        process.wait()


def _wait_until_listening(address: Address) -> None:
    give_up_s = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection((address.host, address.port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > give_up_s:
                raise
            time.sleep(_LOOK_S)
        else:
            return
