from typing import Any

import pytest

from csms.domain.commands import (
    ClearMonitors,
    Command,
    CommandStatus,
    MonitorCriterion,
    MonitoringBase,
    MonitorResult,
    MonitorsOutcome,
    Outcome,
    ReportSubject,
    RequestMonitors,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
)
from csms.domain.device_model import Monitor, MonitorKind, VariableName
from csms.domain.events import Acknowledged, StationEvent
from csms.domain.notices import MonitorsTold
from tests.ocpp.golden import V201, exchange
from tests.ocpp.v201.exchanges import (
    ACCEPTED,
    NOON,
    TEMPERATURE,
    VEHICLE,
    assert_not_expressible,
    assert_refused,
    assert_sent,
    assert_told,
    told,
    written,
)

TOO_HOT = Monitor(variable=TEMPERATURE, kind=MonitorKind.UPPER_THRESHOLD, value=55.5, severity=3)
REGULARLY = Monitor(
    variable=TEMPERATURE,
    kind=MonitorKind.PERIODIC,
    value=300.0,
    severity=9,
    monitor_id=82,
    is_in_transactions=True,
)

SENT: list[tuple[str, Command[Any], Outcome]] = [
    (
        "GetMonitoringReport",
        RequestMonitors(
            request_id=71,
            criteria=(
                MonitorCriterion.THRESHOLD,
                MonitorCriterion.DELTA,
                MonitorCriterion.PERIODIC,
            ),
            subjects=(
                ReportSubject(
                    component=TEMPERATURE.component,
                    variable="Temperature",
                    variable_instance="inlet",
                ),
            ),
        ),
        ACCEPTED,
    ),
    (
        "GetMonitoringReport.all",
        RequestMonitors(request_id=72),
        Outcome(status=CommandStatus.NOT_SUPPORTED),
    ),
    ("SetMonitoringBase", SetMonitoringBase(MonitoringBase.FACTORY_DEFAULT), ACCEPTED),
    (
        "SetMonitoringLevel",
        SetMonitoringLevel(4),
        Outcome(status=CommandStatus.REJECTED, detail="ValueTooHigh"),
    ),
    (
        "SetVariableMonitoring",  # answered in another order
        SetMonitors((TOO_HOT, REGULARLY)),
        MonitorsOutcome(
            status=CommandStatus.REJECTED,
            answer="Duplicate",
            detail="InvalidValue",
            results=(
                MonitorResult(monitor_id=91, is_accepted=True, answer="Accepted"),
                MonitorResult(
                    monitor_id=82, is_accepted=False, answer="Duplicate", detail="InvalidValue"
                ),
            ),
        ),
    ),
    (
        "ClearVariableMonitoring",  # answered in another order
        ClearMonitors((81, 82, 83)),
        MonitorsOutcome(
            status=CommandStatus.REJECTED,
            detail="ReadOnly: hard-wired",
            results=(
                MonitorResult(monitor_id=81, is_accepted=True, answer="Accepted"),
                MonitorResult(
                    monitor_id=82,
                    is_accepted=False,
                    answer="Rejected",
                    detail="ReadOnly: hard-wired",
                ),
                MonitorResult(monitor_id=83, is_accepted=False, answer="NotFound"),
            ),
        ),
    ),
]

TOLD: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "NotifyMonitoringReport",
        MonitorsTold(
            station_id="G-01",
            request_id=71,
            seq_no=1,
            at=NOON,
            monitors=(
                Monitor(
                    variable=TEMPERATURE,
                    kind=MonitorKind.UPPER_THRESHOLD,
                    value=55.5,
                    severity=3,
                    monitor_id=91,
                ),
                REGULARLY,
                Monitor(
                    variable=VariableName(component=VEHICLE, name="Available"),
                    kind=MonitorKind.DELTA,
                    value=1.0,
                    severity=5,
                    monitor_id=83,
                ),
            ),
            has_more=True,
        ),
        Acknowledged(),
    ),
    (
        "NotifyMonitoringReport.none",
        MonitorsTold(station_id="G-01", request_id=72, seq_no=0, at=NOON, monitors=()),
        Acknowledged(),
    ),
]


@pytest.mark.parametrize(("name", "command", "outcome"), SENT, ids=[one[0] for one in SENT])
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_sent(name, command, outcome)


@pytest.mark.parametrize(("name", "event", "reply"), TOLD, ids=[one[0] for one in TOLD])
def test_call_is_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    assert_told(name, event, reply)


@pytest.mark.parametrize(
    ("base", "word"),
    [
        (MonitoringBase.ALL, "All"),
        (MonitoringBase.FACTORY_DEFAULT, "FactoryDefault"),
        (MonitoringBase.HARD_WIRED_ONLY, "HardWiredOnly"),
    ],
)
def test_every_base_has_a_word(base: MonitoringBase, word: str) -> None:
    assert written(SetMonitoringBase(base)) == {"monitoringBase": word}


KINDS = pytest.mark.parametrize(
    ("kind", "word"),
    [
        (MonitorKind.UPPER_THRESHOLD, "UpperThreshold"),
        (MonitorKind.LOWER_THRESHOLD, "LowerThreshold"),
        (MonitorKind.DELTA, "Delta"),
        (MonitorKind.PERIODIC, "Periodic"),
        (MonitorKind.PERIODIC_CLOCK_ALIGNED, "PeriodicClockAligned"),
    ],
)


@KINDS
def test_every_kind_of_monitor_has_a_word(kind: MonitorKind, word: str) -> None:
    monitor = Monitor(variable=TEMPERATURE, kind=kind, value=1.0, severity=0)
    assert written(SetMonitors((monitor,)))["setMonitoringData"][0]["type"] == word


@KINDS
def test_every_kind_of_monitor_is_known(kind: MonitorKind, word: str) -> None:
    monitors = exchange("v201", "NotifyMonitoringReport").call.payload["monitor"]
    monitors[0]["variableMonitoring"][0]["type"] = word
    assert told("NotifyMonitoringReport", monitor=monitors).monitors[0].kind is kind


def test_threshold_has_no_more_than_six_decimals() -> None:
    third = Monitor(variable=TEMPERATURE, kind=MonitorKind.DELTA, value=1 / 3, severity=0)
    assert written(SetMonitors((third,)))["setMonitoringData"][0]["value"] == 0.333333


def test_results_that_nobody_asked_for_come_last() -> None:
    answer = exchange("v201", "ClearVariableMonitoring").result.payload
    outcome: Any = V201.encode_command(ClearMonitors((82,))).decode_result(answer)
    assert [result.monitor_id for result in outcome.results] == [82, 83, 81]


def test_monitors_of_which_all_are_set_are_accepted() -> None:
    answer = exchange("v201", "SetVariableMonitoring").result.payload
    answer["setMonitoringResult"][0]["status"] = "Accepted"
    outcome: Any = V201.encode_command(SetMonitors((TOO_HOT, REGULARLY))).decode_result(answer)
    assert (outcome.status, outcome.answer) == (CommandStatus.ACCEPTED, "")


def test_request_without_its_number_is_not_sent() -> None:
    why = "expected a request_id, which the sender gives, got none"
    assert_not_expressible(RequestMonitors(), why)


def test_nothing_to_watch_is_not_sent() -> None:
    assert_not_expressible(SetMonitors(()), "SetVariableMonitoring: setMonitoringData: ")


def test_report_of_a_time_that_is_none_is_refused() -> None:
    why = "expected a time in RFC 3339, got 'soon'"
    assert_refused("NotifyMonitoringReport", why, generatedAt="soon")
