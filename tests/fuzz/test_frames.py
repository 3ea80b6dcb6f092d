"""Whatever a station sends is answered as it deserves, and its connection lives on.

`HYPOTHESIS_PROFILE=thorough pytest --timeout 0 -rP tests/fuzz` sends 100,000 frames in each
version, others in every run, and prints the seed and what they were answered.
"""

import asyncio
import json
import logging
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import settings
from ocpp.messages import MessageType, get_validator
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.conformance.csms import running_csms, site_of
from tests.fuzz.frames import FrameMaker
from tests.fuzz.judge import Deserved, Judge

IS_THOROUGH: Final = settings.get_current_profile_name() == "thorough"
FRAMES: Final = 100_000 if IS_THOROUGH else 2_000
SEED: Final = secrets.randbits(32) if IS_THOROUGH else 20260114
AT_ONCE: Final = 32
PATIENCE_S: Final = 60.0


@dataclass
class BrokenStation:
    """Sends what no station should, and holds every answer against what was deserved.

    Attributes:
        tally: Answers so far: `result`, or the code of an error.
    """

    socket: ClientConnection
    judge: Judge
    maker: FrameMaker
    tally: Counter[str] = field(default_factory=Counter)
    _awaited: deque[tuple[str | bytes, Deserved]] = field(default_factory=deque)
    _is_heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, frame: str | bytes) -> None:
        """Send a frame."""
        deserved = self.judge.deserved(frame)
        if deserved is None:
            self.tally["none"] += 1
        else:
            self._awaited.append((frame, deserved))
        await self.socket.send(frame)

    @property
    def is_waiting(self) -> bool:
        """Whether so much has not been answered that it is time to wait for that."""
        return len(self._awaited) >= AT_ONCE

    async def answered(self) -> None:
        """Wait until all has been answered."""
        async with asyncio.timeout(PATIENCE_S):
            while self._awaited:
                self._is_heard.clear()
                await self._is_heard.wait()

    async def listen(self) -> None:
        """Take what comes until the connection ends."""
        while True:
            told = json.loads(await self.socket.recv())
            if told[0] == 2:
                await self.send(self.maker.answer(told[1], told[2]))
            else:
                self._take(told)
            self._is_heard.set()

    def _take(self, told: list[Any]) -> None:
        frame, deserved = self._answered_by(told)
        about = f"{frame!r:.3000} was answered with {told}"
        if told[0] == 4:
            _, _, code, description, details = told
            assert code in deserved.codes, f"{about}, deserved {set(deserved.codes)}"
            assert len(description) <= 255, about
            assert details == {}, about
            self.tally[code] += 1
            return
        assert deserved.action is not None, f"{about}, deserved {set(deserved.codes)}"
        validator = get_validator(MessageType.CallResult, deserved.action, self.judge.version)
        assert [error.message for error in validator.iter_errors(told[2])] == [], about
        self.tally["result"] += 1

    def _answered_by(self, told: list[Any]) -> tuple[str | bytes, Deserved]:
        """The oldest frame of that id; others wait for somebody else's answer and are overtaken."""
        for awaited in self._awaited:
            if awaited[1].message_id == told[1]:
                self._awaited.remove(awaited)
                return awaited
        raise AssertionError(f"an answer to nothing: {told}")


@asynccontextmanager
async def broken_station(url: str, version: str, random: Random) -> AsyncIterator[BrokenStation]:
    subprotocol = Subprotocol(f"ocpp{version}")
    async with (
        connect(url, subprotocols=[subprotocol], ping_interval=None, proxy=None) as socket,
        asyncio.TaskGroup() as tasks,
    ):
        station = BrokenStation(socket, Judge(version), FrameMaker(version, random))
        listening = tasks.create_task(station.listen())
        yield station
        listening.cancel()


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_whatever_a_station_sends_is_answered_as_it_deserves(
    version: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    print(f"seed {SEED}")  # noqa: T201 - to see it again
    random = Random(SEED)  # noqa: S311 - not for secrets
    async with running_csms(tmp_path, sites=(site_of(stations=1),)) as csms:
        url = f"{csms.ocpp_url}/{csms.fresh_station()}"
        async with broken_station(url, version, random) as station:
            for _ in range(FRAMES):
                await station.send(station.maker.frame())
                if station.is_waiting:
                    await station.answered()
            await station.send('[2,"still-here","Heartbeat",{}]')
            await station.answered()
        print(version, dict(station.tally.most_common()))  # noqa: T201
    assert sum(station.tally.values()) > FRAMES
    assert {"result", "NotImplemented", "NotSupported", "TypeConstraintViolation"} <= set(
        station.tally
    )
    faults = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in faults] == []
