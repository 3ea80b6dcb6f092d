"""A charging profile as a station holds it, and the limit that it sets at an instant.

OCPP 1.6 §3.13 and §7.8; OCPP 2.0.1 part 2 K §3 and K01.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

FOREVER: Final = datetime.max.replace(tzinfo=UTC)
DEFAULT_PHASES: Final = 3
"""OCPP 1.6 §7.14, 2.0.1 K01.FR.49."""


class Purpose(StrEnum):
    """What a profile is for (1.6 §7.10, 2.0.1 K §3.2)."""

    STATION_MAX = "station_max"
    TX_DEFAULT = "tx_default"
    TX = "tx"


class Kind(StrEnum):
    """What a schedule's time counts from (1.6 §7.9, 2.0.1 K §3.3)."""

    ABSOLUTE = "absolute"
    DAILY = "daily"
    WEEKLY = "weekly"
    RELATIVE = "relative"


_RECURRENCE: Final = {Kind.DAILY: timedelta(days=1), Kind.WEEKLY: timedelta(days=7)}


class Unit(StrEnum):
    """Unit of a limit: A per phase, or W of the whole EVSE."""

    AMPERE = "A"
    WATT = "W"


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit as it was written.

    Attributes:
        phases: Number of phases that a limit in W is shared among.
    """

    limit: float
    unit: Unit
    phases: int = DEFAULT_PHASES


@dataclass(frozen=True, slots=True)
class Slice:
    """What a profile says at an instant.

    Attributes:
        rate: The limit; None where the profile says nothing.
        until: The next instant at which it may say something else.
    """

    rate: Rate | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A limit that holds from so many seconds after the schedule's start on."""

    start_s: int
    limit: float
    phases: int = DEFAULT_PHASES


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One charging profile.

    Attributes:
        evse_number: Where it was installed; 0: on the whole station.
        periods: In order of time, the first at 0.
        starts_at: Start of the schedule; None for relative ones.
        duration_s: End of the schedule, counted from its start; None: it has none.
        transaction: The transaction that the CSMS meant it for, as it was written.
        min_phases: The fewest phases that its periods name, None if they name none.
    """

    profile_id: int
    evse_number: int
    purpose: Purpose
    stack_level: int
    kind: Kind
    unit: Unit
    periods: tuple[Period, ...]
    starts_at: datetime | None = None
    duration_s: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction: str | None = None
    min_phases: int | None = None

    def at(self, now: datetime, began_at: datetime) -> Slice:
        """What the profile says at an instant.

        Args:
            now: The instant.
            began_at: When the transaction began that a relative schedule counts from.
        """
        if self.valid_from and now < self.valid_from:  # K01.FR.36
            return Slice(None, self.valid_from)
        if self.valid_to and now >= self.valid_to:  # K01.FR.37
            return Slice(None, FOREVER)
        found = self._scheduled(now, began_at)
        if self.valid_to and found.until > self.valid_to:
            return Slice(found.rate, self.valid_to)
        return found

    def overlaps(self, other: "Profile") -> bool:
        """Whether both may be valid at one time."""
        return (self.valid_from or _LONG_AGO) < (other.valid_to or FOREVER) and (
            other.valid_from or _LONG_AGO
        ) < (self.valid_to or FOREVER)

    def _scheduled(self, now: datetime, began_at: datetime) -> Slice:
        origin_at = began_at if self.kind is Kind.RELATIVE else self.starts_at or began_at
        again_at = FOREVER
        recurrence = _RECURRENCE.get(self.kind)
        if recurrence and now > origin_at:
            origin_at += (now - origin_at) // recurrence * recurrence
            again_at = origin_at + recurrence
        if now < origin_at:  # K01.FR.30
            return Slice(None, origin_at)
        ends_at = again_at
        if self.duration_s is not None:
            ends_at = min(ends_at, origin_at + timedelta(seconds=self.duration_s))
        if now >= ends_at:  # 1.6 §5.16.4, K01.FR.13: the next lower level takes over
            return Slice(None, again_at)
        return self._period(now, origin_at, ends_at)

    def _period(self, now: datetime, origin_at: datetime, ends_at: datetime) -> Slice:
        """The period that is running; it lasts until the next or the schedule's end (FR.12)."""
        current, until = self.periods[0], ends_at
        for period in self.periods:
            begins_at = origin_at + timedelta(seconds=period.start_s)
            if begins_at > now:
                until = min(begins_at, ends_at)
                break
            current = period
        return Slice(Rate(current.limit, self.unit, current.phases), until)


_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
