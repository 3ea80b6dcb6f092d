"""Functional block C: tokens of one group, and the master pass."""

from typing import Final

import pytest

from tests.conformance.cases import CORE, LOCAL_LIST, case
from tests.conformance.csms import Csms
from tests.conformance.states import Charging, ask, booted
from tests.conformance.station import Fields, Station

pytestmark = pytest.mark.asyncio(loop_scope="session")

FATHER: Final = {"idToken": "FA0001", "type": "ISO14443"}
MOTHER: Final = {"idToken": "FA0002", "type": "ISO14443"}
FAMILY: Final = "FA"
GUARD: Final = {"idToken": "9A55", "type": "ISO14443"}
GUARDS: Final = "MASTER"


async def list_family(csms: Csms) -> None:
    """Two tokens of one group, and one whose group is the master pass."""
    for token in (FATHER, MOTHER):
        await csms.list_token(token["idToken"], group=FAMILY)
    await csms.list_token(GUARD["idToken"], group=GUARDS)


def is_of(group: str, verdict: Fields) -> bool:
    """Whether a token is accepted as one of a group."""
    return (verdict["status"], verdict["groupIdToken"]["idToken"]) == ("Accepted", group)


async def charge_by_two(csms: Csms, *, is_asked_first: bool, is_asked_last: bool) -> None:
    """One of the group starts, the other stops; the start's token stays the transaction's.

    Args:
        csms: The system under test.
        is_asked_first: Whether the station asks about the other token at the start.
        is_asked_last: Whether it asks about it at the end; else it knows it by its own list.
    """
    await list_family(csms)
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.plug_in()
        if is_asked_first:
            assert is_of(FAMILY, await ask(station, MOTHER))
        answer = await charging.tell("Updated", "Authorized", idToken=FATHER)
        assert is_of(FAMILY, answer["idTokenInfo"])
        charging.is_authorized = True
        await charging.begin()
        if is_asked_last:
            assert is_of(FAMILY, await ask(station, MOTHER))
        answer = await charging.stop(MOTHER)
        assert is_of(FAMILY, answer["idTokenInfo"])
        await charging.unplug()
        kept = await csms.transaction(station_id)
        assert (kept["id_token"], kept["stop_reason"]) == ("FA…01", "EVDisconnected")


@case("TC_C_39", CORE)
async def test_tc_c_39_another_of_the_group_stops(guarded: Csms) -> None:
    """C09: the station asks about both tokens, and is told the group of each."""
    await charge_by_two(guarded, is_asked_first=True, is_asked_last=True)


@case("TC_C_40", LOCAL_LIST)
async def test_tc_c_40_another_of_the_group_stops_by_the_local_list(guarded: Csms) -> None:
    """C09: the station knows both tokens by its list, and is told the group in its transaction."""
    await charge_by_two(guarded, is_asked_first=False, is_asked_last=False)


@case("TC_C_43", LOCAL_LIST)
async def test_tc_c_43_another_of_the_group_is_invalid_by_the_local_list(guarded: Csms) -> None:
    """C09: the station's list takes the other token for invalid, so it asks, and may stop."""
    await charge_by_two(guarded, is_asked_first=False, is_asked_last=True)


async def charge_at_both(station: Station) -> tuple[Charging, Charging]:
    """Both EVSEs charge, each for a driver of its own."""
    first, second = Charging(station, 1, FATHER), Charging(station, 2, MOTHER)
    await first.begin()
    await second.begin()
    return first, second


async def end_by_master(charging: Charging) -> None:
    """A transaction is ended by the master pass, which is accepted as that."""
    answer = await charging.end("StopAuthorized", "MasterPass", idToken=GUARD)
    assert is_of(GUARDS, answer["idTokenInfo"])


@case("TC_C_47", CORE)
async def test_tc_c_47_a_master_pass_stops_all_that_it_chooses(guarded: Csms) -> None:
    """C16: at a station with a screen the guard stops both transactions; they stay the drivers'."""
    await list_family(guarded)
    async with booted(guarded) as (station_id, station):
        charging = await charge_at_both(station)
        assert is_of(GUARDS, await ask(station, GUARD))
        for one in charging:
            await end_by_master(one)
        kept = await guarded.transactions(station_id)
        assert [one["stop_reason"] for one in kept] == ["MasterPass", "MasterPass"]
        assert [one["id_token"] for one in kept] == ["FA…01", "FA…02"]


@case("TC_C_48", CORE)
async def test_tc_c_48_a_master_pass_stops_one_that_it_chooses(guarded: Csms) -> None:
    """C16: at a station with a screen the guard stops one transaction, the other goes on."""
    await list_family(guarded)
    async with booted(guarded) as (station_id, station):
        first, _ = await charge_at_both(station)
        assert is_of(GUARDS, await ask(station, GUARD))
        await end_by_master(first)
        kept = await guarded.transactions(station_id)
        assert [one["stop_reason"] for one in kept] == ["MasterPass", None]


@case("TC_C_49", CORE)
async def test_tc_c_49_a_master_pass_stops_all_without_a_screen(guarded: Csms) -> None:
    """C16: without a screen nothing can be chosen: the guard stops whatever charges."""
    await list_family(guarded)
    async with booted(guarded) as (station_id, station):
        charging = await charge_at_both(station)
        assert is_of(GUARDS, await ask(station, GUARD))
        for one in charging:
            answer = await one.end("StopAuthorized", "MasterPass", idToken=one.token)
            assert is_of(FAMILY, answer["idTokenInfo"])
        kept = await guarded.transactions(station_id)
        assert [one["evse_number"] for one in kept if one["ended_at"]] == [1, 2]
        assert {one["stop_reason"] for one in kept} == {"MasterPass"}
