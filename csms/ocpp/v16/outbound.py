"""Commands to a 1.6 station: command to payload, confirmation to outcome (OCPP 1.6 §5)."""

from typing import Any, Final

from csms.domain.charging_profile import (
    ChargingProfile,
    CompositeSchedule,
    ProfilePurpose,
)
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
    SetProfile,
    SettingName,
    SettingsOutcome,
    StartCharging,
    StartOutcome,
    StopCharging,
    TriggerReport,
    WriteSetting,
)
from csms.domain.station import RateUnit
from csms.ocpp.adapter import NotExpressibleError, Outbound
from csms.ocpp.frames import JsonObject
from csms.ocpp.payloads import read_periods, write_profile, write_schedule
from csms.ocpp.schemas import Payload
from csms.ocpp.wire import drop_absent, parse_time

_PURPOSE: Final = {
    ProfilePurpose.STATION_MAX: "ChargePointMaxProfile",
    ProfilePurpose.TX_DEFAULT: "TxDefaultProfile",
    ProfilePurpose.TX: "TxProfile",
}
_RESET: Final = {ResetKind.SOFT: "Soft", ResetKind.HARD: "Hard"}
_TRIGGER: Final = {
    ReportKind.BOOT: "BootNotification",
    ReportKind.FIRMWARE_STATUS: "FirmwareStatusNotification",
    ReportKind.HEARTBEAT: "Heartbeat",
    ReportKind.LOG_STATUS: "DiagnosticsStatusNotification",
    ReportKind.METER_VALUES: "MeterValues",
    ReportKind.STATUS: "StatusNotification",
}
_KEY: Final[dict[str, str]] = {
    SettingName.HEARTBEAT_INTERVAL_S: "HeartbeatInterval",
    SettingName.MAX_PERIODS: "ChargingScheduleMaxPeriods",
    SettingName.MAX_STACK_LEVEL: "ChargeProfileMaxStackLevel",
    SettingName.METER_INTERVAL_S: "MeterValueSampleInterval",
    SettingName.METER_MEASURANDS: "MeterValuesSampledData",
    SettingName.RATE_UNITS: "ChargingScheduleAllowedChargingRateUnit",
}
_NAME: Final = {key: name for name, key in _KEY.items()}
_RATE_UNITS: Final = {"Current": "A", "Power": "W"}
_STATUS: Final = {
    "Accepted": CommandStatus.ACCEPTED,
    "NotImplemented": CommandStatus.NOT_SUPPORTED,
    "NotSupported": CommandStatus.NOT_SUPPORTED,
    "RebootRequired": CommandStatus.REBOOT_REQUIRED,
    "Rejected": CommandStatus.REJECTED,
    "Unknown": CommandStatus.UNKNOWN,
}


def encode_set_profile(command: SetProfile) -> JsonObject:
    """SetChargingProfile.req (§6.43)."""
    return {
        "connectorId": command.evse_number,
        "csChargingProfiles": _write_profile(command.profile),
    }


def encode_clear_profiles(command: ClearProfiles) -> JsonObject:
    """ClearChargingProfile.req (§6.13)."""
    return drop_absent(
        {
            "id": command.profile_id,
            "connectorId": command.evse_number,
            "chargingProfilePurpose": command.purpose and _PURPOSE[command.purpose],
            "stackLevel": command.stack_level,
        }
    )


def encode_read_composite(command: ReadCompositeSchedule) -> JsonObject:
    """GetCompositeSchedule.req (§6.23)."""
    return drop_absent(
        {
            "connectorId": command.evse_number,
            "duration": command.duration_s,
            "chargingRateUnit": command.unit,
        }
    )


def decode_composite(command: ReadCompositeSchedule, answer: Payload) -> CompositeOutcome:
    """GetCompositeSchedule.conf (§6.24)."""
    written = answer.chargingSchedule
    if written is None:
        return CompositeOutcome(status=_STATUS[answer.status])
    start = answer.scheduleStart or written.startSchedule
    connector, duration_s = answer.connectorId, written.duration
    return CompositeOutcome(
        status=_STATUS[answer.status],
        schedule=CompositeSchedule(
            evse_number=command.evse_number if connector is None else connector,
            unit=RateUnit(written.chargingRateUnit),
            starts_at=parse_time(start) if start else None,
            duration_s=command.duration_s if duration_s is None else duration_s,
            periods=read_periods(written),
        ),
    )


