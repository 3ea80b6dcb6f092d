"""Payloads and parts of payloads that all versions write alike."""

from csms.domain.charging_profile import ChargingProfile, ProfilePeriod
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
            "validTo": profile.ends_at and format_time(profile.ends_at),
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
        ProfilePeriod(period.startPeriod, period.limit)
        for period in schedule.chargingSchedulePeriod
    )
