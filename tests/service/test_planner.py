"""Planning in a process of its own: it always answers, whatever happens to that process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from csms.service import planner as planner_module
from csms.service.planner import InlinePlanner, ProcessPlanner
from smart_charging.problem import ChargingPlan, ChargingProblem, Method
from tests.smart_charging.problems import evse, feeder, problem

ASKED: ChargingProblem = problem(feeder("main", 40.0), evse("a"), evse("b"))

PARENT = """
import asyncio, time
from tests.service.test_planner import ASKED, ProcessPlanner, children

async def plan(planner):
    await planner.plan(ASKED)

if __name__ == "__main__":
    planner = ProcessPlanner(20.0)
    asyncio.run(plan(planner))
    print(*children(planner), flush=True)
    time.sleep(60)
"""


def at_first(plan: ChargingPlan) -> list[float]:
    return [one.limits_a[0] for one in plan.evses]


@pytest.fixture
def planner() -> Iterator[ProcessPlanner]:
    made = ProcessPlanner(20.0)
    yield made
    made.close()


def children(planner: ProcessPlanner) -> list[int]:
    pool = planner._pool
    assert isinstance(pool, ProcessPoolExecutor)
    return list(pool._processes)


def kill_child(planner: ProcessPlanner) -> None:
    """End the planning process the hard way."""
    for pid in children(planner):
        os.kill(pid, signal.SIGKILL)


async def test_plan_made_in_place() -> None:
    timed = await InlinePlanner(20.0).plan(ASKED)
    assert timed.plan.method is Method.LINEAR_PROGRAM
    assert sum(at_first(timed.plan)) == pytest.approx(40.0)
    assert timed.solve_s > 0


async def test_child_process_plans_plans_on_after_its_death_and_meanwhile_the_heuristic_does(
    planner: ProcessPlanner, caplog: pytest.LogCaptureFixture
) -> None:
    timed = await planner.plan(ASKED)
    assert timed.plan.method is Method.LINEAR_PROGRAM
    assert sum(at_first(timed.plan)) == pytest.approx(40.0)
    kill_child(planner)
    timed = await planner.plan(ASKED)
    assert timed.plan.method is Method.HEURISTIC
    assert timed.plan.detail == "the planning process did not answer: BrokenProcessPool"
    assert sum(at_first(timed.plan)) == pytest.approx(40.0)
    assert "the heuristic plans instead" in caplog.text
    assert (await planner.plan(ASKED)).plan.method is Method.LINEAR_PROGRAM


async def test_late_planner_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner_module, "_GRACE_S", 0.0)
    planner = ProcessPlanner(0.0)
    try:
        timed = await planner.plan(ASKED)
    finally:
        planner.close()
    assert timed.plan.method is Method.HEURISTIC
    assert timed.plan.detail == "the planning process did not answer: TimeoutError"
    assert sum(at_first(timed.plan)) == pytest.approx(40.0)


async def test_child_process_ends_at_its_parents_word_alone(planner: ProcessPlanner) -> None:
    await planner.plan(ASKED)
    for pid in children(planner):
        os.kill(pid, signal.SIGINT)  # as Ctrl-C in a terminal does
    assert (await planner.plan(ASKED)).plan.method is Method.LINEAR_PROGRAM


def test_child_process_does_not_outlive_its_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert int(parent.stdout.readline()) != parent.pid
    parent.kill()
    parent.communicate(timeout=20)  # the child holds its end of the pipe until it ends
