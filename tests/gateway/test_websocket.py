"""What a WebSocket owes to the other end (RFC 6455), byte by byte over real sockets."""

import asyncio
import json
import socket
import zlib
from http import HTTPStatus

import pytest
from websockets.frames import Close, Frame, Opcode

from csms.domain.events import HeartbeatReceived
from tests.gateway.rig import Rig, call, frame, listening, read_frame, request

MIB = 1024 * 1024
HEARTBEAT = b'[2,"7","Heartbeat",{}]'
ANSWERED = (Opcode.TEXT, b'[3,"7",{"currentTime":"2026-01-14T12:00:00Z"}]')


def close(code: int) -> bytes:
    return frame(Opcode.CLOSE, Close(code, "").serialize())


async def closed_with(reader: asyncio.StreamReader) -> int:
    """Wait for a close frame and the end of the stream; return the frame's code."""
    opcode, payload = await read_frame(reader)
    assert opcode is Opcode.CLOSE
    assert await reader.read() == b""
    return Close.parse(payload).code


async def refusal(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], str]:
    """Read an answer to the end of the stream: status, headers, body."""
    async with asyncio.timeout(20):
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = {name: value for name, _, value in (line.partition(": ") for line in lines)}
    assert int(headers["Content-Length"]) == len(body)
    return int(first.split(" ")[1]), headers, body


# Refusals


async def test_refused_station_is_told_why_and_the_connection_ends() -> None:
    async with listening() as rig:
        rig.watch.strangers.add("G-99")
        async with rig.mute_station("/ocpp/G-99") as (reader, _):
            status, headers, body = await refusal(reader)
        assert (status, body) == (404, "this station is not known here\n")
        assert headers["Content-Type"] == "text/plain; charset=utf-8"
        assert headers["Connection"] == "close"
        async with rig.mute_station("/ocpp/") as (reader, _):
            status, _, body = await refusal(reader)
        assert (status, body) == (404, "expected /ocpp/<station id>\n")
        rig.watch.is_full = True
        async with rig.mute_station() as (reader, _):
            status, _, body = await refusal(reader)
        assert (status, body) == (503, "there is no room for this station just now\n")
        assert rig.watch.seen == []


async def test_station_that_cannot_be_decided_on_may_come_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with listening() as rig:
        rig.watch.doubt = OSError("the database is gone")
        async with rig.mute_station() as (reader, _):
            status, _, body = await refusal(reader)
        assert (status, body) == (500, "try again later\n")
        assert "cannot decide on station 'G-01'" in caplog.text
        rig.watch.doubt = None
        async with rig.station() as station:
            assert await station.is_served()


