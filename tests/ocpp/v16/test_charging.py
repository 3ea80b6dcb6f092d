from typing import Any

import pytest

from csms.domain.charging_profile import (
    ChargingProfile,
    CompositeSchedule,
    ProfilePeriod,
    ProfilePurpose,
    Recurrence,
)
from csms.domain.commands import (
    ClearProfiles,
    Command,
    CommandStatus,
    CompositeOutcome,
    Outcome,
    ReadCompositeSchedule,
    SetProfile,
)
from csms.domain.station import RateUnit
from tests.ocpp.golden import V16
from tests.ocpp.v16.exchanges import (
    ACCEPTED,
    NOON,
    REJECTED,
    TWO,
    assert_written_and_understood,
    refusal,
)


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
    (
        "SetChargingProfile.recurring",
        SetProfile(
            evse_number=0,
            profile=profile(
                2,
                ProfilePurpose.TX_DEFAULT,
                stack_level=2,
                starts_at=NOON,
                duration_s=28_800,
                recurrence=Recurrence.DAILY,
            ),
        ),
        Outcome(status=CommandStatus.NOT_SUPPORTED),
    ),
    (
        "SetChargingProfile.for_a_while",
        SetProfile(
            evse_number=1,
            profile=profile(
                3, ProfilePurpose.TX_DEFAULT, valid_from=NOON, valid_until=TWO, min_rate=6.59
            ),
        ),
        ACCEPTED,
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
]


@pytest.mark.parametrize(
    ("name", "command", "outcome"), EXCHANGES, ids=[name for name, _, _ in EXCHANGES]
)
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_written_and_understood(name, command, outcome)


def written(**fields: Any) -> Any:
    command = SetProfile(evse_number=1, profile=profile(1, ProfilePurpose.TX_DEFAULT, **fields))
    return V16.encode_command(command).payload["csChargingProfiles"]


@pytest.mark.parametrize(
    ("recurrence", "word"), [(Recurrence.DAILY, "Daily"), (Recurrence.WEEKLY, "Weekly")]
)
def test_every_recurrence_has_a_word(recurrence: Recurrence, word: str) -> None:
    recurring = written(recurrence=recurrence, starts_at=NOON)
    assert recurring["chargingProfileKind"] == "Recurring"
    assert recurring["recurrencyKind"] == word


def test_recurring_profile_holds_until_it_is_said_to() -> None:
    recurring = written(recurrence=Recurrence.DAILY, starts_at=NOON, duration_s=60, valid_until=TWO)
    assert recurring["validTo"] == "2026-01-14T14:00:00Z"


def test_profile_may_hold_for_longer_than_its_schedule() -> None:
    assert written(starts_at=NOON, duration_s=60)["validTo"] == "2026-01-14T12:01:00Z"
    longer = written(starts_at=NOON, duration_s=60, valid_until=TWO)
    assert longer["validTo"] == "2026-01-14T14:00:00Z"


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


def test_composite_schedule_that_begins_at_no_time_cannot_be_read() -> None:
    outgoing = V16.encode_command(ReadCompositeSchedule(evse_number=1))
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": []}
    answer = {"status": "Accepted", "scheduleStart": "noon", "chargingSchedule": schedule}
    assert outgoing.decode_result(answer) == CompositeOutcome(
        status=CommandStatus.FAILED,
        detail="the answer to GetCompositeSchedule does not fit: "
        "expected a time in RFC 3339, got 'noon'",
    )


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            SetProfile(evse_number=1, profile=profile(1, ProfilePurpose.EXTERNAL)),
            "OCPP 1.6 has no profiles of purpose external",
        ),
        (
            ClearProfiles(purpose=ProfilePurpose.EXTERNAL),
            "OCPP 1.6 has no profiles of purpose external",
        ),
        (
            SetProfile(evse_number=1, profile=profile(1, ProfilePurpose.TX, transaction="x")),
            "OCPP 1.6 expects a transaction's number, got 'x'",
        ),
    ],
)
def test_what_1_6_has_no_words_for_is_not_sent(command: Command[Any], why: str) -> None:
    assert refusal(command) == why
