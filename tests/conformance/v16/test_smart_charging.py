"""OCPP 1.6 §5.5, §5.7, §5.16: charging profiles are set, cleared, and read back as a whole."""

from typing import Any, Final

import pytest

from tests.conformance.csms import Csms
from tests.conformance.station import Fields
from tests.conformance.v16.cases import SMART_CHARGING, case16
from tests.conformance.v16.states import (
    ACCEPTED,
    begin,
    booted,
    outcome_of,
    tell_status,
    verdict_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATION_MAX: Final = {
    "profile_id": 7,
    "purpose": "station_max",
    "stack_level": 1,
    "unit": "A",
    "starts_at": "2026-01-14T00:00:00Z",
    "duration_s": 86_400,
    "periods": [{"start_s": 0, "limit": 16}, {"start_s": 3600, "limit": 10.04}],
}


def purpose_of(asked: Fields) -> str:
    """What a profile is for."""
    return str(asked["csChargingProfiles"]["chargingProfilePurpose"])


async def set_for_station(csms: Csms, answer: Fields, **profile: Any) -> tuple[Fields, Fields]:
    """Have a limit set for a whole station; return the outcome, and what was asked."""

    def answer_to(asked: Fields) -> Fields:
        return answer if purpose_of(asked) == "ChargePointMaxProfile" else ACCEPTED

    async with booted(csms, SetChargingProfile=answer_to) as (station_id, station):
        outcome = await csms.command(
            station_id, "set_profile", evse_number=0, profile={**STATION_MAX, **profile}
        )
        asked = await station.asked_for(
            "SetChargingProfile", where=lambda one: purpose_of(one) == "ChargePointMaxProfile"
        )
        return outcome, asked


@case16("7.11 ChargingProfileStatus", SMART_CHARGING, is_each=True)
@pytest.mark.parametrize(
    ("word", "status"),
    [("Accepted", "accepted"), ("Rejected", "rejected"), ("NotSupported", "not_supported")],
)
async def test_the_operator_is_told_whether_a_profile_is_set(
    csms: Csms, word: str, status: str
) -> None:
    """§5.16, §6.44: it is, it is not, or the station has no smart charging."""
    outcome, _ = await set_for_station(csms, {"status": word})
    assert verdict_of(outcome) == (status, "")


@case16("3.13.1 Charging profile purposes", SMART_CHARGING)
async def test_the_limit_of_a_station_is_set_at_connector_0(csms: Csms) -> None:
    """§3.13.1, §7.13: periods in order from 0 on, limits with one decimal, never rounded up."""
    _, asked = await set_for_station(csms, ACCEPTED)
    profile = asked["csChargingProfiles"]
    assert asked["connectorId"] == 0
    assert (profile["chargingProfileId"], profile["stackLevel"]) == (7, 1)
    assert profile["chargingProfileKind"] == "Absolute"
    assert profile["chargingSchedule"] == {
        "chargingRateUnit": "A",
        "duration": 86_400,
        "startSchedule": "2026-01-14T00:00:00Z",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 16.0},
            {"startPeriod": 3600, "limit": 10.0},
        ],
    }


@case16("7.9 ChargingProfileKindType", SMART_CHARGING, is_each=True)
@pytest.mark.parametrize(("every", "word"), [("daily", "Daily"), ("weekly", "Weekly")])
async def test_a_profile_may_come_again(csms: Csms, every: str, word: str) -> None:
    """§7.9, §7.37: every day or every week, within the time in which it counts."""
    _, asked = await set_for_station(
        csms,
        ACCEPTED,
        recurrence=every,
        valid_from="2026-01-01T00:00:00Z",
        valid_until="2027-01-01T00:00:00Z",
    )
    profile = asked["csChargingProfiles"]
    assert (profile["chargingProfileKind"], profile["recurrencyKind"]) == ("Recurring", word)
    assert (profile["validFrom"], profile["validTo"]) == (
        "2026-01-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
    )


@case16("5.16.4 Setting a charging profile outside of a transaction", SMART_CHARGING)
async def test_a_station_is_given_a_default_before_it_charges(csms: Csms) -> None:
    """§5.16.4, §3.13.6: it holds without a connection; a period begins at 0."""
    async with booted(csms) as (_, station):
        asked = await station.asked_for(
            "SetChargingProfile", where=lambda one: one["connectorId"] == 1
        )
        profile = asked["csChargingProfiles"]
        assert profile["chargingProfilePurpose"] == "TxDefaultProfile"
        assert "transactionId" not in profile
        (period,) = profile["chargingSchedule"]["chargingSchedulePeriod"]
        assert (period["startPeriod"], period["limit"]) == (0, 6.0)


