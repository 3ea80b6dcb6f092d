from datetime import UTC, datetime
from typing import Any

import pytest

from csms.domain.authorization import Authorization, IdToken, TokenStatus
from csms.domain.errors import CallRefusedError
from csms.domain.events import (
    Acknowledged,
    AuthorizationAsked,
    BootReply,
    DataReceived,
    DataReply,
    HeartbeatReceived,
    MetersSampled,
    StationBooted,
    StationEvent,
    StatusChanged,
    TimeReply,
    TransactionReply,
    TransactionReported,
)
from csms.domain.metering import Measurand, MeterSample
from csms.domain.station import ChargingState, ConnectorStatus, Registration, StationModel
from csms.domain.transaction import TransactionStage
from csms.ocpp.frames import Call, JsonObject
from tests.ocpp.golden import V16, exchange

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
FIVE_PAST = datetime(2026, 1, 14, 12, 5, tzinfo=UTC)
SIX_PAST = datetime(2026, 1, 14, 12, 6, tzinfo=UTC)
TWO = datetime(2026, 1, 14, 14, 0, tzinfo=UTC)
TOKEN = IdToken("04A2B3C4")

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
        "Authorize",
        AuthorizationAsked(station_id="G-01", id_token=TOKEN),
        Authorization(
            status=TokenStatus.ACCEPTED,
            group="FLEET",
            expires_at=datetime(2027, 1, 1, tzinfo=UTC),
        ),
    ),
    (
        "Authorize.unknown",
        AuthorizationAsked(station_id="G-01", id_token=IdToken("")),
        Authorization(status=TokenStatus.UNKNOWN),  # 1.6 has no such word (§7.2)
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
        "StartTransaction",
        TransactionReported(
            station_id="G-01",
            stage=TransactionStage.STARTED,
            at=NOON,
            transaction=None,
            evse_number=1,
            connector_number=1,
            id_token=TOKEN,
            register_wh=1_234_500.0,
            samples=(
                MeterSample(
                    at=NOON,
                    measurand=Measurand.ENERGY_IMPORT_REGISTER,
                    value=1_234_500.0,
                    context="Transaction.Begin",
                ),
            ),
        ),
        TransactionReply(transaction="7", verdict=Authorization(status=TokenStatus.ACCEPTED)),
    ),
    (
        "MeterValues",
        MetersSampled(
            station_id="G-01",
            evse_number=1,
            transaction="7",
            samples=(
                MeterSample(
                    at=FIVE_PAST, measurand=Measurand.ENERGY_IMPORT_REGISTER, value=1_235_250.0
                ),
                MeterSample(
                    at=FIVE_PAST, measurand=Measurand.CURRENT_IMPORT, value=16.1, phase="L1"
                ),
                MeterSample(
                    at=FIVE_PAST, measurand=Measurand.CURRENT_IMPORT, value=-0.5, phase="L2"
                ),
                MeterSample(
                    at=FIVE_PAST,
                    measurand=Measurand.POWER_IMPORT,
                    value=7500.0,
                    context="Sample.Clock",
                ),
                MeterSample(
                    at=FIVE_PAST, measurand=Measurand.STATE_OF_CHARGE, value=61.0, location="EV"
                ),
                MeterSample(
                    at=SIX_PAST, measurand=Measurand.ENERGY_IMPORT_REGISTER, value=1_236_000.0
                ),
                MeterSample(
                    at=SIX_PAST,
                    measurand=Measurand.ENERGY_IMPORT_REGISTER,
                    value=None,
                    context="Transaction.Begin",
                    signed='OCMF|{"PG":"T1"}|{"SD":"3045"}',
                ),
            ),
        ),
        Acknowledged(),
    ),
    (
        "MeterValues.idle",
        MetersSampled(
            station_id="G-01",
            evse_number=0,
            transaction=None,
            samples=(
                MeterSample(
                    at=FIVE_PAST,
                    measurand=Measurand.VOLTAGE,
                    value=230.4,
                    phase="L1-N",
                    location="Inlet",
                ),
            ),
        ),
        Acknowledged(),
    ),
    (
        "StopTransaction",
        TransactionReported(
            station_id="G-01",
            stage=TransactionStage.ENDED,
            at=TWO,
            transaction="7",
            id_token=TOKEN,
            register_wh=1_249_500.0,
            samples=(
                MeterSample(
                    at=NOON,
                    measurand=Measurand.ENERGY_IMPORT_REGISTER,
                    value=1_234_500.0,
                    context="Transaction.Begin",
                ),
                MeterSample(
                    at=TWO,
                    measurand=Measurand.ENERGY_IMPORT_REGISTER,
                    value=1_249_500.0,
                    context="Transaction.End",
                ),
            ),
            stop_reason="EVDisconnected",
        ),
        TransactionReply(transaction="7", verdict=Authorization(status=TokenStatus.BLOCKED)),
    ),
    (
        "StopTransaction.bare",
        TransactionReported(
            station_id="G-01",
            stage=TransactionStage.ENDED,
            at=TWO,
            transaction="7",
            register_wh=1_249_500.0,
            samples=(
                MeterSample(
                    at=TWO,
                    measurand=Measurand.ENERGY_IMPORT_REGISTER,
                    value=1_249_500.0,
                    context="Transaction.End",
                ),
            ),
            stop_reason="Local",
        ),
        TransactionReply(transaction="7"),
    ),
]


