from typing import Any

import pytest

from csms.domain.commands import (
    Command,
    CommandStatus,
    Outcome,
    ReadSettings,
    ReadVariables,
    SettingName,
    SettingsOutcome,
    VariableQuery,
    VariableResult,
    VariablesOutcome,
    WriteSetting,
    WriteVariables,
)
from csms.domain.device_model import AttributeKind, Component, VariableName, VariableValue
from tests.ocpp.golden import V201, exchange
from tests.ocpp.v201.exchanges import (
    TEMPERATURE,
    VEHICLE,
    assert_not_expressible,
    assert_sent,
    written,
)

AVAILABLE = VariableName(component=VEHICLE, name="Available")

SENT: list[tuple[str, Command[Any], Outcome]] = [
    (
        "GetVariables",
        ReadSettings(
            (
                SettingName.RATE_UNITS,
                SettingName.MAX_STACK_LEVEL,
                "DisplayCtrlr.Brightness",
                "NoSuch.Thing",
            )
        ),
        SettingsOutcome(
            status=CommandStatus.ACCEPTED,
            values={"rate_units": "A,W", "max_stack_level": "8"},
            unknown=frozenset({"DisplayCtrlr.Brightness", "NoSuch.Thing"}),
        ),
    ),
    (
        "GetVariables.attributes",
        ReadVariables(
            (
                VariableQuery(variable=TEMPERATURE, attribute=AttributeKind.MAX_SET),
                VariableQuery(variable=AVAILABLE),
            )
        ),
        VariablesOutcome(
            status=CommandStatus.UNKNOWN,
            answer="UnknownVariable",
            detail="NotFound",
            results=(
                VariableResult(
                    variable=TEMPERATURE,
                    attribute=AttributeKind.MAX_SET,
                    is_accepted=True,
                    answer="Accepted",
                    value="60",
                ),
                VariableResult(
                    variable=AVAILABLE,
                    is_accepted=False,
                    answer="UnknownVariable",
                    detail="NotFound",
                ),
            ),
        ),
    ),
    (
        "SetVariables",
        WriteSetting(SettingName.METER_INTERVAL_S, "60"),
        Outcome(status=CommandStatus.REBOOT_REQUIRED),
    ),
    (
        "SetVariables.own",
        WriteSetting("DisplayCtrlr.Brightness", "40"),
        Outcome(status=CommandStatus.REJECTED, detail="OutOfRange: 0 to 10"),
    ),
    (
        "SetVariables.attributes",
        WriteVariables(
            (
                VariableValue(variable=TEMPERATURE, value="20", attribute=AttributeKind.TARGET),
                VariableValue(variable=AVAILABLE, value="true"),
            )
        ),
        VariablesOutcome(
            status=CommandStatus.REBOOT_REQUIRED,
            results=(
                VariableResult(
                    variable=TEMPERATURE,
                    attribute=AttributeKind.TARGET,
                    is_accepted=True,
                    answer="Accepted",
                ),
                VariableResult(variable=AVAILABLE, is_accepted=True, answer="RebootRequired"),
            ),
        ),
    ),
]


@pytest.mark.parametrize(("name", "command", "outcome"), SENT, ids=[one[0] for one in SENT])
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_sent(name, command, outcome)


@pytest.mark.parametrize(
    ("name", "component", "variable"),
    [
        (SettingName.HEARTBEAT_INTERVAL_S, "OCPPCommCtrlr", "HeartbeatInterval"),
        (SettingName.MAX_PERIODS, "SmartChargingCtrlr", "PeriodsPerSchedule"),
        (SettingName.MAX_STACK_LEVEL, "SmartChargingCtrlr", "ProfileStackLevel"),
        (SettingName.METER_INTERVAL_S, "SampledDataCtrlr", "TxUpdatedInterval"),
        (SettingName.METER_MEASURANDS, "SampledDataCtrlr", "TxUpdatedMeasurands"),
        (SettingName.RATE_UNITS, "SmartChargingCtrlr", "RateUnit"),
        ("DisplayCtrlr.Brightness", "DisplayCtrlr", "Brightness"),
        ("A.B.C", "A", "B.C"),
    ],
)
def test_setting_is_a_variable_of_a_component(name: str, component: str, variable: str) -> None:
    address = {"component": {"name": component}, "variable": {"name": variable}}
    assert written(ReadSettings((name,))) == {"getVariableData": [address]}
    assert written(WriteSetting(name, "1")) == {
        "setVariableData": [{**address, "attributeValue": "1"}]
    }


def test_setting_is_known_by_the_name_that_was_asked_for_however_it_is_spelled() -> None:
    answer = exchange("v201", "GetVariables").result.payload
    answer["getVariableResult"][0]["component"]["name"] = "SMARTCHARGINGCTRLR"
    answer["getVariableResult"][2]["variable"]["name"] = "brightness"
    command = ReadSettings((SettingName.RATE_UNITS, "DisplayCtrlr.Brightness"))
    outcome = V201.encode_command(command).decode_result(answer)
    assert outcome.values["rate_units"] == "A,W"
    assert "DisplayCtrlr.Brightness" in outcome.unknown


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (AttributeKind.TARGET, "Target"),
        (AttributeKind.MIN_SET, "MinSet"),
        (AttributeKind.MAX_SET, "MaxSet"),
    ],
)
def test_every_attribute_but_the_actual_one_has_a_word(kind: AttributeKind, word: str) -> None:
    query = VariableQuery(variable=TEMPERATURE, attribute=kind)
    assert written(ReadVariables((query,)))["getVariableData"][0]["attributeType"] == word


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Actual", AttributeKind.ACTUAL),
        ("Target", AttributeKind.TARGET),
        ("MinSet", AttributeKind.MIN_SET),
        ("MaxSet", AttributeKind.MAX_SET),
    ],
)
def test_every_attribute_is_known_in_an_answer(word: str, kind: AttributeKind) -> None:
    answer = exchange("v201", "GetVariables.attributes").result.payload
    answer["getVariableResult"][0]["attributeType"] = word
    outgoing = V201.encode_command(ReadVariables((VariableQuery(variable=TEMPERATURE),)))
    outcome: Any = outgoing.decode_result(answer)
    assert outcome.results[0].attribute is kind


def test_variable_of_an_evse_that_there_cannot_be_is_no_answer() -> None:
    answer = exchange("v201", "GetVariables.attributes").result.payload
    answer["getVariableResult"][1]["component"]["evse"]["id"] = -1
    outgoing = V201.encode_command(ReadVariables((VariableQuery(variable=AVAILABLE),)))
    assert outgoing.decode_result(answer) == VariablesOutcome(
        status=CommandStatus.FAILED,
        detail="the answer to GetVariables does not fit: "
        "expected a connector or EVSE from 0 on, got -1",
    )


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            ReadSettings(("HeartbeatInterval",)),
            "expected a setting as Component.Variable, got 'HeartbeatInterval'",
        ),
        (
            WriteSetting("HeartbeatInterval", "60"),
            "expected a setting as Component.Variable, got 'HeartbeatInterval'",
        ),
        (ReadSettings(()), "GetVariables: getVariableData: "),
        (
            ReadVariables(
                (
                    VariableQuery(
                        variable=VariableName(
                            component=Component(name="Connector", connector_number=1), name="Power"
                        )
                    ),
                )
            ),
            "expected the EVSE of connector 1",
        ),
    ],
)
def test_what_2_0_1_has_no_words_for_is_not_sent(command: Command[Any], why: str) -> None:
    assert_not_expressible(command, why)
