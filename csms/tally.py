"""Counts and durations that cost next to nothing to keep; metrics are read off them."""

import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from typing import Final

BOUNDS_S: Final = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    30.0,
)
"""Upper ends of the ranges in which durations are counted; one more range has no end."""
_LOOK_EVERY_S: Final = 0.25


class Durations:
    """How often something took how long.

    Attributes:
        counts: By range, see `BOUNDS_S`.
        sum_s: Of all of them.
    """

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def add(self, duration_s: float) -> None:
        """Count one more."""
        self.counts[bisect_left(BOUNDS_S, duration_s)] += 1
        self.sum_s += duration_s


class Traffic:
    """What has gone over all connections since the start.

    Attributes:
        connected: Stations that are connected, by version.
        opened: Connections that were opened, by version.
        calls: How long stations' calls took to be handled, by version and action.
        refused: Calls that were answered with an error, by version and error code.
        commands: How long commands took, by version, command and what came of it.
    """

    def __init__(self) -> None:
        self.connected: Counter[str] = Counter()
        self.opened: Counter[str] = Counter()
        self.calls: defaultdict[tuple[str, str], Durations] = defaultdict(Durations)
        self.refused: Counter[tuple[str, str]] = Counter()
        self.commands: defaultdict[tuple[str, str, str], Durations] = defaultdict(Durations)


class MqttTally:
    """What has gone over the connection to the MQTT broker since the start.

    Attributes:
        is_connected: Whether there is one.
        connections: How often there has been one.
        taken: Messages that were used, by what they came under: a topic, or several by wildcards.
        refused: Messages that were not, by the same and by what of them is wrong.
        sent: Messages that the broker has been given.
    """

    def __init__(self) -> None:
        self.is_connected = False
        self.connections = 0
        self.taken: Counter[str] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.sent = 0


class LoopLag:
    """How late the event loop comes to what is due.

    Attributes:
        late: Looked at four times a second.
    """

    def __init__(self) -> None:
        self.late = Durations()

    async def run(self) -> None:
        """Look until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + _LOOK_EVERY_S
            await asyncio.sleep(_LOOK_EVERY_S)
            self.late.add(max(0.0, loop.time() - due_s))
