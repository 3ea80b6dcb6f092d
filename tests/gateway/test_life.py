"""What a connection leaves behind: no task, no garbage, and at the server's end nothing at all."""

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import Any

import pytest
from websockets.frames import Close, Opcode
from websockets.server import ServerProtocol

from csms.domain.commands import CommandStatus, ResetKind, ResetStation
from csms.domain.events import StationEvent
from csms.domain.identity import StationId
from csms.gateway.connection import StationConnection
from csms.gateway.websocket import WebSocket
from tests.gateway.fakes import FakeWatch
from tests.gateway.rig import Rig, call, frame, listening, read_frame

SOFT = ResetStation(ResetKind.SOFT)


@contextmanager
def no_collection() -> Iterator[None]:
    """Free only what nothing refers to; what is there already is none of the garbage."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def parts() -> int:
    """How many parts of connections there are."""
    kinds = (WebSocket, StationConnection, ServerProtocol)
    return sum(isinstance(one, kinds) for one in gc.get_objects())


async def turns(count: int = 20) -> None:
    """Let all callbacks run that are due."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_connection_has_no_task_while_it_is_idle() -> None:
    async with listening() as rig:
        before = asyncio.all_tasks()
        async with rig.raw_station() as (reader, writer):
            writer.write(call())
            await read_frame(reader)
            await turns()
            assert asyncio.all_tasks() == before


async def test_connection_has_no_task_while_it_lives_and_leaves_none() -> None:
    rig = Rig()
    async with listening(rig):
        before = asyncio.all_tasks()
        rig.handler.gate.clear()
        async with rig.raw_station() as (_, writer):
            writer.write(call())
            await rig.handler.until(1)
            assert asyncio.all_tasks() == before
            writer.transport.abort()
            await rig.watch.until(lambda seen: "G-01 gone" in seen)
        await turns()
        assert asyncio.all_tasks() == before


@pytest.mark.parametrize("ending", ["close", "end of stream", "reset", "fault"])
async def test_connection_is_freed_as_soon_as_it_ends(ending: str) -> None:
    async with listening() as rig:
        with no_collection():
            before = parts()
            async with rig.raw_station() as (reader, writer):
                for _ in range(3):
                    writer.write(call())
                    await read_frame(reader)
                assert parts() == before + 3
                match ending:
                    case "close":
                        writer.write(frame(Opcode.CLOSE, Close(1000, "").serialize()))
                        await reader.read()
                    case "end of stream":
                        writer.write_eof()
                        await reader.read()
                    case "reset":
                        writer.transport.abort()
                    case _:
                        writer.write(frame(Opcode.TEXT, b"\xff"))
                        await reader.read()
            await rig.watch.until(lambda seen: "G-01 gone" in seen)
            await turns()
            assert parts() == before


@pytest.mark.parametrize("raw", [b"hello\r\n\r\n", b"GET /ocpp/G-01 HTTP/1.1\r\n", b""])
async def test_handshake_that_fails_leaves_nothing(raw: bytes) -> None:
    async with listening() as rig:
        with no_collection():
            before = parts()
            async with rig.stranger() as (reader, writer):
                writer.write(raw)
                writer.write_eof()
                await reader.read()
            async with rig.raw_station():
                await rig.watch.until(bool)
                await turns()
                assert parts() == before + 3


async def test_messages_leave_no_garbage_for_the_collector() -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer):
        with no_collection():
            for number in range(100):
                writer.write(call(message_id=str(number)))
                await read_frame(reader)
            assert gc.collect() == 0


async def test_message_is_not_kept_until_the_next_one() -> None:
    async with listening() as rig, rig.raw_station() as (reader, writer):
        raw = call("DataTransfer", vendorId="V", data="x" * 3_000_000)
        rig.handler.events = Forgotten()
        tracemalloc.start()
        try:
            writer.write(raw)
            await read_frame(reader)
            await turns()
            kept_bytes, most_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most_bytes > 3_000_000
        assert kept_bytes < 1_000_000


class Forgotten(list[StationEvent[Any]]):
    """What is not even noted."""

    def append(self, event: StationEvent[Any]) -> None:
        pass


async def test_server_that_ends_tells_stations_that_it_goes_away() -> None:
    rig = Rig()
    async with AsyncExitStack() as stations:
        async with listening(rig):
            numbers = range(20)
            connected = [
                await stations.enter_async_context(rig.raw_station(f"/ocpp/G-{number}"))
                for number in numbers
            ]
            await rig.watch.until(lambda seen: len(seen) == len(numbers))
            leaving = [asyncio.create_task(leave(*one)) for one in connected]
        assert [await one for one in leaving] == [1001] * 20
        gone = {line for line in rig.watch.seen if line.endswith("gone")}
        assert gone == {f"G-{number} gone" for number in numbers}
        assert len(rig.registry) == 0


async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Wait until the server closes, close in return; tell its code."""
    opcode, payload = await read_frame(reader)
    assert opcode is Opcode.CLOSE
    writer.write(frame(Opcode.CLOSE, payload))
    assert await reader.read() == b""
    writer.close()
    return Close.parse(payload).code


async def test_command_that_is_pending_when_the_server_ends_is_lost() -> None:
    rig = Rig()
    async with AsyncExitStack() as stations:
        async with listening(rig):
            reader, writer = await stations.enter_async_context(rig.raw_station())
            await rig.watch.until(bool)
            sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
            await read_frame(reader)
            leaving = asyncio.create_task(leave(reader, writer))
        assert (await sending).status is CommandStatus.FAILED
        assert await leaving == 1001


async def test_station_that_is_being_decided_on_when_the_server_ends_is_refused() -> None:
    rig = Rig()
    rig.watch.gate.clear()
    async with AsyncExitStack() as stations:
        async with listening(rig):
            reader, writer = await stations.enter_async_context(rig.mute_station())
            await rig.watch.until_asked()
            asyncio.get_running_loop().call_later(0, rig.watch.gate.set)
            reading = asyncio.create_task(read_and_leave(reader, writer))
        answer = (await reading).decode()
        assert answer.startswith("HTTP/1.1 503 Service Unavailable\r\n")
        assert answer.endswith("\r\n\r\nthe server is shutting down\n")
        assert rig.watch.seen == []


async def read_and_leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Read to the end of the stream, and close in return."""
    answer = await reader.read()
    writer.close()
    return answer


async def test_station_that_has_not_asked_when_the_server_ends_is_hung_up_on() -> None:
    rig = Rig()
    async with AsyncExitStack() as stations:
        async with listening(rig):
            reader, writer = await stations.enter_async_context(rig.stranger())
            writer.write(b"GET /ocpp/G-01 HTTP/1.1\r\n")
            async with rig.station("/ocpp/G-02") as other:  # it has been seen by then
                assert await other.is_served()
        with suppress(ConnectionResetError):
            assert await reader.read() == b""


async def test_station_that_cannot_be_noted_as_gone_is_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Forgetful(FakeWatch):
        async def disconnected(self, station_id: StationId) -> None:
            await super().disconnected(station_id)
            raise OSError("the database is gone")

    rig = Rig(watch=Forgetful())
    async with listening(rig):
        async with rig.station():
            await rig.watch.until(bool)
        await rig.watch.until(lambda seen: "G-01 gone" in seen)
        async with rig.station() as again:
            assert await again.is_served()
    assert "cannot be noted as disconnected" in caplog.text
