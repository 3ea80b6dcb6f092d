"""Calls that a 2.0.1 station makes: payload to event, reply to payload (part 2, messages §1)."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from csms.domain.authorization import Authorization, IdToken
from csms.domain.events import (
    AuthorizationAsked,
    MetersSampled,
    StationBooted,
    StatusChanged,
    TransactionReply,
    TransactionReported,
)
from csms.domain.identity import StationId
from csms.domain.metering import Measurand, MeterSample
from csms.domain.station import ChargingState, ConnectorStatus, StationModel
from csms.domain.transaction import TransactionStage
from csms.ocpp.adapter import Inbound
from csms.ocpp.frames import JsonObject
from csms.ocpp.payloads import (
    decode_data,
    decode_heartbeat,
    encode_boot,
    encode_data,
    encode_heartbeat,
    encode_nothing,
)
from csms.ocpp.schemas import Payload
from csms.ocpp.wire import (
    drop_absent,
    format_time,
    parse_time,
    read_index,
    read_number,
    read_sample,
)

_STATUS: Final = {
    "Available": ConnectorStatus.AVAILABLE,
    "Occupied": ConnectorStatus.OCCUPIED,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}
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
_TRANSACTION_EDGE: Final = frozenset({"Transaction.Begin", "Transaction.End"})
_NO_TOKEN: Final = "NoAuthorization"  # noqa: S105 - a kind of token


def decode_boot(station_id: StationId, call: Payload) -> StationBooted:
    """BootNotificationRequest (B01)."""
    station = call.chargingStation
    return StationBooted(
        station_id=station_id,
        model=StationModel(
            vendor=station.vendorName,
            model=station.model,
            serial=station.serialNumber or None,
            firmware=station.firmwareVersion or None,
        ),
        reason=call.reason,
    )


def decode_status(station_id: StationId, call: Payload) -> StatusChanged:
    """StatusNotificationRequest (G01)."""
    return StatusChanged(
        station_id=station_id,
        evse_number=read_index(call.evseId),
        connector_number=read_index(call.connectorId),
        status=_STATUS[call.connectorStatus],
        at=parse_time(call.timestamp),
    )


def decode_authorize(station_id: StationId, call: Payload) -> AuthorizationAsked:
    """AuthorizeRequest (C01)."""
    written = call.idToken
    return AuthorizationAsked(
        station_id=station_id, id_token=IdToken(written.idToken, written.type)
    )


def encode_authorize(reply: Authorization) -> JsonObject:
    """AuthorizeResponse (C01)."""
    return {"idTokenInfo": _id_token_info(reply)}


def decode_transaction_event(station_id: StationId, call: Payload) -> TransactionReported:
    """TransactionEventRequest (E01-E15)."""
    about = call.transactionInfo
    evse = call.evse
    connector = evse and evse.connectorId
    samples = _samples(call.meterValue or ())
    charging_state = about.chargingState
    return TransactionReported(
        station_id=station_id,
        stage=_STAGE[call.eventType],
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
        stop_reason=about.stoppedReason,
        is_offline=call.offline or False,
        remote_start_id=about.remoteStartId,
    )


def encode_transaction_event(reply: TransactionReply) -> JsonObject:
    """TransactionEventResponse (E01-E15)."""
    return drop_absent({"idTokenInfo": reply.verdict and _id_token_info(reply.verdict)})


def decode_meter_values(station_id: StationId, call: Payload) -> MetersSampled:
    """MeterValuesRequest, which in 2.0.1 never belongs to a transaction (J01)."""
    return MetersSampled(
        station_id=station_id,
        evse_number=read_index(call.evseId),
        transaction=None,
        samples=_samples(call.meterValue),
    )


INBOUND: Final[tuple[Inbound[Any, Any], ...]] = (
    Inbound("Authorize", decode_authorize, encode_authorize),
    Inbound("BootNotification", decode_boot, encode_boot),
    Inbound("DataTransfer", decode_data, encode_data),
    Inbound("Heartbeat", decode_heartbeat, encode_heartbeat),
    Inbound("MeterValues", decode_meter_values, encode_nothing),
    Inbound("StatusNotification", decode_status, encode_nothing),
    Inbound("TransactionEvent", decode_transaction_event, encode_transaction_event),
)


def _id_token(written: Payload) -> IdToken | None:
    if written is None or written.type == _NO_TOKEN:
        return None
    return IdToken(written.idToken, written.type)


def _id_token_info(verdict: Authorization) -> JsonObject:
    return drop_absent(
        {
            "status": str(verdict.status),
            "cacheExpiryDateTime": verdict.expires_at and format_time(verdict.expires_at),
            "groupIdToken": verdict.group and {"idToken": verdict.group, "type": "Central"},
        }
    )


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
