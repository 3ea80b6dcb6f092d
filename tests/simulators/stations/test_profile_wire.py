from datetime import UTC, datetime
from typing import Any

import pytest

from simulators.stations.charging_profiles import Kind, Period, Purpose, Rate, Unit
from simulators.stations.fields import MalformedError
from simulators.stations.profile_store import ProfileRefusedError
from simulators.stations.profile_wire import (
    Abilities,
    ProfileNames,
    check_abilities,
    read_profile,
)

NAMES_16 = ProfileNames(
    id_key="chargingProfileId", purposes={"TxProfile": Purpose.TX}, is_strict=False
)
NAMES_201 = ProfileNames(
    id_key="id",
    purposes={"TxProfile": Purpose.TX, "ChargingStationMaxProfile": Purpose.STATION_MAX},
    is_strict=True,
)


def payload(**changes: Any) -> dict[str, Any]:
    return {
        "id": 4,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Absolute",
        "validTo": "2026-01-14T13:00:00+01:00",
        "transactionId": "tx-1",
        **changes,
    }


def schedule(**changes: Any) -> dict[str, Any]:
    return {
        "startSchedule": "2026-01-14T11:00:00Z",
        "duration": 900,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 16.0, "numberPhases": 1},
            {"startPeriod": 300, "limit": 6},
        ],
        **changes,
    }


def test_every_field_is_read() -> None:
    profile = read_profile(NAMES_201, 2, payload(), schedule())
    assert profile.profile_id == 4
    assert profile.evse_number == 2
    assert profile.purpose is Purpose.TX
    assert profile.kind is Kind.ABSOLUTE
    assert profile.unit is Unit.AMPERE
    assert profile.periods == (Period(0, 16.0, 1), Period(300, 6.0, 3))
    assert profile.starts_at == datetime(2026, 1, 14, 11, tzinfo=UTC)
    assert profile.duration_s == 900
    assert profile.valid_to == datetime(2026, 1, 14, 12, tzinfo=UTC)
    assert profile.transaction == "tx-1"
    assert profile.min_phases == 1


def test_number_as_transaction_is_compared_as_text() -> None:
    written = {**payload(transactionId=17), "chargingProfileId": 4}
    assert read_profile(NAMES_16, 1, written, schedule()).transaction == "17"


def test_absolute_schedule_without_start_is_refused_in_201_only() -> None:
    written = {**payload(), "chargingProfileId": 4}
    assert read_profile(NAMES_16, 1, written, schedule(startSchedule=None)).starts_at is None
    with pytest.raises(ProfileRefusedError, match="startSchedule"):
        read_profile(NAMES_201, 1, written, schedule(startSchedule=None))


@pytest.mark.parametrize(
    "periods",
    [
        [],
        [{"startPeriod": 10, "limit": 6}],
        [{"startPeriod": 0, "limit": 6}, {"startPeriod": 0, "limit": 7}],
        [{"startPeriod": 0, "limit": -1}],
        [{"startPeriod": 0, "limit": 6}, {"startPeriod": 10**12, "limit": 7}],
    ],
)
def test_periods_out_of_order_are_refused(periods: list[dict[str, Any]]) -> None:
    with pytest.raises(ProfileRefusedError) as refusal:
        read_profile(NAMES_201, 1, payload(), schedule(chargingSchedulePeriod=periods))
    assert refusal.value.reason == "InvalidSchedule"


def test_relative_schedule_ignores_its_start_in_16() -> None:
    written = {**payload(chargingProfileKind="Relative"), "chargingProfileId": 4}
    profile = read_profile(NAMES_16, 1, written, schedule())
    began_at = datetime(2026, 1, 14, 11, 14, tzinfo=UTC)
    assert profile.at(began_at, began_at).rate == Rate(16.0, Unit.AMPERE, 1)


def test_relative_schedule_must_not_have_a_start_in_201() -> None:
    with pytest.raises(ProfileRefusedError, match="no start"):
        read_profile(NAMES_201, 1, payload(chargingProfileKind="Relative"), schedule())


def test_station_maximum_must_not_be_relative() -> None:
    written = payload(
        chargingProfileKind="Relative", chargingProfilePurpose="ChargingStationMaxProfile"
    )
    with pytest.raises(ProfileRefusedError, match="must not be relative"):
        read_profile(NAMES_201, 0, written, schedule(startSchedule=None))


def test_external_constraints_are_refused() -> None:
    written = payload(chargingProfilePurpose="ChargingStationExternalConstraints")
    with pytest.raises(ProfileRefusedError) as refusal:
        read_profile(NAMES_201, 0, written, schedule())
    assert refusal.value.reason == "InvalidProfile"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": "4"},
        {"id": True},
        {"stackLevel": 1.5},
        {"chargingProfileKind": "Sometimes"},
        {"chargingProfileKind": "Recurring"},
        {"validTo": "tomorrow"},
    ],
)
def test_faulty_fields_are_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        read_profile(NAMES_201, 1, payload(**changes), schedule())


@pytest.mark.parametrize(
    "changes",
    [
        {"chargingRateUnit": "kW"},
        {"chargingSchedulePeriod": None},
        {"chargingSchedulePeriod": [3]},
        {"chargingSchedulePeriod": [{"startPeriod": 0}]},
        {"duration": "900"},
    ],
)
def test_faulty_schedules_are_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        read_profile(NAMES_201, 1, payload(), schedule(**changes))


@pytest.mark.parametrize(
    ("abilities", "reason"),
    [
        (Abilities(units=frozenset({Unit.WATT})), "UnsupportedRateUnit"),
        (Abilities(max_stack_level=0), "InvalidStackLevel"),
        (Abilities(max_periods=1), "TooManyElements"),
    ],
)
def test_settings_exclude_profiles(abilities: Abilities, reason: str) -> None:
    profile = read_profile(NAMES_201, 1, payload(), schedule())
    check_abilities(profile, Abilities())
    with pytest.raises(ProfileRefusedError) as refusal:
        check_abilities(profile, abilities)
    assert refusal.value.reason == reason
