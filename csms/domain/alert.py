"""What needs somebody's eyes at a site: found among what is kept anyway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from csms.domain.commands.outcome import CommandStatus
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import SiteId, StationId
from csms.domain.notice_kinds import NoticeKind

GRAVE: Final = (
    GuardEventKind.OVER_LIMIT,
    GuardEventKind.CUT,
    GuardEventKind.UNSTEERABLE,
    GuardEventKind.METER_STALE,
    GuardEventKind.METER_REFUSED,
    GuardEventKind.BROKER_LOST,
    GuardEventKind.GRID_SILENT,
    GuardEventKind.PRICES_SILENT,
    GuardEventKind.CAPACITY,
    GuardEventKind.DEMAND_DRIFT,
    GuardEventKind.FORECASTS_DRIFT,
)
"""Of what the guard notes."""
NOTICED: Final = (
    NoticeKind.LIMITS_IGNORED,
    NoticeKind.LIMITS_MISREAD,
    NoticeKind.LIMITS_REFUSED,
    NoticeKind.REPORTS_MISSING,
    NoticeKind.TRANSACTION_CLOSED,
    NoticeKind.ALERTS,
)
"""Of what stations tell, or is found out of them."""
COMMAND: Final = "command"
"""A command that has failed."""
SECURITY: Final = "security"
"""Something that touches security."""
FAILED: Final = (CommandStatus.FAILED, CommandStatus.TIMED_OUT, CommandStatus.EXPIRED)
ROUTINE: Final = (
    "FirmwareUpdated",
    "SettingSystemTime",
    "StartupOfTheDevice",
    "ResetOrReboot",
    "ReconfigurationOfSecurityParameters",
    "MaintenanceLoginAccepted",
)
"""Security events of every day (OCPP 2.0.1 part 2 appendices §1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsWanted:
    """Which alerts are looked for; None: any.

    Attributes:
        kind: One of `GRAVE` or `NOTICED`, `COMMAND` or `SECURITY`.
        since: They came then or later.
        until: They came then or before; None: up to now.
    """

    site_id: SiteId
    since: datetime
    until: datetime | None = None
    kind: str | None = None
    station_id: StationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsFound:
    """Alerts by where they are kept, each the newest first."""

    guard: Sequence[GuardEvent]
    notices: Sequence[dict[str, Any]]
    commands: Sequence[dict[str, Any]]
    security: Sequence[dict[str, Any]]
