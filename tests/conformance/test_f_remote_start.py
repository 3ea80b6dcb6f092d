"""Functional block F: charging that the operator begins from afar."""

from typing import Final

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.states import ACCEPTED, MASKED, TOKEN, Charging, ask, booted
from tests.conformance.station import Fields, Station

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOR_DRIVER: Final = {"id_token": {"value": "04A2B3C4D5", "kind": "ISO14443"}, "evse_number": 1}


async def asked_to_start(station: Station) -> Fields:
    """How a transaction of the remote start is known again, once the station is asked for one."""
    asked = await station.asked_for("RequestStartTransaction")
    assert (asked["idToken"], asked["evseId"]) == (TOKEN, 1)
    return {"remoteStartId": asked["remoteStartId"]}


@case("TC_F_01", CORE)
async def test_tc_f_01_cable_first(csms: Csms) -> None:
    """F01: the cable has begun a transaction, which the remote start takes on."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        station.answers["RequestStartTransaction"] = {
            "status": "Accepted",
            "transactionId": charging.transaction,
        }
        await charging.plug_in()
        outcome = await csms.command(station_id, "start", **FOR_DRIVER)
        known_by = await asked_to_start(station)
        assert (outcome["status"], outcome["transaction"]) == ("accepted", charging.transaction)
        job = await csms.job(known_by["remoteStartId"])
        assert (job["kind"], job["result"]) == ("start", charging.transaction)
        await charging.tell("Updated", "RemoteStart", idToken=TOKEN, info=known_by)
        await charging.tell("Updated", "ChargingStateChanged", "Charging")
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["id_token"]) == (charging.transaction, MASKED)


async def start_first(csms: Csms, *, is_asked: bool) -> None:
    """The remote start begins a transaction, for which the cable comes later.

    Args:
        csms: The system under test.
        is_asked: Whether the station asks about the token all the same.
    """
    async with booted(csms, RequestStartTransaction=ACCEPTED) as (station_id, station):
        outcome = await csms.command(station_id, "start", **FOR_DRIVER)
        known_by = await asked_to_start(station)
        assert (outcome["status"], outcome["job"]) == ("accepted", known_by["remoteStartId"])
        if is_asked:
            assert (await ask(station, TOKEN))["status"] == "Accepted"
        charging = Charging(station, is_authorized=True)
        await charging.tell("Started", "RemoteStart", idToken=TOKEN, info=known_by)
        await charging.begin()
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["id_token"]) == (charging.transaction, MASKED)
        assert csms.kept.charging_state_of(charging.transaction) == "charging"


@case("TC_F_02", CORE)
async def test_tc_f_02_the_station_asks_about_the_token(csms: Csms) -> None:
    """F02: the station is set to ask about tokens of remote starts too."""
    await start_first(csms, is_asked=True)


@case("TC_F_03", CORE)
async def test_tc_f_03_the_station_does_not_ask(csms: Csms) -> None:
    """F02: the station is set to take the operator's word for the token."""
    await start_first(csms, is_asked=False)


@case("TC_F_04", CORE)
async def test_tc_f_04_no_cable_comes(csms: Csms) -> None:
    """F02, E03: the station tells that nobody has plugged in within the time."""
    async with booted(csms, RequestStartTransaction=ACCEPTED) as (station_id, station):
        await csms.command(station_id, "start", **FOR_DRIVER)
        known_by = await asked_to_start(station)
        charging = Charging(station)
        await charging.tell("Started", "RemoteStart", idToken=TOKEN, info=known_by)
        await charging.tell("Updated", "EVConnectTimeout")
        assert csms.kept.reports_on(charging.transaction) == [
            (0, "RemoteStart"),
            (1, "EVConnectTimeout"),
        ]
        assert (await csms.transaction(station_id))["ended_at"] is None
