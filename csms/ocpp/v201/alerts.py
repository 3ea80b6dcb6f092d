"""Events of a station itself: from its monitors, or wired in (N07, N08, G05)."""

from typing import Final

from csms.domain.device_model import EventOrigin, EventTrigger, StationAlert
from csms.domain.identity import StationId
from csms.domain.notices import AlertsTold
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.components import read_address
from csms.ocpp.wire import parse_time

_TRIGGER: Final = {
    "Alerting": EventTrigger.ALERTING,
    "Delta": EventTrigger.DELTA,
    "Periodic": EventTrigger.PERIODIC,
}
_ORIGIN: Final = {
    "HardWiredNotification": EventOrigin.HARD_WIRED_NOTIFICATION,
    "HardWiredMonitor": EventOrigin.HARD_WIRED_MONITOR,
    "PreconfiguredMonitor": EventOrigin.PRECONFIGURED_MONITOR,
    "CustomMonitor": EventOrigin.CUSTOM_MONITOR,
}


def decode_alerts(station_id: StationId, call: Payload) -> AlertsTold:
    """NotifyEventRequest (N07, N08, G05)."""
    return AlertsTold(
        station_id=station_id,
        seq_no=call.seqNo,
        at=parse_time(call.generatedAt),
        alerts=tuple(map(_read_alert, call.eventData)),
        has_more=call.tbc or False,
    )


def _read_alert(told: Payload) -> StationAlert:
    return StationAlert(
        alert_id=told.eventId,
        at=parse_time(told.timestamp),
        variable=read_address(told),
        value=told.actualValue,
        trigger=_TRIGGER[told.trigger],
        origin=_ORIGIN[told.eventNotificationType],
        cause_id=told.cause,
        monitor_id=told.variableMonitoringId,
        is_cleared=told.cleared or False,
        transaction=told.transactionId,
        code=told.techCode,
        detail=told.techInfo,
    )
