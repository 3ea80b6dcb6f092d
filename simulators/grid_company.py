"""The grid company's side: sends capacity blocks and heartbeats, and sometimes goes silent.

It speaks the server's own HTTP interface for grid companies (docs/grid.md), as any other would.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from simulators.clock import Clock

Answer: TypeAlias = Mapping[str, Any]
Ask: TypeAlias = Callable[[str, str, Mapping[str, Any]], Awaitable[Answer | None]]
"""Asks the server, given method, path and body; None: that is to be tried again."""
Tell: TypeAlias = Callable[[str], None]

_PATIENCE_S: Final = 5.0
_LONGEST_S: Final = 1.0
"""A silence begins and ends within that time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A feeder is to carry less for a while.

    Attributes:
        amps: On each line.
    """

    feeder_id: str
    amps: float
    starts_at: datetime
    ends_at: datetime

    def holds_at(self, instant: datetime) -> bool:
        """Whether it holds at an instant."""
        return self.starts_at <= instant < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """What a grid company does at one site.

    Attributes:
        cuts: What it wants, in any order.
        fallback_a: What it wants while it cannot be reached, by feeder.
        beat_every_s: How often it shows that it is there.
        silent_from: When it falls silent; None: never.
        silent_s: For how long.
    """

    site_id: str
    cuts: Sequence[Cut]
    fallback_a: Mapping[str, float]
    beat_every_s: float = 60.0
    silent_from: datetime | None = None
    silent_s: float = 0.0

    def is_silent(self, now: datetime) -> bool:
        """Whether it says nothing just now."""
        begins_at = self.silent_from
        return begins_at is not None and begins_at <= now < begins_at + timedelta(
            seconds=self.silent_s
        )


class GridCompany:
    """A grid company that limits feeders of one site.

    Args:
        conduct: What it does.
        ask: Asks the server.
        clock: Simulated time.
        tell: Is told what it does and what it hears; None: nobody is.
    """

    def __init__(self, conduct: Conduct, ask: Ask, clock: Clock, tell: Tell | None = None) -> None:
        self._conduct = conduct
        self._ask = ask
        self._clock = clock
        self._tell = tell or (lambda _: None)
        self._was_silent = False

    async def run(self) -> None:
        """Send all blocks, then beat until cancelled."""
        await self._announce()
        while True:
            await self._beat()
            await self._wait()

    async def _announce(self) -> None:
        conduct, now = self._conduct, self._clock.now()
        for feeder_id, amps in conduct.fallback_a.items():
            await self._send(feeder_id, "fallback", [_block(amps, now, None)])
        for feeder_id in dict.fromkeys(cut.feeder_id for cut in conduct.cuts):
            theirs = [cut for cut in conduct.cuts if cut.feeder_id == feeder_id]
            blocks = [_block(cut.amps, cut.starts_at, cut.ends_at) for cut in theirs]
            await self._send(feeder_id, "consumption", blocks)

    async def _send(self, feeder_id: str, kind: str, blocks: list[dict[str, Any]]) -> None:
        """Send blocks until they are taken."""
        site, feeder = quote(self._conduct.site_id, safe=""), quote(feeder_id, safe="")
        path = f"/api/v1/grid/sites/{site}/feeders/{feeder}/blocks/{kind}"
        while (answer := await self._ask("PUT", path, {"blocks": blocks})) is None:
            await self._clock.sleep(_PATIENCE_S)
        for block in answer["blocks"]:
            self._tell(_heard(kind, feeder_id, block))

    async def _beat(self) -> None:
        is_silent = self._conduct.is_silent(self._clock.now())
        if is_silent != self._was_silent:
            self._tell("says nothing from now on" if is_silent else "speaks again")
            self._was_silent = is_silent
        if not is_silent:
            await self._ask("POST", "/api/v1/grid/heartbeat", {})

    async def _wait(self) -> None:
        """Wait for the next beat, or for a silence to begin or end."""
        until = self._clock.now() + timedelta(seconds=self._conduct.beat_every_s)
        while (now := self._clock.now()) < until:
            if self._conduct.is_silent(now) != self._was_silent:
                return
            await self._clock.sleep(min(_LONGEST_S, (until - now).total_seconds()))


def _block(amps: float, starts_at: datetime, ends_at: datetime | None) -> dict[str, Any]:
    return {
        "capacity": amps,
        "unit": "A",
        "phase": "ALL",
        "start_time": starts_at.isoformat(),
        "end_time": None if ends_at is None else ends_at.isoformat(),
    }


def _heard(kind: str, feeder_id: str, block: Mapping[str, Any]) -> str:
    """What the server has answered to one block."""
    [feeder] = block["feeders"]
    ends = f"until {block['end_time']}" if block["end_time"] else "until it is replaced"
    text = f"{kind} of {feeder_id}: {block['capacity']:g} A from {block['start_time']} {ends}"
    if feeder["expected_a"] is not None:
        lines = " / ".join(f"{amps:g}" for amps in feeder["expected_a"])
        text += f"; expected: {lines} A, {feeder['expected_w'] / 1000:.1f} kW"
    return f"{text}; {feeder['warning']}" if feeder["warning"] else text