@pytest.mark.parametrize(
    ("cut", "put", "status"),
    [
        (b"Upgrade: websocket\r\n", b"", HTTPStatus.UPGRADE_REQUIRED),
        (b"GET", b"POST", HTTPStatus.METHOD_NOT_ALLOWED),
        (b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 8", HTTPStatus.BAD_REQUEST),
        (b"Sec-WebSocket-Key: ", b"Sec-WebSocket-Key: short", HTTPStatus.BAD_REQUEST),
        (b"HTTP/1.1", b"HTTP/1.0", HTTPStatus.HTTP_VERSION_NOT_SUPPORTED),
        (b"Host: csms", b"Host: " + b"x" * 9000, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
        (b"Host: csms", b"\r\n".join([b"A: b"] * 200), HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
        (b"/ocpp/G-01", b"/" + b"x" * 9000, HTTPStatus.REQUEST_URI_TOO_LONG),
    ],
    ids=["no upgrade", "method", "version", "key", "http", "long", "many", "path"],
)
async def test_request_that_is_no_handshake_is_refused_and_nobody_is_admitted(
    cut: bytes, put: bytes, status: HTTPStatus
) -> None:
    async with listening() as rig, rig.stranger() as (reader, writer):
        writer.write(request().replace(cut, put, 1))
        answered, _, body = await refusal(reader)
        assert answered == status
        assert body.startswith("Failed to open a WebSocket connection")
        assert rig.watch.asked == []


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x02\x00\x01\n", b"hello\r\n\r\n", b"\r\n\r\n"])
async def test_what_is_no_http_is_hung_up_on(garbage: bytes) -> None:
    async with listening() as rig, rig.stranger() as (reader, writer):
        writer.write(garbage)
        async with asyncio.timeout(20):
            assert await reader.read() == b""


async def test_request_may_come_in_pieces() -> None:
    async with listening() as rig, rig.stranger() as (reader, writer):
        whole = request()
        for i in range(len(whole)):
            writer.write(whole[i : i + 1])
            await writer.drain()
            await asyncio.sleep(0)
        assert await reader.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"


async def test_messages_that_come_before_the_answer_are_kept_in_order() -> None:
    # A station should wait (RFC 6455 §4.1), but not all do.
    async with listening() as rig, rig.stranger() as (reader, writer):
        rig.watch.gate.clear()
        writer.write(request() + call(message_id="1"))
        await rig.watch.until_asked()
        writer.write(call(message_id="2") + call(message_id="3"))
        rig.watch.gate.set()
        await reader.readuntil(b"\r\n\r\n")
        answered = [json.loads((await read_frame(reader))[1])[1] for _ in range(3)]
        assert answered == ["1", "2", "3"]


async def test_station_that_leaves_before_it_is_decided_on_was_never_here() -> None:
    async with listening() as rig:
        rig.watch.gate.clear()
        async with rig.mute_station() as (_, writer):
            await rig.watch.until_asked()
            writer.transport.abort()
        async with rig.mute_station("/ocpp/G-02"):
            await rig.watch.until_asked(2)
            rig.watch.gate.set()
            await rig.watch.until(bool)
            assert rig.watch.seen == ["G-02 1.6"]


# Messages


async def test_message_in_many_frames_is_one_with_pings_between_them() -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer):
        writer.write(frame(Opcode.TEXT, HEARTBEAT[:1], is_last=False))
        writer.write(frame(Opcode.PING, b"here?"))
        for i in range(1, len(HEARTBEAT)):
            writer.write(frame(Opcode.CONT, HEARTBEAT[i : i + 1], is_last=False))
            writer.write(frame(Opcode.CONT, b"", is_last=False))
        writer.write(frame(Opcode.CONT, b""))
        assert await read_frame(reader) == (Opcode.PONG, b"here?")
        assert await read_frame(reader) == ANSWERED


async def test_frame_may_come_byte_by_byte() -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer):
        whole = call()
        for i in range(len(whole)):
            writer.write(whole[i : i + 1])
            await writer.drain()
            await asyncio.sleep(0)
        assert await read_frame(reader) == ANSWERED


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([Frame(Opcode.TEXT, b"\xff")], 1007),
        ([Frame(Opcode.TEXT, b"\xc3", fin=False), Frame(Opcode.CONT, b"A")], 1007),
        ([Frame(Opcode.TEXT, b"x" * (4 * MIB + 1))], 1009),
        ([Frame(Opcode.TEXT, b"x" * 2 * MIB, fin=False), Frame(Opcode.CONT, b"x" * 3 * MIB)], 1009),
        ([Frame(Opcode.CONT, b"")], 1002),
        ([Frame(Opcode.TEXT, b"a", fin=False), Frame(Opcode.TEXT, b"b")], 1002),
        ([Frame(Opcode.CLOSE, b"\x03")], 1002),
    ],
    ids=["bytes", "half a letter", "large", "large in pieces", "no first", "two firsts", "close"],
)
async def test_fault_closes_the_connection_with_its_code(frames: list[Frame], code: int) -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer):
        for one in frames:
            writer.write(one.serialize(mask=True))
        assert await closed_with(reader) == code
        writer.close()
        await rig.watch.until(lambda seen: "G-01 gone" in seen)
        assert rig.handler.events == []


