"""Commands to a 2.0.1 station: command to payload, response to outcome (part 2, messages §1)."""

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
    ProfilePurpose.STATION_MAX: "ChargingStationMaxProfile",
    ProfilePurpose.TX_DEFAULT: "TxDefaultProfile",
    ProfilePurpose.TX: "TxProfile",
}
_RESET: Final = {ResetKind.SOFT: "OnIdle", ResetKind.HARD: "Immediate"}
_TRIGGER: Final = {
    ReportKind.BOOT: "BootNotification",
    ReportKind.FIRMWARE_STATUS: "FirmwareStatusNotification",
    ReportKind.HEARTBEAT: "Heartbeat",
    ReportKind.LOG_STATUS: "LogStatusNotification",
    ReportKind.METER_VALUES: "MeterValues",
    ReportKind.STATUS: "StatusNotification",
    ReportKind.TRANSACTION: "TransactionEvent",
}
_VARIABLE: Final[dict[str, tuple[str, str]]] = {
    SettingName.HEARTBEAT_INTERVAL_S: ("OCPPCommCtrlr", "HeartbeatInterval"),
    SettingName.MAX_PERIODS: ("SmartChargingCtrlr", "PeriodsPerSchedule"),
    SettingName.MAX_STACK_LEVEL: ("SmartChargingCtrlr", "ProfileStackLevel"),
    SettingName.METER_INTERVAL_S: ("SampledDataCtrlr", "TxUpdatedInterval"),
    SettingName.METER_MEASURANDS: ("SampledDataCtrlr", "TxUpdatedMeasurands"),
    SettingName.RATE_UNITS: ("SmartChargingCtrlr", "RateUnit"),
}
_NAME: Final = {variable: name for name, variable in _VARIABLE.items()}
_STATUS: Final = {
    "Accepted": CommandStatus.ACCEPTED,
    "NotImplemented": CommandStatus.NOT_SUPPORTED,
    "NotSupportedAttributeType": CommandStatus.REJECTED,
    "RebootRequired": CommandStatus.REBOOT_REQUIRED,
    "Rejected": CommandStatus.REJECTED,
    "Scheduled": CommandStatus.SCHEDULED,
    "Unknown": CommandStatus.UNKNOWN,
    "UnknownComponent": CommandStatus.UNKNOWN,
    "UnknownVariable": CommandStatus.UNKNOWN,
}


def encode_set_profile(command: SetProfile) -> JsonObject:
    """SetChargingProfileRequest (K01)."""
    return {"evseId": command.evse_number, "chargingProfile": _write_profile(command.profile)}


