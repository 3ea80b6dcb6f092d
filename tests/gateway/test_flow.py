"""Neither end is sent more than it takes. Time-outs are in test_time_outs."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.frames import Opcode

from csms.domain.commands import CommandStatus, Outcome, ResetKind, ResetStation
from csms.domain.events import DataReceived, DataReply
from tests.gateway.rig import Rig, call, frame, listening, read_frame, request

MIB = 1024 * 1024
SOFT = ResetStation(ResetKind.SOFT)
IDLE_TURNS = 300
"""Turns of the loop without a byte going out, after which none will."""


@contextmanager
def pushing(port: int) -> Iterator[socket.socket]:
    """A station that writes as much as is taken, and has little room for what it does not read."""
    with socket.socket() as station:
        station.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        station.connect(("127.0.0.1", port))
        station.sendall(request())
        station.setblocking(False)
        yield station


async def push(station: socket.socket, raw: bytes, most_bytes: int) -> int:
    """Write the same again and again until nothing more is taken; return how much was."""
    repeated = memoryview(raw * (most_bytes // len(raw)))
    taken = idle = 0
    while taken < len(repeated) and idle < IDLE_TURNS:
        try:
            taken += station.send(repeated[taken : taken + MIB])
            idle = 0
        except BlockingIOError:
            idle += 1
        await asyncio.sleep(0)
    return taken


async def test_station_with_many_unanswered_calls_is_read_no_further() -> None:
    rig = Rig()
    rig.handler.gate.clear()
    async with listening(rig):
        with pushing(rig.port) as station:
            await rig.watch.until(bool)
            raw = call("DataTransfer", vendorId="V", data="x" * 400)
            assert await push(station, raw, 64 * MIB) < 32 * MIB
            assert len(rig.handler.events) == 1
            assert len(rig.registry._connections["G-01"]._waiting) < 2_000


async def test_flood_before_the_handshake_is_decided_on_is_not_kept() -> None:
    async with listening() as rig:
        rig.watch.gate.clear()
        with pushing(rig.port) as station:
            await rig.watch.until_asked()
            assert await push(station, call(), 64 * MIB) < 32 * MIB
            assert rig.handler.events == []
        rig.watch.gate.set()


async def test_station_that_was_read_no_further_is_served_to_its_last_call() -> None:
    rig = Rig()
    rig.handler.gate.clear()
    async with listening(rig), rig.raw_station() as (reader, writer):
        for number in range(5_000):
            writer.write(call(message_id=str(number)))
        await rig.handler.until(1)
        rig.handler.gate.set()
        answered = [json.loads((await read_frame(reader))[1])[1] for _ in range(5_000)]
        assert answered == [str(number) for number in range(5_000)]
        assert rig.handler.most_at_once == 1


async def test_faulty_frames_wait_for_their_turn_like_calls() -> None:
    rig = Rig()
    rig.handler.gate.clear()
    async with listening(rig), rig.raw_station() as (reader, writer):
        writer.write(call(message_id="1") + frame(Opcode.TEXT, b"hello") + call(message_id="2"))
        await rig.handler.until(1)
        rig.handler.gate.set()
        answered = [json.loads((await read_frame(reader))[1])[:2] for _ in range(3)]
        assert answered == [[3, "1"], [4, "-1"], [3, "2"]]


async def test_flood_of_faulty_frames_behind_a_call_is_not_kept() -> None:
    rig = Rig()
    rig.handler.gate.clear()
    async with listening(rig):
        with pushing(rig.port) as station:
            station.sendall(call())
            await rig.handler.until(1)
            assert await push(station, frame(Opcode.TEXT, b"x" * 1000), 64 * MIB) < 32 * MIB


async def test_flood_of_pings_by_a_station_that_does_not_read_is_not_kept() -> None:
    async with listening() as rig:
        with pushing(rig.port) as station:
            await rig.watch.until(bool)
            assert await push(station, frame(Opcode.PING, bytes(125)), 64 * MIB) < 32 * MIB


async def test_flood_of_pings_is_answered_to_the_last_once_the_station_reads() -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer):
        for number in range(20_000):
            writer.write(frame(Opcode.PING, number.to_bytes(100, "big")))
        for number in range(20_000):
            assert await read_frame(reader) == (Opcode.PONG, number.to_bytes(100, "big"))
        writer.write(call())
        assert (await read_frame(reader))[0] is Opcode.TEXT


async def test_next_call_is_handled_when_there_is_room_for_its_answer() -> None:
    rig = Rig()
    rig.handler.replies[DataReceived] = DataReply(is_vendor_known=True, data="x" * 9 * MIB)
    async with listening(rig), rig.raw_station() as (reader, writer):
        writer.write(call("DataTransfer", vendorId="V") + call(message_id="8"))
        await rig.handler.until(1)
        await reader.readexactly(10)
        for _ in range(IDLE_TURNS):
            await asyncio.sleep(0)
        assert len(rig.handler.events) == 1
        await reader.readexactly(9 * MIB)
        await rig.handler.until(2)


async def test_our_call_goes_out_while_an_answer_waits_for_the_station_to_read() -> None:
    rig = Rig()
    rig.handler.replies[DataReceived] = DataReply(is_vendor_known=True, data="x" * 9 * MIB)
    async with listening(rig), rig.raw_station() as (reader, writer):
        writer.write(call("DataTransfer", vendorId="V"))
        await rig.handler.until(1)
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        assert len((await read_frame(reader))[1]) > 9 * MIB
        two, message_id, action, _ = json.loads((await read_frame(reader))[1])
        assert (two, action) == (2, "Reset")
        answer = json.dumps([3, message_id, {"status": "Accepted"}]).encode()
        writer.write(frame(Opcode.TEXT, answer))
        assert await sending == Outcome(status=CommandStatus.ACCEPTED)


@pytest.mark.parametrize("waiting", [1, 63])
async def test_answer_to_our_call_is_read_while_calls_of_the_station_wait(waiting: int) -> None:
    rig = Rig()
    rig.handler.gate.clear()
    async with listening(rig), rig.raw_station() as (reader, writer):
        for number in range(waiting):
            writer.write(call(message_id=str(number)))
        await rig.handler.until(1)
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        message_id = json.loads((await read_frame(reader))[1])[1]
        answer = json.dumps([3, message_id, {"status": "Accepted"}]).encode()
        writer.write(frame(Opcode.TEXT, answer))
        assert await sending == Outcome(status=CommandStatus.ACCEPTED)
