"""What a station says of itself: boot, statuses, security (OCPP 1.6 §4.2, §4.9; whitepaper A04)."""

from typing import Final

from csms.domain.events import StationBooted, StatusChanged
from csms.domain.identity import StationId
from csms.domain.notices import SecurityNoticed
from csms.domain.station import ChargingState, ConnectorStatus, StationModel
from csms.ocpp.schemas import Payload
from csms.ocpp.wire import parse_time, read_index

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


def decode_security(station_id: StationId, call: Payload) -> SecurityNoticed:
    """SecurityEventNotification.req (whitepaper §5.15)."""
    return SecurityNoticed(
        station_id=station_id,
        kind=call.type,
        at=parse_time(call.timestamp),
        detail=call.techInfo or None,
    )