@pytest.mark.parametrize(
    ("name", "event", "reply"), EXCHANGES, ids=[name for name, _, _ in EXCHANGES]
)
def test_call_is_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    golden = exchange("v16", name)
    incoming = V16.decode_call("G-01", golden.call)
    assert incoming.event == event
    assert incoming.encode_reply(reply) == golden.result.payload


def decoded(action: str, payload: JsonObject) -> Any:
    return V16.decode_call("G-01", Call(message_id="1", action=action, payload=payload)).event


def test_token_keeps_its_spelling_and_has_the_kind_that_1_6_means() -> None:
    token = decoded("Authorize", {"idTag": "04a2b3c4"}).id_token
    assert (token.value, token.kind) == ("04a2b3c4", "ISO14443")


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


@pytest.mark.parametrize(("written", "transaction"), [(0, "0"), (-1, "-1"), (7, "7")])
def test_any_transaction_number_is_passed_on(written: int, transaction: str) -> None:
    meter = exchange("v16", "MeterValues.idle").call.payload
    assert decoded("MeterValues", {**meter, "transactionId": written}).transaction == transaction


def test_start_without_a_verdict_is_accepted() -> None:
    golden = exchange("v16", "StartTransaction")
    incoming = V16.decode_call("G-01", golden.call)
    assert incoming.encode_reply(TransactionReply(transaction="7")) == golden.result.payload


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (TokenStatus.ACCEPTED, "Accepted"),
        (TokenStatus.BLOCKED, "Blocked"),
        (TokenStatus.CONCURRENT_TRANSACTION, "ConcurrentTx"),
        (TokenStatus.EXPIRED, "Expired"),
        (TokenStatus.INVALID, "Invalid"),
        (TokenStatus.UNKNOWN, "Invalid"),
    ],
)
def test_every_verdict_has_a_word(status: TokenStatus, word: str) -> None:
    incoming = V16.decode_call("G-01", exchange("v16", "Authorize").call)
    answer = incoming.encode_reply(Authorization(status=status))
    assert answer == {"idTagInfo": {"status": word}}


@pytest.mark.parametrize(
    "action", ["StatusNotification", "StartTransaction", "StopTransaction", "MeterValues"]
)
def test_time_that_is_none_is_refused(action: str) -> None:
    payload = exchange("v16", action).call.payload
    if action == "MeterValues":
        payload["meterValue"][0]["timestamp"] = "soon"
    else:
        payload["timestamp"] = "soon"
    with pytest.raises(CallRefusedError, match="expected a time in RFC 3339, got 'soon'") as caught:
        decoded(action, payload)
    assert caught.value.code == "PropertyConstraintViolation"


@pytest.mark.parametrize(
    ("action", "connector", "least"),
    [
        ("StatusNotification", -1, 0),
        ("MeterValues", -1, 0),
        ("StartTransaction", -1, 1),
        ("StartTransaction", 0, 1),
    ],
)
def test_connector_that_there_cannot_be_is_refused(action: str, connector: int, least: int) -> None:
    payload = exchange("v16", action).call.payload | {"connectorId": connector}
    expected = f"expected a connector or EVSE from {least} on, got {connector}"
    with pytest.raises(CallRefusedError, match=expected) as caught:
        decoded(action, payload)
    assert caught.value.code == "PropertyConstraintViolation"
