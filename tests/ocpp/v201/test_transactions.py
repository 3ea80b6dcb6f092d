import json
from typing import Any

import pytest

from csms.domain.authorization import Authorization, TokenStatus
from csms.domain.commands import (
    Command,
    CommandStatus,
    Outcome,
    QueueOutcome,
    ReadTransactionStatus,
    TellCost,
)
from csms.domain.display import DisplayText, TextFormat
from csms.domain.events import (
    Acknowledged,
    MetersSampled,
    StationEvent,
    TransactionReply,
    TransactionReported,
)
from csms.domain.metering import Measurand, MeterSample
from csms.domain.station import ChargingState
from csms.domain.transaction import TransactionStage
from csms.ocpp.frames import JsonObject
from tests.ocpp.golden import V201, exchange
from tests.ocpp.v201.exchanges import (
    ACCEPTED,
    FIVE_PAST,
    NOON,
    TOKEN,
    TRANSACTION,
    TWO,
    assert_not_expressible,
    assert_refused,
    assert_sent,
    assert_told,
    decoded,
    told,
    written,
)

SIGNED = {
    "signedMeterData": "T0NNRnx7fXx7fQ==",
    "signingMethod": "",
    "encodingMethod": "OCMF",
    "publicKey": "",
}

SENT: list[tuple[str, Command[Any], Outcome]] = [
    (
        "GetTransactionStatus",
        ReadTransactionStatus(TRANSACTION),
        QueueOutcome(status=CommandStatus.ACCEPTED, is_ongoing=True, has_unsent=False),
    ),
    (
        "GetTransactionStatus.any",
        ReadTransactionStatus(),
        QueueOutcome(status=CommandStatus.ACCEPTED, has_unsent=True),
    ),
    ("CostUpdated", TellCost(transaction=TRANSACTION, total=41.5), ACCEPTED),
]

TOLD: list[tuple[str, StationEvent[Any], Any]] = [
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
            phases_used=3,
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
    (
        "TransactionEvent.reserved",
        TransactionReported(
            station_id="G-01",
            stage=TransactionStage.STARTED,
            at=NOON,
            transaction=TRANSACTION,
            seq_no=0,
            trigger="CablePluggedIn",
            reservation_id=7,
            phases_used=1,
            cable_max_a=20,
            charging_s=0,
        ),
        TransactionReply(
            transaction=TRANSACTION,
            verdict=Authorization(status=TokenStatus.NO_CREDIT),
            total_cost=0.0,
            priority=9,
            message=DisplayText(content="0.30 EUR/kWh", format=TextFormat.ASCII),
        ),
    ),
    (
        "TransactionEvent.local",
        TransactionReported(
            station_id="G-01",
            stage=TransactionStage.ENDED,
            at=TWO,
            transaction=TRANSACTION,
            seq_no=9,
            samples=(
                MeterSample(at=TWO, measurand=Measurand.STATE_OF_CHARGE, value=80.0, location="EV"),
            ),
            trigger="StopAuthorized",
            stop_reason="Local",  # which a station need not say
            charging_s=7200,
        ),
        TransactionReply(transaction=TRANSACTION, total_cost=41.5),
    ),
]


@pytest.mark.parametrize(("name", "command", "outcome"), SENT, ids=[one[0] for one in SENT])
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_sent(name, command, outcome)


@pytest.mark.parametrize(("name", "event", "reply"), TOLD, ids=[one[0] for one in TOLD])
def test_call_is_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    assert_told(name, event, reply)


def test_token_of_no_authorization_is_none() -> None:
    event = told("TransactionEvent.started", idToken={"idToken": "", "type": "NoAuthorization"})
    assert event.id_token is None


@pytest.mark.parametrize(
    ("word", "charging_state"),
    [
        ("Charging", ChargingState.CHARGING),
        ("EVConnected", ChargingState.EV_CONNECTED),
        ("SuspendedEV", ChargingState.SUSPENDED_EV),
        ("SuspendedEVSE", ChargingState.SUSPENDED_EVSE),
        ("Idle", ChargingState.IDLE),
    ],
)
def test_every_charging_state_is_known(word: str, charging_state: ChargingState) -> None:
    info = {"transactionId": TRANSACTION, "chargingState": word}
    event = told("TransactionEvent.updated", transactionInfo=info)
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
    event = told("TransactionEvent.started", meterValue=meter_values)
    assert event.register_wh == register_wh


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("Started", TransactionStage.STARTED),
        ("Updated", TransactionStage.UPDATED),
        ("Ended", TransactionStage.ENDED),
    ],
)
def test_every_stage_is_known(word: str, stage: TransactionStage) -> None:
    assert told("TransactionEvent.updated", eventType=word).stage is stage


def test_reason_is_local_only_where_a_transaction_has_ended() -> None:
    assert told("TransactionEvent.local").stop_reason == "Local"
    assert told("TransactionEvent.local", eventType="Updated").stop_reason is None


def test_transaction_whose_name_is_too_long_is_not_asked_about() -> None:
    too_long = ReadTransactionStatus("x" * 37)
    assert_not_expressible(too_long, "GetTransactionStatus: transactionId: ")


def test_cost_has_no_more_than_six_decimals() -> None:
    cost = 41.5 / 3  # 13.8333...
    assert written(TellCost(transaction=TRANSACTION, total=cost))["totalCost"] == 13.833333
    incoming = V201.decode_call("G-01", exchange("v201", "TransactionEvent.local").call)
    reply = TransactionReply(transaction=TRANSACTION, total_cost=cost)
    assert incoming.encode_reply(reply) == {"totalCost": 13.833333}


@pytest.mark.parametrize("name", ["TransactionEvent.started", "TransactionEvent.updated"])
def test_event_at_a_time_that_is_none_is_refused(name: str) -> None:
    assert_refused(name, "expected a time in RFC 3339, got 'soon'", timestamp="soon")


def test_sample_of_no_finite_value_is_left_out() -> None:
    values = exchange("v201", "TransactionEvent.updated").call.payload["meterValue"]
    values[0]["sampledValue"][0] |= {"value": 1e308, "unitOfMeasure": {"multiplier": 3}}
    samples = told("TransactionEvent.updated", meterValue=values).samples
    assert [sample.measurand for sample in samples] == [Measurand.CURRENT_IMPORT]


@pytest.mark.parametrize("name", ["MeterValues", "TransactionEvent.updated"])
def test_sample_of_a_time_that_is_none_is_refused(name: str) -> None:
    values = exchange("v201", name).call.payload["meterValue"]
    values[0]["timestamp"] = "soon"
    assert_refused(name, "expected a time in RFC 3339, got 'soon'", meterValue=values)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("MeterValues", {"evseId": -1}),
        ("TransactionEvent.started", {"evse": {"id": -1}}),
        ("TransactionEvent.started", {"evse": {"id": 1, "connectorId": -1}}),
    ],
)
def test_evse_or_connector_that_there_cannot_be_is_refused(name: str, changes: JsonObject) -> None:
    assert_refused(name, "expected a connector or EVSE from 0 on, got -1", **changes)
