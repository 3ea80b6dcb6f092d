"""What waits, and for how long: on a loop whose time jumps."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from csms.domain.commands import CommandStatus, Outcome, ResetKind, ResetStation
from csms.domain.events import DataReceived, DataReply
from tests.gateway.rig import FakeStation, Rig, in_virtual_time, listening

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


def in_a_frame(message: list[Any]) -> bytes:
    """What a station's socket writes for a message."""
    return Frame(Opcode.TEXT, json.dumps(message).encode()).serialize(mask=True)


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
        writer.write(in_a_frame([2, "1", "DataTransfer", {"vendorId": "V"}]))
        await rig.handler.until(1)
        asked_s = now_s()
        await rig.watch.until(lambda seen: seen[1:] == ["G-01 gone"])
        assert now_s() - asked_s <= 60


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
