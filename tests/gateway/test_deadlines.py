"""Equal waits behind one timer, on a loop whose time jumps."""

import asyncio
from typing import Any

import pytest

from csms.gateway.deadlines import Deadlines
from tests.gateway.rig import in_virtual_time


class Noted:
    """What has become due, and when."""

    def __init__(self, wait_s: float = 10.0) -> None:
        self.loop = asyncio.get_running_loop()
        self.due: list[tuple[str, float]] = []
        self.deadlines: Deadlines[str] = Deadlines(wait_s, self._note)

    def _note(self, name: str) -> None:
        self.due.append((name, self.loop.time()))


@in_virtual_time
async def test_each_is_due_when_it_has_waited_long_enough() -> None:
    noted = Noted()
    noted.deadlines.begin("a")
    await asyncio.sleep(3)
    noted.deadlines.begin("b")
    await asyncio.sleep(60)
    assert noted.due == [("a", 10.0), ("b", 13.0)]


@in_virtual_time
async def test_wait_that_begins_anew_is_counted_from_then() -> None:
    noted = Noted()
    noted.deadlines.begin("a")
    noted.deadlines.begin("b")
    await asyncio.sleep(6)
    noted.deadlines.begin("a")
    await asyncio.sleep(60)
    assert noted.due == [("b", 10.0), ("a", 16.0)]


@in_virtual_time
async def test_wait_that_has_ended_is_never_due() -> None:
    noted = Noted()
    noted.deadlines.begin("a")
    noted.deadlines.begin("b")
    noted.deadlines.end("a")
    noted.deadlines.end("never began")
    await asyncio.sleep(60)
    assert noted.due == [("b", 10.0)]


@in_virtual_time
async def test_what_is_due_may_wait_anew() -> None:
    rounds: list[float] = []

    def again(name: str) -> None:
        rounds.append(loop.time())
        deadlines.begin(name)

    loop = asyncio.get_running_loop()
    deadlines = Deadlines(10.0, again)
    deadlines.begin("a")
    await asyncio.sleep(45)
    assert rounds == pytest.approx([10.0, 20.0, 30.0, 40.0])
    deadlines.close()


@in_virtual_time
async def test_nothing_is_due_after_the_end() -> None:
    noted = Noted()
    noted.deadlines.begin("a")
    noted.deadlines.close()
    await asyncio.sleep(60)
    assert noted.due == []


@in_virtual_time
async def test_timer_runs_no_more_than_a_hundred_times_in_a_wait() -> None:
    noted = Noted()
    for number in range(2_000):  # as connections come: one after the other
        noted.deadlines.begin(str(number))
        await asyncio.sleep(0.0049)
    await asyncio.sleep(20)
    assert [name for name, _ in noted.due] == [str(number) for number in range(2_000)]
    assert 60 < len({due_s for _, due_s in noted.due}) <= 100


@in_virtual_time
async def test_one_timer_stands_for_all_however_often_they_wait_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, timers = asyncio.get_running_loop(), list[float]()
    call_at = loop.call_at

    def counted(when: float, *args: Any, **more: Any) -> asyncio.TimerHandle:
        timers.append(when)
        return call_at(when, *args, **more)

    def again(name: str) -> None:
        deadlines.begin(name)

    deadlines: Deadlines[str] = Deadlines(10.0, again)
    for name in "abc":
        deadlines.begin(name)
        await asyncio.sleep(1)
    monkeypatch.setattr(loop, "call_at", counted)
    await asyncio.sleep(1000)
    assert len(timers) == 301  # the sleep's, and one for each of three waits in a hundred rounds
