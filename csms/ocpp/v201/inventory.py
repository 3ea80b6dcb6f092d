"""Reports of the device model: asked for, and as they come (B07, B08)."""

from typing import Final

from csms.domain.commands import (
    ComponentCriterion,
    InventoryKind,
    ReportSubject,
    RequestInventory,
    RequestVariables,
)
from csms.domain.device_model import Attribute, Characteristics, Mutability, Variable
from csms.domain.identity import StationId
from csms.domain.notices import VariablesTold
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.components import (
    read_address,
    read_attribute,
    write_component,
    write_variable,
)
from csms.ocpp.v201.requests import request_id
from csms.ocpp.wire import drop_absent, parse_time

_BASE: Final = {
    InventoryKind.CONFIGURATION: "ConfigurationInventory",
    InventoryKind.FULL: "FullInventory",
    InventoryKind.SUMMARY: "SummaryInventory",
}
_CRITERION: Final = {
    ComponentCriterion.ACTIVE: "Active",
    ComponentCriterion.AVAILABLE: "Available",
    ComponentCriterion.ENABLED: "Enabled",
    ComponentCriterion.PROBLEM: "Problem",
}
_MUTABILITY: Final = {
    None: Mutability.READ_WRITE,  # the default by part 2 §2.50
    "ReadOnly": Mutability.READ_ONLY,
    "WriteOnly": Mutability.WRITE_ONLY,
    "ReadWrite": Mutability.READ_WRITE,
}


def encode_request_inventory(command: RequestInventory) -> JsonObject:
    """GetBaseReportRequest (B07)."""
    return {"requestId": request_id(command), "reportBase": _BASE[command.kind]}


def encode_request_variables(command: RequestVariables) -> JsonObject:
    """GetReportRequest (B08)."""
    return drop_absent(
        {
            "requestId": request_id(command),
            "componentVariable": [write_subject(one) for one in command.subjects] or None,
            "componentCriteria": [_CRITERION[one] for one in command.criteria] or None,
        }
    )


def decode_variables(station_id: StationId, call: Payload) -> VariablesTold:
    """NotifyReportRequest (B07, B08)."""
    return VariablesTold(
        station_id=station_id,
        request_id=call.requestId,
        seq_no=call.seqNo,
        at=parse_time(call.generatedAt),
        variables=tuple(_read_variable(told) for told in call.reportData or ()),
        has_more=call.tbc or False,
    )


def write_subject(subject: ReportSubject) -> JsonObject:
    """A ComponentVariableType (part 2 §2.17); without a variable all of the component are meant."""
    name = subject.variable
    return drop_absent(
        {
            "component": write_component(subject.component),
            "variable": name and write_variable(name, subject.variable_instance),
        }
    )


def _read_variable(told: Payload) -> Variable:
    characteristics = told.variableCharacteristics
    return Variable(
        name=read_address(told),
        attributes=tuple(map(_read_attribute, told.variableAttribute)),
        characteristics=characteristics and _read_characteristics(characteristics),
    )


def _read_attribute(told: Payload) -> Attribute:
    return Attribute(
        kind=read_attribute(told.type),
        value=told.value,
        mutability=_MUTABILITY[told.mutability],
        is_persistent=told.persistent or False,
        is_constant=told.constant or False,
    )


def _read_characteristics(told: Payload) -> Characteristics:
    return Characteristics(
        kind=told.dataType,
        unit=told.unit,
        least=told.minLimit,
        most=told.maxLimit,
        options=told.valuesList,
        can_be_monitored=told.supportsMonitoring,
    )
