from datetime import UTC, datetime
from typing import Any

import pytest

from csms.domain.authorization import IdToken
from csms.domain.charging_profile import (
    ChargingProfile,
    CompositeSchedule,
    ProfilePeriod,
    ProfilePurpose,
)
from csms.domain.commands import (
    ClearProfiles,
    Command,
    CommandStatus,
    CompositeOutcome,
    Outcome,
    ReadCompositeSchedule,
    ReadSettings,
    ReportKind,
    ResetKind,
    ResetStation,
    SetProfile,
    SettingName,
    SettingsOutcome,
    StartCharging,
    StartOutcome,
    StopCharging,
    TriggerReport,
    WriteSetting,
)
from csms.domain.station import RateUnit
from csms.ocpp.adapter import NotExpressibleError
from tests.ocpp.golden import V16, exchange

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
ACCEPTED = Outcome(status=CommandStatus.ACCEPTED)
REJECTED = Outcome(status=CommandStatus.REJECTED)
TOKEN = IdToken("04A2B3C4")


def profile(profile_id: int, purpose: ProfilePurpose, **rest: Any) -> ChargingProfile:
    fields = {"stack_level": 1, "unit": RateUnit.AMPERE, "periods": (ProfilePeriod(0, 6.0),)}
    return ChargingProfile(profile_id=profile_id, purpose=purpose, **{**fields, **rest})


EXCHANGES: list[tuple[str, Command[Any], Outcome]] = [
    (
        "SetChargingProfile",
        SetProfile(
            evse_number=1,
            profile=profile(
                42,
                ProfilePurpose.TX,
                periods=(
                    ProfilePeriod(0, 16.19),
                    ProfilePeriod(300, 0.3),
                    ProfilePeriod(600, -1.0),
                ),
                starts_at=NOON,
                duration_s=900,
                phases=3,
                transaction="7",
            ),
        ),
        ACCEPTED,
    ),
    (
        "SetChargingProfile.standing",
        SetProfile(
            evse_number=1,
            profile=profile(
                1,
                ProfilePurpose.TX_DEFAULT,
                stack_level=0,
                unit=RateUnit.WATT,
                periods=(ProfilePeriod(0, 4140.0),),
            ),
        ),
        REJECTED,
    ),
    ("ClearChargingProfile", ClearProfiles(profile_id=42), ACCEPTED),
    (
        "ClearChargingProfile.matching",
        ClearProfiles(evse_number=1, purpose=ProfilePurpose.TX_DEFAULT, stack_level=0),
        Outcome(status=CommandStatus.UNKNOWN),
    ),
    (
        "GetCompositeSchedule",
        ReadCompositeSchedule(evse_number=1, duration_s=600, unit=RateUnit.AMPERE),
        CompositeOutcome(
            status=CommandStatus.ACCEPTED,
            schedule=CompositeSchedule(
                evse_number=1,
                unit=RateUnit.AMPERE,
                starts_at=NOON,
                duration_s=600,
                periods=(ProfilePeriod(0, 16.1), ProfilePeriod(300, -1)),
            ),
        ),
    ),
    (
        "GetCompositeSchedule.none",
        ReadCompositeSchedule(evse_number=1, duration_s=600),
        CompositeOutcome(status=CommandStatus.REJECTED),
    ),
    (
        "RemoteStartTransaction",
        StartCharging(
            id_token=TOKEN,
            remote_start_id=5,
            evse_number=1,
            profile=profile(43, ProfilePurpose.TX),
        ),
        StartOutcome(status=CommandStatus.ACCEPTED),
    ),
    (
        "RemoteStartTransaction.bare",
        StartCharging(id_token=TOKEN, remote_start_id=6),
        StartOutcome(status=CommandStatus.REJECTED),
    ),
    ("RemoteStopTransaction", StopCharging("7"), ACCEPTED),
    ("Reset", ResetStation(ResetKind.SOFT), ACCEPTED),
    ("Reset.hard", ResetStation(ResetKind.HARD), REJECTED),
    ("TriggerMessage", TriggerReport(kind=ReportKind.METER_VALUES, evse_number=1), ACCEPTED),
    (
        "TriggerMessage.station",
        TriggerReport(kind=ReportKind.BOOT),
        Outcome(status=CommandStatus.NOT_SUPPORTED),
    ),
    (
        "GetConfiguration",
        ReadSettings(
            (SettingName.RATE_UNITS, SettingName.MAX_STACK_LEVEL, "LightIntensity", "Unheard")
        ),
        SettingsOutcome(
            status=CommandStatus.ACCEPTED,
            values={"rate_units": "A,W", "max_stack_level": "8", "LightIntensity": ""},
            unknown=frozenset({"Unheard"}),
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
    golden = exchange("v16", name)
    outgoing = V16.encode_command(command)
    assert outgoing.action == golden.call.action
    assert outgoing.payload == golden.call.payload
    assert outgoing.decode_result(golden.result.payload) == outcome


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (ReportKind.BOOT, "BootNotification"),
        (ReportKind.FIRMWARE_STATUS, "FirmwareStatusNotification"),
        (ReportKind.HEARTBEAT, "Heartbeat"),
        (ReportKind.LOG_STATUS, "DiagnosticsStatusNotification"),
        (ReportKind.METER_VALUES, "MeterValues"),
        (ReportKind.STATUS, "StatusNotification"),
    ],
)
def test_every_report_that_1_6_can_trigger_has_a_word(kind: ReportKind, word: str) -> None:
    assert V16.encode_command(TriggerReport(kind=kind)).payload == {"requestedMessage": word}


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
    ("purpose", "word"),
    [
        (ProfilePurpose.STATION_MAX, "ChargePointMaxProfile"),
        (ProfilePurpose.TX_DEFAULT, "TxDefaultProfile"),
        (ProfilePurpose.TX, "TxProfile"),
    ],
)
def test_every_purpose_has_a_word(purpose: ProfilePurpose, word: str) -> None:
    payload = V16.encode_command(ClearProfiles(purpose=purpose)).payload
    assert payload == {"chargingProfilePurpose": word}


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


def test_composite_schedule_may_leave_out_what_was_asked() -> None:
    command = ReadCompositeSchedule(evse_number=2, duration_s=600)
    schedule = {
        "chargingRateUnit": "W",
        "startSchedule": "2026-01-14T13:00:00+01:00",
        "chargingSchedulePeriod": [],
    }
    answer = {"status": "Accepted", "chargingSchedule": schedule}
    assert V16.encode_command(command).decode_result(answer).schedule == CompositeSchedule(
        evse_number=2, unit=RateUnit.WATT, starts_at=NOON, duration_s=600, periods=()
    )


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            TriggerReport(kind=ReportKind.TRANSACTION),
            "OCPP 1.6 cannot trigger a report of transaction",
        ),
        (StopCharging("9a5b-1"), "a 1.6 transaction has a number, not '9a5b-1'"),
        (
            SetProfile(evse_number=1, profile=profile(1, ProfilePurpose.TX, transaction="x")),
            "a 1.6 transaction has a number, not 'x'",
        ),
        (
            StartCharging(id_token=IdToken("x" * 21), remote_start_id=1),
            "RemoteStartTransaction: idTag: ",
        ),
        (WriteSetting("x" * 51, "1"), "ChangeConfiguration: key: "),
    ],
)
def test_what_1_6_has_no_words_for_is_not_sent(command: Command[Any], why: str) -> None:
    with pytest.raises(NotExpressibleError) as caught:
        V16.encode_command(command)
    assert str(caught.value).startswith(why)
