"""What the load generator writes and reads, as the `websockets` library sees it."""

import pytest
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from benchmarks.load.frames import (
    PING,
    PONG,
    TEXT,
    FrameReader,
    ProtocolError,
    client_frame,
    handshake_request,
    split_response,
)


def opened() -> ServerProtocol:
    """The library's server, after a handshake of ours."""
    server = ServerProtocol(subprotocols=[Subprotocol("ocpp1.6")])
    server.receive_data(handshake_request("127.0.0.1:9000", "/ocpp/L-00001", "ocpp1.6"))
    (request,) = server.events_received()
    server.send_response(server.accept(request))  # type: ignore[arg-type]
    return server


def test_the_library_accepts_the_handshake() -> None:
    server = opened()

    assert server.subprotocol == "ocpp1.6"
    split = split_response(b"".join(server.data_to_send()) + b"\x81\x02hi")
    assert split == (101, b"\x81\x02hi")


def test_half_an_answer_to_the_handshake_is_waited_for() -> None:
    assert split_response(b"HTTP/1.1 101 Switching Protocols\r\nUpgra") is None


def test_an_answer_that_is_no_http_is_no_answer() -> None:
    with pytest.raises(ProtocolError, match="SSH"):
        split_response(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 1711, 65_535, 65_536, 70_000])
def test_the_library_reads_a_frame_of_any_length(length: int) -> None:
    server = opened()

    server.receive_data(client_frame(b"x" * length))

    assert server.events_received() == [Frame(Opcode.TEXT, b"x" * length)]


def test_the_library_reads_a_pong() -> None:
    server = opened()

    server.receive_data(client_frame(b"ours", PONG))

    assert server.events_received() == [Frame(Opcode.PONG, b"ours")]


def chunks(stream: bytes, size: int) -> list[bytes]:
    return [stream[begin : begin + size] for begin in range(0, len(stream), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 126, 131, 1000, 100_000])
def test_replies_are_counted_across_the_borders_of_chunks(size: int) -> None:
    sent = [
        Frame(Opcode.TEXT, b'[3,"0000000001",{}]'),
        Frame(Opcode.PING, b"are you there"),
        Frame(Opcode.TEXT, b'[2,"x","SetChargingProfile",{"a":"' + b"b" * 300 + b'"}]'),
        Frame(Opcode.TEXT, b"c" * 66_000),
        Frame(Opcode.TEXT, b""),
    ]
    stream = b"".join(frame.serialize(mask=False) for frame in sent)
    reader = FrameReader()

    found = [frame for chunk in chunks(stream, size) for frame in reader.feed(chunk)]

    assert found == [(int(frame.opcode), bytes(frame.data)) for frame in sent]
    assert [opcode for opcode, _ in found] == [TEXT, PING, TEXT, TEXT, TEXT]


def test_a_message_in_several_frames_is_not_taken_for_a_reply() -> None:
    part = Frame(Opcode.TEXT, b'[3,"00', fin=False).serialize(mask=False)

    with pytest.raises(ProtocolError):
        FrameReader().feed(part)
