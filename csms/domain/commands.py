"""What stations are asked. Each command knows the type of its outcome.

A refusal, a time-out and a station that is not connected are outcomes like any other: whoever
sends a command has to say what follows from each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Generic, TypeVar

from csms.domain.authorization import IdToken
from csms.domain.charging_profile import ChargingProfile, CompositeSchedule, ProfilePurpose
from csms.domain.identity import WHOLE_STATION
from csms.domain.station import RateUnit


class CommandStatus(StrEnum):
    """What came of a command."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    REBOOT_REQUIRED = "reboot_required"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "not_supported"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a command.

    Attributes:
        detail: The station's reason, or what went wrong on the way.
    """

    status: CommandStatus
    detail: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the station has taken the command."""
        return self.status in _ACCEPTED

    @property
    def is_certain(self) -> bool:
        """Whether it is known that the station did or did not take the command.

        After a time-out, a lost connection, and an answer that cannot be read, it may have
        done either.
        """
        return self.status not in _UNCERTAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsOutcome(Outcome):
    """Settings read from or written to a station, by the names that were asked for."""

    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeOutcome(Outcome):
    """A composite schedule, None if the station gave none."""

    schedule: CompositeSchedule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOutcome(Outcome):
    """Outcome of a remote start; the transaction's id where it is already running."""

    transaction: str | None = None


OutcomeT_co = TypeVar("OutcomeT_co", bound=Outcome, covariant=True)


class Command(Generic[OutcomeT_co]):
    """Base of all commands."""

    __slots__ = ()
    outcome_type: ClassVar[type[Outcome]] = Outcome

    def unanswered(self, status: CommandStatus, detail: str) -> OutcomeT_co:
        """Build the outcome for a command to which the station gave no usable answer."""
        return self.outcome_type(status=status, detail=detail)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetProfile(Command[Outcome]):
    """Install a charging profile at an EVSE (0: the station)."""

    evse_number: int
    profile: ChargingProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearProfiles(Command[Outcome]):
    """Remove all profiles that match every criterion given."""

    profile_id: int | None = None
    evse_number: int | None = None
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCompositeSchedule(Command[CompositeOutcome]):
    """Ask what the station will allow at an EVSE."""

    outcome_type: ClassVar[type[Outcome]] = CompositeOutcome
    evse_number: int
    duration_s: int
    unit: RateUnit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCharging(Command[StartOutcome]):
    """Ask the station to start a transaction, optionally at once under a limit."""

    outcome_type: ClassVar[type[Outcome]] = StartOutcome
    id_token: IdToken
    remote_start_id: int
    evse_number: int | None = None
    profile: ChargingProfile | None = None


@dataclass(frozen=True, slots=True)
class StopCharging(Command[Outcome]):
    """Ask the station to stop a transaction."""

    transaction: str


class ResetKind(StrEnum):
    """How to restart."""

    SOFT = "soft"
    """After running transactions have been ended in good order (2.0.1: when idle)."""
    HARD = "hard"
    """At once."""


@dataclass(frozen=True, slots=True)
class ResetStation(Command[Outcome]):
    """Ask the station to restart."""

    kind: ResetKind


class ReportKind(StrEnum):
    """Reports that a station can be asked to send now."""

    BOOT = "boot"
    HEARTBEAT = "heartbeat"
    METER_VALUES = "meter_values"
    STATUS = "status"
    TRANSACTION = "transaction"
    FIRMWARE_STATUS = "firmware_status"
    LOG_STATUS = "log_status"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerReport(Command[Outcome]):
    """Ask the station to send a report now."""

    kind: ReportKind
    evse_number: int = WHOLE_STATION


@dataclass(frozen=True, slots=True)
class ReadSettings(Command[SettingsOutcome]):
    """Read settings: well-known ones (`SettingName`) or by the station's own names."""

    outcome_type: ClassVar[type[Outcome]] = SettingsOutcome
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WriteSetting(Command[Outcome]):
    """Write a setting: a well-known one (`SettingName`) or by the station's own name."""

    name: str
    value: str


class SettingName(StrEnum):
    """Settings that every version has under a name of its own."""

    HEARTBEAT_INTERVAL_S = "heartbeat_interval_s"
    METER_INTERVAL_S = "meter_interval_s"
    METER_MEASURANDS = "meter_measurands"
    MAX_PERIODS = "max_periods"
    MAX_STACK_LEVEL = "max_stack_level"
    RATE_UNITS = "rate_units"


_ACCEPTED = frozenset(
    {CommandStatus.ACCEPTED, CommandStatus.SCHEDULED, CommandStatus.REBOOT_REQUIRED}
)
_UNCERTAIN = frozenset({CommandStatus.TIMED_OUT, CommandStatus.FAILED})
