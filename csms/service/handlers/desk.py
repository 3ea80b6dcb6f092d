"""The desk where all reports arrive: finds the handler for each kind."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from csms.domain.errors import CallRefusedError
from csms.domain.events import (
    AuthorizationAsked,
    ContractShown,
    DataReceived,
    HeartbeatReceived,
    MetersSampled,
    StationBooted,
    StationEvent,
    StatusChanged,
    TransactionReported,
)
from csms.domain.notices import (
    AlertsTold,
    CertificateStatusAsked,
    CustomerDataTold,
    JobProgressed,
    LimitReleased,
    LimitTold,
    MessagesTold,
    MonitorsTold,
    NeedsTold,
    ProfilesTold,
    ReservationEnded,
    SecurityNoticed,
    SigningAsked,
    VariablesTold,
    VehicleCertificateAsked,
    VehicleScheduleTold,
)
from csms.service.handlers.certificates import (
    certificate_status_asked,
    contract_shown,
    signing_asked,
    vehicle_certificate_asked,
)
from csms.service.handlers.charging_needs import (
    limit_released,
    limit_told,
    needs_told,
    vehicle_schedule_told,
)
from csms.service.handlers.context import HandlerContext
from csms.service.handlers.jobs import job_progressed, report_told, variables_told
from csms.service.handlers.notices import alerts_told, reservation_ended, security_noticed
from csms.service.handlers.stations import (
    authorization_asked,
    data_received,
    heartbeat_received,
    station_booted,
    status_changed,
)
from csms.service.handlers.transactions import meters_sampled, transaction_reported
from csms.service.registration import may_tell

ReplyT = TypeVar("ReplyT")

_HANDLERS: Final[Mapping[type[StationEvent[Any]], Callable[..., Awaitable[Any]]]] = {
    AlertsTold: alerts_told,
    AuthorizationAsked: authorization_asked,
    CertificateStatusAsked: certificate_status_asked,
    ContractShown: contract_shown,
    CustomerDataTold: report_told,
    DataReceived: data_received,
    HeartbeatReceived: heartbeat_received,
    JobProgressed: job_progressed,
    LimitReleased: limit_released,
    LimitTold: limit_told,
    MessagesTold: report_told,
    MetersSampled: meters_sampled,
    MonitorsTold: report_told,
    NeedsTold: needs_told,
    ProfilesTold: report_told,
    ReservationEnded: reservation_ended,
    SecurityNoticed: security_noticed,
    SigningAsked: signing_asked,
    StationBooted: station_booted,
    StatusChanged: status_changed,
    TransactionReported: transaction_reported,
    VariablesTold: variables_told,
    VehicleCertificateAsked: vehicle_certificate_asked,
    VehicleScheduleTold: vehicle_schedule_told,
}


class EventDesk:
    """Takes every report to its handler.

    Args:
        context: What handlers are given.
    """

    def __init__(self, context: HandlerContext) -> None:
        self._context = context

    async def handle(self, event: StationEvent[ReplyT]) -> ReplyT:
        """Keep what the event tells, and say what to answer. Returns after the commit.

        Raises:
            CallRefusedError: The station is not accepted yet, and was not asked for this.
        """
        live = self._context.sites.of_station(event.station_id)
        if live is None:
            is_heard = not self._context.attempts.is_held(event.station_id)
            is_heard = is_heard or type(event) is StationBooted
        else:
            is_heard = may_tell(live.stations[event.station_id], event)
        if not is_heard:
            raise CallRefusedError("SecurityError", "expected BootNotification until accepted")
        reply: ReplyT = await _HANDLERS[type(event)](self._context, event)
        self._context.sites.heard(event.station_id)
        return reply
