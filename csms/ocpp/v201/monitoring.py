"""Monitors of variables: set, removed and reported (N02 to N06)."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Final

from csms.domain.commands import (
    ClearMonitors,
    MonitorCriterion,
    MonitoringBase,
    MonitorResult,
    MonitorsOutcome,
    RequestMonitors,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
)
from csms.domain.device_model import Monitor, MonitorKind, VariableName
from csms.domain.identity import StationId
from csms.domain.notices import MonitorsTold
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.answers import read_reason, read_several
from csms.ocpp.v201.components import read_address, write_address
from csms.ocpp.v201.inventory import write_subject
from csms.ocpp.v201.requests import request_id
from csms.ocpp.wire import drop_absent, parse_time, round_decimal

_CRITERION: Final = {
    MonitorCriterion.THRESHOLD: "ThresholdMonitoring",
    MonitorCriterion.DELTA: "DeltaMonitoring",
    MonitorCriterion.PERIODIC: "PeriodicMonitoring",
}
_BASE: Final = {
    MonitoringBase.ALL: "All",
    MonitoringBase.FACTORY_DEFAULT: "FactoryDefault",
    MonitoringBase.HARD_WIRED_ONLY: "HardWiredOnly",
}
_KIND: Final = {
    MonitorKind.UPPER_THRESHOLD: "UpperThreshold",
    MonitorKind.LOWER_THRESHOLD: "LowerThreshold",
    MonitorKind.DELTA: "Delta",
    MonitorKind.PERIODIC: "Periodic",
    MonitorKind.PERIODIC_CLOCK_ALIGNED: "PeriodicClockAligned",
}
_KIND_OF: Final = {word: kind for kind, word in _KIND.items()}


def encode_request_monitors(command: RequestMonitors) -> JsonObject:
    """GetMonitoringReportRequest (N02)."""
    return drop_absent(
        {
            "requestId": request_id(command),
            "componentVariable": [write_subject(one) for one in command.subjects] or None,
            "monitoringCriteria": [_CRITERION[one] for one in command.criteria] or None,
        }
    )


def encode_base(command: SetMonitoringBase) -> JsonObject:
    """SetMonitoringBaseRequest (N03)."""
    return {"monitoringBase": _BASE[command.base]}


def encode_level(command: SetMonitoringLevel) -> JsonObject:
    """SetMonitoringLevelRequest (N05)."""
    return {"severity": command.severity}


def encode_set_monitors(command: SetMonitors) -> JsonObject:
    """SetVariableMonitoringRequest (N04)."""
    return {"setMonitoringData": [_write_monitor(monitor) for monitor in command.monitors]}


def decode_set_monitors(command: SetMonitors, answer: Payload) -> MonitorsOutcome:
    """SetVariableMonitoringResponse (N04.FR.01, N04.FR.02)."""
    asked = [_identify(it.variable, _KIND[it.kind], it.severity) for it in command.monitors]
    return _read_results(
        _in_order(
            answer.setMonitoringResult,
            asked,
            lambda result: _identify(read_address(result), result.type, result.severity),
        )
    )


def encode_clear_monitors(command: ClearMonitors) -> JsonObject:
    """ClearVariableMonitoringRequest (N06)."""
    return {"id": list(command.monitor_ids)}


def decode_clear_monitors(command: ClearMonitors, answer: Payload) -> MonitorsOutcome:
    """ClearVariableMonitoringResponse (N06.FR.05)."""
    return _read_results(
        _in_order(answer.clearMonitoringResult, command.monitor_ids, lambda result: result.id)
    )


def decode_monitors(station_id: StationId, call: Payload) -> MonitorsTold:
    """NotifyMonitoringReportRequest (N02): one monitor for each that watches a variable."""
    return MonitorsTold(
        station_id=station_id,
        request_id=call.requestId,
        seq_no=call.seqNo,
        at=parse_time(call.generatedAt),
        monitors=tuple(
            _read_monitor(read_address(told), written)
            for told in call.monitor or ()
            for written in told.variableMonitoring
        ),
        has_more=call.tbc or False,
    )


def _write_monitor(monitor: Monitor) -> JsonObject:
    return drop_absent(
        {
            **write_address(monitor.variable),
            "id": monitor.monitor_id,
            "transaction": monitor.is_in_transactions or None,  # false is meant without it
            "value": round_decimal(monitor.value),
            "type": _KIND[monitor.kind],
            "severity": monitor.severity,
        }
    )


def _read_monitor(variable: VariableName, written: Payload) -> Monitor:
    return Monitor(
        variable=variable,
        kind=_KIND_OF[written.type],
        value=written.value,
        severity=written.severity,
        monitor_id=written.id,
        is_in_transactions=written.transaction,
    )


def _identify(variable: VariableName, kind: str, severity: int) -> Hashable:
    """What no two monitors have in common (N04.FR.10)."""
    return variable, kind, severity


def _in_order(
    results: Iterable[Payload], asked: Sequence[Hashable], key: Callable[[Payload], Hashable]
) -> list[Payload]:
    """Results in the order in which they were asked for, strange ones last."""
    places = {name: place for place, name in enumerate(asked)}
    return sorted(results, key=lambda result: places.get(key(result), len(places)))


def _read_results(results: Sequence[Payload]) -> MonitorsOutcome:
    return read_several(
        MonitorsOutcome,
        ((result.status, result.statusInfo) for result in results),
        results=tuple(map(_read_result, results)),
    )


def _read_result(result: Payload) -> MonitorResult:
    return MonitorResult(
        monitor_id=result.id,
        is_accepted=result.status == "Accepted",
        answer=result.status,
        detail=read_reason(result.statusInfo),
    )
