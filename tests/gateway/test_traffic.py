"""What goes over connections is counted."""

import asyncio

from csms.domain.commands import CommandStatus, ResetKind, ResetStation
from tests.gateway.rig import FakeStation, Rig, listening


async def test_calls_are_counted_by_action_and_refusals_by_code() -> None:
    async with listening() as rig, rig.station() as station:
        await station.ask("Heartbeat", {})
        await station.ask("Heartbeat", {})
        await station.ask("Dance", {})
        await station.ask("Heartbeat", {"a": 1})
        traffic = rig.registry.traffic
        assert {kind: sum(taken.counts) for kind, taken in traffic.calls.items()} == {
            ("1.6", "Heartbeat"): 2
        }
        assert traffic.refused == {
            ("1.6", "NotImplemented"): 1,
            ("1.6", "FormationViolation"): 1,
        }


async def test_stations_count_as_connected_until_they_are_gone() -> None:
    async with listening() as rig:
        async with rig.station("/ocpp/G-01"), rig.station("/ocpp/G-02", "ocpp2.0.1"):
            assert rig.registry.traffic.connected == {"1.6": 1, "2.0.1": 1}
            async with rig.station("/ocpp/G-01", "ocpp2.0.1"):
                assert rig.registry.traffic.connected == {"1.6": 0, "2.0.1": 2}
        await gone(rig)
        assert rig.registry.traffic.connected == {"1.6": 0, "2.0.1": 0}
        assert rig.registry.traffic.opened == {"1.6": 1, "2.0.1": 2}


async def test_commands_are_counted_by_what_came_of_them() -> None:
    async with listening() as rig, rig.station() as station:
        async with asyncio.TaskGroup() as tasks:
            reset = tasks.create_task(rig.registry.send("G-01", ResetStation(ResetKind.SOFT)))
            await accept(station)
        assert reset.result().status is CommandStatus.ACCEPTED
        counted = rig.registry.traffic.commands
        assert {kind: sum(taken.counts) for kind, taken in counted.items()} == {
            ("1.6", "ResetStation", "accepted"): 1
        }


async def accept(station: FakeStation) -> None:
    """Accept the next call."""
    _, message_id, _, _ = await station.receive()
    await station.send([3, message_id, {"status": "Accepted"}])


async def gone(rig: Rig) -> None:
    """Wait until nobody is connected any more."""
    async with asyncio.timeout(20):
        while len(rig.registry):  # noqa: ASYNC110 - nobody tells when the last one is gone
            await asyncio.sleep(0)
