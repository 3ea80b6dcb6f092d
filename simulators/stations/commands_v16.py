"""What a 1.6 station does for its CSMS (§5): payload in, payload of the answer out (§6)."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from csms.ocpp.frames import JsonObject
from simulators.stations.charging import RemoteStart
from simulators.stations.charging_profiles import Profile, Purpose, Unit
from simulators.stations.dialect import Command
from simulators.stations.fields import MalformedError, items, optional, required
from simulators.stations.manners import Composite
from simulators.stations.profile_store import Criteria, ProfileRefusedError
from simulators.stations.profile_wire import ProfileNames, read_profile
from simulators.stations.settings import Setting
from simulators.stations.station import Station
from simulators.stations.wire import MAX_COMPOSITE_S, composite_periods, drop_absent, format_time

_ACCEPTED: Final[JsonObject] = {"status": "Accepted"}
_REJECTED: Final[JsonObject] = {"status": "Rejected"}
_PURPOSES: Final = {
    "ChargePointMaxProfile": Purpose.STATION_MAX,
    "TxDefaultProfile": Purpose.TX_DEFAULT,
    "TxProfile": Purpose.TX,
}
_NAMES: Final = ProfileNames(id_key="chargingProfileId", purposes=_PURPOSES, is_strict=False)
_UNITS: Final = {"A": "Current", "W": "Power"}
_KEYS: Final = {
    "ChargeProfileMaxStackLevel": Setting.MAX_STACK_LEVEL,
    "ChargingScheduleAllowedChargingRateUnit": Setting.RATE_UNITS,
    "ChargingScheduleMaxPeriods": Setting.MAX_PERIODS,
    "ConnectionTimeOut": Setting.CONNECTION_TIMEOUT_S,
    "HeartbeatInterval": Setting.HEARTBEAT_S,
    "MaxChargingProfilesInstalled": Setting.MAX_PROFILES,
    "MeterValueSampleInterval": Setting.METER_INTERVAL_S,
    "MeterValuesSampledData": Setting.METER_MEASURANDS,
    "TransactionMessageRetryInterval": Setting.RETRY_S,
}
"""Keys of §9 that do something here."""
_FIXED: Final = {
    "AllowOfflineTxForUnknownId": "true",
    "AuthorizeRemoteTxRequests": "false",
    "ClockAlignedDataInterval": "0",
    "GetConfigurationMaxKeys": "64",
    "LocalAuthorizeOffline": "true",
    "LocalPreAuthorize": "false",
    "MeterValuesAlignedData": "",
    "ResetRetries": "0",
    "StopTransactionOnEVSideDisconnect": "true",
    "StopTransactionOnInvalidId": "true",
    "StopTxnAlignedData": "",
    "StopTxnSampledData": "",
    "SupportedFeatureProfiles": "Core,SmartCharging,RemoteTrigger",
    "TransactionMessageAttempts": "1000",
    "UnlockConnectorOnEVSideDisconnect": "true",
}
"""Keys of §9 that can only be read."""
_CONNECTOR_COUNT: Final = "NumberOfConnectors"
_READ_ONLY: Final = frozenset(
    {Setting.MAX_STACK_LEVEL, Setting.RATE_UNITS, Setting.MAX_PERIODS, Setting.MAX_PROFILES}
)


def commands_v16(station: Station) -> Mapping[str, Command]:
    """What the station does, by action; TriggerMessage is its own."""
    return {
        "ChangeConfiguration": partial(_change_configuration, station),
        "ClearChargingProfile": partial(_clear_profiles, station),
        "DataTransfer": _transfer_data,
        "GetCompositeSchedule": partial(_get_composite, station),
        "GetConfiguration": partial(_get_configuration, station),
        "RemoteStartTransaction": partial(_start, station),
        "RemoteStopTransaction": partial(_stop, station),
        "Reset": partial(_reset, station),
        "SetChargingProfile": partial(_set_profile, station),
    }


def _set_profile(station: Station, call: JsonObject) -> JsonObject:
    try:
        connector = required(call, "connectorId", int)
        station.install(_read(connector, required(call, "csChargingProfiles", dict)))
    except ProfileRefusedError:
        return _REJECTED
    return _ACCEPTED


def _clear_profiles(station: Station, call: JsonObject) -> JsonObject:
    """Clear what matches all that is given (§5.5, §6.13)."""
    criteria = Criteria(
        profile_id=optional(call, "id", int),
        evse_number=optional(call, "connectorId", int),
        stack_level=optional(call, "stackLevel", int),
        purposes=_NAMES.purposes_named(optional(call, "chargingProfilePurpose", str)),
    )
    return _ACCEPTED if station.clear_profiles(criteria) else {"status": "Unknown"}


def _get_composite(station: Station, call: JsonObject) -> JsonObject:
    connector = required(call, "connectorId", int)
    duration_s = required(call, "duration", int)
    unit = optional(call, "chargingRateUnit", str) or min(station.abilities.units)
    is_known = connector in {0, *station.outlets} and unit in {*Unit}
    if not is_known or not 0 < duration_s <= MAX_COMPOSITE_S:
        return _REJECTED
    if station.limiter.composite is Composite.REFUSED:
        return _REJECTED
    if station.limiter.composite is Composite.EMPTY:
        return _ACCEPTED
    now = station.clock.now()
    return {
        **_ACCEPTED,
        "connectorId": connector,
        "scheduleStart": format_time(station.own_clock.at(now)),
        "chargingSchedule": {
            "duration": duration_s,
            "startSchedule": format_time(station.own_clock.at(now)),
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": composite_periods(
                station.limiter, connector, Unit(unit), now, duration_s
            ),
        },
    }


def _start(station: Station, call: JsonObject) -> JsonObject:
    outlet = station.idle_outlet(optional(call, "connectorId", int))
    token = required(call, "idTag", str)
    written = optional(call, "chargingProfile", dict)
    if outlet is None:
        return _REJECTED
    try:
        profile = _read(outlet.model.number, written) if written else None
        if profile is not None:
            station.check_remote_profile(profile)
    except ProfileRefusedError:
        return _REJECTED
    remote = RemoteStart(token=token, expires_at=station.remote_deadline(), profile=profile)
    return _ACCEPTED if station.start_remotely(outlet, remote) else _REJECTED


def _stop(station: Station, call: JsonObject) -> JsonObject:
    number = required(call, "transactionId", int)
    is_stopped = station.stop_remotely(lambda transaction: transaction.number == number)
    return _ACCEPTED if is_stopped else _REJECTED


def _reset(station: Station, call: JsonObject) -> JsonObject:
    if required(call, "type", str) not in {"Soft", "Hard"}:
        raise MalformedError("expected type Soft or Hard")
    station.reset(is_immediate=True)
    return _ACCEPTED


def _transfer_data(call: JsonObject) -> JsonObject:
    required(call, "vendorId", str)
    return {"status": "UnknownVendorId"}


def _get_configuration(station: Station, call: JsonObject) -> JsonObject:
    known = {
        **_FIXED,
        _CONNECTOR_COUNT: str(len(station.outlets)),
        **{key: _told(station, setting) for key, setting in _KEYS.items()},
    }
    wanted = items(call, "key", str) if call.get("key") else list(known)
    unknown = [key for key in wanted if key not in known]
    return drop_absent(
        {
            "configurationKey": [
                {"key": key, "readonly": not _is_writable(key), "value": known[key]}
                for key in wanted
                if key in known
            ],
            "unknownKey": unknown or None,
        }
    )


def _change_configuration(station: Station, call: JsonObject) -> JsonObject:
    key, text = required(call, "key", str), required(call, "value", str)
    setting = _KEYS.get(key)
    if setting is None:
        is_fixed = key in _FIXED or key == _CONNECTOR_COUNT
        return _REJECTED if is_fixed else {"status": "NotSupported"}
    return _ACCEPTED if station.write_setting(setting, text) else _REJECTED


def _is_writable(key: str) -> bool:
    return key in _KEYS and _KEYS[key] not in _READ_ONLY


def _told(station: Station, setting: Setting) -> str:
    text = station.settings.read(setting)
    if setting is not Setting.RATE_UNITS:
        return text
    return ",".join(_UNITS[unit] for unit in text.split(","))


def _read(connector: int, written: JsonObject) -> Profile:
    return read_profile(_NAMES, connector, written, required(written, "chargingSchedule", dict))
