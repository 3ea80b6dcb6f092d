from datetime import UTC, datetime
from typing import Any

import pytest

from csms.domain.authorization import Authorization, TokenStatus
from csms.domain.errors import CallRefusedError
from csms.domain.events import (
    Acknowledged,
    MetersSampled,
    StationEvent,
    TransactionReply,
    TransactionReported,
)
from csms.domain.metering import Measurand, MeterSample
from csms.domain.transaction import TransactionStage
from tests.ocpp.golden import V16, exchange
from tests.ocpp.v16.exchanges import NOON, TOKEN, TWO, assert_understood_and_answered, decoded

FIVE_PAST = datetime(2026, 1, 14, 12, 5, tzinfo=UTC)
SIX_PAST = datetime(2026, 1, 14, 12, 6, tzinfo=UTC)

EXCHANGES: list[tuple[str, StationEvent[Any], Any]] = [
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
        "StartTransaction.reserved",
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
            reservation_id=31,
        ),
        TransactionReply(transaction="8"),
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
    assert_understood_and_answered(name, event, reply)


@pytest.mark.parametrize(("written", "transaction"), [(0, "0"), (-1, "-1"), (7, "7")])
def test_any_transaction_number_is_passed_on(written: int, transaction: str) -> None:
    meter = exchange("v16", "MeterValues.idle").call.payload
    assert decoded("MeterValues", {**meter, "transactionId": written}).transaction == transaction


def test_start_without_a_verdict_is_accepted() -> None:
    golden = exchange("v16", "StartTransaction")
    incoming = V16.decode_call("G-01", golden.call)
    assert incoming.encode_reply(TransactionReply(transaction="7")) == golden.result.payload


@pytest.mark.parametrize("action", ["StartTransaction", "StopTransaction", "MeterValues"])
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


def test_samples_kept_until_the_end_come_with_the_end() -> None:
    stop = exchange("v16", "StopTransaction").call.payload
    stop["transactionData"] = [
        {
            "timestamp": "2026-01-14T12:05:00Z",
            "sampledValue": [
                {"value": "1235.25", "unit": "kWh"},
                {"value": "eleven", "measurand": "Current.Import"},
                {"value": "16.1", "measurand": "Current.Import", "phase": "L1"},
            ],
        }
    ]
    assert [
        (sample.at, sample.measurand, sample.value, sample.context)
        for sample in decoded("StopTransaction", stop).samples
    ] == [
        (FIVE_PAST, Measurand.ENERGY_IMPORT_REGISTER, 1_235_250.0, "Sample.Periodic"),
        (FIVE_PAST, Measurand.CURRENT_IMPORT, 16.1, "Sample.Periodic"),
        (TWO, Measurand.ENERGY_IMPORT_REGISTER, 1_249_500.0, "Transaction.End"),
    ]


@pytest.mark.parametrize(
    "reason",
    [
        "DeAuthorized",
        "EVDisconnected",
        "EmergencyStop",
        "HardReset",
        "Local",
        "Other",
        "PowerLoss",
        "Reboot",
        "Remote",
        "SoftReset",
        "UnlockCommand",
    ],
)
def test_every_reason_to_stop_is_passed_on(reason: str) -> None:
    stop = exchange("v16", "StopTransaction").call.payload | {"reason": reason}
    assert decoded("StopTransaction", stop).stop_reason == reason
