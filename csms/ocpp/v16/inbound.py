"""Calls that a 1.6 station makes: payload to event, reply to payload (OCPP 1.6 §4)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from csms.domain.authorization import Authorization, IdToken, TokenStatus
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
    "Available": (ConnectorStatus.AVAILABLE, None),
    "Preparing": (ConnectorStatus.OCCUPIED, ChargingState.EV_CONNECTED),
    "Charging": (ConnectorStatus.OCCUPIED, ChargingState.CHARGING),
    "SuspendedEV": (ConnectorStatus.OCCUPIED, ChargingState.SUSPENDED_EV),
    "SuspendedEVSE": (ConnectorStatus.OCCUPIED, ChargingState.SUSPENDED_EVSE),
    "Finishing": (ConnectorStatus.OCCUPIED, ChargingState.IDLE),
    "Reserved": (ConnectorStatus.RESERVED, None),
    "Unavailable": (ConnectorStatus.UNAVAILABLE, None),
    "Faulted": (ConnectorStatus.FAULTED, None),
}
"""What 1.6 tells in one word: the connector's status and what the vehicle does (§7.7)."""

_TOKEN_STATUS: Final = {TokenStatus.UNKNOWN: "Invalid"}
"""Verdicts that 1.6 has no word of its own for (§7.2)."""


def decode_boot(station_id: StationId, call: Payload) -> StationBooted:
    """BootNotification.req (§6.3)."""
    serial = call.chargePointSerialNumber or call.chargeBoxSerialNumber
    return StationBooted(
        station_id=station_id,
        model=StationModel(
            vendor=call.chargePointVendor,
            model=call.chargePointModel,
            serial=serial or None,
            firmware=call.firmwareVersion or None,
        ),
    )


def decode_status(station_id: StationId, call: Payload) -> StatusChanged:
    """StatusNotification.req (§6.47)."""
    status, charging_state = _STATUS[call.status]
    connector = read_index(call.connectorId)
    error_code = call.errorCode
    return StatusChanged(
        station_id=station_id,
        evse_number=connector,
        connector_number=1 if connector else 0,
        status=status,
        charging_state=charging_state,
        error_code=None if error_code == "NoError" else error_code,
        detail=call.info or call.vendorErrorCode or None,
        at=parse_time(call.timestamp) if call.timestamp else None,
    )


def decode_authorize(station_id: StationId, call: Payload) -> AuthorizationAsked:
    """Authorize.req (§6.1)."""
    return AuthorizationAsked(station_id=station_id, id_token=IdToken(call.idTag))


def encode_authorize(reply: Authorization) -> JsonObject:
    """Authorize.conf (§6.2)."""
    return {"idTagInfo": _id_tag_info(reply)}


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
    )


def encode_start(reply: TransactionReply) -> JsonObject:
    """StartTransaction.conf (§6.46)."""
    verdict = reply.verdict or Authorization(status=TokenStatus.ACCEPTED)
    return {"transactionId": int(reply.transaction), "idTagInfo": _id_tag_info(verdict)}


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
    return drop_absent({"idTagInfo": reply.verdict and _id_tag_info(reply.verdict)})


def decode_meter_values(station_id: StationId, call: Payload) -> MetersSampled:
    """MeterValues.req (§6.31)."""
    transaction = call.transactionId
    return MetersSampled(
        station_id=station_id,
        evse_number=read_index(call.connectorId),
        transaction=None if transaction is None else str(transaction),
        samples=_samples(call.meterValue),
    )


INBOUND: Final[tuple[Inbound[Any, Any], ...]] = (
    Inbound("Authorize", decode_authorize, encode_authorize),
    Inbound("BootNotification", decode_boot, encode_boot),
    Inbound("DataTransfer", decode_data, encode_data),
    Inbound("Heartbeat", decode_heartbeat, encode_heartbeat),
    Inbound("MeterValues", decode_meter_values, encode_nothing),
    Inbound("StartTransaction", decode_start, encode_start),
    Inbound("StatusNotification", decode_status, encode_nothing),
    Inbound("StopTransaction", decode_stop, encode_stop),
)


def _id_tag_info(verdict: Authorization) -> JsonObject:
    return drop_absent(
        {
            "status": _TOKEN_STATUS.get(verdict.status, str(verdict.status)),
            "expiryDate": verdict.expires_at and format_time(verdict.expires_at),
            "parentIdTag": verdict.group,
        }
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
