"""Functional block K: profiles that a station is to hold."""

import pytest

from tests.conformance.cases import ISO_15118, NO_PROFILE, SMART_CHARGING, case
from tests.conformance.csms import Csms
from tests.conformance.profiles import FALLBACK_ID, Wanted, sent_limit, sent_profile
from tests.conformance.states import ACCEPTED, MASKED, REJECTED, TOKEN, Charging, booted
from tests.conformance.station import CallFailed, Fields

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def set_profile(
    csms: Csms, station_id: str, evse: int, stated: Fields, status: str = "accepted"
) -> None:
    """The operator sets a profile; what came of it is kept."""
    outcome = await csms.command(station_id, "set_profile", evse_number=evse, profile=stated)
    kept = await csms.job(outcome["job"])
    assert (outcome["status"], kept["status"]) == (status, status)
    assert kept["command"]["profile"]["profile_id"] == stated["profile_id"]


async def hold(csms: Csms, evse: int, *profiles: Wanted) -> None:
    """A station takes what the operator sets, one after the other."""
    async with booted(csms) as (station_id, station):
        for wanted in profiles:
            await set_profile(csms, station_id, evse, wanted.stated)
        ids = {wanted.profile_id for wanted in profiles}
        sent = [
            one
            for one in station.asked["SetChargingProfile"]
            if one["chargingProfile"]["id"] in ids
        ]
        assert sent == [{"evseId": evse, "chargingProfile": wanted.sent} for wanted in profiles]


@case("TC_K_01", SMART_CHARGING, ISO_15118)
async def test_tc_k_01_a_default_of_an_evse(csms: Csms) -> None:
    """K01: whoever charges at one EVSE may draw so much unless told otherwise."""
    await hold(csms, 1, Wanted("tx_default", 6.0))


@case("TC_K_02", NO_PROFILE)
async def test_tc_k_02_a_limit_for_a_transaction_that_does_not_run(csms: Csms) -> None:
    """K01: the station refuses a limit for a transaction that it does not know."""
    async with booted(csms) as (station_id, station):
        wanted = Wanted("tx", 7.0)
        station.answers["SetChargingProfile"] = REJECTED
        stated = {**wanted.without_time, "transaction": "over"}
        await set_profile(csms, station_id, 1, stated, "rejected")
        asked = await sent_profile(station, wanted.profile_id)
        expected = {**wanted.sent_without_time, "transactionId": "over"}
        assert asked == {"evseId": 1, "chargingProfile": expected}


@case("TC_K_03", SMART_CHARGING, ISO_15118)
async def test_tc_k_03_a_limit_of_the_station(csms: Csms) -> None:
    """K01: the whole station may draw no more for an hour."""
    await hold(csms, 0, Wanted("station_max", 8.0))


@case("TC_K_04", SMART_CHARGING, ISO_15118)
async def test_tc_k_04_another_limit_under_the_same_id(csms: Csms) -> None:
    """K01: what is set under an id takes the place of what was set under it before."""
    await hold(csms, 0, Wanted("station_max", 8.0), Wanted("station_max", 6.0))


@case("TC_K_10", SMART_CHARGING, ISO_15118)
async def test_tc_k_10_a_default_of_all_evses(csms: Csms) -> None:
    """K01: whoever charges at any EVSE may draw so much unless told otherwise."""
    await hold(csms, 0, Wanted("tx_default", 6.0, stack_level=1))


@case("TC_K_15", SMART_CHARGING)
async def test_tc_k_15_a_station_without_profiles(csms: Csms) -> None:
    """K01: a station that knows no profiles is counted at its rating, and the operator sees why."""

    def refuse(_asked: Fields) -> Fields:
        raise CallFailed("NotSupported", "no smart charging")

    async with booted(csms, SetChargingProfile=refuse) as (station_id, station):
        default = (await sent_profile(station, FALLBACK_ID + 1))["chargingProfile"]
        assert default["chargingProfilePurpose"] == "TxDefaultProfile"
        await sent_profile(station, FALLBACK_ID)
        await set_profile(csms, station_id, 0, Wanted("station_max", 6.0).stated, "not_supported")
        seen = await csms.seen(station_id)
        assert (seen["limit_a"], seen["reason"]["code"]) == (32.0, "refused")
        assert "NotSupported" in seen["reason"]["text"]


@case("TC_K_19", SMART_CHARGING, ISO_15118)
async def test_tc_k_19_a_default_that_begins_anew_every_day(csms: Csms) -> None:
    """K01: a default of an EVSE counts every day from the same time on."""
    async with booted(csms) as (station_id, station):
        wanted = Wanted("tx_default", 6.0)
        stated = {**wanted.stated, "recurrence": "daily"}
        await set_profile(csms, station_id, 1, stated)
        expected = {**wanted.sent, "chargingProfileKind": "Recurring", "recurrencyKind": "Daily"}
        asked = await sent_profile(station, wanted.profile_id)
        assert asked == {"evseId": 1, "chargingProfile": expected}


@case("TC_K_37", SMART_CHARGING)
async def test_tc_k_37_a_remote_start_with_a_limit(csms: Csms) -> None:
    """K05, F01: the remote start says what its transaction may draw."""
    async with booted(csms, RequestStartTransaction=ACCEPTED) as (station_id, station):
        wanted = Wanted("tx", 6.0)
        driver = {"id_token": {"value": TOKEN["idToken"]}, "evse_number": 1}
        outcome = await csms.command(station_id, "start", **driver, profile=wanted.without_time)
        asked = await station.asked_for("RequestStartTransaction")
        told = (asked["idToken"], asked["evseId"], asked["chargingProfile"])
        assert told == (TOKEN, 1, wanted.sent_without_time)
        known_by = {"remoteStartId": outcome["job"]}
        charging = Charging(station)
        await charging.tell("Started", "RemoteStart", idToken=TOKEN, info=known_by)
        assert (await csms.transaction(station_id))["id_token"] == MASKED


@case("TC_K_60", SMART_CHARGING, ISO_15118)
async def test_tc_k_60_a_limit_for_a_transaction(csms: Csms) -> None:
    """K01: a vehicle that charges gets its limit without asking, and the limit is kept."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        profile = await sent_limit(station, charging)
        (period,) = profile["chargingSchedule"][0]["chargingSchedulePeriod"]
        kept = [
            (one["evse_number"], one["transaction_id"], one["steps"])
            for one in await csms.get(f"/stations/{station_id}/limits")
        ]
        assert (1, charging.transaction, [[0.0, period["limit"]]]) in kept


@case("TC_K_70", SMART_CHARGING)
async def test_tc_k_70_limits_on_two_levels(csms: Csms) -> None:
    """K01: two limits of a station stand beside each other, with ids of their own."""
    low, high = Wanted("station_max", 8.0), Wanted("station_max", 6.0, 8, stack_level=1)
    await hold(csms, 0, low, high)
