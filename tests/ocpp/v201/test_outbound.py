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
from tests.ocpp.golden import V201, exchange

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
ACCEPTED = Outcome(status=CommandStatus.ACCEPTED)
REJECTED = Outcome(status=CommandStatus.REJECTED)
TRANSACTION = "9a5b7c1e-0001"


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
                transaction=TRANSACTION,
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
        Outcome(status=CommandStatus.REJECTED, detail="InvalidSchedule: only A"),
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
        CompositeOutcome(status=CommandStatus.REJECTED, detail="UnsupportedRateUnit"),
    ),
    (
        "RequestStartTransaction",
        StartCharging(
            id_token=IdToken("04A2B3C4"),
            remote_start_id=5,
            evse_number=1,
            profile=profile(43, ProfilePurpose.TX),
        ),
        StartOutcome(status=CommandStatus.ACCEPTED, transaction=TRANSACTION),
    ),
    (
        "RequestStartTransaction.bare",
        StartCharging(id_token=IdToken("04A2B3C4", "Central"), remote_start_id=6),
        StartOutcome(status=CommandStatus.REJECTED),
    ),
    ("RequestStopTransaction", StopCharging(TRANSACTION), ACCEPTED),
    ("Reset", ResetStation(ResetKind.SOFT), Outcome(status=CommandStatus.SCHEDULED)),
    (
        "Reset.hard",
        ResetStation(ResetKind.HARD),
        Outcome(status=CommandStatus.REJECTED, detail="FwUpdateInProgress"),
    ),
    ("TriggerMessage", TriggerReport(kind=ReportKind.TRANSACTION, evse_number=1), ACCEPTED),
    (
        "TriggerMessage.status",
        TriggerReport(kind=ReportKind.STATUS, evse_number=1),
        Outcome(status=CommandStatus.NOT_SUPPORTED),
    ),
    ("TriggerMessage.station", TriggerReport(kind=ReportKind.BOOT), REJECTED),
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
        "SetVariables",
        WriteSetting(SettingName.METER_INTERVAL_S, "60"),
        Outcome(status=CommandStatus.REBOOT_REQUIRED),
    ),
    (
        "SetVariables.own",
        WriteSetting("DisplayCtrlr.Brightness", "40"),
        Outcome(status=CommandStatus.REJECTED, detail="OutOfRange: 0 to 10"),
    ),
]


@pytest.mark.parametrize(
    ("name", "command", "outcome"), EXCHANGES, ids=[name for name, _, _ in EXCHANGES]
)
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    golden = exchange("v201", name)
    outgoing = V201.encode_command(command)
    assert outgoing.action == golden.call.action
    assert outgoing.payload == golden.call.payload
    assert outgoing.decode_result(golden.result.payload) == outcome


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (ReportKind.BOOT, "BootNotification"),
        (ReportKind.FIRMWARE_STATUS, "FirmwareStatusNotification"),
        (ReportKind.HEARTBEAT, "Heartbeat"),
        (ReportKind.LOG_STATUS, "LogStatusNotification"),
        (ReportKind.METER_VALUES, "MeterValues"),
        (ReportKind.STATUS, "StatusNotification"),
        (ReportKind.TRANSACTION, "TransactionEvent"),
    ],
)
def test_every_report_has_a_word(kind: ReportKind, word: str) -> None:
    assert V201.encode_command(TriggerReport(kind=kind)).payload == {"requestedMessage": word}


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
    payload = V201.encode_command(ReadSettings((name,))).payload
    address = {"component": {"name": component}, "variable": {"name": variable}}
    assert payload == {"getVariableData": [address]}


@pytest.mark.parametrize(
    ("purpose", "word"),
    [
        (ProfilePurpose.STATION_MAX, "ChargingStationMaxProfile"),
        (ProfilePurpose.TX_DEFAULT, "TxDefaultProfile"),
        (ProfilePurpose.TX, "TxProfile"),
    ],
)
def test_every_purpose_has_a_word(purpose: ProfilePurpose, word: str) -> None:
    payload = V201.encode_command(ClearProfiles(purpose=purpose)).payload
    assert payload == {"chargingProfileCriteria": {"chargingProfilePurpose": word}}


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Accepted", CommandStatus.ACCEPTED),
        ("Rejected", CommandStatus.REJECTED),
        ("RebootRequired", CommandStatus.REBOOT_REQUIRED),
        ("UnknownComponent", CommandStatus.UNKNOWN),
        ("UnknownVariable", CommandStatus.UNKNOWN),
        ("NotSupportedAttributeType", CommandStatus.REJECTED),
    ],
)
def test_every_status_of_a_written_variable_is_known(written: str, status: CommandStatus) -> None:
    answer = exchange("v201", "SetVariables").result.payload
    answer["setVariableResult"][0]["attributeStatus"] = written
    outgoing = V201.encode_command(WriteSetting(SettingName.METER_INTERVAL_S, "60"))
    assert outgoing.decode_result(answer) == Outcome(status=status)


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
        (StopCharging("x" * 37), "RequestStopTransaction: transactionId: "),
        (
            StartCharging(id_token=IdToken("x", "Unheard"), remote_start_id=1),
            "RequestStartTransaction: idToken/type: ",
        ),
    ],
)
def test_what_2_0_1_has_no_words_for_is_not_sent(command: Command[Any], why: str) -> None:
    with pytest.raises(NotExpressibleError) as caught:
        V201.encode_command(command)
    assert str(caught.value).startswith(why)
