import asyncio

import pytest

from simulators.stations.outbox import Message, Outbox


def message(name: str, *, is_kept: bool = True, is_sample: bool = False) -> Message:
    return Message(action=name, payload=dict, is_kept=is_kept, is_sample=is_sample)


async def names_in(outbox: Outbox) -> list[str]:
    names = []
    while len(outbox):
        first = await outbox.first()
        names.append(first.action)
        outbox.remove(first)
    return names


async def test_messages_leave_in_order_and_only_when_removed() -> None:
    outbox = Outbox()
    outbox.put(message("a"))
    outbox.put(message("b"))
    assert (await outbox.first()).action == "a"
    assert (await outbox.first()).action == "a"
    assert await names_in(outbox) == ["a", "b"]
    assert outbox.is_empty.is_set()


async def test_first_waits_for_a_message() -> None:
    outbox = Outbox()
    waiting = asyncio.create_task(outbox.first())
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.put(message("a"))
    assert (await waiting).action == "a"


async def test_loss_of_the_connection_leaves_what_must_be_kept() -> None:
    outbox = Outbox()
    outbox.put(message("status", is_kept=False))
    outbox.put(message("start"))
    outbox.forget_passing()
    assert await names_in(outbox) == ["start"]


async def test_full_outbox_drops_every_second_sample_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("simulators.stations.outbox._MAX_MESSAGES", 6)
    outbox = Outbox()
    outbox.put(message("start"))
    for i in range(1, 5):
        outbox.put(message(f"sample-{i}", is_sample=True))
    outbox.put(message("stop"))
    outbox.put(message("start-again"))
    assert await names_in(outbox) == ["start", "sample-2", "sample-4", "stop", "start-again"]
