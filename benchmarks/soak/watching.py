"""Looking at the server now and then while it is under load."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks.load.probe import Lag
from benchmarks.rig.processes import open_file_count, resident_bytes, thread_count
from benchmarks.rig.server import Server

MOST_GROWTH: Final = 0.05
_COMES_AND_GOES: Final = 5
_EVERY_S: Final = 10.0
_LEAST_LOOKS: Final = 20
_MIB: Final = 1024 * 1024
_BASE_SHARE: Final = 1 / 6
"""Minute 5 of 30: by then every cache has filled."""
_NEAR: Final = 6
"""How many looks are one figure, which a single collection of garbage does not move."""
_PLAN_S: Final = 10.0
"""A plan may be read, kept and sent for so long after it was begun."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a process held at an instant."""

    memory_mib: float
    threads: float
    files: float


@dataclass(frozen=True, slots=True)
class Growth:
    """What a process held at the base, and in the end."""

    base: float
    end: float

    @property
    def share(self) -> float:
        """What has been added, as a share of the base."""
        return self.end / self.base - 1.0

    @property
    def is_leak(self) -> bool:
        """Whether that is more than comes and goes: both in number and as a share."""
        return self.share > MOST_GROWTH and self.end - self.base > _COMES_AND_GOES


@dataclass(slots=True)
class Log:
    """All looks at a server.

    Attributes:
        busy_at: When the server was kept busy by its own plans or by this program's questions, in
            seconds since 1970: from, until.
        tasks: asyncio tasks at the base and in the end, where the server's metrics tell.
    """

    looks: list[Look] = field(default_factory=list)
    busy_at: list[tuple[float, float]] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)

    def growths(self) -> dict[str, Growth]:
        """What has become of all that was looked at, between the base and the end."""
        base = int(len(self.looks) * _BASE_SHARE)
        near = max(1, min(_NEAR, len(self.looks) // 4))
        first, last = self.looks[base : base + near], self.looks[-near:]
        found = {
            name: Growth(
                median(getattr(look, name) for look in first),
                median(getattr(look, name) for look in last),
            )
            for name in ("memory_mib", "threads", "files")
        }
        if self.tasks:
            found["tasks"] = Growth(self.tasks[0], self.tasks[-1])
        return found

    def unexplained(self, lags: Sequence[Lag]) -> list[Lag]:
        """Lags of the event loop that are neither the machine's nor those of a plan."""
        return [
            lag
            for lag in lags
            if lag.busy_ms < lag.ms / 2
            and not any(
                begin <= lag.at + lag.ms / 1000 and lag.at <= end for begin, end in self.busy_at
            )
        ]


def watch(server: Server, site_ids: Sequence[str], seconds: float) -> Log:
    """Look at a server every ten seconds."""
    log, ends_s = Log(), time.monotonic() + seconds
    base_s = ends_s - seconds * (1 - _BASE_SHARE)
    while time.monotonic() < ends_s:
        time.sleep(min(_EVERY_S, seconds / _LEAST_LOOKS))
        log.looks.append(_look(server.pid))
        _note_plan(log, server, site_ids)
        if time.monotonic() >= base_s and not log.tasks:
            _count_tasks(log, server)
    _count_tasks(log, server)
    return log


def _look(pid: int) -> Look:
    return Look(resident_bytes(pid) / _MIB, thread_count(pid), open_file_count(pid))


def _note_plan(log: Log, server: Server, site_ids: Sequence[str]) -> None:
    _, made_at = server.api.newest_plan(site_ids)
    if made_at is not None:
        begin = made_at.timestamp()
        log.busy_at.append((begin, begin + _PLAN_S))


def _count_tasks(log: Log, server: Server) -> None:
    began = time.time()
    tasks = server.api.task_count()
    log.busy_at.append((began, time.time()))
    if tasks is not None:
        log.tasks.append(tasks)
