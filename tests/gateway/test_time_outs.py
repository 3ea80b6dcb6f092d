"""What waits, and for how long: on a loop whose time jumps."""

import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.frames import Close, Opcode

from csms.domain.commands import CommandStatus, Outcome, ResetKind, ResetStation
from csms.domain.events import DataReceived, DataReply
from tests.gateway.rig import (
    FakeStation,
    Rig,
    call,
    in_virtual_time,
    listening,
    read_frame,
    request,
)

SOFT = ResetStation(ResetKind.SOFT)
HARD = ResetStation(ResetKind.HARD)
ACCEPTED = Outcome(status=CommandStatus.ACCEPTED)


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def pass_time(seconds: float) -> None:
    """Let virtual time pass; nothing waits."""
    await asyncio.sleep(seconds)


async def our_call(station: FakeStation) -> tuple[str, dict[str, Any]]:
    """The next frame, which is a call of ours: id, payload."""
    two, message_id, _, payload = await station.receive()
    assert two == 2
    return message_id, payload


@in_virtual_time
async def test_half_open_connection_is_found_within_a_minute(tmp_path: Path) -> None:
    async with listening(at=tmp_path / "ocpp") as rig, rig.mute_station():
        await rig.watch.until(lambda seen: seen == ["G-01 1.6"])
        connected_s = now_s()
        await rig.watch.until(lambda seen: seen[1:] == ["G-01 gone"])
        assert 20 < now_s() - connected_s <= 60
        assert not rig.registry.is_connected("G-01")


@in_virtual_time
async def test_ping_interval_is_a_setting(tmp_path: Path) -> None:
    async with listening(at=tmp_path / "ocpp", ping_every_s=2.0) as rig, rig.mute_station():
        await rig.watch.until(lambda seen: seen[1:] == ["G-01 gone"])
        assert now_s() <= 15


@in_virtual_time
async def test_quiet_station_that_answers_pings_stays_connected(tmp_path: Path) -> None:
    async with listening(at=tmp_path / "ocpp") as rig, rig.station() as station:
        await pass_time(3600)
        assert rig.watch.seen == ["G-01 1.6"]
        assert await station.is_served()


@in_virtual_time
async def test_station_stays_connected_while_its_call_takes_long(tmp_path: Path) -> None:
    rig = Rig()
    rig.handler.gate.clear()
    async with listening(rig, at=tmp_path / "ocpp"), rig.station() as station:
        await station.send([2, "1", "Heartbeat", {}])
        await rig.handler.until(1)
        await pass_time(300)
        rig.handler.gate.set()
        assert (await station.receive())[:2] == [3, "1"]
        assert rig.watch.seen == ["G-01 1.6"]


@in_virtual_time
async def test_station_that_reads_nothing_is_dropped_within_a_minute(tmp_path: Path) -> None:
    rig = Rig()
    rig.handler.replies[DataReceived] = DataReply(is_vendor_known=True, data="x" * 3_000_000)
    async with listening(rig, at=tmp_path / "ocpp"), rig.mute_station() as (_, writer):
        await rig.watch.until(lambda seen: seen == ["G-01 1.6"])
        writer.write(call("DataTransfer", vendorId="V"))
        await rig.handler.until(1)
        asked_s = now_s()
        await rig.watch.until(lambda seen: seen[1:] == ["G-01 gone"])
        assert now_s() - asked_s <= 60


@in_virtual_time
async def test_station_that_answers_no_pings_but_speaks_stays_connected(tmp_path: Path) -> None:
    async with listening(at=tmp_path / "ocpp") as rig, rig.raw_station() as (_, writer):
        for _ in range(100):
            await pass_time(15)
            writer.write(call())
        assert rig.watch.seen == ["G-01 1.6"]
        assert len(rig.handler.events) >= 99


@in_virtual_time
async def test_station_that_is_not_read_from_is_not_taken_for_dead(tmp_path: Path) -> None:
    rig = Rig()
    rig.handler.gate.clear()
    async with listening(rig, at=tmp_path / "ocpp"), rig.raw_station() as (_, writer):
        for number in range(1000):
            writer.write(call(message_id=str(number)))
        await pass_time(600)
        assert rig.watch.seen == ["G-01 1.6"]
        rig.handler.gate.set()
        await rig.handler.until(1000)


@in_virtual_time
async def test_station_that_reads_slowly_but_reads_stays_connected(tmp_path: Path) -> None:
    rig = Rig()
    rig.handler.replies[DataReceived] = DataReply(is_vendor_known=True, data="x" * 300_000)
    async with listening(rig, at=tmp_path / "ocpp"), rig.raw_station() as (reader, writer):
        for _ in range(5):
            writer.write(call("DataTransfer", vendorId="V"))
            await pass_time(20)  # the answer does not fit into the socket
            while (await read_frame(reader))[0] is Opcode.PING:
                pass
        assert rig.watch.seen == ["G-01 1.6"]


@in_virtual_time
@pytest.mark.parametrize("said", [0, 20, -2])
async def test_station_that_does_not_finish_its_request_is_cut_off(
    tmp_path: Path, said: int
) -> None:
    async with listening(at=tmp_path / "ocpp") as rig, rig.stranger() as (reader, writer):
        writer.write(request()[:said])
        began_s = now_s()
        assert await reader.read() == b""
        assert now_s() - began_s == pytest.approx(10.0)
        assert rig.watch.asked == []


