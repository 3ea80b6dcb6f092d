"""Each fault of the network, over a real socket in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import orjson
import pytest
from websockets.exceptions import ConnectionClosed

from simulators.chaos.network import FaultyConnection, FaultyNetwork
from simulators.stations.link import connect_to
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import FakeCsms

Story: TypeAlias = Callable[[FaultyNetwork, FaultyConnection, FakeCsms], Awaitable[None]]


def now_s() -> float:
    return asyncio.get_running_loop().time()


def call(number: int) -> str:
    return orjson.dumps([2, str(number), "Heartbeat", {}]).decode()


def tell(folder: Path, story: Story) -> None:
    """Run a story with a connection through the network to a CSMS that answers heartbeats."""

    async def main() -> None:
        csms = FakeCsms({"Heartbeat": {}})
        async with csms.listening(folder / "csms"):
            network = FaultyNetwork(1, connect_to("ws://csms/ocpp", folder / "csms"))
            async with network.running():
                connection = await network.connect("S-1", "ocpp1.6")
                await story(network, connection, csms)

    run_virtual(main())


async def answers(connection: FaultyConnection, count: int) -> list[tuple[str, float]]:
    """So many answers: the ids, and when they came."""
    found: list[tuple[str, float]] = []
    async for raw in connection:
        found.append((orjson.loads(raw)[1], now_s()))
        if len(found) == count:
            break
    return found


def test_without_faults_messages_pass_at_once(tmp_path: Path) -> None:
    async def story(_: FaultyNetwork, connection: FaultyConnection, csms: FakeCsms) -> None:
        await connection.send(call(1))
        assert await answers(connection, 1) == [("1", 0.0)]
        assert [one.message_id for one in csms.received] == ["1"]

    tell(tmp_path, story)


@pytest.mark.parametrize("ways", ["to the server", "to the station", "both ways"])
def test_late_messages_keep_their_order(tmp_path: Path, ways: str) -> None:
    async def story(network: FaultyNetwork, connection: FaultyConnection, csms: FakeCsms) -> None:
        network.delay("S-1", 60, 20, ways)
        for number in range(1, 9):
            await connection.send(call(number))
        await asyncio.sleep(0.001)
        at_once = len(csms.received)
        found = await answers(connection, 8)
        assert [name for name, _ in found] == ["1", "2", "3", "4", "5", "6", "7", "8"]
        assert (at_once == 8) is (ways == "to the station")
        assert 5 < found[-1][1] <= (40 if ways == "both ways" else 20)

    tell(tmp_path, story)


def test_messages_are_on_time_again_when_it_is_over(tmp_path: Path) -> None:
    async def story(network: FaultyNetwork, connection: FaultyConnection, _: FakeCsms) -> None:
        network.delay("S-1", 10, 20, "both ways")
        await asyncio.sleep(11)
        await connection.send(call(1))
        assert await answers(connection, 1) == [("1", 11.0)]

    tell(tmp_path, story)


def test_some_messages_come_twice_one_right_after_the_other(tmp_path: Path) -> None:
    async def story(network: FaultyNetwork, connection: FaultyConnection, csms: FakeCsms) -> None:
        network.double("S-1", 60)
        for number in range(20):
            await connection.send(call(number))
        await asyncio.sleep(1)
        names = [int(one.message_id) for one in csms.received]
        assert sorted(set(names)) == list(range(20))
        assert names == sorted(names)
        assert 20 < len(names) < 40

    tell(tmp_path, story)


def test_half_open_connection_passes_nothing_and_ends_for_the_station_only(tmp_path: Path) -> None:
    async def story(network: FaultyNetwork, connection: FaultyConnection, csms: FakeCsms) -> None:
        assert network.go_dark("S-1", 30)
        await connection.send(call(1))
        await csms.connections[0].send(call(2))
        assert await answers(connection, 1) == []
        assert now_s() == 30.0
        assert csms.received == []
        assert csms.connections[0].close_code is None  # the server knows nothing
        with pytest.raises(ConnectionClosed):
            await connection.send(call(3))
        await asyncio.sleep(200)
        assert csms.connections[0].close_code is not None

    tell(tmp_path, story)


def test_ping_on_a_half_open_connection_is_not_answered(tmp_path: Path) -> None:
    async def story(network: FaultyNetwork, _: FaultyConnection, csms: FakeCsms) -> None:
        network.go_dark("S-1", 60)
        pong = await csms.connections[0].ping()
        done, _waiting = await asyncio.wait({asyncio.ensure_future(pong)}, timeout=40)
        assert not done

    tell(tmp_path, story)


def test_what_is_under_way_still_arrives_when_the_station_has_gone(tmp_path: Path) -> None:
    async def story(network: FaultyNetwork, connection: FaultyConnection, csms: FakeCsms) -> None:
        network.delay("S-1", 60, 20, "to the server")
        await connection.send(call(1))
        connection.transport.abort()
        newer = await network.connect("S-1", "ocpp1.6")
        await asyncio.sleep(30)
        assert [one.message_id for one in csms.received] == ["1"]
        newer.transport.abort()

    tell(tmp_path, story)


def test_cut_ends_it_for_both(tmp_path: Path) -> None:
    async def story(_: FaultyNetwork, connection: FaultyConnection, csms: FakeCsms) -> None:
        connection.transport.abort()
        assert await answers(connection, 1) == []
        await asyncio.sleep(0.001)
        assert csms.connections[0].close_code is not None

    tell(tmp_path, story)
