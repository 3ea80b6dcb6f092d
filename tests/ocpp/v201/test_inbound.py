import json
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
from tests.ocpp.golden import V201, exchange

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
FIVE_PAST = datetime(2026, 1, 14, 12, 5, tzinfo=UTC)
TWO = datetime(2026, 1, 14, 14, 0, tzinfo=UTC)
TOKEN = IdToken("04A2B3C4")
TRANSACTION = "9a5b7c1e-0001"
SIGNED = {
    "signedMeterData": "T0NNRnx7fXx7fQ==",
    "signingMethod": "",
    "encodingMethod": "OCMF",
    "publicKey": "",
}

EXCHANGES: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "BootNotification",
        StationBooted(
            station_id="G-01",
            model=StationModel(
                vendor="Nordlys", model="NL-22", serial="NL22-00017", firmware="3.4.1"
            ),
            reason="PowerUp",
        ),
        BootReply(registration=Registration.ACCEPTED, at=NOON, interval_s=300),
    ),
    (
        "BootNotification.bare",
        StationBooted(
            station_id="G-01",
            model=StationModel(vendor="Nordlys", model="NL-22"),
            reason="Unknown",
        ),
        BootReply(registration=Registration.REJECTED, at=NOON, interval_s=60),
    ),
    ("Heartbeat", HeartbeatReceived(station_id="G-01"), TimeReply(NOON)),
    (
        "StatusNotification",
        StatusChanged(
            station_id="G-01",
            evse_number=1,
            connector_number=1,
            status=ConnectorStatus.OCCUPIED,
            at=NOON,
        ),
        Acknowledged(),
    ),
    (
        "StatusNotification.faulted",
        StatusChanged(
            station_id="G-01",
            evse_number=2,
            connector_number=2,
            status=ConnectorStatus.FAULTED,
            at=datetime(2026, 1, 14, 12, 0, 0, 250_000, tzinfo=UTC),
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
        Authorization(status=TokenStatus.UNKNOWN),
    ),
    (
        "DataTransfer",
        DataReceived(
            station_id="G-01",
            vendor="no.nordlys",
            message="Temperature",
            data={"celsius": [31, 32.5]},
        ),
        DataReply(is_vendor_known=True, data={"noted": True}),
    ),
    (
        "DataTransfer.unknown",
        DataReceived(station_id="G-01", vendor="org.example", message=None, data=None),
        DataReply(is_vendor_known=False),
    ),
    (
        "MeterValues",
        MetersSampled(
            station_id="G-01",
            evse_number=0,
            transaction=None,
            samples=(
                MeterSample(
                    at=FIVE_PAST, measurand=Measurand.ENERGY_IMPORT_REGISTER, value=1_235_250.0
                ),
                MeterSample(at=FIVE_PAST, measurand=Measurand.POWER_IMPORT, value=7500.0),
                MeterSample(at=FIVE_PAST, measurand=Measurand.POWER_OFFERED, value=7500.0),
                MeterSample(
                    at=FIVE_PAST,
                    measurand=Measurand.CURRENT_IMPORT,
                    value=16.1,
                    phase="L1",
                    context="Sample.Clock",
                ),
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
        "TransactionEvent.started",
        TransactionReported(
            station_id="G-01",
            stage=TransactionStage.STARTED,
            at=NOON,
            transaction=TRANSACTION,
            evse_number=1,
            connector_number=1,
            seq_no=0,
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
            charging_state=ChargingState.EV_CONNECTED,
            trigger="Authorized",
            remote_start_id=5,
        ),
        TransactionReply(
            transaction=TRANSACTION, verdict=Authorization(status=TokenStatus.ACCEPTED)
        ),
    ),
    (
        "TransactionEvent.updated",
        TransactionReported(
            station_id="G-01",
            stage=TransactionStage.UPDATED,
            at=FIVE_PAST,
            transaction=TRANSACTION,
            seq_no=1,
            samples=(
                MeterSample(
                    at=FIVE_PAST, measurand=Measurand.ENERGY_IMPORT_REGISTER, value=1_235_250.0
                ),
                MeterSample(
                    at=FIVE_PAST, measurand=Measurand.CURRENT_IMPORT, value=16.1, phase="L1"
                ),
            ),
            charging_state=ChargingState.CHARGING,
            trigger="MeterValuePeriodic",
            is_offline=True,
        ),
        TransactionReply(transaction=TRANSACTION),
    ),
    (
        "TransactionEvent.ended",
        TransactionReported(
            station_id="G-01",
            stage=TransactionStage.ENDED,
            at=TWO,
            transaction=TRANSACTION,
            evse_number=1,
            seq_no=2,
            register_wh=1_249_500.0,  # of the whole, not of the phase that comes after
            samples=(
                MeterSample(
                    at=TWO,
                    measurand=Measurand.ENERGY_IMPORT_REGISTER,
                    value=1_249_500.0,
                    context="Transaction.End",
                    signed=json.dumps(SIGNED, separators=(",", ":")),
                ),
                MeterSample(
                    at=TWO,
                    measurand=Measurand.ENERGY_IMPORT_REGISTER,
                    value=3.0,
                    phase="L1",
                    context="Transaction.End",
                ),
            ),
            charging_state=ChargingState.IDLE,
            trigger="EVCommunicationLost",
            stop_reason="EVDisconnected",
        ),
        TransactionReply(
            transaction=TRANSACTION,
            verdict=Authorization(status=TokenStatus.CONCURRENT_TRANSACTION),
        ),
    ),
]


@pytest.mark.parametrize(
    ("name", "event", "reply"), EXCHANGES, ids=[name for name, _, _ in EXCHANGES]
)
def test_call_is_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    golden = exchange("v201", name)
    incoming = V201.decode_call("G-01", golden.call)
    assert incoming.event == event
    assert incoming.encode_reply(reply) == golden.result.payload


def decoded(action: str, payload: JsonObject) -> Any:
    return V201.decode_call("G-01", Call(message_id="1", action=action, payload=payload)).event


def transaction_event(name: str, **changes: Any) -> Any:
    return decoded("TransactionEvent", {**exchange("v201", name).call.payload, **changes})


def test_token_keeps_its_spelling_and_its_kind() -> None:
    token = decoded("Authorize", {"idToken": {"idToken": "no*abc", "type": "eMAID"}}).id_token
    assert (token.value, token.kind) == ("no*abc", "eMAID")


def test_token_of_no_authorization_is_none() -> None:
    event = transaction_event(
        "TransactionEvent.started", idToken={"idToken": "", "type": "NoAuthorization"}
    )
    assert event.id_token is None


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Available", ConnectorStatus.AVAILABLE),
        ("Occupied", ConnectorStatus.OCCUPIED),
        ("Reserved", ConnectorStatus.RESERVED),
        ("Unavailable", ConnectorStatus.UNAVAILABLE),
        ("Faulted", ConnectorStatus.FAULTED),
    ],
)
def test_every_status_is_known(written: str, status: ConnectorStatus) -> None:
    payload = exchange("v201", "StatusNotification").call.payload
    event = decoded("StatusNotification", {**payload, "connectorStatus": written})
    assert (event.status, event.charging_state) == (status, None)


