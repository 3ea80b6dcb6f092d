"""Functional block E: transactions end, by whatever makes a station end one."""

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.states import (
    ACCEPTED,
    UNKNOWN_TOKEN,
    Charging,
    booted,
    status_of,
    tell_status,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def ended_for(csms: Csms, station_id: str) -> str | None:
    """Why the only transaction of a station has ended, by what is kept; None: it runs."""
    kept = await csms.transaction(station_id)
    assert (kept["ended_at"] is None) == (kept["closed_by"] is None)
    assert kept["closed_by"] in (None, "station")
    reason: str | None = kept["stop_reason"]
    return reason


@case("TC_E_07", CORE)
async def test_tc_e_07_ends_when_the_power_path_is_opened(csms: Csms) -> None:
    """E06: the driver's token ends the transaction, and the vehicle stays."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.end("StopAuthorized", "Local")
        assert await ended_for(csms, station_id) == "Local"
        assert await csms.state_of(station_id) == "finishing"


@case("TC_E_08", CORE)
async def test_tc_e_08_ends_when_energy_flows_no_more(csms: Csms) -> None:
    """E06: the token is shown first, and the end is told when the vehicle takes no more."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.authorize_stop()
        assert await ended_for(csms, station_id) is None
        await charging.end("ChargingStateChanged", "Local", "EVConnected")
        assert await ended_for(csms, station_id) == "Local"


@case("TC_E_14", CORE)
async def test_tc_e_14_ends_when_the_cable_is_pulled_at_the_station(csms: Csms) -> None:
    """E06: stopped by the token before, the transaction ends with the cable."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.stop()
        assert await ended_for(csms, station_id) is None
        await charging.unplug()
        assert await ended_for(csms, station_id) == "EVDisconnected"
        assert await csms.state_of(station_id) == "available"


@case("TC_E_15", CORE)
async def test_tc_e_15_ends_when_the_token_is_shown_again(csms: Csms) -> None:
    """E06: the end comes at the token, with all reports before it."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.end("StopAuthorized", "Local")
        assert await ended_for(csms, station_id) == "Local"
        assert csms.kept.reports_on(charging.transaction) == [
            (0, "CablePluggedIn"),
            (1, "Authorized"),
            (2, "ChargingStateChanged"),
            (3, "StopAuthorized"),
        ]


@case("TC_E_16", CORE)
async def test_tc_e_16_ends_when_the_token_is_not_accepted(guarded: Csms) -> None:
    """E06: a token that nobody knows begins a transaction, is refused, and ends it."""
    async with booted(guarded) as (station_id, station):
        charging = Charging(station)
        answer = await charging.tell("Started", "Authorized", idToken=UNKNOWN_TOKEN)
        assert status_of(answer) in {"Invalid", "Unknown"}
        await charging.end("Deauthorized", "DeAuthorized")
        assert await ended_for(guarded, station_id) == "DeAuthorized"


@case("TC_E_17", CORE)
async def test_tc_e_17_ends_when_the_cable_is_pulled_at_the_vehicle(csms: Csms) -> None:
    """E06: while the vehicle takes nothing the cable is pulled, and that is not allowed."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.suspend()
        await charging.end("EVCommunicationLost", "EVDisconnected", "Idle")
        assert await ended_for(csms, station_id) == "EVDisconnected"


@case("TC_E_19", CORE)
async def test_tc_e_19_ends_when_the_vehicle_leaves_the_bay(csms: Csms) -> None:
    """E06: without a cable the transaction runs on until the bay is free."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.stop()
        await tell_status(station, "Available")
        await charging.tell("Updated", "EVCommunicationLost", "Idle")
        assert await ended_for(csms, station_id) is None
        await charging.end("EVDeparted", "Local")
        assert await ended_for(csms, station_id) == "Local"


@case("TC_E_20", CORE)
async def test_tc_e_20_ends_when_a_suspended_vehicle_is_unplugged(csms: Csms) -> None:
    """E06, E10: a vehicle that took no more is stopped and unplugged."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.suspend()
        await charging.stop()
        await charging.unplug()
        assert await ended_for(csms, station_id) == "EVDisconnected"
        assert csms.kept.charging_state_of(charging.transaction) == "idle"


@case("TC_E_21", CORE)
async def test_tc_e_21_ends_when_the_operator_wants_it(csms: Csms) -> None:
    """E06, F03: the operator names the transaction, and the station ends it."""
    async with booted(csms, RequestStopTransaction=ACCEPTED) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        outcome = await csms.command(station_id, "stop", transaction=charging.transaction)
        asked = await station.asked_for("RequestStopTransaction")
        assert asked == {"transactionId": charging.transaction}
        assert outcome["status"] == "accepted"
        await charging.end("RemoteStop", "Remote")
        assert await ended_for(csms, station_id) == "Remote"


@case("TC_E_22", CORE)
async def test_tc_e_22_ends_when_the_vehicle_takes_no_more(csms: Csms) -> None:
    """E06: the vehicle itself stops, and that ends the transaction."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.end("ChargingStateChanged", "StoppedByEV", "SuspendedEV")
        assert await ended_for(csms, station_id) == "StoppedByEV"


@case("TC_E_26", CORE)
async def test_tc_e_26_goes_on_when_the_cable_is_plugged_in_again(csms: Csms) -> None:
    """E10: the cable is pulled at the vehicle and plugged in again; it is still one transaction."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.suspend()
        await charging.tell("Updated", "EVCommunicationLost", "Idle")
        await tell_status(station, "Available")
        await charging.tell("Updated", "CablePluggedIn", "EVConnected")
        await charging.tell("Updated", "ChargingStateChanged", "Charging")
        assert await ended_for(csms, station_id) is None
        assert csms.kept.charging_state_of(charging.transaction) == "charging"


@case("TC_E_39", CORE)
async def test_tc_e_39_ends_when_no_cable_comes(csms: Csms) -> None:
    """E03, E06: the token was accepted, but nobody plugged in within the time."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.authorize()
        await charging.end("EVConnectTimeout", "Timeout", evse=None)
        assert await ended_for(csms, station_id) == "Timeout"
        assert (await csms.transaction(station_id))["evse_number"] is None
