"""Payloads and parts of payloads that all versions write alike."""

from typing import Final

from csms.domain.certificates import CertificateHash, HashAlgorithm
from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, Recurrence
from csms.domain.commands import Retries
from csms.domain.events import (
    Acknowledged,
    BootReply,
    DataReceived,
    DataReply,
    HeartbeatReceived,
    TimeReply,
)
from csms.domain.identity import StationId
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.wire import drop_absent, format_time, round_limit

RECURRENCE: Final = {Recurrence.DAILY: "Daily", Recurrence.WEEKLY: "Weekly"}
"""How often a schedule begins anew (1.6 §7.37, 2.0.1 RecurrencyKindEnumType)."""


def encode_boot(reply: BootReply) -> JsonObject:
    """BootNotification's answer (1.6 §6.4, 2.0.1 B01)."""
    return {
        "status": str(reply.registration),
        "currentTime": format_time(reply.at),
        "interval": reply.interval_s,
    }


def decode_heartbeat(station_id: StationId, _call: Payload) -> HeartbeatReceived:
    """Heartbeat (1.6 §6.29, 2.0.1 G02)."""
    return HeartbeatReceived(station_id=station_id)


def encode_heartbeat(reply: TimeReply) -> JsonObject:
    """Heartbeat's answer (1.6 §6.30, 2.0.1 G02)."""
    return {"currentTime": format_time(reply.at)}


def decode_data(station_id: StationId, call: Payload) -> DataReceived:
    """DataTransfer (1.6 §6.19, 2.0.1 P02)."""
    return DataReceived(
        station_id=station_id,
        vendor=call.vendorId,
        message=call.messageId,
        data=call.data,
    )


def encode_data(reply: DataReply) -> JsonObject:
    """DataTransfer's answer (1.6 §6.20, 2.0.1 P02)."""
    status = "Accepted" if reply.is_vendor_known else "UnknownVendorId"
    return drop_absent({"status": status, "data": reply.data})


def encode_nothing(_reply: Acknowledged) -> JsonObject:
    """An answer without fields."""
    return {}


def write_profile(
    profile: ChargingProfile, schedule: JsonObject | list[JsonObject], purpose: str
) -> JsonObject:
    """A charging profile, all but its id, whose name and place differ (1.6 §7.8, 2.0.1 K01)."""
    return drop_absent(
        {
            "stackLevel": profile.stack_level,
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Relative" if profile.starts_at is None else "Absolute",
            # Some firmware lets an expired schedule stand for no limit at all; an expired
            # profile certainly gives way to the default below it.
            "validTo": format_time(profile.ends_at)
            if profile.ends_at and profile.has_validity
            else None,
            "chargingSchedule": schedule,
        }
    )


def write_schedule(profile: ChargingProfile) -> JsonObject:
    """A charging schedule (1.6 §7.13, 2.0.1 ChargingScheduleType)."""
    return drop_absent(
        {
            "duration": profile.duration_s,
            "startSchedule": profile.starts_at and format_time(profile.starts_at),
            "chargingRateUnit": profile.unit,
            "chargingSchedulePeriod": [
                drop_absent(
                    {
                        "startPeriod": period.start_s,
                        "limit": round_limit(period.limit),
                        "numberPhases": profile.phases,
                    }
                )
                for period in profile.periods
            ],
        }
    )


def read_periods(schedule: Payload) -> tuple[ProfilePeriod, ...]:
    """The periods of a charging schedule."""
    return tuple(
        ProfilePeriod(period.startPeriod, float(period.limit))
        for period in schedule.chargingSchedulePeriod
    )


def write_profile_in_time(
    profile: ChargingProfile, schedule: JsonObject | list[JsonObject], purpose: str
) -> JsonObject:
    """As `write_profile`, and when the profile counts and how often it begins anew."""
    written = write_profile(profile, schedule, purpose)
    if profile.recurrence is not None:
        written.pop("validTo", None)  # the schedule's end is only that of its first round
        written["chargingProfileKind"] = "Recurring"
        written["recurrencyKind"] = RECURRENCE[profile.recurrence]
    return written | drop_absent(
        {
            "validFrom": profile.valid_from and format_time(profile.valid_from),
            "validTo": profile.valid_until and format_time(profile.valid_until),
        }
    )


def write_retries(retries: Retries) -> JsonObject:
    """How often a transfer is tried again, None for what goes unsaid (1.6 §6.25, 2.0.1 L01)."""
    return {"retries": retries.count, "retryInterval": retries.every_s}


def write_hash(certificate: CertificateHash) -> JsonObject:
    """The hash of a certificate (1.6 security whitepaper §6.1, 2.0.1 CertificateHashDataType)."""
    return {
        "hashAlgorithm": str(certificate.algorithm),
        "issuerNameHash": certificate.issuer_name,
        "issuerKeyHash": certificate.issuer_key,
        "serialNumber": certificate.serial,
    }


def read_hash(written: Payload) -> CertificateHash:
    """Read the hash of a certificate."""
    return CertificateHash(
        algorithm=HashAlgorithm(written.hashAlgorithm),
        issuer_name=written.issuerNameHash,
        issuer_key=written.issuerKeyHash,
        serial=written.serialNumber,
    )
