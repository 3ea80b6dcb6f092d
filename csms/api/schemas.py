"""What requests and answers look like, where a view of the service does not already say so."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from csms.domain.authorization import IdToken
from csms.domain.charging_profile import ProfilePurpose
from csms.domain.commands import (
    ClearProfiles,
    CommandStatus,
    CompositeOutcome,
    Outcome,
    ReadCompositeSchedule,
    ReadSettings,
    ReportKind,
    ResetKind,
    ResetStation,
    SettingsOutcome,
    StartCharging,
    StartOutcome,
    StopCharging,
    TriggerReport,
    WriteSetting,
)
from csms.domain.station import RateUnit
from csms.service.site_view import Level

Current: TypeAlias = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]
EvseNumber: TypeAlias = Annotated[int, Field(ge=0, le=99)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class SiteSummary(_Model):
    """A site in a list."""

    site_id: str
    name: str
    level: Level
    headline: str


class FeederLoad(_Model):
    """A measurement of a feeder's uncontrolled load."""

    current_a: Annotated[list[Current], Field(min_length=3, max_length=3)] = Field(
        description="By line: L1, L2, L3"
    )
    at: AwareDatetime | None = Field(default=None, description="When measured; default now")


class Need(_Model):
    """What a driver or fleet says that a vehicle needs."""

    energy_wh: float | None = Field(
        default=None, description="Energy wanted from the start of the transaction"
    )
    departs_at: AwareDatetime | None = Field(default=None, description="When the vehicle leaves")


class Past(_Model):
    """What a feeder carried: one entry per minute, on the most loaded line."""

    t: list[float] = Field(description="Seconds since 1970")
    load_a: list[float]
    limit_a: list[float]
    uncontrolled_a: list[float]


class Series(_Model):
    """The root feeder's load over time: what was, and what is planned."""

    feeder_id: str
    past: Past
    ahead: Past


class Station(_Model):
    """A station."""

    id: str
    site_id: str | None
    is_guest: bool
    protocol: str | None
    vendor: str | None
    model: str | None
    serial: str | None
    firmware: str | None
    booted_at: datetime | None
    seen_at: datetime | None


class Transaction(_Model):
    """A transaction. Id tokens are masked."""

    number: int
    station_id: str
    transaction_id: str | None
    evse_number: int | None
    id_token: str | None
    started_at: datetime
    ended_at: datetime | None
    energy_wh: float
    meter_start_wh: float | None
    meter_stop_wh: float | None
    stop_reason: str | None
    closed_by: str | None


class SentLimit(_Model):
    """A limit as it was sent, and what came of it."""

    number: int
    purpose: str = Field(description="tx: of a transaction; tx_default: the standing fallback")
    evse_number: int = Field(description="0: the whole station")
    transaction_id: str | None
    sent_at: datetime
    starts_at: datetime
    ends_at: datetime | None = Field(description="None: it never lapses")
    steps: list[tuple[float, float]] = Field(description="Seconds after the start, amperes")
    verdict: str
    detail: str
    settled_at: datetime | None


class Plan(_Model):
    """A plan."""

    number: int
    made_at: datetime
    method: str
    detail: str
    solve_s: float
    expected_wh: float
    short_wh: float
    slots_s: list[int] = Field(description="Length of each slot; the first starts at made_at")
    limits_a: dict[str, list[float]] = Field(description="By EVSE: limit per slot")


class StartRequest(_Model):
    """Start charging."""

    command: Literal["start"]
    id_token: Annotated[str, Field(min_length=1, max_length=36)]
    evse_number: Annotated[int, Field(ge=1, le=99)] | None = None

    def build(self) -> StartCharging:
        """Build the command."""
        token = IdToken(self.id_token, "Central")
        return StartCharging(id_token=token, remote_start_id=1, evse_number=self.evse_number)


class StopRequest(_Model):
    """Stop a transaction."""

    command: Literal["stop"]
    transaction_id: str

    def build(self) -> StopCharging:
        """Build the command."""
        return StopCharging(self.transaction_id)


class ResetRequest(_Model):
    """Restart the station."""

    command: Literal["reset"]
    kind: ResetKind = ResetKind.SOFT

    def build(self) -> ResetStation:
        """Build the command."""
        return ResetStation(self.kind)


class TriggerRequest(_Model):
    """Ask for a report now."""

    command: Literal["trigger"]
    kind: ReportKind
    evse_number: EvseNumber = 0

    def build(self) -> TriggerReport:
        """Build the command."""
        return TriggerReport(kind=self.kind, evse_number=self.evse_number)


class ReadSettingsRequest(_Model):
    """Read settings."""

    command: Literal["read_settings"]
    names: list[str] = Field(default=[], description="Well-known or the station's own names")

    def build(self) -> ReadSettings:
        """Build the command."""
        return ReadSettings(tuple(self.names))


class WriteSettingRequest(_Model):
    """Write a setting."""

    command: Literal["write_setting"]
    name: str
    value: str

    def build(self) -> WriteSetting:
        """Build the command."""
        return WriteSetting(self.name, self.value)


class ClearProfilesRequest(_Model):
    """Remove charging profiles that match; the fallback is given again. Not while charging."""

    command: Literal["clear_profiles"]
    profile_id: int | None = None
    evse_number: EvseNumber | None = None
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None

    def build(self) -> ClearProfiles:
        """Build the command."""
        return ClearProfiles(
            profile_id=self.profile_id,
            evse_number=self.evse_number,
            purpose=self.purpose,
            stack_level=self.stack_level,
        )


class CompositeScheduleRequest(_Model):
    """Ask what the station will allow."""

    command: Literal["composite_schedule"]
    evse_number: EvseNumber
    duration_s: Annotated[int, Field(ge=1, le=7 * 86_400)] = 3600
    unit: RateUnit | None = None

    def build(self) -> ReadCompositeSchedule:
        """Build the command."""
        return ReadCompositeSchedule(
            evse_number=self.evse_number, duration_s=self.duration_s, unit=self.unit
        )


CommandRequest: TypeAlias = Annotated[
    StartRequest
    | StopRequest
    | ResetRequest
    | TriggerRequest
    | ReadSettingsRequest
    | WriteSettingRequest
    | ClearProfilesRequest
    | CompositeScheduleRequest,
    Field(discriminator="command"),
]


class Periods(_Model):
    """A composite schedule."""

    evse_number: int
    unit: RateUnit
    starts_at: datetime | None
    duration_s: int
    periods: list[tuple[int, float]] = Field(description="Seconds after the start, limit")


class CommandResult(_Model):
    """What came of a command."""

    status: CommandStatus
    detail: str
    transaction_id: str | None = None
    values: dict[str, str] | None = None
    unknown: list[str] | None = None
    schedule: Periods | None = None


def describe(outcome: Outcome) -> CommandResult:
    """Write an outcome as an answer."""
    result = CommandResult(status=outcome.status, detail=outcome.detail)
    match outcome:
        case SettingsOutcome():
            result.values, result.unknown = dict(outcome.values), sorted(outcome.unknown)
        case StartOutcome():
            result.transaction_id = outcome.transaction
        case CompositeOutcome(schedule=schedule) if schedule is not None:
            result.schedule = Periods(
                evse_number=schedule.evse_number,
                unit=schedule.unit,
                starts_at=schedule.starts_at,
                duration_s=schedule.duration_s,
                periods=[(period.start_s, period.limit) for period in schedule.periods],
            )
    return result
