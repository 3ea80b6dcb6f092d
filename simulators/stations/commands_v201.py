"""What a 2.0.1 station does for its CSMS: request in, response out (part 2, messages §1)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from csms.ocpp.frames import JsonObject
from simulators.stations.charging import RemoteStart
from simulators.stations.charging_profiles import Profile, Purpose, Unit
from simulators.stations.dialect import Command
from simulators.stations.fields import MalformedError, items, optional, required
from simulators.stations.manners import Composite
from simulators.stations.outlet import OutletModel
from simulators.stations.profile_store import Criteria, ProfileRefusedError
from simulators.stations.profile_wire import ProfileNames, read_profile
from simulators.stations.settings import Setting
from simulators.stations.station import Station
from simulators.stations.wire import MAX_COMPOSITE_S, composite_periods, drop_absent, format_time

_ACCEPTED: Final[JsonObject] = {"status": "Accepted"}
_PURPOSES: Final = {
    "ChargingStationMaxProfile": Purpose.STATION_MAX,
    "TxDefaultProfile": Purpose.TX_DEFAULT,
    "TxProfile": Purpose.TX,
}
_NAMES: Final = ProfileNames(id_key="id", purposes=_PURPOSES, is_strict=True)
_VARIABLES: Final[Mapping[str, Mapping[str, Setting | str]]] = {
    "ChargingStation": {"AvailabilityState": "Available", "Model": "Simulated"},
    "OCPPCommCtrlr": {
        "HeartbeatInterval": Setting.HEARTBEAT_S,
        "MessageAttemptInterval": Setting.RETRY_S,
        "MessageAttempts": "1000",
        "RetryBackOffWaitMinimum": "5",
    },
    "SampledDataCtrlr": {
        "TxEndedMeasurands": "Energy.Active.Import.Register",
        "TxStartedMeasurands": "Energy.Active.Import.Register",
        "TxUpdatedInterval": Setting.METER_INTERVAL_S,
        "TxUpdatedMeasurands": Setting.METER_MEASURANDS,
    },
    "SmartChargingCtrlr": {
        "Enabled": "true",
        "Entries": Setting.MAX_PROFILES,
        "PeriodsPerSchedule": Setting.MAX_PERIODS,
        "Phases3to1": "false",
        "ProfileStackLevel": Setting.MAX_STACK_LEVEL,
        "RateUnit": Setting.RATE_UNITS,
    },
    "TxCtrlr": {
        "EVConnectionTimeOut": Setting.CONNECTION_TIMEOUT_S,
        "StopTxOnInvalidId": "true",
        "TxStartPoint": "PowerPathClosed",
        "TxStopPoint": "PowerPathClosed",
    },
}
"""Components, their variables, and what stands behind each: a setting, or a fixed text."""


def commands_v201(station: Station) -> Mapping[str, Command]:
    """What the station does, by action; TriggerMessage is its own."""
    return {
        "ClearChargingProfile": partial(_clear_profiles, station),
        "DataTransfer": _transfer_data,
        "GetCompositeSchedule": partial(_get_composite, station),
        "GetVariables": partial(_get_variables, station),
        "RequestStartTransaction": partial(_start, station),
        "RequestStopTransaction": partial(_stop, station),
        "Reset": partial(_reset, station),
        "SetChargingProfile": partial(_set_profile, station),
        "SetVariables": partial(_set_variables, station),
    }


def rejected(reason: str, text: str = "") -> JsonObject:
    """A refusal with its reason (part 2 appendices §5)."""
    info = drop_absent({"reasonCode": reason, "additionalInfo": text or None})
    return {"status": "Rejected", "statusInfo": info}


def _set_profile(station: Station, call: JsonObject) -> JsonObject:
    try:
        evse = required(call, "evseId", int)
        profile = _read(station, evse, required(call, "chargingProfile", dict))
        station.install(profile)
    except ProfileRefusedError as refusal:
        return rejected(refusal.reason, str(refusal))
    return _ACCEPTED


def _clear_profiles(station: Station, call: JsonObject) -> JsonObject:
    """Clear one by its id, or all that match the criteria (K10.FR.03, FR.04)."""
    profile_id = optional(call, "chargingProfileId", int)
    given = optional(call, "chargingProfileCriteria", dict) or {}
    criteria = Criteria(profile_id=profile_id)
    if profile_id is None:
        criteria = Criteria(
            evse_number=optional(given, "evseId", int),
            stack_level=optional(given, "stackLevel", int),
            purposes=_NAMES.purposes_named(optional(given, "chargingProfilePurpose", str)),
        )
    return _ACCEPTED if station.clear_profiles(criteria) else {"status": "Unknown"}


def _get_composite(station: Station, call: JsonObject) -> JsonObject:
    evse = required(call, "evseId", int)
    duration_s = required(call, "duration", int)
    unit = optional(call, "chargingRateUnit", str) or min(station.abilities.units)
    if evse not in {0, *station.outlets}:  # K08.FR.05
        return rejected("UnknownEvse")
    if unit not in station.abilities.units:  # K08.FR.07
        return rejected("UnsupportedRateUnit")
    if not 0 < duration_s <= MAX_COMPOSITE_S:
        return rejected("ValueOutOfRange")
    if station.limiter.composite is Composite.REFUSED:
        return rejected("UnsupportedRequest")
    if station.limiter.composite is Composite.EMPTY:
        return _ACCEPTED
    now = station.clock.now()
    schedule = {
        "evseId": evse,
        "duration": duration_s,
        "scheduleStart": format_time(station.own_clock.at(now)),
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": composite_periods(
            station.limiter, evse, Unit(unit), now, duration_s
        ),
    }
    return {**_ACCEPTED, "schedule": schedule}


def _start(station: Station, call: JsonObject) -> JsonObject:
    outlet = station.idle_outlet(optional(call, "evseId", int))
    token = required(required(call, "idToken", dict), "idToken", str)
    written = optional(call, "chargingProfile", dict)
    remote_start_id = required(call, "remoteStartId", int)
    if outlet is None:
        return rejected("TxInProgress")  # F01.FR.24
    try:
        profile = _read(station, outlet.model.number, written) if written else None
        if profile is not None:
            station.check_remote_profile(profile)
    except ProfileRefusedError as refusal:  # F01.FR.26
        return rejected(refusal.reason, str(refusal))
    remote = RemoteStart(
        token=token,
        expires_at=station.remote_deadline(),
        remote_start_id=remote_start_id,
        profile=profile,
    )
    if not station.start_remotely(outlet, remote):
        return rejected("CSNotAccepted")
    started = outlet.transaction.key if outlet.transaction else None
    return drop_absent({**_ACCEPTED, "transactionId": started})


def _stop(station: Station, call: JsonObject) -> JsonObject:
    key = required(call, "transactionId", str)
    if station.stop_remotely(lambda transaction: transaction.key == key):
        return _ACCEPTED
    return rejected("TxNotFound")  # F03.FR.08


def _reset(station: Station, call: JsonObject) -> JsonObject:
    kind = required(call, "type", str)
    if kind not in {"Immediate", "OnIdle"}:
        raise MalformedError("expected type Immediate or OnIdle")
    if "evseId" in call:  # B11.FR.09
        return rejected("UnsupportedParam")
    is_now = station.reset(is_immediate=kind == "Immediate")
    return _ACCEPTED if is_now else {"status": "Scheduled"}  # B12.FR.01


def _transfer_data(call: JsonObject) -> JsonObject:
    required(call, "vendorId", str)
    return {"status": "UnknownVendorId"}


def _get_variables(station: Station, call: JsonObject) -> JsonObject:
    wanted = items(call, "getVariableData", dict)
    return {"getVariableResult": [_get_variable(station, item) for item in wanted]}


def _get_variable(station: Station, item: JsonObject) -> JsonObject:
    def read(held: Setting | str) -> JsonObject:
        text = station.settings.read(held) if isinstance(held, Setting) else held
        return {"attributeStatus": "Accepted", "attributeValue": text}

    return _at_variable(item, read)


def _set_variables(station: Station, call: JsonObject) -> JsonObject:
    given = items(call, "setVariableData", dict)
    return {"setVariableResult": [_set_variable(station, item) for item in given]}


def _set_variable(station: Station, item: JsonObject) -> JsonObject:
    text = required(item, "attributeValue", str)

    def write(held: Setting | str) -> JsonObject:
        is_set = isinstance(held, Setting) and station.write_setting(held, text)
        return {"attributeStatus": "Accepted" if is_set else "Rejected"}

    return _at_variable(item, write)


def _at_variable(item: JsonObject, act: Callable[[Setting | str], JsonObject]) -> JsonObject:
    """Find a variable and do something with it (B05.FR.02-FR.06, B06.FR.02-FR.08)."""
    component = required(item, "component", dict)
    variable = required(item, "variable", dict)
    attribute = optional(item, "attributeType", str)
    held_by = _VARIABLES.get(required(component, "name", str))
    held = held_by.get(required(variable, "name", str)) if held_by else None
    if held_by is None:
        outcome: JsonObject = {"attributeStatus": "UnknownComponent"}
    elif held is None:
        outcome = {"attributeStatus": "UnknownVariable"}
    elif attribute not in {None, "Actual"}:
        outcome = {"attributeStatus": "NotSupportedAttributeType"}
    else:
        outcome = act(held)
    where = {"component": component, "variable": variable, "attributeType": attribute}
    return drop_absent({**outcome, **where})


def _read(station: Station, evse: int, written: JsonObject) -> Profile:
    schedules = items(written, "chargingSchedule", dict)
    if len(schedules) != 1:  # K01.FR.34
        raise ProfileRefusedError("InvalidSchedule", "expected one schedule")
    profile = read_profile(_NAMES, evse, written, schedules[0])
    outlets = station.outlets.values() if evse == 0 else [station.outlets.get(evse)]
    for outlet in outlets:
        if outlet is not None and not _can_hold_phases(profile, outlet.model):
            raise ProfileRefusedError("InvalidProfile", "cannot use so few phases (K01.FR.43)")
    return profile


def _can_hold_phases(profile: Profile, model: OutletModel) -> bool:
    if profile.min_phases is None or model.is_dc:  # K01.FR.44
        return True
    return model.supply.phase_count(model.line_count) <= profile.min_phases
