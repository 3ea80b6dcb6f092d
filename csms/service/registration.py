"""Whether a station is accepted, and what it may say before it is (1.6 §4.2, 2.0.1 B01 to B03).

An operator may let a station wait, or reject it. Where a site accepts stations only when they are
set up, a boot is answered with Pending until the station holds its fallback; then it is asked to
boot again, as some never do by themselves.
"""

from collections.abc import Mapping
from typing import Any, Final

from csms.domain.commands import (
    Command,
    ReportKind,
    RequestInventory,
    RequestVariables,
    StartCharging,
    StopCharging,
    TriggerReport,
)
from csms.domain.events import (
    HeartbeatReceived,
    MetersSampled,
    StationBooted,
    StationEvent,
    StatusChanged,
    TransactionReported,
)
from csms.domain.notices import JobProgressed, SigningAsked, VariablesTold
from csms.domain.site_policy import Acceptance
from csms.domain.station import Registration
from csms.service.live_station import LiveStation

RETRY_AFTER_S: Final = 30
"""How long a station that is not accepted yet waits before it boots again by itself."""
_TOLD_WHEN_TRIGGERED: Final[Mapping[ReportKind, type[StationEvent[Any]]]] = {
    ReportKind.COMBINED_CERTIFICATE: SigningAsked,
    ReportKind.DIAGNOSTICS_STATUS: JobProgressed,
    ReportKind.FIRMWARE_STATUS: JobProgressed,
    ReportKind.HEARTBEAT: HeartbeatReceived,
    ReportKind.LOG_STATUS: JobProgressed,
    ReportKind.METER_VALUES: MetersSampled,
    ReportKind.PUBLISHING_STATUS: JobProgressed,
    ReportKind.STATION_CERTIFICATE: SigningAsked,
    ReportKind.STATUS: StatusChanged,
    ReportKind.TRANSACTION: TransactionReported,
    ReportKind.V2G_CERTIFICATE: SigningAsked,
}


def register(station: LiveStation, acceptance: Acceptance) -> Registration:
    """Decide on a boot."""
    if station.wanted_registration is not None:
        return station.wanted_registration
    is_set_up = station.registration is Registration.PENDING and station.is_ready
    if acceptance is Acceptance.AT_ONCE or is_set_up:
        return Registration.ACCEPTED
    return Registration.PENDING


def may_tell(station: LiveStation, event: StationEvent[Any]) -> bool:
    """Whether a station may say something: all, or what it was asked for (B02.FR.09, B03.FR.07)."""
    kind = type(event)
    is_accepted = station.registration is Registration.ACCEPTED
    return is_accepted or kind is StationBooted or kind in station.asked_for


def may_be_told(station: LiveStation, command: Command[Any]) -> bool:
    """Whether a station may be asked for something.

    To charge only once it is accepted (B02.FR.05), and for nothing once rejected (B03.FR.03).
    """
    if station.registration is Registration.PENDING:
        return not isinstance(command, StartCharging | StopCharging)
    return station.registration is Registration.ACCEPTED


def is_to_boot_again(station: LiveStation) -> bool:
    """Whether a station is set up that waits for nothing else."""
    is_waiting = station.registration is Registration.PENDING
    return is_waiting and station.is_ready and station.wanted_registration is None


def note_asked(station: LiveStation, command: Command[Any]) -> None:
    """Remember what a station that is not accepted yet has to be listened to for (B02.FR.02)."""
    if station.registration is Registration.ACCEPTED:
        return
    if isinstance(command, TriggerReport) and command.kind in _TOLD_WHEN_TRIGGERED:
        station.asked_for.add(_TOLD_WHEN_TRIGGERED[command.kind])
    elif isinstance(command, RequestInventory | RequestVariables):
        station.asked_for.add(VariablesTold)
