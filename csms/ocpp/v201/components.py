"""EVSEs, components and variables, to and from the wire (part 2 §2.16, §2.23, §2.53)."""

from typing import Final

from csms.domain.device_model import AttributeKind, Component, VariableName
from csms.domain.identity import WHOLE_STATION
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.wire import drop_absent, read_index

_ATTRIBUTE: Final = {
    AttributeKind.ACTUAL: "Actual",
    AttributeKind.TARGET: "Target",
    AttributeKind.MIN_SET: "MinSet",
    AttributeKind.MAX_SET: "MaxSet",
}
_ATTRIBUTE_KIND: Final = {word: kind for kind, word in _ATTRIBUTE.items()}


def write_evse(evse_number: int | None, connector_number: int | None = None) -> JsonObject | None:
    """An EVSEType; None for the whole station.

    Raises:
        NotExpressibleError: A connector of no EVSE.
    """
    if evse_number is None or evse_number == WHOLE_STATION:
        if connector_number is not None:
            raise NotExpressibleError(f"expected the EVSE of connector {connector_number}")
        return None
    return drop_absent({"id": evse_number, "connectorId": connector_number})


def write_component(component: Component) -> JsonObject:
    """A ComponentType."""
    return drop_absent(
        {
            "name": component.name,
            "instance": component.instance,
            "evse": write_evse(component.evse_number, component.connector_number),
        }
    )


def write_variable(name: str, instance: str | None = None) -> JsonObject:
    """A VariableType."""
    return drop_absent({"name": name, "instance": instance})


def write_address(variable: VariableName) -> JsonObject:
    """A component and a variable of it, as most messages have them side by side."""
    return {
        "component": write_component(variable.component),
        "variable": write_variable(variable.name, variable.instance),
    }


def read_component(written: Payload) -> Component:
    """A ComponentType.

    Raises:
        FieldError: It is at an EVSE or connector that there cannot be.
    """
    evse = written.evse
    if evse is None:
        return Component(name=written.name, instance=written.instance)
    connector = evse.connectorId
    return Component(
        name=written.name,
        instance=written.instance,
        evse_number=read_index(evse.id),
        connector_number=None if connector is None else read_index(connector),
    )


def read_address(told: Payload) -> VariableName:
    """A component and a variable of it, of a message that has them side by side."""
    variable = told.variable
    return VariableName(
        component=read_component(told.component), name=variable.name, instance=variable.instance
    )


def write_attribute(kind: AttributeKind) -> str | None:
    """An AttributeEnumType; None for the one that is meant where none is told (part 2 §2.25)."""
    return None if kind is AttributeKind.ACTUAL else _ATTRIBUTE[kind]


def read_attribute(word: str | None) -> AttributeKind:
    """An AttributeEnumType or None."""
    return AttributeKind.ACTUAL if word is None else _ATTRIBUTE_KIND[word]
