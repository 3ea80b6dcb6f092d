"""Charging profiles and composite schedules (OCPP 1.6 §3.13)."""

from typing import Final

from csms.domain.charging_profile import ChargingProfile, CompositeSchedule, ProfilePurpose
from csms.domain.commands import (
    ClearProfiles,
    CompositeOutcome,
    ReadCompositeSchedule,
    SetProfile,
)
from csms.domain.station import RateUnit
from csms.ocpp import payloads
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v16.words import read_status, write_transaction
from csms.ocpp.wire import drop_absent, parse_time, round_limit

_PURPOSE: Final = {
    ProfilePurpose.STATION_MAX: "ChargePointMaxProfile",
    ProfilePurpose.TX_DEFAULT: "TxDefaultProfile",
    ProfilePurpose.TX: "TxProfile",
}


def encode_set_profile(command: SetProfile) -> JsonObject:
    """SetChargingProfile.req (§6.43)."""
    return {
        "connectorId": command.evse_number,
        "csChargingProfiles": write_profile(command.profile),
    }


def encode_clear_profiles(command: ClearProfiles) -> JsonObject:
    """ClearChargingProfile.req (§6.13)."""
    return drop_absent(
        {
            "id": command.profile_id,
            "connectorId": command.evse_number,
            "chargingProfilePurpose": command.purpose and _write_purpose(command.purpose),
            "stackLevel": command.stack_level,
        }
    )


def encode_read_composite(command: ReadCompositeSchedule) -> JsonObject:
    """GetCompositeSchedule.req (§6.21)."""
    return drop_absent(
        {
            "connectorId": command.evse_number,
            "duration": command.duration_s,
            "chargingRateUnit": command.unit,
        }
    )


def decode_composite(command: ReadCompositeSchedule, answer: Payload) -> CompositeOutcome:
    """GetCompositeSchedule.conf (§6.22)."""
    status, word = read_status(answer.status)
    written = answer.chargingSchedule
    if written is None:
        return CompositeOutcome(status=status, answer=word)
    start = answer.scheduleStart or written.startSchedule
    connector, duration_s = answer.connectorId, written.duration
    return CompositeOutcome(
        status=status,
        answer=word,
        schedule=CompositeSchedule(
            evse_number=command.evse_number if connector is None else connector,
            unit=RateUnit(written.chargingRateUnit),
            starts_at=parse_time(start) if start else None,
            duration_s=command.duration_s if duration_s is None else duration_s,
            periods=payloads.read_periods(written),
        ),
    )


def write_profile(profile: ChargingProfile) -> JsonObject:
    """Write a charging profile (§7.8)."""
    purpose, schedule = _write_purpose(profile.purpose), _write_schedule(profile)
    transaction = profile.transaction
    return drop_absent(
        {
            **payloads.write_profile_in_time(profile, schedule, purpose),
            "chargingProfileId": profile.profile_id,
            "transactionId": None if transaction is None else write_transaction(transaction),
        }
    )


def _write_schedule(profile: ChargingProfile) -> JsonObject:
    written = payloads.write_schedule(profile)
    if profile.min_rate is not None:
        written["minChargingRate"] = round_limit(profile.min_rate)
    return written


def _write_purpose(purpose: ProfilePurpose) -> str:
    if purpose not in _PURPOSE:
        raise NotExpressibleError(f"OCPP 1.6 has no profiles of purpose {purpose}")
    return _PURPOSE[purpose]