@pytest.mark.parametrize(
    ("written", "charging_state"),
    [
        ("Charging", ChargingState.CHARGING),
        ("EVConnected", ChargingState.EV_CONNECTED),
        ("SuspendedEV", ChargingState.SUSPENDED_EV),
        ("SuspendedEVSE", ChargingState.SUSPENDED_EVSE),
        ("Idle", ChargingState.IDLE),
    ],
)
def test_every_charging_state_is_known(written: str, charging_state: ChargingState) -> None:
    info = {"transactionId": TRANSACTION, "chargingState": written}
    event = transaction_event("TransactionEvent.updated", transactionInfo=info)
    assert event.charging_state is charging_state


def test_transaction_event_may_tell_no_more_than_it_must() -> None:
    bare = {
        "eventType": "Updated",
        "timestamp": "2026-01-14T12:00:00Z",
        "triggerReason": "ChargingStateChanged",
        "seqNo": 3,
        "transactionInfo": {"transactionId": TRANSACTION},
    }
    assert decoded("TransactionEvent", bare) == TransactionReported(
        station_id="G-01",
        stage=TransactionStage.UPDATED,
        at=NOON,
        transaction=TRANSACTION,
        seq_no=3,
        trigger="ChargingStateChanged",
    )


def register(value: float, **rest: str) -> JsonObject:
    context = {"context": "Transaction.Begin", **rest}
    return {
        "timestamp": "2026-01-14T12:00:00Z",
        "sampledValue": [{"value": value, "measurand": "Energy.Active.Import.Register", **context}],
    }


