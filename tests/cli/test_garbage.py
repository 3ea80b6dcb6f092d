"""When garbage in cycles is looked for, and how much is looked at."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from csms.cli.garbage import Collector, begin, short_pauses


class Node:
    """A cycle of its own."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _collector_as_before() -> Iterator[None]:
    """What other tests have left is frozen: it would be looked at for seconds."""
    thresholds = gc.get_threshold()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def old() -> int:
    """How many objects a full collection would look at."""
    return len(gc.get_objects(generation=2))


def test_what_is_alive_at_the_start_is_looked_at_no_more() -> None:
    before = gc.get_freeze_count()
    alive: list[list[object]] = [[] for _ in range(10_000)]
    begin()
    assert old() == 0
    assert gc.get_freeze_count() >= before + len(alive)


def test_young_cycle_is_freed_at_the_next_look() -> None:
    collector = begin()
    node = weakref.ref(Node())
    assert node() is not None
    collector.look()
    assert node() is None


def test_old_cycle_is_freed_within_a_minute() -> None:
    collector = begin()
    node = Node()
    collector.look()
    left = weakref.ref(node)
    del node
    for _ in range(58):
        collector.look()
    assert left() is not None
    collector.look()
    assert left() is None


def test_much_that_has_come_is_frozen_and_still_freed_when_nothing_refers_to_it() -> None:
    begin()
    collector = Collector(most=10_000)
    stations: list[list[object]] = [[[]] for _ in range(20_000)]
    before = gc.get_freeze_count()
    for _ in range(5):
        collector.look()
    assert old() == 0
    assert gc.get_freeze_count() >= before + 20_000
    stations.clear()
    assert gc.get_freeze_count() < before + 1_000


def test_no_collection_looks_at_much_however_much_comes() -> None:
    begin()
    collector = Collector(most=10_000)
    looked_at: list[int] = []

    def note(phase: str, facts: dict[str, int]) -> None:
        if phase == "start":
            generations = range(facts["generation"] + 1)
            looked_at.append(sum(len(gc.get_objects(number)) for number in generations))

    gc.callbacks.append(note)
    try:
        stations: list[list[object]] = []
        for _ in range(100):
            stations += [[[]] for _ in range(5_000)]
            collector.look()
    finally:
        gc.callbacks.remove(note)
    assert len(stations) == 500_000
    assert len(looked_at) >= 100
    assert max(looked_at) < 60_000


async def test_collector_is_as_before_when_the_server_has_ended() -> None:
    before = gc.get_threshold()
    async with short_pauses():
        await asyncio.sleep(0)
        assert gc.get_threshold() != before
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
