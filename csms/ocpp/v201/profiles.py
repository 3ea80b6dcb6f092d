"""Charging profiles, to and from the wire (K01, K09; part 2 §2.10 to §2.12)."""

from typing import Final

from csms.domain.charging_profile import ChargingProfile, ProfilePurpose
from csms.domain.station import RateUnit
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.payloads import RECURRENCE, read_periods, write_profile_in_time, write_schedule
from csms.ocpp.schemas import Payload
from csms.ocpp.wire import parse_time_if_told

PURPOSE: Final = {
    ProfilePurpose.EXTERNAL: "ChargingStationExternalConstraints",
    ProfilePurpose.STATION_MAX: "ChargingStationMaxProfile",
    ProfilePurpose.TX: "TxProfile",
    ProfilePurpose.TX_DEFAULT: "TxDefaultProfile",
}
_PURPOSE_OF: Final = {word: purpose for purpose, word in PURPOSE.items()}
_RECURRENCE_OF: Final = {word: recurrence for recurrence, word in RECURRENCE.items()}


def write_own_purpose(purpose: ProfilePurpose) -> str:
    """The purpose of profiles that are ours to set and to clear.

    Raises:
        NotExpressibleError: They are somebody else's (K01.FR.22, K10.FR.06).
    """
    if purpose is ProfilePurpose.EXTERNAL:
        raise NotExpressibleError("expected a purpose of our own, got external")
    return PURPOSE[purpose]


def write_charging_profile(profile: ChargingProfile) -> JsonObject:
    """A ChargingProfileType with the one schedule that IEC 61851 knows (K01.FR.34)."""
    schedule = {"id": profile.profile_id, **write_schedule(profile)}
    if profile.min_rate is not None:
        schedule["minChargingRate"] = round(profile.min_rate, 1)
    written = write_profile_in_time(profile, [schedule], write_own_purpose(profile.purpose))
    written["id"] = profile.profile_id
    if profile.transaction is not None:
        written["transactionId"] = profile.transaction
    return written


def read_charging_profiles(written: Payload) -> tuple[ChargingProfile, ...]:
    """A ChargingProfileType: one profile for each of the schedules that a vehicle may choose from.

    Sales tariffs, the schedules' own numbers and the phase that a period is for have no place in
    the model.
    """
    return tuple(_read_profile(written, schedule) for schedule in written.chargingSchedule)


def _read_profile(written: Payload, schedule: Payload) -> ChargingProfile:
    is_relative = written.chargingProfileKind == "Relative"
    recurrence = written.recurrencyKind
    return ChargingProfile(
        profile_id=written.id,
        purpose=_PURPOSE_OF[written.chargingProfilePurpose],
        stack_level=written.stackLevel,
        unit=RateUnit(schedule.chargingRateUnit),
        periods=read_periods(schedule),
        starts_at=None if is_relative else parse_time_if_told(schedule.startSchedule),
        duration_s=schedule.duration,
        phases=_phases(schedule),
        transaction=written.transactionId,
        recurrence=recurrence and _RECURRENCE_OF[recurrence],
        valid_from=parse_time_if_told(written.validFrom),
        valid_until=parse_time_if_told(written.validTo),
        min_rate=schedule.minChargingRate,
    )


def _phases(schedule: Payload) -> int | None:
    """The number of phases of all periods, None if it is not told or they differ."""
    told: set[int | None] = {period.numberPhases for period in schedule.chargingSchedulePeriod}
    return told.pop() if len(told) == 1 else None
