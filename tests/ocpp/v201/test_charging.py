from typing import Any

import pytest

from csms.domain.charging_profile import (
    ChargingProfile,
    CompositeSchedule,
    LimitSource,
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
    RequestProfiles,
    SetProfile,
)
from csms.domain.events import Acknowledged, StationEvent
from csms.domain.notices import LimitReleased, LimitTold, ProfilesTold
from csms.domain.station import RateUnit
from tests.ocpp.golden import V201, exchange
from tests.ocpp.v201.exchanges import (
    ACCEPTED,
    NEW_YEAR,
    NOON,
    TRANSACTION,
    TWO,
    UNKNOWN,
    assert_not_expressible,
    assert_refused,
    assert_sent,
    assert_told,
    told,
    written,
)

SIX_AMPERE = (ProfilePeriod(0, 6.0),)


def profile(profile_id: int, purpose: ProfilePurpose, **rest: Any) -> ChargingProfile:
    fields = {"stack_level": 1, "unit": RateUnit.AMPERE, "periods": SIX_AMPERE}
    return ChargingProfile(profile_id=profile_id, purpose=purpose, **{**fields, **rest})


SENT: list[tuple[str, Command[Any], Outcome]] = [
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
    (
        "SetChargingProfile.weekly",
        SetProfile(
            evse_number=0,
            profile=profile(
                7,
                ProfilePurpose.STATION_MAX,
                stack_level=2,
                unit=RateUnit.WATT,
                periods=(ProfilePeriod(0, 22_000.0),),
                starts_at=NOON,
                duration_s=86_400,
                recurrence=Recurrence.WEEKLY,
                valid_from=NOON,
                valid_until=NEW_YEAR,
                min_rate=1380.21,
            ),
        ),
        ACCEPTED,
    ),
    ("ClearChargingProfile", ClearProfiles(profile_id=42), ACCEPTED),
    (
        "ClearChargingProfile.matching",
        ClearProfiles(evse_number=1, purpose=ProfilePurpose.TX_DEFAULT, stack_level=0),
        UNKNOWN,
    ),
    (
        "GetChargingProfiles",
        RequestProfiles(
            request_id=41,
            evse_number=1,
            purpose=ProfilePurpose.EXTERNAL,
            stack_level=0,
            sources=(LimitSource.EMS, LimitSource.SO),
        ),
        ACCEPTED,
    ),
    (
        "GetChargingProfiles.numbered",
        RequestProfiles(request_id=42, profile_ids=(1, 42), stack_level=3),
        Outcome(status=CommandStatus.UNKNOWN, answer="NoProfiles"),
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
]

TOLD: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "ReportChargingProfiles",
        ProfilesTold(
            station_id="G-01",
            request_id=41,
            source=LimitSource.CSO,
            evse_number=1,
            profiles=(
                profile(
                    42,
                    ProfilePurpose.TX,
                    periods=(ProfilePeriod(0, 16.1), ProfilePeriod(600, 8.0)),
                    starts_at=NOON,
                    duration_s=7200,
                    phases=3,
                    transaction=TRANSACTION,
                    valid_until=TWO,
                    min_rate=6.5,
                ),
                profile(  # the same one's second schedule, whose periods differ in phases
                    42,
                    ProfilePurpose.TX,
                    unit=RateUnit.WATT,
                    periods=(ProfilePeriod(0, 11_000.0), ProfilePeriod(60, 3680.0)),
                    starts_at=NOON,
                    transaction=TRANSACTION,
                    valid_until=TWO,
                ),
                profile(
                    7,
                    ProfilePurpose.TX_DEFAULT,
                    stack_level=0,
                    starts_at=NOON,
                    duration_s=3600,
                    recurrence=Recurrence.DAILY,
                    valid_from=NOON,
                ),
                profile(  # relative, whatever start it has been given
                    -1, ProfilePurpose.EXTERNAL, stack_level=0, periods=(ProfilePeriod(0, 10.0),)
                ),
            ),
            has_more=True,
        ),
        Acknowledged(),
    ),
    (
        "NotifyChargingLimit",
        LimitTold(
            station_id="G-01",
            source=LimitSource.SO,
            evse_number=1,
            is_grid_critical=True,
            schedules=(
                CompositeSchedule(
                    evse_number=1,
                    unit=RateUnit.AMPERE,
                    starts_at=NOON,
                    duration_s=3600,
                    periods=(ProfilePeriod(0, 10.0), ProfilePeriod(600, 6.5)),
                ),
                CompositeSchedule(
                    evse_number=1,
                    unit=RateUnit.WATT,
                    starts_at=None,
                    duration_s=900,
                    periods=(ProfilePeriod(0, 4140.0), ProfilePeriod(900, 0.0)),
                    goes_on=True,
                ),
            ),
        ),
        Acknowledged(),
    ),
    (
        "NotifyChargingLimit.bare",
        LimitTold(station_id="G-01", source=LimitSource.EMS, evse_number=None),
        Acknowledged(),
    ),
    (
        "ClearedChargingLimit",
        LimitReleased(station_id="G-01", source=LimitSource.EMS, evse_number=1),
        Acknowledged(),
    ),
    (
        "ClearedChargingLimit.station",
        LimitReleased(station_id="G-01", source=LimitSource.OTHER, evse_number=None),
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
    ("purpose", "word"),
    [
        (ProfilePurpose.STATION_MAX, "ChargingStationMaxProfile"),
        (ProfilePurpose.TX_DEFAULT, "TxDefaultProfile"),
        (ProfilePurpose.TX, "TxProfile"),
    ],
)
def test_every_purpose_of_ours_has_a_word(purpose: ProfilePurpose, word: str) -> None:
    clearing = written(ClearProfiles(purpose=purpose))
    assert clearing == {"chargingProfileCriteria": {"chargingProfilePurpose": word}}
    setting = written(SetProfile(evse_number=1, profile=profile(1, purpose)))
    assert setting["chargingProfile"]["chargingProfilePurpose"] == word


