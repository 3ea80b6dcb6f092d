"""Functional block B: stations and EVSEs that an operator restarts, and their networks."""

from typing import Any, Final

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.states import (
    ACCEPTED,
    SCHEDULED,
    Charging,
    boot,
    booted,
    introduce,
    linked,
    tell_status,
)
from tests.conformance.station import Fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

NETWORK: Final = {
    "slot": 1,
    "url": "wss://csms.example/ocpp",
    "security_profile": 2,
    "interface": "Wired0",
    "timeout_s": 30,
}


async def booted_at(csms: Csms, station_id: str) -> str:
    """When a station was last started, by what is kept."""
    return str((await csms.get(f"/stations/{station_id}"))["booted_at"])


async def stop_and_unplug(charging: Charging) -> None:
    """The driver ends a transaction in good order."""
    await charging.authorize_stop()
    await charging.unplug()


@case("TC_B_20", CORE)
async def test_tc_b_20_an_idle_station_restarts(csms: Csms) -> None:
    """B11: nothing charges, so that it restarts at once, and is accepted again."""
    async with booted(csms, Reset=ACCEPTED) as (station_id, station):
        before = await booted_at(csms, station_id)
        outcome = await csms.command(station_id, "reset", kind="soft")
        assert await station.asked_for("Reset") == {"type": "OnIdle"}
        assert outcome["status"] == "accepted"
    async with linked(csms, station_id) as station:
        await boot(station, "RemoteReset")
        assert await booted_at(csms, station_id) > before
        assert [await csms.state_of(station_id, evse) for evse in (1, 2)] == ["available"] * 2


@case("TC_B_21", CORE)
async def test_tc_b_21_a_station_restarts_when_it_has_charged(csms: Csms) -> None:
    """B12: the transaction goes on to its end, then the station restarts."""
    async with booted(csms, Reset=SCHEDULED) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        before = await booted_at(csms, station_id)
        outcome = await csms.command(station_id, "reset", kind="soft")
        assert await station.asked_for("Reset") == {"type": "OnIdle"}
        assert outcome["status"] == "scheduled"
        assert (await csms.transaction(station_id))["ended_at"] is None
        await stop_and_unplug(charging)
    async with linked(csms, station_id) as station:
        await boot(station, "ScheduledReset")
        assert await booted_at(csms, station_id) > before
        assert (await csms.transaction(station_id))["stop_reason"] == "EVDisconnected"


@case("TC_B_22", CORE)
async def test_tc_b_22_a_station_restarts_at_once(csms: Csms) -> None:
    """B12: the transaction is cut off, and after the restart its vehicle is still there."""
    async with booted(csms, Reset=ACCEPTED) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        outcome = await csms.command(station_id, "reset", kind="hard")
        assert await station.asked_for("Reset") == {"type": "Immediate"}
        assert outcome["status"] == "accepted"
        await charging.end("ResetCommand", "ImmediateReset", "EVConnected")
    async with linked(csms, station_id) as station:
        await introduce(station, "RemoteReset")
        await tell_status(station, "Occupied", 1)
        await tell_status(station, "Available", 2)
        assert (await csms.transaction(station_id))["stop_reason"] == "ImmediateReset"
        assert await csms.state_of(station_id, 1) == "finishing"
        assert await csms.state_of(station_id, 2) == "available"


async def reset_evse(csms: Csms, kind: str, answer: Fields) -> tuple[Fields, str, str | None]:
    """An EVSE that charges is restarted, and its transaction ends as the station does that.

    Returns:
        What the station was asked, what came of it, and why the transaction ended.
    """
    async with booted(csms, Reset=answer) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        outcome = await csms.command(station_id, "reset", kind=kind, evse_number=1)
        if answer == SCHEDULED:
            await stop_and_unplug(charging)
        else:
            await charging.end("ResetCommand", "ImmediateReset", "EVConnected")
        kept = await csms.transaction(station_id)
        return await station.asked_for("Reset"), outcome["status"], kept["stop_reason"]


@case("TC_B_25", CORE)
async def test_tc_b_25_an_idle_evse_restarts(csms: Csms) -> None:
    """B11: one EVSE is named, and the station stays."""
    async with booted(csms, Reset=ACCEPTED) as (station_id, station):
        outcome = await csms.command(station_id, "reset", kind="soft", evse_number=1)
        assert await station.asked_for("Reset") == {"type": "OnIdle", "evseId": 1}
        assert outcome["status"] == "accepted"


@case("TC_B_26", CORE)
async def test_tc_b_26_an_evse_restarts_when_it_has_charged(csms: Csms) -> None:
    """B12: the transaction goes on to its end, then its EVSE restarts."""
    asked, status, reason = await reset_evse(csms, "soft", SCHEDULED)
    assert asked == {"type": "OnIdle", "evseId": 1}
    assert (status, reason) == ("scheduled", "EVDisconnected")


@case("TC_B_27", CORE)
async def test_tc_b_27_an_evse_restarts_at_once(csms: Csms) -> None:
    """B12: the transaction is cut off, and its EVSE restarts."""
    asked, status, reason = await reset_evse(csms, "hard", ACCEPTED)
    assert asked == {"type": "Immediate", "evseId": 1}
    assert (status, reason) == ("accepted", "ImmediateReset")


async def set_network(csms: Csms, answer: Fields) -> dict[str, Any]:
    """A station is told how to reach a central system; return what came of it."""
    async with booted(csms, SetNetworkProfile=answer) as (station_id, station):
        outcome = await csms.command(station_id, "set_network_profile", **NETWORK)
        assert await station.asked_for("SetNetworkProfile") == {
            "configurationSlot": 1,
            "connectionData": {
                "ocppVersion": "OCPP20",
                "ocppTransport": "JSON",
                "ocppCsmsUrl": "wss://csms.example/ocpp",
                "messageTimeout": 30,
                "securityProfile": 2,
                "ocppInterface": "Wired0",
            },
        }
        return outcome


@case("TC_B_42", CORE)
async def test_tc_b_42_a_network_profile_is_taken(csms: Csms) -> None:
    """B09: the station has a way to a central system, and the operator is told so."""
    assert (await set_network(csms, ACCEPTED))["status"] == "accepted"


@case("TC_B_44", CORE)
async def test_tc_b_44_a_network_profile_fails(csms: Csms) -> None:
    """B09: the station could not keep it, and the operator is told how that went."""
    outcome = await set_network(csms, {"status": "Failed"})
    assert (outcome["status"], outcome["answer"]) == ("rejected", "Failed")