@in_virtual_time
async def test_station_that_sends_its_request_slowly_is_cut_off(tmp_path: Path) -> None:
    async with listening(at=tmp_path / "ocpp") as rig, rig.stranger() as (reader, writer):
        began_s = now_s()
        reading = asyncio.create_task(reader.read())
        for byte in request():
            writer.write(bytes([byte]))
            await pass_time(1)
            if reading.done():
                break
        with suppress(ConnectionError):
            assert await reading == b""
        assert now_s() - began_s <= 12


@in_virtual_time
async def test_station_waits_for_our_decision_however_long_it_takes(tmp_path: Path) -> None:
    async with listening(at=tmp_path / "ocpp") as rig:
        rig.watch.gate.clear()
        async with rig.mute_station() as (reader, _):
            await pass_time(300)
            rig.watch.gate.set()
            assert await reader.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"


@in_virtual_time
async def test_station_that_does_not_close_when_it_is_told_to_is_cut_off(tmp_path: Path) -> None:
    async with (
        listening(at=tmp_path / "ocpp") as rig,
        rig.raw_station() as (reader, _),
        rig.raw_station(),
    ):
        began_s = now_s()
        opcode, payload = await read_frame(reader)
        assert (opcode, Close.parse(payload).code) == (Opcode.CLOSE, 1008)
        assert await reader.read() == b""
        assert now_s() - began_s == pytest.approx(10.0)


@in_virtual_time
async def test_station_that_never_hangs_up_after_a_refusal_is_cut_off(tmp_path: Path) -> None:
    async with listening(at=tmp_path / "ocpp") as rig, rig.mute_station("/") as (reader, writer):
        assert b"404" in await reader.read()
        began_s = now_s()
        while not writer.transport.is_closing():
            writer.write(b"x")
            await pass_time(1)
        assert now_s() - began_s <= 12


@in_virtual_time
async def test_server_that_ends_waits_for_no_station_for_long(tmp_path: Path) -> None:
    rig = Rig()
    async with AsyncExitStack() as stations:
        async with listening(rig, at=tmp_path / "ocpp"):
            await stations.enter_async_context(rig.stranger())
            for number in range(5):
                await stations.enter_async_context(rig.raw_station(f"/ocpp/G-{number}"))
            await rig.watch.until(lambda seen: len(seen) == 5)
            began_s = now_s()
        assert now_s() - began_s == pytest.approx(10.0)
        assert len(rig.watch.seen) == 10


@in_virtual_time
async def test_command_without_an_answer_has_timed_out(tmp_path: Path) -> None:
    async with listening(at=tmp_path / "ocpp") as rig, rig.station() as station:
        await rig.watch.until(bool)
        began_s = now_s()
        outcome = await rig.registry.send("G-01", SOFT)
        assert now_s() - began_s == pytest.approx(30.0)
        assert outcome == Outcome(status=CommandStatus.TIMED_OUT, detail="no answer within 30 s")
        assert not outcome.is_certain
        await our_call(station)
        assert await station.is_served()


@in_virtual_time
async def test_answer_that_comes_too_late_is_not_taken_for_the_next_ones(tmp_path: Path) -> None:
    async with listening(at=tmp_path / "ocpp") as rig, rig.station() as station:
        await rig.watch.until(bool)
        await rig.registry.send("G-01", SOFT)
        late_id, _ = await our_call(station)
        sending = asyncio.create_task(rig.registry.send("G-01", HARD))
        message_id, _ = await our_call(station)
        await station.send([3, late_id, {"status": "Rejected"}])
        await station.send([3, message_id, {"status": "Accepted"}])
        assert await sending == ACCEPTED


@in_virtual_time
async def test_command_waits_for_the_one_before_no_longer_than_for_an_answer(
    tmp_path: Path,
) -> None:
    async with listening(at=tmp_path / "ocpp") as rig, rig.station() as station:
        await rig.watch.until(bool)
        first = asyncio.create_task(rig.registry.send("G-01", SOFT))
        second = asyncio.create_task(rig.registry.send("G-01", HARD))
        third = asyncio.create_task(rig.registry.send("G-01", HARD))
        assert (await first).status is CommandStatus.TIMED_OUT
        outcomes = {(await second).status, (await third).status}
        assert CommandStatus.NOT_SENT in outcomes
        assert CommandStatus.ACCEPTED not in outcomes
        assert now_s() <= 60
        sent = [(await our_call(station))[1]["type"]]
        if outcomes != {CommandStatus.NOT_SENT}:
            sent.append((await our_call(station))[1]["type"])
        assert sent in (["Soft"], ["Soft", "Hard"])
        assert await station.is_served()  # and nothing else was sent


@in_virtual_time
async def test_call_time_out_is_a_setting(tmp_path: Path) -> None:
    async with listening(at=tmp_path / "ocpp", call_timeout_s=5.0) as rig, rig.station():
        await rig.watch.until(bool)
        outcome = await rig.registry.send("G-01", SOFT)
        assert outcome.detail == "no answer within 5 s"
        assert now_s() == pytest.approx(5.0)


@in_virtual_time
async def test_command_on_a_half_open_connection_comes_to_an_end(tmp_path: Path) -> None:
    async with (
        listening(at=tmp_path / "ocpp", call_timeout_s=600.0) as rig,
        rig.mute_station(),
    ):
        await rig.watch.until(bool)
        outcome = await rig.registry.send("G-01", SOFT)
        assert outcome == Outcome(status=CommandStatus.FAILED, detail="the connection was lost")
        assert now_s() <= 60
