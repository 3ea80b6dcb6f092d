"""Work that must not be broken off half way."""

import asyncio

import pytest

from csms.storage.uninterrupted import uninterrupted


async def test_work_is_done_before_its_task_is_cancelled() -> None:
    gate, is_done = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await gate.wait()
        is_done.set()

    task = asyncio.ensure_future(uninterrupted(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    assert not is_done.is_set()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert is_done.is_set()


async def test_error_of_the_work_is_raised() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await uninterrupted(fail())
