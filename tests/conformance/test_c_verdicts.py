"""Functional block C: verdicts on tokens, and stations that keep them."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.states import (
    ACCEPTED,
    MASKED,
    REJECTED,
    TOKEN,
    UNKNOWN_TOKEN,
    Charging,
    ask,
    booted,
    status_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("TC_C_02", CORE)
async def test_tc_c_02_an_unknown_token(guarded: Csms) -> None:
    """C01, C04, C06: a token that nobody has listed may not charge, and is remembered as shown."""
    async with booted(guarded) as (_, station):
        assert (await ask(station, UNKNOWN_TOKEN))["status"] in {"Invalid", "Unknown"}
    shown = guarded.kept.rows(
        "SELECT is_listed FROM id_token WHERE key = ?", UNKNOWN_TOKEN["idToken"]
    )
    assert shown == [(0,)]


@case("TC_C_06", CORE)
async def test_tc_c_06_a_blocked_token(guarded: Csms) -> None:
    """C01: a token that the operator has blocked may not charge, and hears why."""
    token = {"idToken": "0B10C4ED01", "type": "ISO14443"}
    await guarded.list_token(token["idToken"], status="Blocked")
    async with booted(guarded) as (_, station):
        assert (await ask(station, token))["status"] == "Blocked"


@case("TC_C_07", CORE)
async def test_tc_c_07_an_expired_token(guarded: Csms) -> None:
    """C01: a token that was good until yesterday may not charge, and hears why."""
    token = {"idToken": "0E8919ED01", "type": "ISO14443"}
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await guarded.list_token(token["idToken"], expires_at=yesterday.isoformat())
    async with booted(guarded) as (_, station):
        assert (await ask(station, token))["status"] == "Expired"


@case("TC_C_08", CORE)
async def test_tc_c_08_a_cached_token_that_is_still_good(csms: Csms) -> None:
    """C12: the station has let the driver charge by itself, and hears that it was right."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.plug_in()
        answer = await charging.tell("Updated", "Authorized", idToken=TOKEN)
        assert status_of(answer) == "Accepted"
        assert (await csms.transaction(station_id))["id_token"] == MASKED


@case("TC_C_20", CORE)
async def test_tc_c_20_a_cached_token_that_is_good_no_more(guarded: Csms) -> None:
    """C12: the station has let the driver charge by itself, and hears that it was wrong."""
    async with booted(guarded) as (_, station):
        charging = Charging(station)
        await charging.plug_in()
        answer = await charging.tell("Updated", "Authorized", idToken=UNKNOWN_TOKEN)
        assert status_of(answer) in {"Invalid", "Unknown"}
        assert guarded.kept.reports_on(charging.transaction)[-1] == (1, "Authorized")


@case("TC_C_37", CORE)
async def test_tc_c_37_the_cache_is_cleared(csms: Csms) -> None:
    """C11: the station forgets all verdicts, and the operator is told so."""
    async with booted(csms, ClearCache=ACCEPTED) as (station_id, station):
        outcome = await csms.command(station_id, "clear_cache")
        assert await station.asked_for("ClearCache") == {}
        assert outcome["status"] == "accepted"


@case("TC_C_38", CORE)
async def test_tc_c_38_the_cache_is_not_cleared(csms: Csms) -> None:
    """C11: the station does not want to, and the operator is told so."""
    async with booted(csms, ClearCache=REJECTED) as (station_id, station):
        outcome = await csms.command(station_id, "clear_cache")
        assert await station.asked_for("ClearCache") == {}
        assert outcome["status"] == "rejected"
