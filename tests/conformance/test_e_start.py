"""Functional block E: transactions begin, by whatever makes a station begin one."""

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.metering import SIGNED, energy
from tests.conformance.states import MASKED, TOKEN, Charging, ask, booted, status_of, tell_status

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("TC_E_01", CORE)
async def test_tc_e_01_begins_when_the_power_path_is_closed(csms: Csms) -> None:
    """E01: token and cable came before; energy may flow from the first report on."""
    async with booted(csms) as (station_id, station):
        assert (await ask(station, TOKEN))["status"] == "Accepted"
        await tell_status(station, "Occupied")
        charging = Charging(station)
        answer = await charging.tell(
            "Started", "ChargingStateChanged", "SuspendedEVSE", idToken=TOKEN
        )
        assert status_of(answer) == "Accepted"
        await charging.tell("Updated", "ChargingStateChanged", "Charging")
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["evse_number"]) == (charging.transaction, 1)
        assert kept["id_token"] == MASKED


@case("TC_E_02", CORE)
async def test_tc_e_02_begins_when_energy_flows(csms: Csms) -> None:
    """E01: the first report already tells that the vehicle charges."""
    async with booted(csms) as (station_id, station):
        assert (await ask(station, TOKEN))["status"] == "Accepted"
        await tell_status(station, "Occupied")
        charging = Charging(station)
        answer = await charging.tell("Started", "ChargingStateChanged", "Charging", idToken=TOKEN)
        assert status_of(answer) == "Accepted"
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["evse_number"]) == (charging.transaction, 1)
        assert kept["ended_at"] is None


@case("TC_E_03", CORE)
async def test_tc_e_03_cable_first(csms: Csms) -> None:
    """E02: the cable is plugged in, then the token is shown."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.plug_in()
        await charging.authorize()
        await charging.begin()
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["evse_number"]) == (charging.transaction, 1)
        assert kept["id_token"] == MASKED


@case("TC_E_04", CORE)
async def test_tc_e_04_token_first(csms: Csms) -> None:
    """E03: the token is shown, then the cable tells at which EVSE."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station, evse=2)
        await charging.authorize()
        assert (await csms.transaction(station_id))["evse_number"] is None
        await charging.begin()
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["evse_number"]) == (charging.transaction, 2)


@case("TC_E_09", CORE)
async def test_tc_e_09_begins_when_a_vehicle_is_connected(csms: Csms) -> None:
    """E01: the cable alone begins a transaction, which is nobody's yet."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.plug_in()
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["evse_number"]) == (charging.transaction, 1)
        assert kept["id_token"] is None


@case("TC_E_10", CORE)
async def test_tc_e_10_begins_when_a_token_is_accepted(csms: Csms) -> None:
    """E01: the token alone begins a transaction, which is nowhere yet."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        answer = await charging.authorize()
        assert status_of(answer) == "Accepted"
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["evse_number"]) == (charging.transaction, None)
        assert kept["id_token"] == MASKED


@case("TC_E_11", CORE)
async def test_tc_e_11_begins_when_the_meter_has_signed(csms: Csms) -> None:
    """E01: the first report brings the signed reading of the start."""
    async with booted(csms) as (station_id, station):
        assert (await ask(station, TOKEN))["status"] == "Accepted"
        await tell_status(station, "Occupied")
        charging = Charging(station)
        answer = await charging.tell(
            "Started",
            "SignedDataReceived",
            idToken=TOKEN,
            meterValue=[energy(0.0, "Transaction.Begin", signed=SIGNED)],
        )
        assert status_of(answer) == "Accepted"
        await charging.tell("Updated", "ChargingStateChanged", "Charging")
        assert (await csms.transaction(station_id))["meter_start_wh"] == 0.0
        (reading,) = csms.kept.readings_of(station_id)
        assert reading.signed == SIGNED


@case("TC_E_12", CORE)
async def test_tc_e_12_begins_when_a_vehicle_is_detected(csms: Csms) -> None:
    """E01: a vehicle in the bay is enough, without cable or token."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.tell("Started", "EVDetected")
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["id_token"]) == (charging.transaction, None)
        assert csms.kept.reports_on(charging.transaction) == [(0, "EVDetected")]


@case("TC_E_38", CORE)
async def test_tc_e_38_vehicle_is_not_ready(csms: Csms) -> None:
    """E03: after token and cable the vehicle takes nothing yet, and the transaction runs."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.authorize()
        await charging.plug_in()
        await charging.suspend()
        kept = await csms.transaction(station_id)
        assert (kept["evse_number"], kept["ended_at"]) == (1, None)
        assert csms.kept.charging_state_of(charging.transaction) == "suspended_ev"


@case("TC_E_53", CORE)
async def test_tc_e_53_every_transaction_counts_its_reports_from_0(csms: Csms) -> None:
    """E01: two transactions, one after the other, both numbered from 0; none is taken for old."""
    async with booted(csms) as (station_id, station):
        first, second = Charging(station), Charging(station)
        for charging in (first, second):
            await charging.begin()
            await charging.stop()
            await charging.unplug()
        kept = await csms.transactions(station_id)
        assert [one["transaction_id"] for one in kept] == [first.transaction, second.transaction]
        assert all(one["stop_reason"] == "EVDisconnected" for one in kept)
        numbers = [number for number, _ in csms.kept.reports_on(second.transaction)]
        assert numbers == [0, 1, 2, 3, 4, 5]
