"""Charging profiles and the limits of others, to the station and from it (K01 to K14)."""

from csms.domain.charging_profile import CompositeSchedule, LimitSource
from csms.domain.commands import (
    ClearProfiles,
    CompositeOutcome,
    ReadCompositeSchedule,
    RequestProfiles,
    SetProfile,
)
from csms.domain.identity import WHOLE_STATION, StationId
from csms.domain.notices import LimitReleased, LimitTold, ProfilesTold
from csms.domain.station import RateUnit
from csms.ocpp.frames import JsonObject
from csms.ocpp.payloads import read_periods
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.answers import make_outcome
from csms.ocpp.v201.profiles import (
    PURPOSE,
    read_charging_profiles,
    write_charging_profile,
    write_own_purpose,
)
from csms.ocpp.v201.requests import request_id
from csms.ocpp.wire import drop_absent, parse_time, parse_time_if_told, read_index


def encode_set_profile(command: SetProfile) -> JsonObject:
    """SetChargingProfileRequest (K01)."""
    return {
        "evseId": command.evse_number,
        "chargingProfile": write_charging_profile(command.profile),
    }


def encode_clear_profiles(command: ClearProfiles) -> JsonObject:
    """ClearChargingProfileRequest (K10)."""
    criteria = drop_absent(
        {
            "evseId": command.evse_number,
            "chargingProfilePurpose": command.purpose and write_own_purpose(command.purpose),
            "stackLevel": command.stack_level,
        }
    )
    return drop_absent(
        {"chargingProfileId": command.profile_id, "chargingProfileCriteria": criteria or None}
    )


def encode_request_profiles(command: RequestProfiles) -> JsonObject:
    """GetChargingProfilesRequest (K09); ids stand instead of other criteria (K09.FR.03)."""
    criteria: JsonObject = {
        "chargingProfilePurpose": command.purpose and PURPOSE[command.purpose],
        "stackLevel": command.stack_level,
        "chargingLimitSource": list(command.sources) or None,
    }
    if command.profile_ids:
        criteria = {"chargingProfileId": list(command.profile_ids)}
    return drop_absent(
        {
            "requestId": request_id(command),
            "evseId": command.evse_number,
            "chargingProfile": drop_absent(criteria),
        }
    )


def encode_read_composite(command: ReadCompositeSchedule) -> JsonObject:
    """GetCompositeScheduleRequest (K08)."""
    return drop_absent(
        {
            "evseId": command.evse_number,
            "duration": command.duration_s,
            "chargingRateUnit": command.unit,
        }
    )


def decode_composite(_command: ReadCompositeSchedule, answer: Payload) -> CompositeOutcome:
    """GetCompositeScheduleResponse (K08)."""
    written = answer.schedule
    schedule = written and CompositeSchedule(
        evse_number=written.evseId,
        unit=RateUnit(written.chargingRateUnit),
        starts_at=parse_time(written.scheduleStart),
        duration_s=written.duration,
        periods=read_periods(written),
    )
    return make_outcome(CompositeOutcome, answer.status, answer.statusInfo, schedule=schedule)


def decode_profiles(station_id: StationId, call: Payload) -> ProfilesTold:
    """ReportChargingProfilesRequest (K09): one profile for each schedule of those told."""
    return ProfilesTold(
        station_id=station_id,
        request_id=call.requestId,
        source=LimitSource(call.chargingLimitSource),
        evse_number=read_index(call.evseId),
        profiles=tuple(
            profile
            for written in call.chargingProfile
            for profile in read_charging_profiles(written)
        ),
        has_more=call.tbc or False,
    )


def decode_limit(station_id: StationId, call: Payload) -> LimitTold:
    """NotifyChargingLimitRequest (K11, K12, K14)."""
    evse_number = None if call.evseId is None else read_index(call.evseId)
    where = WHOLE_STATION if evse_number is None else evse_number
    limit = call.chargingLimit
    return LimitTold(
        station_id=station_id,
        source=LimitSource(limit.chargingLimitSource),
        evse_number=evse_number,
        is_grid_critical=limit.isGridCritical or False,
        schedules=tuple(_read_limit(where, written) for written in call.chargingSchedule or ()),
    )


def decode_released(station_id: StationId, call: Payload) -> LimitReleased:
    """ClearedChargingLimitRequest (K13)."""
    return LimitReleased(
        station_id=station_id,
        source=LimitSource(call.chargingLimitSource),
        evse_number=None if call.evseId is None else read_index(call.evseId),
    )


def _read_limit(evse_number: int, written: Payload) -> CompositeSchedule:
    """A schedule of somebody else's; without a duration its last limit holds on (§2.12)."""
    periods = read_periods(written)
    duration_s = written.duration
    return CompositeSchedule(
        evse_number=evse_number,
        unit=RateUnit(written.chargingRateUnit),
        starts_at=parse_time_if_told(written.startSchedule),
        duration_s=periods[-1].start_s if duration_s is None else duration_s,
        periods=periods,
        goes_on=duration_s is None,
    )
