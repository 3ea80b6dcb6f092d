"""Functional block E: what a station still has to say of transactions, after it was away."""

from typing import Any

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.metering import energy
from tests.conformance.states import Charging, booted, linked, tell_status

pytestmark = pytest.mark.asyncio(loop_scope="session")


def told(outcome: dict[str, Any]) -> tuple[str, bool | None, bool | None]:
    """What came of asking: the status, whether it runs, whether reports wait."""
    return outcome["status"], outcome.get("is_ongoing"), outcome.get("has_unsent")


async def report_late(charging: Charging, register_wh: float) -> None:
    """A report with a reading comes that was made while there was no connection."""
    await charging.tell(
        "Updated", "MeterValuePeriodic", offline=True, meterValue=[energy(register_wh)]
    )


@case("TC_E_29", CORE)
async def test_tc_e_29_a_running_transaction_with_reports_unsent(csms: Csms) -> None:
    """E14: asked by its id after a while away, it runs, and the late report is kept."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.tell("Updated", "MeterValuePeriodic", meterValue=[energy(1000.0)])
    answer = {"ongoingIndicator": True, "messagesInQueue": True}
    async with linked(csms, station_id, GetTransactionStatus=answer) as station:
        outcome = await csms.command(
            station_id, "transaction_status", transaction=charging.transaction
        )
        asked = await station.asked_for("GetTransactionStatus")
        assert asked == {"transactionId": charging.transaction}
        assert told(outcome) == ("accepted", True, True)
        charging.station = station
        await report_late(charging, 3500.0)
    assert (await csms.transaction(station_id))["energy_wh"] == 2500.0


@case("TC_E_30", CORE)
async def test_tc_e_30_a_running_transaction_with_nothing_unsent(csms: Csms) -> None:
    """E14: asked by its id, it runs, and all has been told."""
    answer = {"ongoingIndicator": True, "messagesInQueue": False}
    async with booted(csms, GetTransactionStatus=answer) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        outcome = await csms.command(
            station_id, "transaction_status", transaction=charging.transaction
        )
        asked = await station.asked_for("GetTransactionStatus")
        assert asked == {"transactionId": charging.transaction}
        assert told(outcome) == ("accepted", True, False)


@case("TC_E_31", CORE)
async def test_tc_e_31_an_ended_transaction_with_reports_unsent(csms: Csms) -> None:
    """E14: its end came before two older reports; those are kept, and it stays ended."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
    answer = {"ongoingIndicator": False, "messagesInQueue": True}
    async with linked(csms, station_id, GetTransactionStatus=answer) as station:
        charging.station = station
        await tell_status(station, "Available")
        charging.seq_no = 4
        await charging.end("EVCommunicationLost", "EVDisconnected", "Idle", offline=True)
        outcome = await csms.command(
            station_id, "transaction_status", transaction=charging.transaction
        )
        asked = await station.asked_for("GetTransactionStatus")
        assert asked == {"transactionId": charging.transaction}
        assert told(outcome) == ("accepted", False, True)
        charging.seq_no = 2
        await charging.tell("Updated", "StopAuthorized", offline=True)
        await charging.tell("Updated", "ChargingStateChanged", "EVConnected", offline=True)
    assert (await csms.transaction(station_id))["stop_reason"] == "EVDisconnected"
    assert csms.kept.reports_on(charging.transaction)[3:] == [
        (3, "StopAuthorized"),
        (4, "ChargingStateChanged"),
        (5, "EVCommunicationLost"),
    ]


@case("TC_E_33", CORE)
async def test_tc_e_33_reports_unsent_of_whatever_transaction(csms: Csms) -> None:
    """E14: asked without an id after a while away, there is more to come, and it is kept."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await charging.tell("Updated", "MeterValuePeriodic", meterValue=[energy(1000.0)])
    async with linked(csms, station_id, GetTransactionStatus={"messagesInQueue": True}) as station:
        outcome = await csms.command(station_id, "transaction_status")
        assert await station.asked_for("GetTransactionStatus") == {}
        assert told(outcome) == ("accepted", None, True)
        charging.station = station
        await report_late(charging, 1750.0)
    assert (await csms.transaction(station_id))["energy_wh"] == 750.0


@case("TC_E_34", CORE)
async def test_tc_e_34_nothing_unsent_of_any_transaction(csms: Csms) -> None:
    """E14: asked without an id, all has been told."""
    answer = {"messagesInQueue": False}
    async with booted(csms, GetTransactionStatus=answer) as (station_id, station):
        outcome = await csms.command(station_id, "transaction_status")
        assert await station.asked_for("GetTransactionStatus") == {}
        assert told(outcome) == ("accepted", None, False)
