"""A PostgreSQL of the tests' own: started on a free port of the loopback, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

INSTALLED_UNDER: Final = Path("/usr/lib/postgresql")
OWNER: Final = "postgres" if os.geteuid() == 0 else None
"""Who runs the server: it refuses to be run by root."""


def find_programs() -> Path | None:
    """The folder of the server's programs, None if it is not installed."""
    found = sorted(INSTALLED_UNDER.glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Cluster:
    """A running server, and the databases that tests make on it."""

    def __init__(self, programs: Path, port: int, first_pid: int) -> None:
        self._programs = programs
        self._port = port
        self._first_pid = first_pid
        self._numbers = count(1)

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://chargeflex:secret@127.0.0.1:{self._port}/{name}"

    def create(self, template: str = "template0") -> str:
        """Create a database like another one; return its name."""
        name = f"test_{next(self._numbers)}"
        at = ("-h", "127.0.0.1", "-p", str(self._port), "-U", "chargeflex")
        _run(self._programs / "createdb", *at, "-T", template, name)
        return name

    def cpu_s(self) -> float:
        """Processor time of the server so far, with that of processes of it that have ended."""
        children = Path(f"/proc/{self._first_pid}/task/{self._first_pid}/children").read_text()
        ticks = sum(_ticks(pid) for pid in (*children.split(), str(self._first_pid)))
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_cluster(programs: Path, *, is_durable: bool = False) -> Iterator[Cluster]:
    """Run a server until the context is left.

    Args:
        programs: Where its programs are.
        is_durable: Whether a commit waits until the disk has it.
    """
    folder = Path(tempfile.mkdtemp(prefix="chargeflex-pg-"))
    if OWNER:
        shutil.chown(folder, OWNER)
    data = str(folder / "data")
    try:
        _run(programs / "initdb", "-D", data, "--username=chargeflex", "--auth=trust", "-N")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        fsync = "on" if is_durable else "off"
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync={fsync} -k {folder}"
        log = str(folder / "log")
        _run(programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield Cluster(programs, port, _first_pid(folder / "data"))
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _first_pid(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().split()[0])


def _ticks(pid: str) -> int:
    """Processor time of a process in clock ticks: its own, and that of children it waited for."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:  # it has ended just now
        return 0
    fields = stat.rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15])


def _run(program: Path, *arguments: str) -> None:
    subprocess.run(
        [program, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        user=OWNER,
        group=OWNER,
        extra_groups=[] if OWNER else None,
    )
