"""The names under which reports of stations are kept and looked up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from csms.domain.events import StationEvent
from csms.domain.identity import StationId
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


class NoticeKind(StrEnum):
    """What a station has told, or what was noticed or found of it."""

    ALERTS = "alerts"
    CERTIFICATE_STATUS = "certificate_status"
    CUSTOMER_DATA = "customer_data"
    JOB_PROGRESS = "job_progress"
    LIMIT = "limit"
    LIMIT_RELEASED = "limit_released"
    LIMITS_IGNORED = "limits_ignored"
    """Found here: a station draws more than the limit that it has accepted."""
    LIMITS_MISREAD = "limits_misread"
    """Found here: a station's composite schedule is higher than the limit that it has accepted."""
    LIMITS_REFUSED = "limits_refused"
    """Found here: a station takes a limit in no form that is safe."""
    MESSAGES = "messages"
    MONITORS = "monitors"
    NEEDS = "needs"
    PROFILES = "profiles"
    REPORTS_MISSING = "reports_missing"
    """Noticed here: reports of a transaction that has ended have not come."""
    RESERVATION_ENDED = "reservation_ended"
    SECURITY = "security"
    SIGNING = "signing"
    TRANSACTION_CLOSED = "transaction_closed"
    """Noticed here: a transaction was closed by a rule."""
    VARIABLES = "variables"
    VEHICLE_CERTIFICATE = "vehicle_certificate"
    VEHICLE_SCHEDULE = "vehicle_schedule"


KIND_OF: Final[Mapping[type[StationEvent[Any]], NoticeKind]] = {
    AlertsTold: NoticeKind.ALERTS,
    CertificateStatusAsked: NoticeKind.CERTIFICATE_STATUS,
    CustomerDataTold: NoticeKind.CUSTOMER_DATA,
    JobProgressed: NoticeKind.JOB_PROGRESS,
    LimitReleased: NoticeKind.LIMIT_RELEASED,
    LimitTold: NoticeKind.LIMIT,
    MessagesTold: NoticeKind.MESSAGES,
    MonitorsTold: NoticeKind.MONITORS,
    NeedsTold: NoticeKind.NEEDS,
    ProfilesTold: NoticeKind.PROFILES,
    ReservationEnded: NoticeKind.RESERVATION_ENDED,
    SecurityNoticed: NoticeKind.SECURITY,
    SigningAsked: NoticeKind.SIGNING,
    VariablesTold: NoticeKind.VARIABLES,
    VehicleCertificateAsked: NoticeKind.VEHICLE_CERTIFICATE,
    VehicleScheduleTold: NoticeKind.VEHICLE_SCHEDULE,
}
FOUND_HERE: Final = frozenset(
    {
        NoticeKind.LIMITS_IGNORED,
        NoticeKind.LIMITS_MISREAD,
        NoticeKind.LIMITS_REFUSED,
        NoticeKind.REPORTS_MISSING,
        NoticeKind.TRANSACTION_CLOSED,
    }
)
"""What no station tells: it was found out here."""
REPORT_KINDS: Final = frozenset(
    {
        NoticeKind.CUSTOMER_DATA,
        NoticeKind.MESSAGES,
        NoticeKind.MONITORS,
        NoticeKind.PROFILES,
        NoticeKind.VARIABLES,
    }
)
"""Reports that were asked for and come in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A report as it is kept.

    Attributes:
        request_id: The number of the job, or of the reservation, that it belongs to.
        seq_no: Its place within the report or the station's sequence.
        at: When it was made, by the station's clock; None: it does not say.
        body: All that it tells, without secrets.
    """

    station_id: StationId
    kind: NoticeKind
    request_id: int | None
    seq_no: int | None
    at: datetime | None
    received_at: datetime
    body: Mapping[str, Any]
