"""Frames that are read and written without the parser, wherever TCP cuts the stream."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from csms.gateway.handshake import OcppProtocol
from csms.gateway.keepalive import SocketLimits, Waits
from csms.gateway.messages import Message
from csms.gateway.websocket import WebSocket
from csms.gateway.whole_frames import PING, is_pong, read_text_frame, write_text_frame
from tests.gateway.rig import frame, request

LONG = b"long " * 100


def pieces(*payloads: bytes) -> bytes:
    """A text in several frames."""
    last = len(payloads) - 1
    return b"".join(
        frame(Opcode.CONT if number else Opcode.TEXT, payload, is_last=number == last)
        for number, payload in enumerate(payloads)
    )


class Listener:
    """Opens every socket that asks, and notes what is said."""

    def __init__(self) -> None:
        self.heard: list[Message] = []

    def arrived(self, socket: WebSocket) -> None:
        """It is the only one."""

    def asked(self, socket: WebSocket, path: str, authorization: str | None) -> None:
        """Open it."""
        socket.open(self)

    def left(self, socket: WebSocket) -> None:
        """It will not."""

    def receive(self, message: Message) -> None:
        """Note it."""
        self.heard.append(message)

    def lost(self, *, is_clean: bool) -> None:
        """It will not be."""


async def heard(*chunks: bytes) -> tuple[list[Message], bytes]:
    """What a station says in these chunks, and what it is sent after the handshake."""
    waits, listener = Waits(SocketLimits()), Listener()
    protocol = OcppProtocol(subprotocols=[Subprotocol("ocpp1.6")], max_size=10_000)
    socket, transport = WebSocket(protocol, waits, listener), Mock(spec=asyncio.Transport)
    transport.is_closing.return_value = False
    socket.connection_made(transport)
    socket.data_received(request())
    transport.write.reset_mock()
    for chunk in chunks:
        socket.data_received(chunk)
    waits.close()
    sent: list[Any] = [call.args[0] for call in transport.write.call_args_list]
    return listener.heard, b"".join(sent)


@pytest.mark.parametrize("length", [1, 124, 125, 126, 65_534])
def test_text_frame_is_read(length: int) -> None:
    text = "å" + "x" * (length - 1)
    assert read_text_frame(frame(Opcode.TEXT, text.encode())) == text


LEFT_TO_THE_PARSER = {
    "nothing": b"",
    "a part of the head": b"\x81",
    "no text": frame(Opcode.TEXT, b""),
    "more than a frame": frame(Opcode.TEXT, b"text") + b"\x81",
    "less than a frame": frame(Opcode.TEXT, b"text")[:-1],
    "a long text": frame(Opcode.TEXT, b"x" * 65_536),
    "the first of more": frame(Opcode.TEXT, b"text", is_last=False),
    "the last of more": frame(Opcode.CONT, b"text"),
    "bytes": frame(Opcode.BINARY, b"text"),
    "no UTF-8": frame(Opcode.TEXT, b"\xff\xfe and more"),
    "a compressed one": b"\xc1" + frame(Opcode.TEXT, b"compressed")[1:],
    "without a mask": b"\x81\x08not masked",
    "a length in eight bytes": b"\x81\xff" + bytes(131),
}


@pytest.mark.parametrize("what", LEFT_TO_THE_PARSER)
def test_everything_else_is_left_to_the_parser(what: str) -> None:
    assert read_text_frame(LEFT_TO_THE_PARSER[what]) is None


def test_short_text_is_written_and_a_long_one_left_to_the_parser() -> None:
    assert write_text_frame(b"text") == b"\x81\x04text"
    assert write_text_frame(b"x" * 125) == b"\x81\x7d" + b"x" * 125
    assert write_text_frame(b"x" * 126) is None


async def test_stream_says_the_same_wherever_it_is_cut() -> None:
    one = frame(Opcode.TEXT, b"one")
    stream = [one, frame(Opcode.TEXT, LONG), pieces(b"two", b"", b"three"), one]
    told = ["one", LONG.decode(), "twothree", "one"]
    whole = b"".join(stream)
    assert await heard(*stream) == (told, b"")
    for place in range(len(whole)):
        assert await heard(whole[:place], whole[place:]) == (told, b"")
        assert await heard(one, whole[:place], whole[place:], one) == (["one", *told, "one"], b"")


async def test_ping_between_messages_is_answered() -> None:
    one, ping = frame(Opcode.TEXT, b"one"), frame(Opcode.PING, b"?")
    assert await heard(one, ping, one) == (["one", "one"], b"\x8a\x01?")


def test_only_a_whole_empty_pong_is_one() -> None:
    pong = frame(Opcode.PONG, b"")
    assert is_pong(pong)
    others = (pong[:-1], pong + b"\x81", frame(Opcode.PONG, b"?"), frame(Opcode.PING, b""), b"")
    assert not any(map(is_pong, others))


def test_ping_is_written_as_the_parser_would() -> None:
    assert Frame(Opcode.PING, b"").serialize(mask=False) == PING


async def test_pongs_are_passed_over_wherever_they_come() -> None:
    one, pong = frame(Opcode.TEXT, b"one"), frame(Opcode.PONG, b"")
    begun, ended = frame(Opcode.TEXT, b"t", is_last=False), frame(Opcode.CONT, b"wo")
    assert await heard(pong, one, pong, pong, one) == (["one", "one"], b"")
    assert await heard(one, begun, pong, ended, pong, one) == (["one", "two", "one"], b"")


async def test_text_in_the_middle_of_another_is_a_fault() -> None:
    one = frame(Opcode.TEXT, b"one")
    begun = frame(Opcode.TEXT, b"begun", is_last=False)
    texts, sent = await heard(one, begun, one)
    assert texts == ["one"]
    assert sent[:1] == b"\x88"
    assert sent[2:4] == (1002).to_bytes(2, "big")


async def test_nothing_is_heard_after_a_close() -> None:
    one, close = frame(Opcode.TEXT, b"one"), frame(Opcode.CLOSE, b"\x03\xe8")
    assert await heard(one, close, one) == (["one"], b"\x88\x02\x03\xe8")