def encode_start(command: StartCharging) -> JsonObject:
    """RemoteStartTransaction.req (§6.33)."""
    return drop_absent(
        {
            "idTag": command.id_token.value,
            "connectorId": command.evse_number,
            "chargingProfile": command.profile and _write_profile(command.profile),
        }
    )


def decode_start(_command: StartCharging, answer: Payload) -> StartOutcome:
    """RemoteStartTransaction.conf (§6.34)."""
    return StartOutcome(status=_STATUS[answer.status])


def encode_stop(command: StopCharging) -> JsonObject:
    """RemoteStopTransaction.req (§6.35)."""
    return {"transactionId": _transaction_id(command.transaction)}


def encode_reset(command: ResetStation) -> JsonObject:
    """Reset.req (§6.39)."""
    return {"type": _RESET[command.kind]}


def encode_trigger(command: TriggerReport) -> JsonObject:
    """TriggerMessage.req (§6.51)."""
    if command.kind not in _TRIGGER:
        raise NotExpressibleError(f"OCPP 1.6 cannot trigger a report of {command.kind}")
    return drop_absent(
        {"requestedMessage": _TRIGGER[command.kind], "connectorId": command.evse_number or None}
    )


def encode_read_settings(command: ReadSettings) -> JsonObject:
    """GetConfiguration.req (§6.25); without names the station tells all."""
    return {"key": [_KEY.get(name, name) for name in command.names]} if command.names else {}


def decode_read_settings(_command: ReadSettings, answer: Payload) -> SettingsOutcome:
    """GetConfiguration.conf (§6.26)."""
    told = {key.key: key.value or "" for key in answer.configurationKey or ()}
    return SettingsOutcome(
        status=CommandStatus.ACCEPTED,
        values={_NAME.get(key, key): _neutral(key, value) for key, value in told.items()},
        unknown=frozenset(_NAME.get(key, key) for key in answer.unknownKey or ()),
    )


def encode_write_setting(command: WriteSetting) -> JsonObject:
    """ChangeConfiguration.req (§6.9)."""
    return {"key": _KEY.get(command.name, command.name), "value": command.value}


def decode_status(_command: object, answer: Payload) -> Outcome:
    """A confirmation that has a status and no more."""
    return Outcome(status=_STATUS[answer.status])


OUTBOUND: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(ClearProfiles, "ClearChargingProfile", encode_clear_profiles, decode_status),
    Outbound(
        ReadCompositeSchedule, "GetCompositeSchedule", encode_read_composite, decode_composite
    ),
    Outbound(ReadSettings, "GetConfiguration", encode_read_settings, decode_read_settings),
    Outbound(ResetStation, "Reset", encode_reset, decode_status),
    Outbound(SetProfile, "SetChargingProfile", encode_set_profile, decode_status),
    Outbound(StartCharging, "RemoteStartTransaction", encode_start, decode_start),
    Outbound(StopCharging, "RemoteStopTransaction", encode_stop, decode_status),
    Outbound(TriggerReport, "TriggerMessage", encode_trigger, decode_status),
    Outbound(WriteSetting, "ChangeConfiguration", encode_write_setting, decode_status),
)


def _write_profile(profile: ChargingProfile) -> JsonObject:
    transaction = profile.transaction
    written = write_profile(profile, write_schedule(profile), _PURPOSE[profile.purpose])
    written["chargingProfileId"] = profile.profile_id
    if transaction is not None:
        written["transactionId"] = _transaction_id(transaction)
    return written


def _transaction_id(transaction: str) -> int:
    try:
        return int(transaction)
    except ValueError as error:
        message = f"a 1.6 transaction has a number, not {transaction!r}"
        raise NotExpressibleError(message) from error


def _neutral(key: str, value: str) -> str:
    if _NAME.get(key) == SettingName.RATE_UNITS:
        return ",".join(_RATE_UNITS.get(word.strip(), word.strip()) for word in value.split(","))
    return value
