"""Settings, which 1.6 calls configuration keys (OCPP 1.6 §5.3, §5.8, §9)."""

from collections.abc import Mapping
from typing import Final

from csms.domain.commands import (
    CommandStatus,
    ReadSettings,
    SettingName,
    SettingsOutcome,
    WriteSetting,
)
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v16.words import write_text

_KEY: Final[dict[str, str]] = {
    SettingName.BASIC_AUTH_PASSWORD: "AuthorizationKey",
    SettingName.HEARTBEAT_INTERVAL_S: "HeartbeatInterval",
    SettingName.LIST_ENTRIES_PER_MESSAGE: "SendLocalListMaxLength",
    SettingName.MAX_PERIODS: "ChargingScheduleMaxPeriods",
    SettingName.MAX_STACK_LEVEL: "ChargeProfileMaxStackLevel",
    SettingName.METER_INTERVAL_S: "MeterValueSampleInterval",
    SettingName.METER_MEASURANDS: "MeterValuesSampledData",
    SettingName.RATE_UNITS: "ChargingScheduleAllowedChargingRateUnit",
}
_NAME: Final = {key.lower(): str(name) for name, key in _KEY.items()}
_RATE_UNITS: Final = {"Current": "A", "Power": "W"}
_LONGEST_KEY: Final = 50
_LONGEST_VALUE: Final = 500


def encode_read_settings(command: ReadSettings) -> JsonObject:
    """GetConfiguration.req (§6.23); without names the station tells all."""
    return {"key": [_write_key(name) for name in command.names]} if command.names else {}


def decode_read_settings(command: ReadSettings, answer: Payload) -> SettingsOutcome:
    """GetConfiguration.conf (§6.24)."""
    asked = _NAME | {_write_key(name).lower(): name for name in command.names}
    told = answer.configurationKey or ()
    return SettingsOutcome(
        status=CommandStatus.ACCEPTED,
        values={_name(asked, one.key): _neutral(one.key, one.value or "") for one in told},
        unknown=frozenset(_name(asked, key) for key in answer.unknownKey or ()),
        read_only=frozenset(_name(asked, one.key) for one in told if one.readonly),
    )


def encode_write_setting(command: WriteSetting) -> JsonObject:
    """ChangeConfiguration.req (§6.9)."""
    return {
        "key": _write_key(command.name),
        "value": write_text(command.value, _LONGEST_VALUE, "a setting's value"),
    }


def _write_key(name: str) -> str:
    return write_text(_KEY.get(name, name), _LONGEST_KEY, "a setting's name")


def _name(asked: Mapping[str, str], key: str) -> str:
    """The name that was asked for; the case of a key does not matter (§7.17)."""
    return asked.get(key.lower(), key)


def _neutral(key: str, value: str) -> str:
    if _NAME.get(key.lower()) == SettingName.RATE_UNITS:
        return ",".join(_RATE_UNITS.get(word.strip(), word.strip()) for word in value.split(","))
    return value
