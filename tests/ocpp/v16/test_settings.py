from typing import Any

import pytest

from csms.domain.commands import (
    Command,
    CommandStatus,
    Outcome,
    ReadSettings,
    SettingName,
    SettingsOutcome,
    WriteSetting,
)
from tests.ocpp.golden import V16
from tests.ocpp.v16.exchanges import assert_written_and_understood, refusal

EXCHANGES: list[tuple[str, Command[Any], Outcome]] = [
    (
        "GetConfiguration",
        ReadSettings(
            (SettingName.RATE_UNITS, SettingName.MAX_STACK_LEVEL, "LightIntensity", "Unheard")
        ),
        SettingsOutcome(
            status=CommandStatus.ACCEPTED,
            values={"rate_units": "A,W", "max_stack_level": "8", "LightIntensity": ""},
            unknown=frozenset({"Unheard"}),
            read_only=frozenset({"rate_units", "max_stack_level"}),
        ),
    ),
    (
        "GetConfiguration.all",
        ReadSettings(()),
        SettingsOutcome(status=CommandStatus.ACCEPTED, values={"heartbeat_interval_s": "300"}),
    ),
    (
        "ChangeConfiguration",
        WriteSetting(SettingName.METER_INTERVAL_S, "60"),
        Outcome(status=CommandStatus.REBOOT_REQUIRED),
    ),
    (
        "ChangeConfiguration.own",
        WriteSetting("LightIntensity", "40"),
        Outcome(status=CommandStatus.NOT_SUPPORTED),
    ),
]


@pytest.mark.parametrize(
    ("name", "command", "outcome"), EXCHANGES, ids=[name for name, _, _ in EXCHANGES]
)
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_written_and_understood(name, command, outcome)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (SettingName.HEARTBEAT_INTERVAL_S, "HeartbeatInterval"),
        (SettingName.MAX_PERIODS, "ChargingScheduleMaxPeriods"),
        (SettingName.MAX_STACK_LEVEL, "ChargeProfileMaxStackLevel"),
        (SettingName.METER_INTERVAL_S, "MeterValueSampleInterval"),
        (SettingName.METER_MEASURANDS, "MeterValuesSampledData"),
        (SettingName.RATE_UNITS, "ChargingScheduleAllowedChargingRateUnit"),
    ],
)
def test_every_well_known_setting_has_a_key(name: SettingName, key: str) -> None:
    assert V16.encode_command(ReadSettings((name,))).payload == {"key": [key]}


@pytest.mark.parametrize(
    ("told", "neutral"),
    [
        ("Current", "A"),
        ("Power", "W"),
        ("Current,Power", "A,W"),
        ("Power, Current", "W,A"),
        ("Horses", "Horses"),
        ("", ""),
    ],
)
def test_rate_units_are_told_in_the_neutral_words(told: str, neutral: str) -> None:
    outgoing = V16.encode_command(ReadSettings((SettingName.RATE_UNITS,)))
    key = "ChargingScheduleAllowedChargingRateUnit"
    answer = {"configurationKey": [{"key": key, "readonly": True, "value": told}]}
    assert outgoing.decode_result(answer).values == {"rate_units": neutral}


def test_settings_have_the_names_that_were_asked_for_whatever_the_case() -> None:
    outgoing = V16.encode_command(
        ReadSettings((SettingName.RATE_UNITS, "lightIntensity", "unheard"))
    )
    answer = {
        "configurationKey": [
            {
                "key": "chargingscheduleallowedchargingrateunit",
                "readonly": True,
                "value": "Current",
            },
            {"key": "LightIntensity", "readonly": False, "value": "40"},
        ],
        "unknownKey": ["Unheard"],
    }
    assert outgoing.decode_result(answer) == SettingsOutcome(
        status=CommandStatus.ACCEPTED,
        values={"rate_units": "A", "lightIntensity": "40"},
        unknown=frozenset({"unheard"}),
        read_only=frozenset({"rate_units"}),
    )


def test_station_without_any_setting_tells_nothing() -> None:
    outcome = V16.encode_command(ReadSettings()).decode_result({})
    assert outcome == SettingsOutcome(status=CommandStatus.ACCEPTED)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            WriteSetting("x" * 51, "1"),
            "OCPP 1.6 expects a setting's name of at most 50 characters, got 51",
        ),
        (
            ReadSettings(("x" * 51,)),
            "OCPP 1.6 expects a setting's name of at most 50 characters, got 51",
        ),
        (
            WriteSetting("AuthorizationKey", "s" * 501),
            "OCPP 1.6 expects a setting's value of at most 500 characters, got 501",
        ),
    ],
)
def test_what_1_6_has_no_words_for_is_not_sent_nor_repeated(
    command: Command[Any], why: str
) -> None:
    assert refusal(command) == why
