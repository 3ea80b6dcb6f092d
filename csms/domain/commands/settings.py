"""Commands about settings, variables and what watches them (1.6 §5.3, 2.0.1 B05, N02)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from csms.domain.commands.outcome import Command, Job, Outcome
from csms.domain.device_model import (
    AttributeKind,
    Component,
    Monitor,
    Severity,
    VariableName,
    VariableValue,
)


class SettingName(StrEnum):
    """Settings that every version has under a name of its own."""

    BASIC_AUTH_PASSWORD = "basic_auth_password"  # noqa: S105 - a name
    HEARTBEAT_INTERVAL_S = "heartbeat_interval_s"
    LIST_ENTRIES_PER_MESSAGE = "list_entries_per_message"
    METER_INTERVAL_S = "meter_interval_s"
    METER_MEASURANDS = "meter_measurands"
    MAX_PERIODS = "max_periods"
    MAX_STACK_LEVEL = "max_stack_level"
    RATE_UNITS = "rate_units"


class SettingsOutcome(Outcome, frozen=True, kw_only=True):
    """Settings read from a station, by the names that were asked for.

    Attributes:
        read_only: Those that can be read and not written, where the station tells (1.6 §7.29).
    """

    values: Mapping[str, str] = msgspec.field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()


class ReadSettings(Command[SettingsOutcome], frozen=True, tag="read_settings"):
    """Read settings: well-known ones (`SettingName`) or by the station's own names."""

    outcome_type: ClassVar[type[Outcome]] = SettingsOutcome
    names: tuple[str, ...] = ()


class WriteSetting(Command[Outcome], frozen=True, tag="write_setting"):
    """Write a setting: a well-known one (`SettingName`) or by the station's own name."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    value: Annotated[str, Meta(max_length=1000)]


class VariableResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one variable of several.

    Attributes:
        answer: The station's word for it.
        value: What was read.
    """

    variable: VariableName
    attribute: AttributeKind = AttributeKind.ACTUAL
    is_accepted: bool
    answer: str
    value: str | None = None
    detail: str = ""


class VariablesOutcome(Outcome, frozen=True, kw_only=True):
    """What came of each variable; accepted if all were."""

    results: tuple[VariableResult, ...] = ()


class VariableQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which attribute of which variable."""

    variable: VariableName
    attribute: AttributeKind = AttributeKind.ACTUAL


class ReadVariables(Command[VariablesOutcome], frozen=True, tag="read_variables"):
    """Read attributes of variables (2.0.1 B06)."""

    outcome_type: ClassVar[type[Outcome]] = VariablesOutcome
    variables: Annotated[tuple[VariableQuery, ...], Meta(min_length=1)]


class WriteVariables(Command[VariablesOutcome], frozen=True, tag="write_variables"):
    """Write attributes of variables (2.0.1 B05)."""

    outcome_type: ClassVar[type[Outcome]] = VariablesOutcome
    variables: Annotated[tuple[VariableValue, ...], Meta(min_length=1)]


class InventoryKind(StrEnum):
    """How much of the device model is reported (2.0.1 B07)."""

    CONFIGURATION = "configuration"
    FULL = "full"
    SUMMARY = "summary"


class RequestInventory(Job[Outcome], frozen=True, kw_only=True, tag="request_inventory"):
    """Ask for the device model; it comes as `VariablesTold` (2.0.1 B07)."""

    kind: InventoryKind = InventoryKind.FULL


class ComponentCriterion(StrEnum):
    """Which components are reported (2.0.1 B08)."""

    ACTIVE = "active"
    AVAILABLE = "available"
    ENABLED = "enabled"
    PROBLEM = "problem"


class ReportSubject(msgspec.Struct, frozen=True, kw_only=True):
    """A component, or one variable of it."""

    component: Component
    variable: str | None = None
    variable_instance: str | None = None


class RequestVariables(Job[Outcome], frozen=True, kw_only=True, tag="request_variables"):
    """Ask for a part of the device model; it comes as `VariablesTold` (2.0.1 B08)."""

    subjects: tuple[ReportSubject, ...] = ()
    criteria: tuple[ComponentCriterion, ...] = ()


class MonitorCriterion(StrEnum):
    """Which monitors are reported (2.0.1 N02)."""

    THRESHOLD = "threshold"
    DELTA = "delta"
    PERIODIC = "periodic"


class RequestMonitors(Job[Outcome], frozen=True, kw_only=True, tag="request_monitors"):
    """Ask which monitors are set; they come as `MonitorsTold` (2.0.1 N02)."""

    subjects: tuple[ReportSubject, ...] = ()
    criteria: tuple[MonitorCriterion, ...] = ()


class MonitoringBase(StrEnum):
    """Which monitors a station begins with (2.0.1 N03)."""

    ALL = "all"
    FACTORY_DEFAULT = "factory_default"
    HARD_WIRED_ONLY = "hard_wired_only"


class SetMonitoringBase(Command[Outcome], frozen=True, tag="set_monitoring_base"):
    """Choose the monitors that a station begins with; custom ones are lost (2.0.1 N03)."""

    base: MonitoringBase


class SetMonitoringLevel(Command[Outcome], frozen=True, tag="set_monitoring_level"):
    """Have events up to a severity reported, the higher numbers not (2.0.1 N05)."""

    severity: Severity


class MonitorResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one monitor of several.

    Attributes:
        monitor_id: The station's number of it, None if it was not set.
        answer: The station's word for it.
    """

    monitor_id: int | None = None
    is_accepted: bool
    answer: str
    detail: str = ""


class MonitorsOutcome(Outcome, frozen=True, kw_only=True):
    """What came of each monitor, in the order asked; accepted if all were."""

    results: tuple[MonitorResult, ...] = ()


class SetMonitors(Command[MonitorsOutcome], frozen=True, tag="set_monitors"):
    """Have variables watched (2.0.1 N04)."""

    outcome_type: ClassVar[type[Outcome]] = MonitorsOutcome
    monitors: Annotated[tuple[Monitor, ...], Meta(min_length=1)]


class ClearMonitors(Command[MonitorsOutcome], frozen=True, tag="clear_monitors"):
    """Have variables watched no longer (2.0.1 N06)."""

    outcome_type: ClassVar[type[Outcome]] = MonitorsOutcome
    monitor_ids: Annotated[tuple[int, ...], Meta(min_length=1)]
