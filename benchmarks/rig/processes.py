"""What the kernel knows of processes (`man 5 proc`)."""

import os
import resource
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_PROC: Final = Path("/proc")
_PARENT: Final = 1
_NS_PER_S: Final = 1e9
_TIMES: Final = slice(11, 15)
"""utime, stime, cutime, cstime: places in `stat` after the program's name."""
_OWN_TIMES: Final = slice(11, 13)


def processor_s(pid: int) -> float:
    """Processor time of a process and all that it has started, in seconds."""
    stats = _stats()
    family = {pid}
    for member in sorted(stats):  # nearly always parents have the lower numbers
        if int(stats[member][_PARENT]) in family:
            family.add(member)
    ticks = sum(int(word) for member in family for word in stats[member][_TIMES])
    return ticks / _TICKS_PER_S


def own_processor_s(pid: int) -> float:
    """Processor time of a process alone, in seconds."""
    words = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return sum(int(word) for word in words[_OWN_TIMES]) / _TICKS_PER_S


@dataclass(frozen=True, slots=True)
class ThreadTimes:
    """How long a thread has run, and how long it has waited for a processor, in seconds."""

    ran_s: float
    waited_s: float

    def since(self, before: "ThreadTimes") -> "ThreadTimes":
        """The same from an instant before on."""
        return ThreadTimes(self.ran_s - before.ran_s, self.waited_s - before.waited_s)


def thread_times(pid: int, thread: int) -> ThreadTimes:
    """What a thread of a process has got of the processors."""
    words = (_PROC / str(pid) / "task" / str(thread) / "schedstat").read_text().split()
    return ThreadTimes(int(words[0]) / _NS_PER_S, int(words[1]) / _NS_PER_S)


def child_processes(argument: str) -> list[int]:
    """Processes that this one has started, or those that it has, with an argument of theirs."""
    stats, family = _stats(), {os.getpid()}
    for member in sorted(stats):
        if int(stats[member][_PARENT]) in family:
            family.add(member)
    return [one for one in sorted(family & stats.keys()) if argument in _arguments(one)]


def resident_bytes(pid: int) -> int:
    """Memory that a process holds."""
    return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE_BYTES


def thread_count(pid: int) -> int:
    """Threads of a process."""
    return len(list((_PROC / str(pid) / "task").iterdir()))


def open_file_count(pid: int) -> int:
    """Files, sockets and pipes that a process has open."""
    return len(list((_PROC / str(pid) / "fd").iterdir()))


def allow_many_files() -> None:
    """Let this process and all that it starts have as many connections as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _arguments(pid: int) -> list[str]:
    try:
        return (_PROC / str(pid) / "cmdline").read_text().replace(" ", "\0").split("\0")
    except OSError:  # it has ended meanwhile
        return []


def _stats() -> dict[int, list[str]]:
    """The words of every process's `stat` that follow its name."""
    stats = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            try:
                text = (entry / "stat").read_text()
            except OSError:  # it has ended meanwhile
                continue
            stats[int(entry.name)] = text.rpartition(")")[2].split()
    return stats
