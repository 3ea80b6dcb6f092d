"""Who is connected, where commands go, and which of two connections counts."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    CommandStatus,
    CompositeOutcome,
    Outcome,
    ReadCompositeSchedule,
    ReadSettings,
    ReadVariables,
    ResetKind,
    ResetStation,
    SetProfile,
    SettingsOutcome,
    VariableQuery,
)
from csms.domain.device_model import Component, VariableName
from csms.domain.events import DataReceived, HeartbeatReceived, StationEvent
from csms.domain.station import RateUnit
from csms.gateway.registry import ConnectionRegistry
from tests.gateway.fakes import FakeHandler
from tests.gateway.rig import FakeStation, Rig, call, listening

SOFT = ResetStation(ResetKind.SOFT)
ACCEPTED = Outcome(status=CommandStatus.ACCEPTED)
LOST = Outcome(status=CommandStatus.FAILED, detail="the connection was lost")
LONG = SetProfile(
    evse_number=1,
    profile=ChargingProfile(
        profile_id=1,
        purpose=ProfilePurpose.TX_DEFAULT,
        stack_level=0,
        unit=RateUnit.AMPERE,
        periods=tuple(ProfilePeriod(start_s, 16.0) for start_s in range(300_000)),
    ),
)
"""A command of nine megabytes."""
PATIENCE_S = 20.0
REPLACED = (1008, "a newer connection of this station took over")


async def answer(station: FakeStation, status: str) -> dict[str, Any]:
    """Take the next frame for a call of ours, answer it, return its payload."""
    two, message_id, _, payload = await station.receive()
    assert two == 2
    await station.send([3, message_id, {"status": status}])
    assert isinstance(payload, dict)
    return payload


async def test_command_to_a_station_that_is_not_connected_is_not_sent() -> None:
    registry = ConnectionRegistry()
    detail = "the station is not connected"
    not_sent = CommandStatus.NOT_SENT
    assert await registry.send("G-01", SOFT) == Outcome(status=not_sent, detail=detail)
    settings = await registry.send("G-01", ReadSettings(("max_periods",)))
    assert settings == SettingsOutcome(status=not_sent, detail=detail)
    schedule = await registry.send("G-01", ReadCompositeSchedule(evse_number=1, duration_s=60))
    assert schedule == CompositeOutcome(status=not_sent, detail=detail)
    assert not registry.is_connected("G-01")
    assert len(registry) == 0


async def test_each_station_gets_its_own_commands() -> None:
    async with (
        listening() as rig,
        rig.station("/ocpp/G-01") as first,
        rig.station("/ocpp/G-02") as second,
    ):
        await rig.watch.until(lambda seen: len(seen) == 2)
        assert len(rig.registry) == 2
        to_first = asyncio.create_task(rig.registry.send("G-01", SOFT))
        to_second = asyncio.create_task(rig.registry.send("G-02", ResetStation(ResetKind.HARD)))
        assert await answer(second, "Rejected") == {"type": "Hard"}
        assert await answer(first, "Accepted") == {"type": "Soft"}
        assert await to_first == ACCEPTED
        assert await to_second == Outcome(status=CommandStatus.REJECTED)


async def test_size_of_a_command_is_that_of_its_message() -> None:
    async with listening() as rig, rig.station() as station:
        await rig.watch.until(lambda seen: len(seen) == 1)
        size = rig.registry.size_of("G-01", SOFT)
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        text = await station.socket.recv()
        assert size == len(text)
        await station.send([3, json.loads(text)[1], {"status": "Accepted"}])
        assert await sending == ACCEPTED
        query = ReadVariables(
            (VariableQuery(variable=VariableName(component=Component(name="A"), name="B")),)
        )
        assert rig.registry.size_of("G-01", query) is None  # 1.6 has no words for it
        assert rig.registry.size_of("G-02", SOFT) is None


async def test_newest_connection_of_a_station_wins() -> None:
    async with listening() as rig, rig.station() as older, rig.station() as newer:
        assert await older.closed() == REPLACED
        assert rig.watch.seen == ["G-01 1.6", "G-01 1.6"]  # it has never been gone
        assert len(rig.registry) == 1
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        await answer(newer, "Accepted")
        assert await sending == ACCEPTED
        assert await newer.is_served()


@pytest.mark.parametrize("between", [0, 1])
async def test_calls_of_a_station_are_handled_one_after_the_other_over_all_its_connections(
    between: int,
) -> None:
    async with listening() as rig, rig.raw_station() as (_, older), AsyncExitStack() as others:
        rig.handler.gate.clear()
        older.write(call("Heartbeat", "1") + call("DataTransfer", "2", vendorId="waits"))
        await rig.handler.until(1)
        for _ in range(between):
            await others.enter_async_context(rig.station())
        newer = await others.enter_async_context(rig.station())
        await rig.watch.until(lambda seen: len(seen) == 2 + between)
        await newer.send([2, "3", "DataTransfer", {"vendorId": "newer"}])
        async with asyncio.timeout(PATIENCE_S):
            await (await newer.socket.ping())  # what was sent before it has come
        rig.handler.gate.set()
        assert await newer.receive() == [3, "3", {"status": "UnknownVendorId"}]
    assert [type(event) for event in rig.handler.events] == [HeartbeatReceived, DataReceived]
    assert rig.handler.most_at_once == 1


async def test_station_is_gone_only_when_its_newest_connection_is() -> None:
    async with listening() as rig:
        async with rig.station() as older, rig.station() as newer:
            assert await older.closed() == REPLACED
            assert await newer.is_served()
        await rig.watch.until(lambda seen: "G-01 gone" in seen)
        assert rig.watch.seen == ["G-01 1.6", "G-01 1.6", "G-01 gone"]
        assert len(rig.registry) == 0


async def test_last_of_many_connections_is_left() -> None:
    async with (
        listening() as rig,
        rig.station() as first,
        rig.station() as second,
        rig.station() as third,
    ):
        assert [await first.closed(), await second.closed()] == [REPLACED, REPLACED]
        assert await third.is_served()
        assert len(rig.registry) == 1


async def test_newer_connection_may_speak_another_version() -> None:
    async with (
        listening() as rig,
        rig.station("/ocpp/G-01", "ocpp1.6") as older,
        rig.station("/ocpp/G-01", "ocpp2.0.1") as newer,
    ):
        assert await older.closed() == REPLACED
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        assert await answer(newer, "Scheduled") == {"type": "OnIdle"}
        assert await sending == Outcome(status=CommandStatus.SCHEDULED)
        assert rig.watch.seen == ["G-01 1.6", "G-01 2.0.1"]


async def test_half_open_connection_does_not_hold_up_the_newer_one() -> None:
    async with listening() as rig, rig.mute_station() as (reader, _):
        await reader.readuntil(b"\r\n\r\n")
        async with rig.station() as newer:
            assert await newer.is_served()
            sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
            await answer(newer, "Accepted")
            assert await sending == ACCEPTED


async def test_command_on_the_replaced_connection_is_lost_not_repeated() -> None:
    async with listening() as rig, rig.station() as older:
        await rig.watch.until(bool)
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        await older.receive()
        async with rig.station() as newer:
            assert await sending == LOST
            assert not LOST.is_certain
            assert await newer.is_served()  # and nothing else has come


async def test_command_that_is_pending_when_the_station_leaves_is_lost() -> None:
    async with listening() as rig:
        async with rig.station() as station:
            await rig.watch.until(bool)
            sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
            await station.receive()
        assert await sending == LOST


async def test_command_that_waits_for_its_turn_when_the_station_leaves_is_no_acceptance() -> None:
    async with listening() as rig:
        async with rig.station() as station:
            await rig.watch.until(bool)
            pending = asyncio.create_task(rig.registry.send("G-01", SOFT))
            waiting = asyncio.create_task(rig.registry.send("G-01", SOFT))
            await station.receive()
        assert await pending == LOST
        assert await waiting == LOST


class _LingeringHandler(FakeHandler):
    """Once the connection is lost, needs until `release` to give up what it has in hand."""

    def __init__(self) -> None:
        super().__init__()
        self.is_lingering = asyncio.Event()
        self.release = asyncio.Event()

    async def handle(self, event: StationEvent[Any]) -> Any:
        try:
            return await super().handle(event)
        except asyncio.CancelledError:
            self.is_lingering.set()
            await self.release.wait()
            raise


@asynccontextmanager
async def lost_after_its_last_byte(rig: Rig, handler: _LingeringHandler) -> AsyncIterator[None]:
    """A connection that is lost and still entered.

    The station hangs up while a command is being written, and reads it to its end: asyncio then
    loses the transport in a state in which it can no longer be aborted.
    """
    handler.gate.clear()
    async with rig.mute_station() as (reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        call = [2, "1", "Heartbeat", {}]
        writer.write(Frame(Opcode.TEXT, json.dumps(call).encode()).serialize(mask=True))
        await handler.until(1)
        sending = asyncio.create_task(rig.registry.send("G-01", LONG))
        await reader.readexactly(1)
        writer.write_eof()
        assert len(await reader.read()) > 9_000_000
        await handler.is_lingering.wait()
        handler.gate.set()
        try:
            yield
        finally:
            handler.release.set()
            assert await sending == LOST


async def test_command_to_a_connection_that_was_just_lost_is_lost() -> None:
    handler = _LingeringHandler()
    async with listening(Rig(handler=handler)) as rig, lost_after_its_last_byte(rig, handler):
        assert await rig.registry.send("G-01", SOFT) == LOST


async def test_connection_that_was_just_lost_can_be_replaced() -> None:
    handler = _LingeringHandler()
    async with (
        listening(Rig(handler=handler)) as rig,
        lost_after_its_last_byte(rig, handler),
        rig.station() as newer,
    ):
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        await answer(newer, "Accepted")
        assert await sending == ACCEPTED
        handler.release.set()
        assert await newer.is_served()
        assert rig.watch.seen == ["G-01 1.6", "G-01 1.6"]
