"""Functional block K: profiles that a station is to hold no longer."""

from typing import Final

import pytest

from tests.conformance.cases import ISO_15118, SMART_CHARGING, case
from tests.conformance.csms import Csms
from tests.conformance.profiles import FALLBACK_ID, Wanted, sent_profile
from tests.conformance.states import ACCEPTED, booted
from tests.conformance.station import Fields, Station

pytestmark = pytest.mark.asyncio(loop_scope="session")

BY_CRITERIA: Final = {"evse_number": 1, "purpose": "tx_default", "stack_level": 0}


async def clear(csms: Csms, station_id: str, station: Station, **criteria: object) -> Fields:
    """The operator has profiles removed; return what came of it.

    What is removed may be the fallback: it has to be given again.
    """
    await sent_profile(station, FALLBACK_ID)
    outcome = await csms.command(station_id, "clear_profiles", **criteria)
    for evse in (1, 2):
        await sent_profile(station, FALLBACK_ID + evse, times=2)
    kept = await csms.job(outcome["job"])
    assert (kept["kind"], kept["status"]) == ("clear_profiles", outcome["status"])
    return outcome


@case("TC_K_05", SMART_CHARGING, ISO_15118)
async def test_tc_k_05_by_an_id_that_the_station_has_told(csms: Csms) -> None:
    """K10: one profile is named."""
    answers = {"GetChargingProfiles": ACCEPTED, "ClearChargingProfile": ACCEPTED}
    async with booted(csms, **answers) as (station_id, station):
        asked_for = await csms.command(station_id, "request_profiles")
        told = {
            "requestId": asked_for["job"],
            "chargingLimitSource": "CSO",
            "evseId": 0,
            "chargingProfile": [Wanted("station_max", 8.0, 31).sent],
        }
        assert await station.call("ReportChargingProfiles", told) == {}
        report = await csms.get(f"/jobs/{asked_for['job']}/report")
        ((known,),) = [part["body"]["profiles"] for part in report["parts"]]
        outcome = await clear(csms, station_id, station, profile_id=known["profile_id"])
        assert outcome["status"] == "accepted"
        assert station.asked["ClearChargingProfile"] == [{"chargingProfileId": 31}]


@case("TC_K_06", SMART_CHARGING, ISO_15118)
async def test_tc_k_06_by_purpose_and_level(csms: Csms) -> None:
    """K10: those of an EVSE that have a purpose and a level."""
    async with booted(csms, ClearChargingProfile=ACCEPTED) as (station_id, station):
        outcome = await clear(csms, station_id, station, **BY_CRITERIA)
        assert outcome["status"] == "accepted"
        criteria = {"evseId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}
        assert station.asked["ClearChargingProfile"] == [{"chargingProfileCriteria": criteria}]


@case("TC_K_08", SMART_CHARGING, ISO_15118)
async def test_tc_k_08_where_there_is_none(csms: Csms) -> None:
    """K10: the station holds no such profile, and the operator is told so."""
    async with booted(csms, ClearChargingProfile={"status": "Unknown"}) as (station_id, station):
        await sent_profile(station, FALLBACK_ID)
        outcome = await csms.command(station_id, "clear_profiles", **BY_CRITERIA)
        criteria = {"evseId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}
        assert station.asked["ClearChargingProfile"] == [{"chargingProfileCriteria": criteria}]
        kept = await csms.job(outcome["job"])
        assert (outcome["status"], kept["status"]) == ("unknown", "unknown")
