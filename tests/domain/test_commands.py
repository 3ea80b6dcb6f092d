import pytest

from csms.domain.authorization import IdToken
from csms.domain.commands import (
    Command,
    CommandStatus,
    CompositeOutcome,
    Outcome,
    ReadCompositeSchedule,
    ReadSettings,
    ReportKind,
    ResetKind,
    ResetStation,
    SettingsOutcome,
    StartCharging,
    StartOutcome,
    StopCharging,
    TriggerReport,
)

TAKEN = {CommandStatus.ACCEPTED, CommandStatus.SCHEDULED, CommandStatus.REBOOT_REQUIRED}
OPEN = {CommandStatus.TIMED_OUT, CommandStatus.FAILED}


@pytest.mark.parametrize("status", CommandStatus)
def test_only_what_the_station_took_is_accepted(status: CommandStatus) -> None:
    assert Outcome(status=status).is_accepted is (status in TAKEN)


@pytest.mark.parametrize("status", CommandStatus)
def test_only_a_missing_or_unreadable_answer_leaves_it_open(status: CommandStatus) -> None:
    assert Outcome(status=status).is_certain is (status not in OPEN)


@pytest.mark.parametrize(
    ("command", "outcome_type"),
    [
        (ResetStation(ResetKind.SOFT), Outcome),
        (StopCharging("7"), Outcome),
        (TriggerReport(kind=ReportKind.BOOT), Outcome),
        (ReadSettings(("HeartbeatInterval",)), SettingsOutcome),
        (ReadCompositeSchedule(evse_number=1, duration_s=60), CompositeOutcome),
        (StartCharging(id_token=IdToken("04A2"), remote_start_id=1), StartOutcome),
    ],
)
def test_command_without_an_answer_has_an_outcome_of_its_own_type(
    command: Command[Outcome], outcome_type: type[Outcome]
) -> None:
    outcome = command.unanswered(CommandStatus.TIMED_OUT, "no answer within 30 s")
    assert type(outcome) is outcome_type
    assert outcome.status is CommandStatus.TIMED_OUT
    assert outcome.detail == "no answer within 30 s"


def test_outcome_without_answer_tells_no_settings() -> None:
    outcome = ReadSettings(()).unanswered(CommandStatus.NOT_SENT, "")
    assert dict(outcome.values) == {}
    assert outcome.unknown == frozenset()
