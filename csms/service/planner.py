"""Planning off the event loop, in a process of its own, with a limit to its time.

`ProcessPlanner` always answers. While its process starts, or when it is late or has ended, the
heuristic plans in its place; a process that is late is ended, and the next one is started and
loaded in the background before anything is asked of it.
"""

import asyncio
import logging
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Final

from csms.child import end_child, exchange, read_answer, running_child
from csms.language.said import Said
from csms.service.planning_process import Answer, Failure, Question
from csms.service.ports import TimedPlan
from smart_charging.plan import ChargingPlan
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.problem import ChargingProblem

logger = logging.getLogger(__name__)

_GRACE_S: Final = 3.0
"""What rounding, verifying and passing things to and fro may take beside the solver."""
_START_S: Final = 120.0
"""A process that is not loaded by then never will be."""
_PAUSE_S: Final = 5.0
"""Between two processes of which the first did not even start."""
_PROGRAM: Final = "from csms.service.planning_process import main; main()"


class ProcessPlanner:
    """Plans in a child process, so that the event loop goes on meanwhile.

    Args:
        time_limit_s: How long the solver may take; the heuristic answers in place of a late one.
    """

    def __init__(self, time_limit_s: float) -> None:
        self._time_limit_s = time_limit_s
        self._process: Process | None = None
        self._is_warm = asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Keep a process ready until cancelled; whenever it has ended, start another."""
        while True:
            try:
                async with _started() as process:
                    self._process = process
                    self._is_warm.set()
                    await process.wait()
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                logger.warning("the planning process does not start: %r", error)
                await asyncio.sleep(_PAUSE_S)
            finally:
                self._forget(self._process)

    async def warm(self) -> None:
        """Wait until the process is ready."""
        await self._is_warm.wait()

    async def plan(self, problem: ChargingProblem, last: ChargingPlan | None = None) -> TimedPlan:
        """Make a verified plan."""
        began_s = perf_counter()
        question = Question(problem=problem, time_limit_s=self._time_limit_s, last=last)
        answer = await self._ask(question)
        if isinstance(answer, Failure):
            logger.warning("%s; the heuristic plans instead", answer.detail)
            answer = await asyncio.to_thread(plan_by_heuristic, problem, answer.detail)
        return TimedPlan(answer, perf_counter() - began_s)

    async def _ask(self, question: Question) -> Answer:
        try:
            async with asyncio.timeout(self._time_limit_s + _GRACE_S), self._turn:
                return await self._ask_process(question)
        except TimeoutError:
            return Failure(Said("the planning process was late"))
        except (ConnectionError, asyncio.IncompleteReadError):
            return Failure(Said("the planning process has ended"))

    async def _ask_process(self, question: Question) -> Answer:
        process = self._process
        if process is None:
            return Failure(Said("the planning process is starting"))
        try:
            answer: Answer = await exchange(process, question)
        except BaseException:  # an answer that comes later would be taken for the next one's
            self._forget(process)
            end_child(process)
            raise
        return answer

    def _forget(self, process: Process | None) -> None:
        if self._process is process:
            self._process = None
            self._is_warm.clear()


class InlinePlanner:
    """Plans in place: for simulated time, in which nothing takes any.

    Args:
        time_limit_s: How long the solver may take.
    """

    def __init__(self, time_limit_s: float) -> None:
        self._time_limit_s = time_limit_s

    async def plan(self, problem: ChargingProblem, last: ChargingPlan | None = None) -> TimedPlan:
        """Make a verified plan."""
        started_s = perf_counter()
        plan = make_plan(problem, self._time_limit_s, last)
        return TimedPlan(plan, perf_counter() - started_s)


@asynccontextmanager
async def _started() -> AsyncIterator[Process]:
    """A planning process that has loaded all that it needs; it is gone when this is left.

    Raises:
        OSError: It cannot be started.
        IncompleteReadError: It ended before it was ready.
        TimeoutError: It took too long.
    """
    async with running_child(_PROGRAM) as process:
        async with asyncio.timeout(_START_S):
            await read_answer(process)
        yield process