@pytest.mark.parametrize(
    "command",
    [
        ClearProfiles(purpose=ProfilePurpose.EXTERNAL),
        SetProfile(evse_number=1, profile=profile(1, ProfilePurpose.EXTERNAL)),
    ],
    ids=lambda command: type(command).__name__,
)
def test_profiles_of_others_are_neither_set_nor_cleared(command: Command[Any]) -> None:
    # K01.FR.22, K10.FR.06
    assert_not_expressible(command, "expected a purpose of our own, got external")


def test_profile_that_begins_anew_each_day_does_not_end_with_its_first_day() -> None:
    daily = profile(
        1, ProfilePurpose.TX_DEFAULT, starts_at=NOON, duration_s=3600, recurrence=Recurrence.DAILY
    )
    on_wire = written(SetProfile(evse_number=1, profile=daily))["chargingProfile"]
    assert (on_wire["chargingProfileKind"], on_wire["recurrencyKind"]) == ("Recurring", "Daily")
    assert "validTo" not in on_wire


def test_profiles_of_all_may_be_asked_for() -> None:
    # K09.FR.05 and K09.FR.06: EVSE 0 is the station, none is all of them
    assert written(RequestProfiles(request_id=1)) == {"requestId": 1, "chargingProfile": {}}
    assert written(RequestProfiles(request_id=1, evse_number=0))["evseId"] == 0


def test_request_without_its_number_is_not_sent() -> None:
    why = "expected a request_id, which the sender gives, got none"
    assert_not_expressible(RequestProfiles(), why)


@pytest.mark.parametrize(
    ("field", "value"),
    [("validFrom", "soon"), ("validTo", ""), ("validTo", "2026-13-01T00:00:00Z")],
)
def test_profile_of_a_time_that_is_none_is_refused(field: str, value: str) -> None:
    profiles = exchange("v201", "ReportChargingProfiles").call.payload["chargingProfile"]
    why = f"expected a time in RFC 3339, got {value!r}"
    assert_refused("ReportChargingProfiles", why, chargingProfile=[{**profiles[0], field: value}])


def test_profile_whose_schedule_starts_at_no_time_is_refused() -> None:
    one = exchange("v201", "ReportChargingProfiles").call.payload["chargingProfile"][0]
    one["chargingSchedule"][0]["startSchedule"] = "soon"
    why = "expected a time in RFC 3339, got 'soon'"
    assert_refused("ReportChargingProfiles", why, chargingProfile=[one])


@pytest.mark.parametrize(
    "name", ["ReportChargingProfiles", "NotifyChargingLimit", "ClearedChargingLimit"]
)
def test_evse_that_there_cannot_be_is_refused(name: str) -> None:
    assert_refused(name, "expected a connector or EVSE from 0 on, got -1", evseId=-1)


@pytest.mark.parametrize(
    ("word", "source"),
    [
        ("CSO", LimitSource.CSO),
        ("EMS", LimitSource.EMS),
        ("Other", LimitSource.OTHER),
        ("SO", LimitSource.SO),
    ],
)
def test_every_source_of_a_limit_is_known(word: str, source: LimitSource) -> None:
    assert told("ClearedChargingLimit", chargingLimitSource=word).source is source


def test_composite_schedule_of_no_time_is_no_answer() -> None:
    answer = exchange("v201", "GetCompositeSchedule").result.payload
    answer["schedule"]["scheduleStart"] = "soon"
    outgoing = V201.encode_command(ReadCompositeSchedule(evse_number=1, duration_s=600))
    assert outgoing.decode_result(answer) == CompositeOutcome(
        status=CommandStatus.FAILED,
        detail="the answer to GetCompositeSchedule does not fit: "
        "expected a time in RFC 3339, got 'soon'",
    )
