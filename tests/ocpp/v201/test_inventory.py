from typing import Any

import pytest

from csms.domain.commands import (
    Command,
    CommandStatus,
    ComponentCriterion,
    InventoryKind,
    Outcome,
    ReportSubject,
    RequestInventory,
    RequestVariables,
)
from csms.domain.device_model import (
    Attribute,
    AttributeKind,
    Characteristics,
    Mutability,
    Variable,
    VariableName,
)
from csms.domain.events import Acknowledged, StationEvent
from csms.domain.notices import VariablesTold
from tests.ocpp.golden import exchange
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

SENT: list[tuple[str, Command[Any], Outcome]] = [
    (
        "GetBaseReport",
        RequestInventory(request_id=21),
        Outcome(status=CommandStatus.UNKNOWN, answer="EmptyResultSet"),
    ),
    (
        "GetReport",
        RequestVariables(
            request_id=22,
            criteria=(ComponentCriterion.ACTIVE, ComponentCriterion.PROBLEM),
            subjects=(
                ReportSubject(component=VEHICLE),
                ReportSubject(
                    component=TEMPERATURE.component,
                    variable="Temperature",
                    variable_instance="inlet",
                ),
            ),
        ),
        ACCEPTED,
    ),
]

TOLD: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "NotifyReport",
        VariablesTold(
            station_id="G-01",
            request_id=21,
            seq_no=3,
            at=NOON,
            variables=(
                Variable(
                    name=TEMPERATURE,
                    attributes=(
                        Attribute(
                            value="31",
                            mutability=Mutability.READ_ONLY,
                            is_persistent=True,
                            is_constant=True,
                        ),
                        Attribute(kind=AttributeKind.MAX_SET, value="60"),
                    ),
                    characteristics=Characteristics(
                        kind="decimal",
                        unit="Celsius",
                        least=-40.0,
                        most=85.5,
                        options="1,2",
                        can_be_monitored=True,
                    ),
                ),
                Variable(
                    name=VariableName(component=VEHICLE, name="Available"),
                    attributes=(Attribute(),),
                ),
            ),
            has_more=True,
        ),
        Acknowledged(),
    ),
    (
        "NotifyReport.none",
        VariablesTold(station_id="G-01", request_id=22, seq_no=0, at=NOON, variables=()),
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
    ("kind", "word"),
    [
        (InventoryKind.CONFIGURATION, "ConfigurationInventory"),
        (InventoryKind.FULL, "FullInventory"),
        (InventoryKind.SUMMARY, "SummaryInventory"),
    ],
)
def test_every_inventory_has_a_word(kind: InventoryKind, word: str) -> None:
    inventory = RequestInventory(request_id=1, kind=kind)
    assert written(inventory) == {"requestId": 1, "reportBase": word}


@pytest.mark.parametrize(
    ("criterion", "word"),
    [
        (ComponentCriterion.ACTIVE, "Active"),
        (ComponentCriterion.AVAILABLE, "Available"),
        (ComponentCriterion.ENABLED, "Enabled"),
        (ComponentCriterion.PROBLEM, "Problem"),
    ],
)
def test_every_criterion_of_components_has_a_word(criterion: ComponentCriterion, word: str) -> None:
    report = RequestVariables(request_id=1, criteria=(criterion,))
    assert written(report) == {"requestId": 1, "componentCriteria": [word]}


@pytest.mark.parametrize("command", [RequestInventory(), RequestVariables()])
def test_request_without_its_number_is_not_sent(command: Command[Any]) -> None:
    assert_not_expressible(command, "expected a request_id, which the sender gives, got none")


@pytest.mark.parametrize(
    ("word", "mutability"),
    [
        ("ReadOnly", Mutability.READ_ONLY),
        ("ReadWrite", Mutability.READ_WRITE),
        ("WriteOnly", Mutability.WRITE_ONLY),
    ],
)
def test_every_mutability_is_known(word: str, mutability: Mutability) -> None:
    report = exchange("v201", "NotifyReport").call.payload["reportData"]
    report[0]["variableAttribute"][0]["mutability"] = word
    event = told("NotifyReport", reportData=report)
    assert event.variables[0].attributes[0].mutability is mutability


def test_report_of_a_time_that_is_none_is_refused() -> None:
    why = "expected a time in RFC 3339, got 'soon'"
    assert_refused("NotifyReport", why, generatedAt="soon")


@pytest.mark.parametrize("evse", [{"id": -1}, {"id": 1, "connectorId": -1}])
def test_component_at_a_place_that_there_cannot_be_is_refused(evse: dict[str, int]) -> None:
    report = exchange("v201", "NotifyReport").call.payload["reportData"]
    report[0]["component"]["evse"] = evse
    why = "expected a connector or EVSE from 0 on, got -1"
    assert_refused("NotifyReport", why, reportData=report)
