"""OCPP-J 1.6 §3, §5: stations connect, with what they speak and under the name that they have."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.conformance.csms import Csms
from tests.conformance.station import PATIENCE_S
from tests.conformance.v16.cases import OCPP_J, case16
from tests.conformance.v16.states import ACCEPTED, OBEDIENT, begin, boot, booted, linked, stop
from tests.conformance.v16.wire import wired

pytestmark = pytest.mark.asyncio(loop_scope="session")


@asynccontextmanager
async def offering(csms: Csms, *names: str) -> AsyncIterator[ClientConnection]:
    """A new station's connection, with the subprotocols that it offers."""
    url = f"{csms.ocpp_url}/{csms.fresh_station()}"
    offered = [Subprotocol(name) for name in names] or None
    async with connect(url, subprotocols=offered, proxy=None) as socket:
        yield socket


async def status_at(url: str) -> int:
    """The HTTP status by which a station is turned away."""
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, subprotocols=[Subprotocol("ocpp1.6")], proxy=None):
            pass
    return refused.value.response.status_code


@case16("J 3.2 Server response", OCPP_J)
async def test_the_version_that_is_spoken_is_told(csms: Csms) -> None:
    """§3.1.3, §3.2: two are offered, and the answer names the one that we speak."""
    async with offering(csms, "ocpp1.6", "ocpp1.5") as socket:
        assert socket.subprotocol == "ocpp1.6"


@case16("J 3.1.2 OCPP version", OCPP_J)
async def test_the_version_that_is_spoken_may_be_offered_last(csms: Csms) -> None:
    """§3.1.2: whatever else a station speaks."""
    async with offering(csms, "mqtt", "ocpp1.2", "ocpp1.5", "ocpp1.6") as socket:
        assert socket.subprotocol == "ocpp1.6"


@case16("J 3.2 Server response", OCPP_J)
@pytest.mark.parametrize("names", [("ocpp1.5",), ("OCPP1.6",), ()])
async def test_without_a_version_in_common_the_connection_is_closed(
    csms: Csms, names: tuple[str, ...]
) -> None:
    """§3.2: the handshake is completed without a subprotocol, and the connection closed at once."""
    async with offering(csms, *names) as socket:
        assert socket.subprotocol is None
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(ConnectionClosed):
                await socket.recv()


@case16("J 3.2 Server response, 404", OCPP_J)
async def test_a_station_that_nobody_knows_is_not_found(csms: Csms) -> None:
    """§3.2: its identity is not recognised."""
    assert await status_at(f"{csms.ocpp_url}/NOBODY") == 404


@case16("J 3.1.1 The connection URL", OCPP_J)
@pytest.mark.parametrize("path", ["/ocpp", "/ocpp/", "/elsewhere/{}", "/ocpp/{}/deeper"])
async def test_a_place_that_is_no_endpoint_is_not_found(csms: Csms, path: str) -> None:
    """§3.1.1: the identity stands right behind the endpoint's path."""
    root = csms.ocpp_url.removesuffix("/ocpp")
    assert await status_at(root + path.format(csms.fresh_station())) == 404


@case16("J 3.1.1 The connection URL", OCPP_J)
async def test_the_endpoint_may_have_no_path(csms: Csms) -> None:
    """§3.1.1: an endpoint can be any URL; both that there are lead to the same station."""
    station_id = csms.fresh_station()
    for endpoint in (csms.ocpp_url, csms.ocpp_url.removesuffix("/ocpp")):
        async with wired(endpoint, station_id) as wire:
            assert await wire.is_alive()
    heartbeats = await csms.get("/messages", station_id=station_id, action="Heartbeat")
    assert len(heartbeats) == 2


