"""Asking for forecasts off the event loop, in a process of its own, with a limit to its time."""

import asyncio
import logging
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from csms.child import end_child, exchange, read_answer, running_child, write_frame
from csms.domain.stay_outcome import StayAnswer
from csms.forecasting.questions import Beginning, Failure, Question
from csms.forecasting.settings import ForecastSettings
from csms.service.forecast_store import StandingVehicle
from csms.storage.database import DatabaseSettings

logger = logging.getLogger(__name__)

_TIME_LIMIT_S: Final = 60.0
"""A batch takes seconds; nobody waits for it but the next batch."""
_START_S: Final = 120.0
_PAUSE_S: Final = 30.0
"""Between two processes of which the first did not even start."""
_PROGRAM: Final = "from csms.forecasting.answer_process import main; main()"


class ProcessForecaster:
    """Asks a child process, so that the event loop goes on meanwhile.

    It is started when it is first asked. While it starts, is late or has ended, nothing is said; a
    process that is late is ended, and the next one is started.

    Args:
        settings: How far back is looked.
        database: Where stays and models are.
    """

    def __init__(self, settings: ForecastSettings, database: DatabaseSettings) -> None:
        self._beginning = Beginning(database=database, settings=settings)
        self._process: Process | None = None
        self._is_wanted = asyncio.Event()
        self._is_warm = asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Once it is asked, keep a process ready until cancelled; if it ends, start another."""
        await self._is_wanted.wait()
        while True:
            try:
                async with _started(self._beginning) as process:
                    self._process = process
                    self._is_warm.set()
                    await process.wait()
                logger.warning("the process that is asked for forecasts has ended")
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                logger.warning("the process that is asked for forecasts does not start: %r", error)
            finally:
                self._process = None
                self._is_warm.clear()
            await asyncio.sleep(_PAUSE_S)

    async def warm(self) -> None:
        """Wait until the process is ready."""
        await self._is_warm.wait()

    async def forecast(
        self, vehicles: Sequence[StandingVehicle], now: datetime
    ) -> Mapping[int, StayAnswer] | None:
        """Say something of each vehicle that a model knows anything of; None: ask again soon."""
        self._is_wanted.set()
        async with self._turn:
            process = self._process
            if process is None:
                return None
            try:
                async with asyncio.timeout(_TIME_LIMIT_S):
                    answer = await exchange(process, Question(vehicles, now))
            except (TimeoutError, ConnectionError, asyncio.IncompleteReadError) as error:
                logger.warning("no forecasts came: %r", error)
                self._forget(process)
                return None
            except BaseException:  # an answer that comes later would be taken for the next one's
                self._forget(process)
                raise
        if isinstance(answer, Failure):
            logger.warning("%s", answer.detail)
            return {}
        answers: Mapping[int, StayAnswer] = answer
        return answers

    def _forget(self, process: Process) -> None:
        if self._process is process:
            self._process = None
        end_child(process)


@asynccontextmanager
async def _started(beginning: Beginning) -> AsyncIterator[Process]:
    """A process that has loaded all that it needs; it is gone when this is left.

    Raises:
        OSError: It cannot be started.
        IncompleteReadError: It ended before it was ready.
        TimeoutError: It took too long.
    """
    async with running_child(_PROGRAM) as process:
        async with asyncio.timeout(_START_S):
            await read_answer(process)
            if process.stdin is None:
                raise ConnectionError("the process has no input")
            process.stdin.write(write_frame(beginning))
            await process.stdin.drain()
        yield process
