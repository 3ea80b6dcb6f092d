"""Charging profiles: limits over time, in A per phase or in W for the whole EVSE."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from csms.domain.station import RateUnit


class ProfilePurpose(StrEnum):
    """What a profile is for (OCPP 1.6 §7.10, 2.0.1 K part 2 §3.2)."""

    STATION_MAX = "station_max"
    TX_DEFAULT = "tx_default"
    TX = "tx"
    EXTERNAL = "external"
    """Set by somebody else, such as a local energy management; never ours to touch (2.0.1)."""


class LimitSource(StrEnum):
    """Who has set a limit (OCPP 2.0.1 ChargingLimitSourceEnumType)."""

    CSO = "CSO"
    EMS = "EMS"
    SO = "SO"
    OTHER = "Other"


class Recurrence(StrEnum):
    """How often a schedule begins anew."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class ProfilePeriod:
    """A limit that holds from `start_s` seconds after the schedule's start until the next one."""

    start_s: int
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingProfile:
    """One profile as a station holds it.

    Attributes:
        profile_id: The same id replaces the profile (OCPP 1.6 §5.16.3, 2.0.1 K01.FR.05).
        purpose: Default for all transactions, or for one.
        stack_level: The highest level wins within a purpose.
        unit: Unit of the limits.
        periods: In order of time, the first starting at 0 (K01.FR.31, K01.FR.35).
        starts_at: Start of the schedule; None: relative to the start of charging.
        duration_s: The schedule ends after that; None: it never does.
        phases: Number of phases that the limits are meant for.
        transaction: The station's transaction id, for profiles of purpose TX (K01.FR.03).
        recurrence: How often the schedule begins anew, from `starts_at` on; None: never.
        valid_from: Before that it does not count.
        valid_until: From then on it does not count; None: from the schedule's end on.
        has_validity: Whether the end of its schedule is also told as that of its validity.
        min_rate: Below it charging is no use (2.0.1 ChargingScheduleType.minChargingRate).
    """

    profile_id: int
    purpose: ProfilePurpose
    stack_level: int
    unit: RateUnit
    periods: tuple[ProfilePeriod, ...]
    starts_at: datetime | None = None
    duration_s: int | None = None
    phases: int | None = None
    transaction: str | None = None
    recurrence: Recurrence | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    has_validity: bool = True
    min_rate: float | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When the schedule ends, None if it never does or starts at no fixed time."""
        if self.starts_at is None or self.duration_s is None:
            return None
        return self.starts_at + timedelta(seconds=self.duration_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeSchedule:
    """What a station says it will allow, after merging all its profiles.

    Attributes:
        goes_on: Whether the last limit holds on after the duration, until further notice.
    """

    evse_number: int
    unit: RateUnit
    starts_at: datetime | None = None
    duration_s: int
    periods: tuple[ProfilePeriod, ...]
    goes_on: bool = False

    def rate_at(self, instant: datetime, told_at: datetime) -> float | None:
        """The limit at an instant in its own unit, None where it does not hold.

        Args:
            instant: The instant.
            told_at: When it began, if it does not say so itself.
        """
        begins_at = self.starts_at or told_at
        passed_s = (instant - begins_at).total_seconds()
        if passed_s < 0 or (passed_s >= self.duration_s and not self.goes_on):
            return None
        return max(
            (period for period in self.periods if period.start_s <= passed_s),
            key=lambda period: period.start_s,
            default=ProfilePeriod(0, float("inf")),
        ).limit
