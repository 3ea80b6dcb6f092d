"""Charging profiles as the CSMS writes them, and whether a station can follow them.

The versions differ in a few names and in whether there is one schedule or a list of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from csms.ocpp.frames import JsonObject
from simulators.stations.charging_profiles import (
    DEFAULT_PHASES,
    Kind,
    Period,
    Profile,
    Purpose,
    Unit,
)
from simulators.stations.fields import MalformedError, instant, items, number, optional, required
from simulators.stations.profile_store import ProfileRefusedError

_KINDS: Final[Mapping[tuple[str, str | None], Kind]] = {
    ("Absolute", None): Kind.ABSOLUTE,
    ("Recurring", "Daily"): Kind.DAILY,
    ("Recurring", "Weekly"): Kind.WEEKLY,
    ("Relative", None): Kind.RELATIVE,
}

_LONGEST_S: Final = 366 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a station can do with charging profiles, as its settings tell."""

    units: frozenset[Unit] = frozenset({Unit.AMPERE, Unit.WATT})
    max_stack_level: int = 8
    max_periods: int = 24
    max_profiles: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileNames:
    """How a version writes profiles.

    Attributes:
        id_key: Name of the profile's id.
        purposes: Names of the purposes that a CSMS may use.
        is_strict: Whether relative schedules must not have a start, and others must (K01.FR.40,
            FR.41); in 1.6 one without is relative (§7.13).
    """

    id_key: str
    purposes: Mapping[str, Purpose]
    is_strict: bool

    def purposes_named(self, name: str | None) -> frozenset[Purpose]:
        """The purposes that a criterion names: all without one, none if it is not the CSMS's."""
        if name is None:
            return frozenset(Purpose)
        return frozenset({self.purposes[name]}) if name in self.purposes else frozenset()


def read_profile(
    names: ProfileNames, evse_number: int, payload: JsonObject, schedule: JsonObject
) -> Profile:
    """Read a profile.

    Raises:
        MalformedError: It does not have the form that the version prescribes.
        ProfileRefusedError: It has, and contradicts itself.
    """
    transaction = payload.get("transactionId")
    listed = items(schedule, "chargingSchedulePeriod", dict)
    profile = Profile(
        profile_id=required(payload, names.id_key, int),
        evse_number=evse_number,
        purpose=_purpose(names, required(payload, "chargingProfilePurpose", str)),
        stack_level=required(payload, "stackLevel", int),
        kind=_kind(payload),
        unit=_unit(required(schedule, "chargingRateUnit", str)),
        periods=tuple(_period(item) for item in listed),
        starts_at=instant(schedule, "startSchedule"),
        duration_s=optional(schedule, "duration", int),
        valid_from=instant(payload, "validFrom"),
        valid_to=instant(payload, "validTo"),
        transaction=None if transaction is None else str(transaction),
        min_phases=min((p["numberPhases"] for p in listed if p.get("numberPhases")), default=None),
    )
    _check_times(profile, names)
    return profile


def check_abilities(profile: Profile, abilities: Abilities) -> None:
    """Refuse what the station's settings exclude.

    Raises:
        ProfileRefusedError: Naming the setting that excludes it.
    """
    if profile.unit not in abilities.units:  # K01.FR.26
        raise ProfileRefusedError("UnsupportedRateUnit", f"no limits in {profile.unit}")
    if not 0 <= profile.stack_level <= abilities.max_stack_level:
        raise ProfileRefusedError(
            "InvalidStackLevel", f"levels go from 0 to {abilities.max_stack_level}"
        )
    if len(profile.periods) > abilities.max_periods:
        raise ProfileRefusedError("TooManyElements", f"at most {abilities.max_periods} periods")


def _check_times(profile: Profile, names: ProfileNames) -> None:
    starts = [period.start_s for period in profile.periods]
    if not starts or starts[0] != 0:  # 1.6 §5.16.4, K01.FR.31
        raise ProfileRefusedError("InvalidSchedule", "the first period must start at 0")
    if any(later <= earlier for earlier, later in pairwise(starts)):
        raise ProfileRefusedError("InvalidSchedule", "periods must follow each other (K01.FR.35)")
    if min(period.limit for period in profile.periods) < 0:
        raise ProfileRefusedError("InvalidSchedule", "limits must not be negative")
    if max(starts[-1], profile.duration_s or 0) > _LONGEST_S:
        raise ProfileRefusedError("InvalidSchedule", f"expected at most {_LONGEST_S} s")
    if names.is_strict:
        _check_start(profile)


def _check_start(profile: Profile) -> None:
    is_relative = profile.kind is Kind.RELATIVE
    if is_relative and profile.starts_at is not None:
        raise ProfileRefusedError("InvalidSchedule", "a relative one has no start (K01.FR.41)")
    if not is_relative and profile.starts_at is None:
        raise ProfileRefusedError("InvalidSchedule", "expected startSchedule (K01.FR.40)")
    if is_relative and profile.purpose is Purpose.STATION_MAX:
        raise ProfileRefusedError("InvalidProfile", "must not be relative (K01.FR.38)")


def _purpose(names: ProfileNames, name: str) -> Purpose:
    if name not in names.purposes:  # K01.FR.22: external constraints are not the CSMS's to set
        raise ProfileRefusedError("InvalidProfile", f"no profile of purpose {name:.40}")
    return names.purposes[name]


def _kind(payload: JsonObject) -> Kind:
    name = required(payload, "chargingProfileKind", str)
    recurrence = optional(payload, "recurrencyKind", str) if name == "Recurring" else None
    kind = _KINDS.get((name, recurrence))
    if kind is None:
        raise MalformedError(f"expected a kind of profile, got {name:.20} {recurrence or ''}")
    return kind


def _unit(name: str) -> Unit:
    try:
        return Unit(name)
    except ValueError as error:
        raise MalformedError(f"expected chargingRateUnit A or W, got {name:.20}") from error


def _period(item: JsonObject) -> Period:
    return Period(
        start_s=required(item, "startPeriod", int),
        limit=number(item, "limit"),
        phases=optional(item, "numberPhases", int) or DEFAULT_PHASES,
    )
