from datetime import UTC, datetime
from typing import Any

import pytest

from csms.domain.errors import CallRefusedError
from csms.domain.events import (
    Acknowledged,
    BootReply,
    DataReceived,
    DataReply,
    HeartbeatReceived,
    StationBooted,
    StationEvent,
    StatusChanged,
    TimeReply,
)
from csms.domain.notices import SecurityNoticed
from csms.domain.station import ChargingState, ConnectorStatus, Registration, StationModel
from csms.ocpp.frames import JsonObject
from tests.ocpp.golden import V16, exchange
from tests.ocpp.v16.exchanges import NOON, assert_understood_and_answered, decoded

EXCHANGES: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "BootNotification",
        StationBooted(
            station_id="G-01",
            model=StationModel(
                vendor="Nordlys", model="NL-22", serial="NL22-00017", firmware="3.4.1"
            ),
        ),
        BootReply(registration=Registration.ACCEPTED, at=NOON, interval_s=300),
    ),
    (
        "BootNotification.bare",
        StationBooted(station_id="G-01", model=StationModel(vendor="Nordlys", model="NL-22")),
        BootReply(registration=Registration.PENDING, at=NOON, interval_s=60),
    ),
    ("Heartbeat", HeartbeatReceived(station_id="G-01"), TimeReply(NOON)),
    (
        "StatusNotification",
        StatusChanged(
            station_id="G-01",
            evse_number=1,
            connector_number=1,
            status=ConnectorStatus.OCCUPIED,
            charging_state=ChargingState.CHARGING,
            at=NOON,
        ),
        Acknowledged(),
    ),
    (
        "StatusNotification.faulted",
        StatusChanged(
            station_id="G-01",
            evse_number=2,
            connector_number=1,
            status=ConnectorStatus.FAULTED,
            error_code="GroundFailure",
            detail="E17",
            at=datetime(2026, 1, 14, 12, 0, 0, 250_000, tzinfo=UTC),
        ),
        Acknowledged(),
    ),
    (
        "StatusNotification.station",
        StatusChanged(
            station_id="G-01",
            evse_number=0,
            connector_number=0,
            status=ConnectorStatus.AVAILABLE,
        ),
        Acknowledged(),
    ),
    (
        "DataTransfer",
        DataReceived(
            station_id="G-01", vendor="no.nordlys", message="Temperature", data='{"celsius": 31}'
        ),
        DataReply(is_vendor_known=True, data="noted"),
    ),
    (
        "DataTransfer.unknown",
        DataReceived(station_id="G-01", vendor="org.example", message=None, data=None),
        DataReply(is_vendor_known=False),
    ),
    (
        "SecurityEventNotification",
        SecurityNoticed(station_id="G-01", kind="SettingSystemTime", at=NOON, detail="by 3 s"),
        Acknowledged(),
    ),
    (
        "SecurityEventNotification.bare",
        SecurityNoticed(station_id="G-01", kind="StartupOfTheDevice", at=NOON),
        Acknowledged(),
    ),
]


@pytest.mark.parametrize(
    ("name", "event", "reply"), EXCHANGES, ids=[name for name, _, _ in EXCHANGES]
)
def test_call_is_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    assert_understood_and_answered(name, event, reply)


@pytest.mark.parametrize(
    ("written", "status", "charging_state"),
    [
        ("Available", ConnectorStatus.AVAILABLE, None),
        ("Preparing", ConnectorStatus.OCCUPIED, ChargingState.EV_CONNECTED),
        ("Charging", ConnectorStatus.OCCUPIED, ChargingState.CHARGING),
        ("SuspendedEV", ConnectorStatus.OCCUPIED, ChargingState.SUSPENDED_EV),
        ("SuspendedEVSE", ConnectorStatus.OCCUPIED, ChargingState.SUSPENDED_EVSE),
        ("Finishing", ConnectorStatus.OCCUPIED, ChargingState.IDLE),
        ("Reserved", ConnectorStatus.RESERVED, None),
        ("Unavailable", ConnectorStatus.UNAVAILABLE, None),
        ("Faulted", ConnectorStatus.FAULTED, None),
    ],
)
def test_one_word_of_1_6_tells_status_and_charging_state(
    written: str, status: ConnectorStatus, charging_state: ChargingState | None
) -> None:
    event = decoded(
        "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": written}
    )
    assert (event.status, event.charging_state) == (status, charging_state)


@pytest.mark.parametrize(
    ("told", "detail"),
    [
        ({}, None),
        ({"info": "", "vendorErrorCode": ""}, None),
        ({"info": "hot", "vendorErrorCode": "E17"}, "hot"),
        ({"info": "", "vendorErrorCode": "E17"}, "E17"),
    ],
)
def test_detail_of_a_status_is_the_info_or_the_vendors_code(
    told: JsonObject, detail: str | None
) -> None:
    status = {"connectorId": 1, "errorCode": "OtherError", "status": "Faulted"}
    assert decoded("StatusNotification", {**status, **told}).detail == detail


def test_empty_timestamp_of_a_status_is_none() -> None:
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": ""}
    assert decoded("StatusNotification", status).at is None


def test_serial_of_the_box_stands_in_for_the_stations() -> None:
    boot = {"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": ""}
    assert decoded("BootNotification", {**boot, "chargeBoxSerialNumber": "B"}).model.serial == "B"


@pytest.mark.parametrize(
    ("registration", "word"),
    [
        (Registration.ACCEPTED, "Accepted"),
        (Registration.PENDING, "Pending"),
        (Registration.REJECTED, "Rejected"),
    ],
)
def test_every_registration_has_a_word(registration: Registration, word: str) -> None:
    incoming = V16.decode_call("G-01", exchange("v16", "BootNotification").call)
    reply = BootReply(registration=registration, at=NOON, interval_s=300)
    assert incoming.encode_reply(reply)["status"] == word


@pytest.mark.parametrize("action", ["StatusNotification", "SecurityEventNotification"])
def test_time_that_is_none_is_refused(action: str) -> None:
    payload = exchange("v16", action).call.payload | {"timestamp": "soon"}
    with pytest.raises(CallRefusedError, match="expected a time in RFC 3339, got 'soon'") as caught:
        decoded(action, payload)
    assert caught.value.code == "PropertyConstraintViolation"


def test_security_event_that_says_too_much_is_refused() -> None:
    payload = exchange("v16", "SecurityEventNotification").call.payload | {"techInfo": "x" * 256}
    with pytest.raises(CallRefusedError, match="techInfo: ") as caught:
        decoded("SecurityEventNotification", payload)
    assert caught.value.code == "TypeConstraintViolation"


def test_status_that_1_6_does_not_know_is_refused() -> None:
    payload = exchange("v16", "StatusNotification").call.payload | {"status": "Occupied"}
    with pytest.raises(CallRefusedError, match="status: ") as caught:
        decoded("StatusNotification", payload)
    assert caught.value.code == "PropertyConstraintViolation"


def test_connector_below_0_is_refused() -> None:
    payload = exchange("v16", "StatusNotification").call.payload | {"connectorId": -1}
    expected = "expected a connector or EVSE from 0 on, got -1"
    with pytest.raises(CallRefusedError, match=expected) as caught:
        decoded("StatusNotification", payload)
    assert caught.value.code == "PropertyConstraintViolation"