@pytest.mark.parametrize(
    ("meter_values", "register_wh"),
    [
        ([register(100)], 100.0),
        ([register(100), register(200)], 200.0),
        ([register(100, context="Transaction.End")], 100.0),
        ([register(100, context="Sample.Periodic")], None),
        ([register(100, phase="L1")], None),
        ([register(100, measurand="Energy.Active.Export.Register")], None),
    ],
)
def test_register_is_the_total_at_a_transactions_edge(
    meter_values: list[JsonObject], register_wh: float | None
) -> None:
    event = transaction_event("TransactionEvent.started", meterValue=meter_values)
    assert event.register_wh == register_wh


@pytest.mark.parametrize(
    "status",
    [
        TokenStatus.ACCEPTED,
        TokenStatus.BLOCKED,
        TokenStatus.CONCURRENT_TRANSACTION,
        TokenStatus.EXPIRED,
        TokenStatus.INVALID,
        TokenStatus.UNKNOWN,
    ],
)
def test_every_verdict_has_a_word(status: TokenStatus) -> None:
    incoming = V201.decode_call("G-01", exchange("v201", "Authorize").call)
    answer = incoming.encode_reply(Authorization(status=status))
    assert answer == {"idTokenInfo": {"status": status.value}}


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("StatusNotification", "StatusNotification"),
        ("TransactionEvent", "TransactionEvent.started"),
        ("MeterValues", "MeterValues"),
    ],
)
def test_time_that_is_none_is_refused(action: str, name: str) -> None:
    payload = exchange("v201", name).call.payload
    if action == "MeterValues":
        payload["meterValue"][0]["timestamp"] = "soon"
    else:
        payload["timestamp"] = "soon"
    with pytest.raises(CallRefusedError, match="expected a time in RFC 3339, got 'soon'") as caught:
        decoded(action, payload)
    assert caught.value.code == "PropertyConstraintViolation"


@pytest.mark.parametrize(
    ("action", "name", "changes"),
    [
        ("StatusNotification", "StatusNotification", {"evseId": -1}),
        ("StatusNotification", "StatusNotification", {"connectorId": -1}),
        ("MeterValues", "MeterValues", {"evseId": -1}),
        ("TransactionEvent", "TransactionEvent.started", {"evse": {"id": -1}}),
        ("TransactionEvent", "TransactionEvent.started", {"evse": {"id": 1, "connectorId": -1}}),
    ],
)
def test_evse_or_connector_that_there_cannot_be_is_refused(
    action: str, name: str, changes: JsonObject
) -> None:
    payload = exchange("v201", name).call.payload | changes
    expected = "expected a connector or EVSE from 0 on, got -1"
    with pytest.raises(CallRefusedError, match=expected) as caught:
        decoded(action, payload)
    assert caught.value.code == "PropertyConstraintViolation"
