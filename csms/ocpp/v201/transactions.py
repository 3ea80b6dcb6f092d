"""Transactions and meters: what stations report of them, and what they are asked (E, I02, J)."""

from collections.abc import Iterable
from typing import Final

import msgspec

from csms.domain.authorization import IdToken
from csms.domain.commands import (
    CommandStatus,
    QueueOutcome,
    ReadTransactionStatus,
    TellCost,
)
from csms.domain.events import MetersSampled, TransactionReply, TransactionReported
from csms.domain.identity import StationId
from csms.domain.metering import Measurand, MeterSample
from csms.domain.station import ChargingState
from csms.domain.transaction import TransactionStage
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.display import write_text
from csms.ocpp.v201.tokens import write_verdict
from csms.ocpp.wire import (
    drop_absent,
    parse_time,
    read_index,
    read_number,
    read_sample,
    round_decimal,
)

_CHARGING_STATE: Final = {
    "Charging": ChargingState.CHARGING,
    "EVConnected": ChargingState.EV_CONNECTED,
    "SuspendedEV": ChargingState.SUSPENDED_EV,
    "SuspendedEVSE": ChargingState.SUSPENDED_EVSE,
    "Idle": ChargingState.IDLE,
}
_STAGE: Final = {
    "Started": TransactionStage.STARTED,
    "Updated": TransactionStage.UPDATED,
    "Ended": TransactionStage.ENDED,
}
_ENDED: Final = TransactionStage.ENDED
_UNTOLD_REASON: Final = "Local"
"""Why a transaction has ended of which the station does not say so (part 2 §2.48)."""
_TRANSACTION_EDGE: Final = frozenset({"Transaction.Begin", "Transaction.End"})
_NO_TOKEN: Final = "NoAuthorization"  # noqa: S105 - a kind of token


def decode_transaction_event(station_id: StationId, call: Payload) -> TransactionReported:
    """TransactionEventRequest (E01-E15)."""
    about = call.transactionInfo
    evse = call.evse
    connector = evse and evse.connectorId
    samples = _samples(call.meterValue or ())
    charging_state = about.chargingState
    stage = _STAGE[call.eventType]
    return TransactionReported(
        station_id=station_id,
        stage=stage,
        at=parse_time(call.timestamp),
        transaction=about.transactionId,
        evse_number=read_index(evse.id) if evse else None,
        connector_number=None if connector is None else read_index(connector),
        seq_no=call.seqNo,
        id_token=_id_token(call.idToken),
        register_wh=_register_wh(samples),
        samples=samples,
        charging_state=charging_state and _CHARGING_STATE[charging_state],
        trigger=call.triggerReason,
        stop_reason=about.stoppedReason or (_UNTOLD_REASON if stage is _ENDED else None),
        is_offline=call.offline or False,
        remote_start_id=about.remoteStartId,
        reservation_id=call.reservationId,
        phases_used=call.numberOfPhasesUsed,
        cable_max_a=call.cableMaxCurrent,
        charging_s=about.timeSpentCharging,
    )


def encode_transaction_event(reply: TransactionReply) -> JsonObject:
    """TransactionEventResponse (E01-E15; costs I02, I03)."""
    cost = reply.total_cost
    return drop_absent(
        {
            "totalCost": None if cost is None else round_decimal(cost),
            "chargingPriority": reply.priority,
            "idTokenInfo": reply.verdict and write_verdict(reply.verdict),
            "updatedPersonalMessage": reply.message and write_text(reply.message),
        }
    )


def decode_meter_values(station_id: StationId, call: Payload) -> MetersSampled:
    """MeterValuesRequest, which in 2.0.1 never belongs to a transaction (J01)."""
    return MetersSampled(
        station_id=station_id,
        evse_number=read_index(call.evseId),
        transaction=None,
        samples=_samples(call.meterValue),
    )


def encode_read_status(command: ReadTransactionStatus) -> JsonObject:
    """GetTransactionStatusRequest (E14)."""
    return drop_absent({"transactionId": command.transaction})


def decode_read_status(_command: ReadTransactionStatus, answer: Payload) -> QueueOutcome:
    """GetTransactionStatusResponse (E14)."""
    return QueueOutcome(
        status=CommandStatus.ACCEPTED,
        is_ongoing=answer.ongoingIndicator,
        has_unsent=answer.messagesInQueue,
    )


def encode_cost(command: TellCost) -> JsonObject:
    """CostUpdatedRequest (I02)."""
    return {"totalCost": round_decimal(command.total), "transactionId": command.transaction}


def _id_token(written: Payload) -> IdToken | None:
    if written is None or written.type == _NO_TOKEN:
        return None
    return IdToken(written.idToken, written.type)


def _samples(meter_values: Iterable[Payload]) -> tuple[MeterSample, ...]:
    samples: list[MeterSample] = []
    for meter_value in meter_values:
        at = parse_time(meter_value.timestamp)
        for sampled in meter_value.sampledValue:
            unit, signed = sampled.unitOfMeasure, sampled.signedMeterValue
            value = read_number(sampled.value, unit and unit.unit, unit and unit.multiplier)
            if value is not None:
                text = msgspec.json.encode(signed).decode() if signed else None
                samples.append(read_sample(at, sampled, value, text))
    return tuple(samples)


def _register_wh(samples: tuple[MeterSample, ...]) -> float | None:
    """The meter's register at a transaction's start or end, where the samples hold it."""
    for sample in reversed(samples):
        if (
            sample.measurand is Measurand.ENERGY_IMPORT_REGISTER
            and sample.phase is None
            and sample.context in _TRANSACTION_EDGE
        ):
            return sample.value
    return None
