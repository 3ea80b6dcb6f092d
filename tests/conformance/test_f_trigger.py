"""Functional block F: unlocking from afar, and reports that a station is asked for."""

from datetime import UTC, datetime

import pytest

from tests.conformance.cases import CORE, NO_PROFILE, case
from tests.conformance.csms import Csms
from tests.conformance.metering import energy
from tests.conformance.states import (
    ACCEPTED,
    Charging,
    booted,
    introduce,
    linked,
    tell_status,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("TC_F_06", NO_PROFILE)
async def test_tc_f_06_a_connector_is_unlocked(csms: Csms) -> None:
    """F05: the operator frees a cable while nothing charges."""
    async with booted(csms, UnlockConnector={"status": "Unlocked"}) as (station_id, station):
        outcome = await csms.command(station_id, "unlock", evse_number=2, connector_number=1)
        asked = await station.asked_for("UnlockConnector")
        assert asked == {"evseId": 2, "connectorId": 1}
        assert (outcome["status"], outcome["answer"]) == ("accepted", "Unlocked")


@case("TC_F_11", CORE)
async def test_tc_f_11_meter_values_of_an_evse(csms: Csms) -> None:
    """F06: one EVSE is named, and what its meter shows is kept."""
    async with booted(csms, TriggerMessage=ACCEPTED) as (station_id, station):
        await csms.command(station_id, "trigger", kind="meter_values", evse_number=2)
        asked = await station.asked_for("TriggerMessage")
        assert asked == {"requestedMessage": "MeterValues", "evse": {"id": 2}}
        values = {"evseId": 2, "meterValue": [energy(50.0, "Trigger")]}
        await station.call("MeterValues", values)
        (kept,) = csms.kept.readings_of(station_id)
        assert (kept.evse, kept.value, kept.context) == (2, 50.0, "Trigger")


@case("TC_F_12", CORE)
async def test_tc_f_12_meter_values_of_all_evses(csms: Csms) -> None:
    """F06: no EVSE is named, and what all meters show is kept."""
    async with booted(csms, TriggerMessage=ACCEPTED) as (station_id, station):
        await csms.command(station_id, "trigger", kind="meter_values")
        assert await station.asked_for("TriggerMessage") == {"requestedMessage": "MeterValues"}
        for evse in (1, 2):
            values = {"evseId": evse, "meterValue": [energy(50.0, "Trigger")]}
            await station.call("MeterValues", values)
        kept = csms.kept.readings_of(station_id)
        assert sorted((one.evse, one.context) for one in kept) == [(1, "Trigger"), (2, "Trigger")]


@case("TC_F_13", CORE)
async def test_tc_f_13_the_transaction_at_an_evse(csms: Csms) -> None:
    """F06: one EVSE is named, and its transaction tells what it is doing."""
    async with booted(csms, TriggerMessage=ACCEPTED) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await csms.command(station_id, "trigger", kind="transaction", evse_number=1)
        asked = await station.asked_for("TriggerMessage")
        assert asked == {"requestedMessage": "TransactionEvent", "evse": {"id": 1}}
        meter = [energy(70.0, "Trigger")]
        await charging.tell("Updated", "Trigger", "Charging", meterValue=meter)
        assert csms.kept.reports_on(charging.transaction)[-1] == (3, "Trigger")
        (kept,) = csms.kept.readings_of(station_id)
        assert (kept.evse, kept.value, kept.context) == (1, 70.0, "Trigger")


@case("TC_F_14", CORE)
async def test_tc_f_14_the_transactions_at_all_evses(csms: Csms) -> None:
    """F06: no EVSE is named, and every transaction tells what it is doing."""
    async with booted(csms, TriggerMessage=ACCEPTED) as (station_id, station):
        both = Charging(station, evse=1), Charging(station, evse=2)
        for charging in both:
            await charging.begin()
        await csms.command(station_id, "trigger", kind="transaction")
        assert await station.asked_for("TriggerMessage") == {"requestedMessage": "TransactionEvent"}
        for charging in both:
            meter = [energy(70.0, "Trigger")]
            await charging.tell("Updated", "Trigger", "Charging", meterValue=meter)
            assert csms.kept.reports_on(charging.transaction)[-1] == (3, "Trigger")
        assert sorted(one.evse for one in csms.kept.readings_of(station_id)) == [1, 2]


@case("TC_F_15", CORE)
async def test_tc_f_15_the_state_of_the_log(csms: Csms) -> None:
    """F06: no log is on its way, and the operator can read so."""
    async with booted(csms, TriggerMessage=ACCEPTED) as (station_id, station):
        await csms.command(station_id, "trigger", kind="log_status")
        asked = await station.asked_for("TriggerMessage")
        assert asked == {"requestedMessage": "LogStatusNotification"}
        assert await station.call("LogStatusNotification", {"status": "Idle"}) == {}
        (notice,) = await csms.notices(station_id, "job_progress")
        assert (notice["body"]["kind"], notice["body"]["word"]) == ("log", "Idle")


@case("TC_F_18", CORE)
async def test_tc_f_18_the_state_of_the_firmware(csms: Csms) -> None:
    """F06: no firmware is on its way, and the operator can read so."""
    async with booted(csms, TriggerMessage=ACCEPTED) as (station_id, station):
        await csms.command(station_id, "trigger", kind="firmware_status")
        asked = await station.asked_for("TriggerMessage")
        assert asked == {"requestedMessage": "FirmwareStatusNotification"}
        assert await station.call("FirmwareStatusNotification", {"status": "Idle"}) == {}
        (notice,) = await csms.notices(station_id, "job_progress")
        assert (notice["body"]["kind"], notice["body"]["word"]) == ("firmware", "Idle")


@case("TC_F_20", CORE)
async def test_tc_f_20_a_heartbeat(csms: Csms) -> None:
    """F06: the station calls, is told the time, and was seen."""
    async with booted(csms, TriggerMessage=ACCEPTED) as (station_id, station):
        await csms.command(station_id, "trigger", kind="heartbeat")
        assert await station.asked_for("TriggerMessage") == {"requestedMessage": "Heartbeat"}
        before = datetime.now(UTC).replace(microsecond=0)
        told = (await station.call("Heartbeat"))["currentTime"]
        assert datetime.fromisoformat(told) >= before
        seen_at = (await csms.get(f"/stations/{station_id}"))["seen_at"]
        assert datetime.fromisoformat(seen_at) >= before


@case("TC_F_23", CORE)
async def test_tc_f_23_the_status_of_a_free_connector(csms: Csms) -> None:
    """F06: a station that has not told any status is asked for one, and tells it."""
    station_id = csms.fresh_station()
    async with linked(csms, station_id, TriggerMessage=ACCEPTED) as station:
        await introduce(station)
        await csms.command(station_id, "trigger", kind="status", evse_number=1)
        asked = await station.asked_for("TriggerMessage")
        assert asked["requestedMessage"] == "StatusNotification"
        assert asked["evse"] == {"id": 1, "connectorId": 1}
        await tell_status(station, "Available")
        told = csms.kept.rows(
            "SELECT number, status FROM connector WHERE station_id = ?", station_id
        )
        assert told == [(1, "available")]


@case("TC_F_24", CORE)
async def test_tc_f_24_the_status_of_a_connector_in_use(csms: Csms) -> None:
    """F06: a connector that is in use is asked for its status, and tells it again."""
    async with booted(csms, TriggerMessage=ACCEPTED) as (station_id, station):
        await tell_status(station, "Occupied")
        await csms.command(station_id, "trigger", kind="status", evse_number=1)
        asked = await station.asked_for("TriggerMessage")
        assert asked["requestedMessage"] == "StatusNotification"
        assert asked["evse"] == {"id": 1, "connectorId": 1}
        await tell_status(station, "Occupied")
        assert await csms.state_of(station_id) == "preparing"


@case("TC_F_27", CORE)
async def test_tc_f_27_a_report_that_the_station_does_not_know(csms: Csms) -> None:
    """F06: the station cannot send what it is asked for, and the operator is told so."""
    async with booted(csms, TriggerMessage={"status": "NotImplemented"}) as (station_id, station):
        outcome = await csms.command(station_id, "trigger", kind="firmware_status")
        asked = await station.asked_for("TriggerMessage")
        assert asked == {"requestedMessage": "FirmwareStatusNotification"}
        assert outcome["status"] == "not_supported"
