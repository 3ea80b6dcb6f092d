"""What readers of a live page cost the server: processor time of its own process."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final

import httpx2

from benchmarks.rig.processes import own_processor_s
from benchmarks.rig.server import Server
from benchmarks.ui.figures import ServerCost

_MORE: Final = 10
_TURNS: Final = 3
_SETTLE_S: Final = 2.0
_PATIENCE_S: Final = 30.0
_MESSAGE: Final = b"event: "


def server_cost(server: Server, site_id: str, seconds: float) -> ServerCost:
    """Measure it with readers that only take what comes.

    What else the server does changes with time, so that it is looked at without a page and with one
    in turn; medians count.
    """
    url = f"{server.api.url}/api/v1/sites/{site_id}/live"
    none_pct, one_pct = [], []
    for _ in range(_TURNS):
        none_pct.append(_share_pct(server, seconds))
        with _reading(url):
            one_pct.append(_share_pct(server, seconds))
    with ExitStack() as readers:
        reader = readers.enter_context(_reading(url))
        time.sleep(_SETTLE_S)
        taken, parts = reader.taken, reader.messages
        one_pct.append(_share_pct(server, seconds))
        whole_s = seconds + _SETTLE_S
        bytes_per_s = (reader.taken - taken) / whole_s
        messages_per_s = (reader.messages - parts) / whole_s
        for _ in range(_MORE):
            readers.enter_context(_reading(url))
        many_pct = _share_pct(server, seconds)
    return ServerCost(
        none_pct=median(none_pct),
        one_pct=median(one_pct),
        many_pct=many_pct,
        more=_MORE,
        bytes_per_s=bytes_per_s,
        messages_per_s=messages_per_s,
    )


def _share_pct(server: Server, seconds: float) -> float:
    time.sleep(_SETTLE_S)
    before_s = own_processor_s(server.pid)
    time.sleep(seconds)
    return 100 * (own_processor_s(server.pid) - before_s) / seconds


@dataclass(slots=True)
class _Reader:
    taken: int = 0
    messages: int = 0


@contextmanager
def _reading(url: str) -> Iterator[_Reader]:
    """A reader of a stream, in a thread, until this is left."""
    reader, is_over = _Reader(), threading.Event()

    def read() -> None:
        with httpx2.stream("GET", url, timeout=_PATIENCE_S, trust_env=False) as answer:
            for part in answer.iter_raw():
                reader.taken += len(part)
                reader.messages += part.count(_MESSAGE)
                if is_over.is_set():
                    return

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield reader
    finally:
        is_over.set()
        thread.join(_PATIENCE_S)