def encode_clear_profiles(command: ClearProfiles) -> JsonObject:
    """ClearChargingProfileRequest (K10)."""
    criteria = drop_absent(
        {
            "evseId": command.evse_number,
            "chargingProfilePurpose": command.purpose and _PURPOSE[command.purpose],
            "stackLevel": command.stack_level,
        }
    )
    return drop_absent(
        {"chargingProfileId": command.profile_id, "chargingProfileCriteria": criteria or None}
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


def decode_composite(command: ReadCompositeSchedule, answer: Payload) -> CompositeOutcome:
    """GetCompositeScheduleResponse (K08)."""
    outcome = decode_status(command, answer)
    written = answer.schedule
    if written is None:
        return CompositeOutcome(status=outcome.status, detail=outcome.detail)
    return CompositeOutcome(
        status=outcome.status,
        detail=outcome.detail,
        schedule=CompositeSchedule(
            evse_number=written.evseId,
            unit=RateUnit(written.chargingRateUnit),
            starts_at=parse_time(written.scheduleStart),
            duration_s=written.duration,
            periods=read_periods(written),
        ),
    )


def encode_start(command: StartCharging) -> JsonObject:
    """RequestStartTransactionRequest (F01, F02)."""
    return drop_absent(
        {
            "idToken": {"idToken": command.id_token.value, "type": command.id_token.kind},
            "remoteStartId": command.remote_start_id,
            "evseId": command.evse_number,
            "chargingProfile": command.profile and _write_profile(command.profile),
        }
    )


def decode_start(command: StartCharging, answer: Payload) -> StartOutcome:
    """RequestStartTransactionResponse (F01, F02)."""
    outcome = decode_status(command, answer)
    return StartOutcome(
        status=outcome.status, detail=outcome.detail, transaction=answer.transactionId
    )


def encode_stop(command: StopCharging) -> JsonObject:
    """RequestStopTransactionRequest (F03)."""
    return {"transactionId": command.transaction}


def encode_reset(command: ResetStation) -> JsonObject:
    """ResetRequest (B11, B12)."""
    return {"type": _RESET[command.kind]}


def encode_trigger(command: TriggerReport) -> JsonObject:
    """TriggerMessageRequest (F06)."""
    evse = {"id": command.evse_number} if command.evse_number else None
    if evse and command.kind is ReportKind.STATUS:
        evse["connectorId"] = 1  # F06.FR.12: a status needs its connector
    return drop_absent({"requestedMessage": _TRIGGER[command.kind], "evse": evse})


def encode_read_settings(command: ReadSettings) -> JsonObject:
    """GetVariablesRequest (B06)."""
    return {"getVariableData": [_address(name) for name in command.names]}


def decode_read_settings(_command: ReadSettings, answer: Payload) -> SettingsOutcome:
    """GetVariablesResponse (B06)."""
    results = {_name_of(result): result for result in answer.getVariableResult}
    values = {
        name: result.attributeValue or ""
        for name, result in results.items()
        if result.attributeStatus == "Accepted"
    }
    return SettingsOutcome(
        status=CommandStatus.ACCEPTED,
        values=values,
        unknown=frozenset(results) - frozenset(values),
    )


def encode_write_setting(command: WriteSetting) -> JsonObject:
    """SetVariablesRequest (B05)."""
    return {"setVariableData": [{**_address(command.name), "attributeValue": command.value}]}


def decode_write_setting(_command: WriteSetting, answer: Payload) -> Outcome:
    """SetVariablesResponse (B05)."""
    result = answer.setVariableResult[0]
    return Outcome(
        status=_STATUS[result.attributeStatus], detail=_detail(result.attributeStatusInfo)
    )


def decode_status(_command: object, answer: Payload) -> Outcome:
    """A response that has a status and perhaps a reason."""
    return Outcome(status=_STATUS[answer.status], detail=_detail(answer.statusInfo))


OUTBOUND: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(ClearProfiles, "ClearChargingProfile", encode_clear_profiles, decode_status),
    Outbound(
        ReadCompositeSchedule, "GetCompositeSchedule", encode_read_composite, decode_composite
    ),
    Outbound(ReadSettings, "GetVariables", encode_read_settings, decode_read_settings),
    Outbound(ResetStation, "Reset", encode_reset, decode_status),
    Outbound(SetProfile, "SetChargingProfile", encode_set_profile, decode_status),
    Outbound(StartCharging, "RequestStartTransaction", encode_start, decode_start),
    Outbound(StopCharging, "RequestStopTransaction", encode_stop, decode_status),
    Outbound(TriggerReport, "TriggerMessage", encode_trigger, decode_status),
    Outbound(WriteSetting, "SetVariables", encode_write_setting, decode_write_setting),
)


def _write_profile(profile: ChargingProfile) -> JsonObject:
    """A ChargingProfileType with the one schedule that IEC 61851 knows (K01.FR.34)."""
    schedule = {"id": profile.profile_id, **write_schedule(profile)}
    written = write_profile(profile, [schedule], _PURPOSE[profile.purpose])
    written["id"] = profile.profile_id
    if profile.transaction is not None:
        written["transactionId"] = profile.transaction
    return written


def _address(name: str) -> JsonObject:
    """The component and variable of a setting: well known, or written `Component.Variable`."""
    component, dot, variable = name.partition(".")
    if name in _VARIABLE:
        component, variable = _VARIABLE[name]
    elif not dot:
        raise NotExpressibleError(f"expected a setting as Component.Variable, got {name!r}")
    return {"component": {"name": component}, "variable": {"name": variable}}


def _name_of(result: Payload) -> str:
    component, variable = result.component.name, result.variable.name
    return _NAME.get((component, variable), f"{component}.{variable}")


def _detail(status_info: Payload) -> str:
    if status_info is None:
        return ""
    return ": ".join(filter(None, (status_info.reasonCode, status_info.additionalInfo)))
