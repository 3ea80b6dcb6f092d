"""Messages that wait."""

from aiomqtt import Message

from csms.mqtt.inbox import Inbox


def message(number: int) -> Message:
    return Message("t", str(number).encode(), 0, False, 0, None)


async def test_of_too_many_messages_the_oldest_are_forgotten() -> None:
    inbox = Inbox(3)
    for number in range(5):
        inbox.put_nowait(message(number))
    assert [inbox.get_nowait().payload for _ in range(3)] == [b"2", b"3", b"4"]


async def test_inbox_has_a_bound_of_its_own() -> None:
    assert Inbox().maxsize == 10_000
