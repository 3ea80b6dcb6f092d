"""Planning in a process of its own: it always answers, whatever happens to that process."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest

from csms.service import planner as planner_module
from csms.service.planner import InlinePlanner, ProcessPlanner
from smart_charging.plan import ChargingPlan, Method
from smart_charging.problem import ChargingProblem
from tests.smart_charging.problems import evse, feeder, problem

ASKED: ChargingProblem = problem(feeder("main", 40.0), evse("a"), evse("b"))
PATIENCE_S: Final = 100.0
"""A process that is not ready by then will not be."""

PARENT = """
import asyncio, time
from tests.service.test_planner import child, warm_planner

async def plan():
    async with warm_planner() as planner:
        print(child(planner), flush=True)
        time.sleep(60)

asyncio.run(plan())
"""


def at_first(plan: ChargingPlan) -> list[float]:
    return [one.limits_a[0] for one in plan.evses]


@asynccontextmanager
async def running(time_limit_s: float = 20.0) -> AsyncIterator[ProcessPlanner]:
    """A planner whose process has just been started."""
    planner = ProcessPlanner(time_limit_s)
    keeping = asyncio.create_task(planner.run())
    try:
        yield planner
    finally:
        keeping.cancel()
        await asyncio.wait({keeping})


@asynccontextmanager
async def warm_planner(time_limit_s: float = 20.0) -> AsyncIterator[ProcessPlanner]:
    """A planner whose process is ready."""
    async with running(time_limit_s) as planner:
        await warm(planner)
        yield planner


async def warm(planner: ProcessPlanner) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await planner.warm()


def child(planner: ProcessPlanner) -> int:
    assert planner._process is not None
    return planner._process.pid


async def test_plan_made_in_place() -> None:
    timed = await InlinePlanner(20.0).plan(ASKED)
    assert timed.plan.method is Method.LINEAR_PROGRAM
    assert sum(at_first(timed.plan)) == pytest.approx(40.0)
    assert timed.solve_s > 0


async def test_child_process_plans_plans_on_after_its_death_and_meanwhile_the_heuristic_does(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with warm_planner() as planner:
        timed = await planner.plan(ASKED)
        assert timed.plan.method is Method.LINEAR_PROGRAM
        assert sum(at_first(timed.plan)) == pytest.approx(40.0)
        os.kill(child(planner), signal.SIGKILL)
        timed = await planner.plan(ASKED)
        assert timed.plan.method is Method.HEURISTIC
        assert timed.plan.detail == "the planning process has ended"
        assert sum(at_first(timed.plan)) == pytest.approx(40.0)
        assert "the heuristic plans instead" in caplog.text
        await warm(planner)
        assert (await planner.plan(ASKED)).plan.method is Method.LINEAR_PROGRAM


async def test_process_that_starts_is_not_waited_for() -> None:
    async with running() as planner:
        timed = await planner.plan(ASKED)
        assert timed.plan.method is Method.HEURISTIC
        assert timed.plan.detail == "the planning process is starting"
        await warm(planner)
        assert (await planner.plan(ASKED)).plan.method is Method.LINEAR_PROGRAM


async def test_late_process_is_ended_and_another_is_warmed_before_it_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with warm_planner() as planner:
        stuck = child(planner)
        os.kill(stuck, signal.SIGSTOP)
        monkeypatch.setattr(planner_module, "_GRACE_S", -19.9)
        timed = await planner.plan(ASKED)
        assert timed.plan.method is Method.HEURISTIC
        assert timed.plan.detail == "the planning process was late"
        assert sum(at_first(timed.plan)) == pytest.approx(40.0)
        monkeypatch.setattr(planner_module, "_GRACE_S", 3.0)
        timed = await planner.plan(ASKED)
        assert timed.plan.detail == "the planning process is starting"
        await warm(planner)
        with pytest.raises(ProcessLookupError):
            os.kill(stuck, 0)
        assert (await planner.plan(ASKED)).plan.method is Method.LINEAR_PROGRAM


async def test_plan_that_nobody_waits_for_any_more_is_not_taken_for_the_next_one() -> None:
    async with warm_planner() as planner:
        os.kill(child(planner), signal.SIGSTOP)
        asking = asyncio.create_task(planner.plan(ASKED))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait({asking})
        other = problem(feeder("main", 40.0), evse("c"))
        timed = await planner.plan(other)
        assert [one.key for one in timed.plan.evses] == ["c"]


async def test_two_sites_plan_one_after_the_other() -> None:
    other = problem(feeder("main", 40.0), evse("c"))
    async with warm_planner() as planner:
        plans = await asyncio.gather(planner.plan(ASKED), planner.plan(other))
        assert [[one.key for one in timed.plan.evses] for timed in plans] == [["a", "b"], ["c"]]
        assert {timed.plan.method for timed in plans} == {Method.LINEAR_PROGRAM}


async def test_problem_that_the_planner_fails_on_is_planned_by_the_heuristic() -> None:
    last: Any = no_plan
    async with warm_planner() as planner:
        timed = await planner.plan(many(), last)
        assert timed.plan.method is Method.HEURISTIC
        assert timed.plan.detail == "planning failed: AttributeError"
        assert (await planner.plan(ASKED)).plan.method is Method.LINEAR_PROGRAM


def no_plan() -> None:
    """Stands where a plan should be."""


def many() -> ChargingProblem:
    """So many EVSEs that the last plan is looked at."""
    return problem(feeder("main", 4000.0), *(evse(f"e-{number}") for number in range(101)))


async def test_child_process_ends_at_its_parents_word_alone() -> None:
    async with warm_planner() as planner:
        pid = child(planner)
        assert os.getsid(pid) != os.getsid(0)  # Ctrl-C in a terminal does not reach it
        assert (await planner.plan(ASKED)).plan.method is Method.LINEAR_PROGRAM
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_process_that_cannot_start_is_tried_again_while_the_heuristic_plans(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = planner_module._PROGRAM
    monkeypatch.setattr(planner_module, "_PROGRAM", "there = is_none")
    monkeypatch.setattr(planner_module, "_PAUSE_S", 0.0)
    async with running() as planner:
        timed = await planner.plan(ASKED)
        assert timed.plan.detail == "the planning process is starting"
        monkeypatch.setattr(planner_module, "_PROGRAM", program)
        await warm(planner)
        assert (await planner.plan(ASKED)).plan.method is Method.LINEAR_PROGRAM


def test_child_process_does_not_outlive_its_parent() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert int(parent.stdout.readline()) != parent.pid
    parent.kill()
    parent.communicate(timeout=20)  # the child holds its end of the pipe until it ends