@pytest.mark.parametrize(
    "raw",
    [
        Frame(Opcode.TEXT, HEARTBEAT).serialize(mask=False),
        b"\xf1\x80\x00\x00\x00\x00",
        b"\x83\x80\x00\x00\x00\x00",
        b"\x89\xfe\x00\x7e\x00\x00\x00\x00" + bytes(126),
    ],
    ids=["not masked", "reserved bits", "opcode 3", "long ping"],
)
async def test_frame_against_the_rules_closes_the_connection(raw: bytes) -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer):
        writer.write(raw)
        assert await closed_with(reader) == 1002
        assert rig.handler.events == []


async def test_what_came_before_a_fault_is_heard() -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer):
        writer.write(call() + frame(Opcode.TEXT, b"\xff") + call())
        assert await read_frame(reader) == ANSWERED
        assert await closed_with(reader) == 1007
        writer.close()
        await rig.watch.until(lambda seen: "G-01 gone" in seen)
        assert rig.handler.events == [HeartbeatReceived(station_id="G-01")]


async def test_little_that_unfolds_to_much_is_too_large() -> None:
    async with listening(has_compression=True) as rig, rig.stranger() as (reader, writer):
        writer.write(request("/ocpp/G-01", "Sec-WebSocket-Extensions: permessage-deflate"))
        await reader.readuntil(b"\r\n\r\n")
        deflate = zlib.compressobj(wbits=-12)
        bomb = deflate.compress(bytes(64 * MIB)) + deflate.flush(zlib.Z_SYNC_FLUSH)
        raw = bytearray(frame(Opcode.TEXT, bomb[:-4]))
        raw[0] |= 0x40  # says that it is compressed
        writer.write(raw)
        assert await closed_with(reader) == 1009


async def test_compression_keeps_nothing_between_messages() -> None:
    async with listening(has_compression=True) as rig, rig.stranger() as (reader, writer):
        writer.write(request("/ocpp/G-01", "Sec-WebSocket-Extensions: permessage-deflate"))
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
        assert f"Sec-WebSocket-Extensions: {agreed}; server_max_window_bits=12" in head


# Closing


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
async def test_stations_close_is_echoed_and_the_stream_ends(code: int) -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer):
        writer.write(close(code))
        assert await closed_with(reader) == code
        writer.close()
        await rig.watch.until(lambda seen: "G-01 gone" in seen)


async def test_call_right_before_the_close_is_still_handled() -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer):
        writer.write(call() + close(1000))
        assert await closed_with(reader) == 1000
        await rig.handler.until(1)


async def test_call_in_hand_is_finished_when_the_station_leaves_in_good_order() -> None:
    rig = Rig()
    rig.handler.gate.clear()
    async with listening(rig):
        async with rig.raw_station() as (reader, writer):
            writer.write(call())
            await rig.handler.until(1)
            writer.write(close(1000))
            assert await closed_with(reader) == 1000
        assert rig.watch.seen == ["G-01 1.6"]  # not gone as long as something is in hand
        rig.handler.gate.set()
        await rig.watch.until(lambda seen: "G-01 gone" in seen)


async def test_station_that_is_told_to_close_is_not_listened_to() -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer), rig.station() as newer:
        opcode, payload = await read_frame(reader)
        assert (opcode, Close.parse(payload).code) == (Opcode.CLOSE, 1008)
        writer.write(call() + frame(Opcode.PING, b"here?"))
        assert await read_frame(reader) == (Opcode.PONG, b"here?")
        writer.write(close(1008))
        assert await reader.read() == b""
        assert rig.handler.events == []
        assert await newer.is_served()


async def test_nothing_waits_for_more_bytes_to_go_out() -> None:
    # Nagle's algorithm would hold a small frame back until the one before has arrived.
    async with listening() as rig, rig.station():
        await rig.watch.until(bool)
        transport = rig.registry._connections["G-01"]._socket._transport
        option = transport.get_extra_info("socket").getsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY
        )
        assert option != 0
