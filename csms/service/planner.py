"""Planning off the event loop, in a process of its own, with a limit to its time."""

import asyncio
import logging
import multiprocessing
import os
import signal
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from threading import Thread
from time import perf_counter
from typing import Final

from csms.service.ports import TimedPlan
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.problem import ChargingProblem

logger = logging.getLogger(__name__)

_GRACE_S: Final = 3.0
"""What starting the process, rounding and verifying may take beside the solver."""


class ProcessPlanner:
    """Plans in a child process, so that the event loop goes on meanwhile.

    Args:
        time_limit_s: How long the solver may take; the heuristic answers in place of a late one.
    """

    def __init__(self, time_limit_s: float) -> None:
        self._time_limit_s = time_limit_s
        self._pool = _start_pool()
        self._pool.submit(_warm_up)

    async def plan(self, problem: ChargingProblem) -> TimedPlan:
        """Make a verified plan."""
        started_s = perf_counter()
        try:
            async with asyncio.timeout(self._time_limit_s + _GRACE_S):
                plan = await asyncio.get_running_loop().run_in_executor(
                    self._pool, make_plan, problem, self._time_limit_s
                )
        except (TimeoutError, BrokenProcessPool) as error:
            detail = f"the planning process did not answer: {type(error).__name__}"
            logger.warning("%s; the heuristic plans instead", detail)
            self._replace_pool()
            plan = plan_by_heuristic(problem, detail)
        return TimedPlan(plan, perf_counter() - started_s)

    def close(self) -> None:
        """End the child process."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _replace_pool(self) -> None:
        self.close()
        self._pool = _start_pool()


class InlinePlanner:
    """Plans in place: for simulated time, in which nothing takes any.

    Args:
        time_limit_s: How long the solver may take.
    """

    def __init__(self, time_limit_s: float) -> None:
        self._time_limit_s = time_limit_s

    async def plan(self, problem: ChargingProblem) -> TimedPlan:
        """Make a verified plan."""
        started_s = perf_counter()
        plan = make_plan(problem, self._time_limit_s)
        return TimedPlan(plan, perf_counter() - started_s)


def _warm_up() -> None:
    """Nothing: starting the process and importing this module is what takes time."""


def _start_pool() -> Executor:
    # A fresh interpreter: a fork would carry the parent's sockets and locks along.
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max_workers=1, mp_context=spawn, initializer=_obey_parent_alone)


def _obey_parent_alone() -> None:
    """Let this child process end with its parent, however that ends, and at nobody else's word."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the children of a shell's job too
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # the pool's own thread waits for work that will never come