@case16("J 3.1.1 The connection URL", OCPP_J)
async def test_an_identity_is_percent_encoded(csms: Csms) -> None:
    """§3.1.1: every character may be written so."""
    station_id = csms.fresh_station()
    encoded = "".join(f"%{ord(character):02X}" for character in station_id)
    async with wired(csms.ocpp_url, encoded) as wire:
        assert await wire.is_alive()
    assert len(await csms.get("/messages", station_id=station_id, action="Heartbeat")) == 1


@case16("J 3.1.1 The connection URL", OCPP_J)
async def test_the_case_of_an_identity_matters(csms: Csms) -> None:
    """§3.1.1: an identity is the string that it is."""
    assert await status_at(f"{csms.ocpp_url}/{csms.fresh_station().lower()}") == 404


@case16("J 5.4 Reconnecting", OCPP_J)
async def test_the_newest_connection_of_a_station_counts(csms: Csms) -> None:
    """§3.1.1, §5.4: the older one is half open, and is closed; commands go by the newer."""
    answers = {**OBEDIENT, "ClearCache": ACCEPTED}
    async with booted(csms) as (station_id, older), linked(csms, station_id, **answers) as newer:
        async with asyncio.timeout(PATIENCE_S):
            await older.socket.wait_closed()
        assert (await csms.command(station_id, "clear_cache"))["status"] == "accepted"
        assert (newer.asked["ClearCache"], older.asked["ClearCache"]) == ([{}], [])


@case16("J 5.4 Reconnecting", OCPP_J)
async def test_a_station_that_comes_again_need_not_boot(csms: Csms) -> None:
    """§5.4: the connection says who it is; its transaction goes on."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station)
    async with linked(csms, station_id, ClearCache=ACCEPTED) as station:
        assert (await csms.command(station_id, "clear_cache"))["status"] == "accepted"
        assert (await csms.transaction(station_id))["ended_at"] is None
        await stop(station, transaction)
        assert (await csms.transaction(station_id))["closed_by"] == "station"


@case16("J 5.4 Reconnecting", OCPP_J)
async def test_a_station_that_has_gone_is_offline(csms: Csms) -> None:
    """§5.5: nothing reaches it until it connects; what is about this moment is not sent."""
    async with booted(csms) as (station_id, station):
        await station.socket.close()
        async with asyncio.timeout(PATIENCE_S):
            while await csms.state_of(station_id) != "offline":
                continue
        assert (await csms.command(station_id, "reset"))["status"] == "not_sent"


@case16("J 5.3 WebSocket Ping", OCPP_J)
async def test_a_ping_is_answered(csms: Csms) -> None:
    """§5.3: a station sees by it that the connection lives."""
    async with linked(csms, csms.fresh_station()) as station:
        await boot(station)
        async with asyncio.timeout(PATIENCE_S):
            assert await (await station.socket.ping()) >= 0


@case16("J 2 Benefits & Issues", OCPP_J)
async def test_a_message_may_come_in_parts(csms: Csms) -> None:
    """§2: as WebSocket has it (RFC 6455 §5.4)."""
    async with wired(csms.ocpp_url, csms.fresh_station()) as wire:
        await wire.socket.send(['[2,"call-1",', '"Heart', 'beat",', "{}]"])
        assert (await wire.answer())[:2] == [3, "call-1"]


@case16("J 5.1 Compression", OCPP_J)
@pytest.mark.parametrize("compression", ["deflate", None])
async def test_messages_are_understood_with_and_without_compression(
    csms: Csms, compression: str | None
) -> None:
    """§5.1: a station may offer WebSocket's own, or nothing."""
    url = f"{csms.ocpp_url}/{csms.fresh_station()}"
    names = [Subprotocol("ocpp1.6")]
    async with connect(url, subprotocols=names, compression=compression, proxy=None) as socket:
        await socket.send('[2,"call-1","Heartbeat",{}]')
        async with asyncio.timeout(PATIENCE_S):
            async for text in socket:
                if str(text).startswith('[3,"call-1"'):
                    break
        assert "currentTime" in str(text)
