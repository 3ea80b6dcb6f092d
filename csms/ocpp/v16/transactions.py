"""Transactions and meter values (OCPP 1.6 §3.6, §3.7, §3.16)."""

from collections.abc import Iterable
from datetime import datetime

from csms.domain.authorization import Authorization, IdToken, TokenStatus
from csms.domain.events import MetersSampled, TransactionReply, TransactionReported
from csms.domain.identity import StationId
from csms.domain.metering import Measurand, MeterSample
from csms.domain.transaction import TransactionStage
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v16.tokens import write_verdict
from csms.ocpp.wire import drop_absent, parse_time, read_index, read_number, read_sample


def decode_start(station_id: StationId, call: Payload) -> TransactionReported:
    """StartTransaction.req (§6.45)."""
    at = parse_time(call.timestamp)
    register_wh = float(call.meterStart)
    return TransactionReported(
        station_id=station_id,
        stage=TransactionStage.STARTED,
        at=at,
        transaction=None,
        evse_number=read_index(call.connectorId, least=1),
        connector_number=1,
        id_token=IdToken(call.idTag),
        register_wh=register_wh,
        samples=(_register(at, register_wh, "Transaction.Begin"),),
        reservation_id=call.reservationId,
    )


def encode_start(reply: TransactionReply) -> JsonObject:
    """StartTransaction.conf (§6.46)."""
    verdict = reply.verdict or Authorization(status=TokenStatus.ACCEPTED)
    return {"transactionId": int(reply.transaction), "idTagInfo": write_verdict(verdict)}


def decode_stop(station_id: StationId, call: Payload) -> TransactionReported:
    """StopTransaction.req (§6.49)."""
    at = parse_time(call.timestamp)
    register_wh = float(call.meterStop)
    return TransactionReported(
        station_id=station_id,
        stage=TransactionStage.ENDED,
        at=at,
        transaction=str(call.transactionId),
        id_token=IdToken(call.idTag) if call.idTag else None,
        register_wh=register_wh,
        samples=(
            *_samples(call.transactionData or ()),
            _register(at, register_wh, "Transaction.End"),
        ),
        stop_reason=call.reason or "Local",  # the default by §6.49
    )


def encode_stop(reply: TransactionReply) -> JsonObject:
    """StopTransaction.conf (§6.50)."""
    return drop_absent({"idTagInfo": reply.verdict and write_verdict(reply.verdict)})


def decode_meter_values(station_id: StationId, call: Payload) -> MetersSampled:
    """MeterValues.req (§6.31)."""
    transaction = call.transactionId
    return MetersSampled(
        station_id=station_id,
        evse_number=read_index(call.connectorId),
        transaction=None if transaction is None else str(transaction),
        samples=_samples(call.meterValue),
    )


def _samples(meter_values: Iterable[Payload]) -> tuple[MeterSample, ...]:
    samples: list[MeterSample] = []
    for meter_value in meter_values:
        at = parse_time(meter_value.timestamp)
        for sampled in meter_value.sampledValue:
            if sampled.format == "SignedData":
                samples.append(read_sample(at, sampled, None, signed=sampled.value))
                continue
            value = read_number(sampled.value, sampled.unit)
            if value is not None:
                samples.append(read_sample(at, sampled, value))
    return tuple(samples)


def _register(at: datetime, register_wh: float, context: str) -> MeterSample:
    """The meter's register at a transaction's start or end, which 1.6 writes as a bare number."""
    return MeterSample(
        at=at, measurand=Measurand.ENERGY_IMPORT_REGISTER, value=register_wh, context=context
    )
