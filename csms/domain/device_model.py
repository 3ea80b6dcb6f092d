"""What a station is made of, in components and their variables (OCPP 2.0.1 part 1 §4)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple, TypeAlias

import msgspec
from msgspec import Meta

_Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=50)]
Severity: TypeAlias = Annotated[int, Meta(ge=0, le=9)]
"""From 0, danger, to 9, debugging (2.0.1 part 2, SetMonitoringLevelRequest)."""


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a station.

    Attributes:
        evse_number: The EVSE that it belongs to, None for the station's own.
    """

    name: _Name
    instance: _Name | None = None
    evse_number: int | None = None
    connector_number: int | None = None


class VariableName(msgspec.Struct, frozen=True, kw_only=True):
    """A variable of a component."""

    component: Component
    name: _Name
    instance: _Name | None = None


class AttributeKind(StrEnum):
    """Which of a variable's values."""

    ACTUAL = "actual"
    TARGET = "target"
    MIN_SET = "min_set"
    MAX_SET = "max_set"


class VariableValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value for an attribute of a variable."""

    variable: VariableName
    value: Annotated[str, Meta(max_length=1000)]
    attribute: AttributeKind = AttributeKind.ACTUAL


class Mutability(StrEnum):
    """What may be done with an attribute."""

    READ_ONLY = "read_only"
    WRITE_ONLY = "write_only"
    READ_WRITE = "read_write"


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute as a station reports it.

    Attributes:
        value: None for what can only be written, or is not set.
    """

    kind: AttributeKind = AttributeKind.ACTUAL
    value: str | None = None
    mutability: Mutability = Mutability.READ_WRITE
    is_persistent: bool = False
    is_constant: bool = False


class Characteristics(msgspec.Struct, frozen=True, kw_only=True):
    """What a variable's values can be.

    Attributes:
        kind: Type of the values, in the words of OCPP (`integer`, `OptionList`, ...).
        options: What may be chosen, separated by commas.
    """

    kind: str
    unit: str | None = None
    least: float | None = None
    most: float | None = None
    options: str | None = None
    can_be_monitored: bool = False


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable as a station reports it."""

    name: VariableName
    attributes: tuple[Attribute, ...]
    characteristics: Characteristics | None = None


class VariableKey(NamedTuple):
    """Which attribute of which variable; what a part does not have is 0 or empty."""

    component: str
    component_instance: str
    evse_number: int
    connector_number: int
    variable: str
    variable_instance: str
    attribute: str


class MonitorKind(StrEnum):
    """When a monitor reports."""

    UPPER_THRESHOLD = "upper_threshold"
    LOWER_THRESHOLD = "lower_threshold"
    DELTA = "delta"
    PERIODIC = "periodic"
    PERIODIC_CLOCK_ALIGNED = "periodic_clock_aligned"


class Monitor(msgspec.Struct, frozen=True, kw_only=True):
    """What watches a variable.

    Attributes:
        value: Threshold, difference or seconds, by its kind.
        monitor_id: The station's number of it, None for one that is new.
        is_in_transactions: Whether it watches only while a transaction runs.
    """

    variable: VariableName
    kind: MonitorKind
    value: float
    severity: Severity
    monitor_id: int | None = None
    is_in_transactions: bool = False


class EventTrigger(StrEnum):
    """Why an event is reported."""

    ALERTING = "alerting"
    DELTA = "delta"
    PERIODIC = "periodic"


class EventOrigin(StrEnum):
    """What noticed an event."""

    HARD_WIRED_NOTIFICATION = "hard_wired_notification"
    HARD_WIRED_MONITOR = "hard_wired_monitor"
    PRECONFIGURED_MONITOR = "preconfigured_monitor"
    CUSTOM_MONITOR = "custom_monitor"


class StationAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the station itself, such as a value that crosses a threshold (2.0.1 N07).

    Attributes:
        alert_id: The station's number of it.
        cause_id: The number of the event that led to it.
        is_cleared: Whether it is over.
    """

    alert_id: int
    at: datetime
    variable: VariableName
    value: str
    trigger: EventTrigger
    origin: EventOrigin
    cause_id: int | None = None
    monitor_id: int | None = None
    is_cleared: bool = False
    transaction: str | None = None
    code: str | None = None
    detail: str | None = None
