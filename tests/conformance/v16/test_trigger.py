"""OCPP 1.6 §5.17: stations are asked to send a message now."""

import pytest

from tests.conformance.csms import Csms
from tests.conformance.v16.cases import TRIGGER, case16
from tests.conformance.v16.metering import KeptSample, meter_value, sample, samples_of
from tests.conformance.v16.states import ACCEPTED, booted, outcome_of, tell_status, verdict_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case16("7.44 TriggerMessageStatus", TRIGGER, is_each=True)
@pytest.mark.parametrize(
    ("word", "status"),
    [("Accepted", "accepted"), ("Rejected", "rejected"), ("NotImplemented", "not_supported")],
)
async def test_the_operator_is_told_whether_a_message_will_come(
    csms: Csms, word: str, status: str
) -> None:
    """§5.17: it will, it will not, or the station does not know it."""
    outcome, _ = await outcome_of(
        csms, "TriggerMessage", {"status": word}, "trigger", kind="heartbeat"
    )
    assert verdict_of(outcome) == (status, "")


@case16("7.32 MessageTrigger", TRIGGER, is_each=True)
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("boot", "BootNotification"),
        ("diagnostics_status", "DiagnosticsStatusNotification"),
        ("firmware_status", "FirmwareStatusNotification"),
        ("heartbeat", "Heartbeat"),
        ("meter_values", "MeterValues"),
        ("status", "StatusNotification"),
    ],
)
async def test_a_message_is_asked_for_by_its_name(csms: Csms, kind: str, message: str) -> None:
    """§7.32: six messages; without a connector all of them are meant."""
    _, asked = await outcome_of(csms, "TriggerMessage", ACCEPTED, "trigger", kind=kind)
    assert asked == {"requestedMessage": message}


@case16("5.17 TriggerMessage", TRIGGER)
async def test_the_status_of_one_connector_is_asked_for_and_told(csms: Csms) -> None:
    """§5.17: the answer to the request first, then the message."""
    async with booted(csms, TriggerMessage=ACCEPTED) as (station_id, station):
        await csms.command(station_id, "trigger", kind="status", evse_number=2)
        asked = await station.asked_for("TriggerMessage")
        assert asked == {"requestedMessage": "StatusNotification", "connectorId": 2}
        await tell_status(station, "Finishing", connector=2)
        assert await csms.state_of(station_id, 2) == "finishing"


@case16("5.17 TriggerMessage", TRIGGER)
async def test_values_that_were_asked_for_say_so(csms: Csms) -> None:
    """§5.17, §7.35: the newest values of a connector, with the context of a trigger."""
    async with booted(csms, TriggerMessage=ACCEPTED) as (station_id, station):
        await csms.command(station_id, "trigger", kind="meter_values", evse_number=1)
        asked = await station.asked_for("TriggerMessage")
        assert asked == {"requestedMessage": "MeterValues", "connectorId": 1}
        value = meter_value(sample("230", "Voltage", context="Trigger"))
        await station.call("MeterValues", {"connectorId": 1, "meterValue": [value]})
        assert samples_of(csms, station_id) == [
            KeptSample(1, None, "Voltage", 230.0, None, "Trigger")
        ]


@case16("W 5.5 ExtendedTriggerMessage", TRIGGER, is_each=True)
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("log_status", "LogStatusNotification"),
        ("station_certificate", "SignChargePointCertificate"),
    ],
)
async def test_messages_of_the_whitepaper_are_asked_for_by_its_own(
    csms: Csms, kind: str, message: str
) -> None:
    """Whitepaper §5.5, §6.16: the older request has no words for them."""
    _, asked = await outcome_of(csms, "ExtendedTriggerMessage", ACCEPTED, "trigger", kind=kind)
    assert asked == {"requestedMessage": message}


@case16("W 6.17 TriggerMessageStatusEnumType", TRIGGER, is_each=True)
@pytest.mark.parametrize(
    ("word", "status"),
    [("Accepted", "accepted"), ("Rejected", "rejected"), ("NotImplemented", "not_supported")],
)
async def test_the_operator_is_told_whether_a_message_of_the_whitepaper_will_come(
    csms: Csms, word: str, status: str
) -> None:
    """Whitepaper §6.17: as of the older request."""
    outcome, _ = await outcome_of(
        csms, "ExtendedTriggerMessage", {"status": word}, "trigger", kind="log_status"
    )
    assert verdict_of(outcome) == (status, "")
