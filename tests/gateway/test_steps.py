"""Work that goes on without a task."""

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar, copy_context
from typing import Any

import pytest

from csms.gateway.steps import Steps

_name: ContextVar[str] = ContextVar("name", default="nobody")


def begun(work: Coroutine[Any, Any, None]) -> Steps:
    steps = Steps(work, copy_context())
    steps.begin()
    return steps


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_awaits_nothing_is_done_at_once() -> None:
    done: list[str] = []

    async def work() -> None:
        done.append("all")

    begun(work())
    assert done == ["all"]


async def test_it_goes_on_with_what_it_awaited() -> None:
    answer = asyncio.get_running_loop().create_future()
    got: list[object] = []

    async def work() -> None:
        got.append("begun")
        got.append(await answer)
        await asyncio.sleep(0)
        got.append("ended")

    begun(work())
    assert got == ["begun"]
    answer.set_result(7)
    await turns()
    assert got == ["begun", 7, "ended"]


async def test_error_of_what_it_awaits_is_raised_in_it() -> None:
    answer = asyncio.get_running_loop().create_future()
    caught: list[str] = []

    async def work() -> None:
        try:
            await answer
        except OSError as error:
            caught.append(str(error))

    begun(work())
    answer.set_exception(OSError("the disk is full"))
    await turns()
    assert caught == ["the disk is full"]


async def test_all_steps_run_in_its_context() -> None:
    seen: list[str] = []

    async def work() -> None:
        seen.append(_name.get())
        await asyncio.sleep(0)
        seen.append(_name.get())

    context = copy_context()
    context.run(_name.set, "G-01")
    Steps(work(), context).begin()
    await turns()
    assert seen == ["G-01", "G-01"]
    assert _name.get() == "nobody"


async def test_cancelled_work_cleans_up_and_ends() -> None:
    never, cleaned = asyncio.get_running_loop().create_future(), asyncio.Event()

    async def work() -> None:
        try:
            await never
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    steps = begun(work())
    steps.cancel()
    async with asyncio.timeout(20):
        await steps.ended()
    assert cleaned.is_set()


async def test_what_is_about_to_go_on_is_not_cancelled() -> None:
    answer = asyncio.get_running_loop().create_future()
    got: list[object] = []

    async def work() -> None:
        got.append(await answer)

    steps = begun(work())
    answer.set_result(7)
    steps.cancel()
    await turns()
    assert got == [7]


async def test_what_it_raises_ends_it_and_goes_to_the_loop(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = asyncio.get_running_loop().create_future()

    async def work() -> None:
        await answer
        raise OSError("the disk is full")

    steps = begun(work())
    answer.set_result(7)
    async with asyncio.timeout(20):
        await steps.ended()
    assert "the disk is full" in caplog.text
