"""When Python looks for garbage in cycles: often, and never for long.

A full collection looks at every container that is alive, some thirty for each connected station:
at ten thousand stations it stops a server for a quarter of a second. While `short_pauses` is
entered,

- what is alive at the start, modules above all, is frozen: it is looked at no more;
- what has come within a second is looked at every second, or sooner if it is much;
- what is older is looked at once a minute. Where that would take longer than `_PAUSE_S`, as after
  thousands of stations have come, it is frozen instead; how much it is, is counted every five
  seconds.

What is frozen is freed like anything else when nothing refers to it any more. Only what dies in a
cycle stays; connections and their messages die without (tests/gateway/test_life.py).
"""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

_PAUSE_S: Final = 0.01
_LOOK_EVERY_S: Final = 1.0
_LOOKS_A_MINUTE: Final = 60
_WEIGHED_EVERY: Final = 5
"""So many looks are between two counts of what is old; counting is a quarter of looking at it."""
_YOUNG: Final = 20_000
"""A collection of the youngest begins when so many more have come than gone.

They are looked at in some five milliseconds. A thousand messages that wait for one commit are not
that many: were they, each of their objects would be looked at twice before it goes, for nothing.
"""
_YOUNG_ROUNDS: Final = 0
"""After more of those, what survived them is looked at again, and then counts as old."""
_NEVER: Final = 2**31 - 1
_YOUNGER, _OLD = 1, 2


@asynccontextmanager
async def short_pauses() -> AsyncIterator[None]:
    """Let no collection of garbage take long until the context is left."""
    thresholds = gc.get_threshold()
    tidying = asyncio.create_task(_tidy())
    try:
        yield
    finally:
        tidying.cancel()
        gc.unfreeze()
        gc.set_threshold(*thresholds)


class Collector:
    """Looks for garbage when it is told to.

    Args:
        most: As many old objects are looked at; more are frozen.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._looks = 0

    def look(self) -> None:
        """Look at the young, which then are old; once in a while at the old, or freeze them."""
        self._looks += 1
        gc.collect(_YOUNGER)
        if self._looks % _WEIGHED_EVERY:
            return
        if len(gc.get_objects(_OLD)) > self._most:
            gc.freeze()
        elif self._looks % _LOOKS_A_MINUTE == 0:
            gc.collect(_OLD)


def begin() -> Collector:
    """Freeze what is alive; find out how many objects can be looked at in time."""
    began_s = time.thread_time()
    gc.collect()
    spent_s = time.thread_time() - began_s
    most = int(len(gc.get_objects()) * _PAUSE_S / spent_s)
    gc.freeze()
    gc.set_threshold(_YOUNG, _YOUNG_ROUNDS, _NEVER)
    return Collector(most)


async def _tidy() -> None:
    collector = begin()
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        collector.look()
