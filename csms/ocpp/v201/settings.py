"""Settings and variables: read and written (B05, B06)."""

from collections.abc import Mapping
from typing import Final

from csms.domain.commands import (
    CommandStatus,
    Outcome,
    ReadSettings,
    ReadVariables,
    SettingName,
    SettingsOutcome,
    VariableResult,
    VariablesOutcome,
    WriteSetting,
    WriteVariables,
)
from csms.domain.device_model import AttributeKind, VariableName
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.answers import make_outcome, read_reason, read_several
from csms.ocpp.v201.components import (
    read_address,
    read_attribute,
    write_address,
    write_attribute,
)
from csms.ocpp.wire import drop_absent

_VARIABLE: Final[dict[str, tuple[str, str]]] = {
    SettingName.BASIC_AUTH_PASSWORD: ("SecurityCtrlr", "BasicAuthPassword"),
    SettingName.HEARTBEAT_INTERVAL_S: ("OCPPCommCtrlr", "HeartbeatInterval"),
    SettingName.LIST_ENTRIES_PER_MESSAGE: ("LocalAuthListCtrlr", "ItemsPerMessage"),
    SettingName.MAX_PERIODS: ("SmartChargingCtrlr", "PeriodsPerSchedule"),
    SettingName.MAX_STACK_LEVEL: ("SmartChargingCtrlr", "ProfileStackLevel"),
    SettingName.METER_INTERVAL_S: ("SampledDataCtrlr", "TxUpdatedInterval"),
    SettingName.METER_MEASURANDS: ("SampledDataCtrlr", "TxUpdatedMeasurands"),
    SettingName.RATE_UNITS: ("SmartChargingCtrlr", "RateUnit"),
}
_TAKEN: Final = frozenset({"Accepted", "RebootRequired"})


def encode_read_settings(command: ReadSettings) -> JsonObject:
    """GetVariablesRequest (B06)."""
    return {"getVariableData": [_write_name(name) for name in command.names]}


def decode_read_settings(command: ReadSettings, answer: Payload) -> SettingsOutcome:
    """GetVariablesResponse (B06): what could not be read is unknown."""
    names = {_key(*_split(name)): name for name in command.names}
    results = {_read_name(result, names): result for result in answer.getVariableResult}
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
    return {"setVariableData": [{**_write_name(command.name), "attributeValue": command.value}]}


def decode_write_setting(_command: WriteSetting, answer: Payload) -> Outcome:
    """SetVariablesResponse (B05)."""
    result = answer.setVariableResult[0]
    return make_outcome(Outcome, result.attributeStatus, result.attributeStatusInfo)


def encode_read_variables(command: ReadVariables) -> JsonObject:
    """GetVariablesRequest (B06)."""
    return {
        "getVariableData": [
            _write_attribute(query.variable, query.attribute) for query in command.variables
        ]
    }


def decode_read_variables(_command: ReadVariables, answer: Payload) -> VariablesOutcome:
    """GetVariablesResponse (B06)."""
    results = answer.getVariableResult
    return _read_results(results, [result.attributeValue for result in results])


def encode_write_variables(command: WriteVariables) -> JsonObject:
    """SetVariablesRequest (B05)."""
    return {
        "setVariableData": [
            {
                **_write_attribute(wanted.variable, wanted.attribute),
                "attributeValue": wanted.value,
            }
            for wanted in command.variables
        ]
    }


def decode_write_variables(_command: WriteVariables, answer: Payload) -> VariablesOutcome:
    """SetVariablesResponse (B05)."""
    results = answer.setVariableResult
    return _read_results(results, [None] * len(results))


def _read_results(results: list[Payload], values: list[str | None]) -> VariablesOutcome:
    return read_several(
        VariablesOutcome,
        ((result.attributeStatus, result.attributeStatusInfo) for result in results),
        results=tuple(map(_read_result, results, values)),
    )


def _read_result(result: Payload, value: str | None) -> VariableResult:
    return VariableResult(
        variable=read_address(result),
        attribute=read_attribute(result.attributeType),
        is_accepted=result.attributeStatus in _TAKEN,
        answer=result.attributeStatus,
        value=value,
        detail=read_reason(result.attributeStatusInfo),
    )


def _write_attribute(variable: VariableName, attribute: AttributeKind) -> JsonObject:
    return drop_absent({**write_address(variable), "attributeType": write_attribute(attribute)})


def _write_name(name: str) -> JsonObject:
    component, variable = _split(name)
    return {"component": {"name": component}, "variable": {"name": variable}}


def _split(name: str) -> tuple[str, str]:
    """The component and variable of a setting: well known, or written `Component.Variable`."""
    component, dot, variable = name.partition(".")
    if name in _VARIABLE:
        return _VARIABLE[name]
    if not dot:
        raise NotExpressibleError(f"expected a setting as Component.Variable, got {name!r}")
    return component, variable


def _read_name(result: Payload, names: Mapping[tuple[str, str], str]) -> str:
    """The name by which a setting was asked for, in whatever case the station spells it."""
    component, variable = result.component.name, result.variable.name
    return names.get(_key(component, variable), f"{component}.{variable}")


def _key(component: str, variable: str) -> tuple[str, str]:
    """Component and variable in one case, which does not matter (part 2 §2.16)."""
    return component.lower(), variable.lower()