@case16("5.16.3 Setting a charging profile during a transaction", SMART_CHARGING)
async def test_a_transaction_is_given_a_profile_of_its_own(csms: Csms) -> None:
    """§5.16.3, §3.13.1: a TxProfile that names the transaction, at its connector."""
    async with booted(csms) as (_, station):
        transaction = await begin(station, connector=2)
        await tell_status(station, "Charging", connector=2)
        asked = await station.asked_for(
            "SetChargingProfile", where=lambda one: purpose_of(one) == "TxProfile"
        )
        assert asked["connectorId"] == 2
        assert asked["csChargingProfiles"]["transactionId"] == transaction
        periods = asked["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"]
        assert periods[0]["startPeriod"] == 0
        assert max(period["limit"] for period in periods) <= 32.0


@case16("5.16.4 Setting a charging profile outside of a transaction", SMART_CHARGING)
async def test_no_profile_of_a_transaction_is_sent_before_there_is_one(csms: Csms) -> None:
    """§5.16.4: a TxProfile needs a transaction; whatever was sent until then is a default."""
    async with booted(csms) as (_, station):
        for connector in (0, 1, 2):
            await station.asked_for(
                "SetChargingProfile",
                where=lambda one, number=connector: one["connectorId"] == number,  # type: ignore[misc]
            )
        purposes = {purpose_of(one) for one in station.asked["SetChargingProfile"]}
        assert purposes == {"TxDefaultProfile"}


@case16("5.16 SetChargingProfile, Rejected", SMART_CHARGING)
async def test_a_default_that_a_station_refuses_is_shown_as_refused(csms: Csms) -> None:
    """§5.16: the operator can read that the limit does not hold."""
    async with booted(csms, SetChargingProfile={"status": "Rejected"}) as (station_id, _):
        limits = await csms.get_once(
            f"/stations/{station_id}/limits",
            lambda limits: {1, 2} <= {one["evse_number"] for one in limits if one["verdict"]},
        )
        of_connectors = {one["evse_number"]: one["verdict"] for one in limits}
        assert (of_connectors[1], of_connectors[2]) == ("refused", "refused")


@case16("7.21 ClearChargingProfileStatus", SMART_CHARGING, is_each=True)
@pytest.mark.parametrize(("word", "status"), [("Accepted", "accepted"), ("Unknown", "unknown")])
async def test_the_operator_is_told_whether_profiles_are_cleared(
    csms: Csms, word: str, status: str
) -> None:
    """§5.5: they are, or none matches."""
    outcome, asked = await outcome_of(
        *(csms, "ClearChargingProfile", {"status": word}, "clear_profiles"), profile_id=7
    )
    assert asked == {"id": 7}
    assert verdict_of(outcome) == (status, "")


@case16("5.5 ClearChargingProfile", SMART_CHARGING)
async def test_profiles_are_cleared_by_what_they_have_in_common(csms: Csms) -> None:
    """§6.13: connector, purpose and level."""
    _, asked = await outcome_of(
        *(csms, "ClearChargingProfile", ACCEPTED, "clear_profiles"),
        evse_number=0,
        purpose="station_max",
        stack_level=1,
    )
    assert asked == {
        "connectorId": 0,
        "chargingProfilePurpose": "ChargePointMaxProfile",
        "stackLevel": 1,
    }


@case16("7.26 GetCompositeScheduleStatus", SMART_CHARGING)
async def test_the_operator_is_told_what_a_station_will_allow(csms: Csms) -> None:
    """§5.7: limits over time, from an instant on."""
    answer = {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": "2026-01-14T12:00:00Z",
        "chargingSchedule": {
            "duration": 600,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 16.0},
                {"startPeriod": 300, "limit": 8.5},
            ],
        },
    }
    outcome, asked = await outcome_of(
        *(csms, "GetCompositeSchedule", answer, "composite_schedule"),
        evse_number=1,
        duration_s=600,
        unit="A",
    )
    assert asked == {"connectorId": 1, "duration": 600, "chargingRateUnit": "A"}
    schedule = outcome["schedule"]
    assert (schedule["unit"], schedule["duration_s"]) == ("A", 600)
    assert schedule["starts_at"] == "2026-01-14T12:00:00Z"
    limits = [(period["start_s"], period["limit"]) for period in schedule["periods"]]
    assert limits == [(0, 16.0), (300, 8.5)]


@case16("7.26 GetCompositeScheduleStatus", SMART_CHARGING)
async def test_the_operator_is_told_that_there_is_no_schedule(csms: Csms) -> None:
    """§5.7: the station cannot say; the whole station is meant by connector 0."""
    outcome, asked = await outcome_of(
        *(csms, "GetCompositeSchedule", {"status": "Rejected"}, "composite_schedule"),
        evse_number=0,
        duration_s=60,
    )
    assert asked == {"connectorId": 0, "duration": 60}
    assert (outcome["status"], outcome.get("schedule")) == ("rejected", None)
