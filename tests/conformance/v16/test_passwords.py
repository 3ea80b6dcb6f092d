"""Security whitepaper §2.3, A01: stations prove who they are by a password, and get another."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

import pytest
from websockets.exceptions import InvalidStatus

from tests.conformance.csms import Csms
from tests.conformance.station import Answer, Station, connected
from tests.conformance.v16.cases import SECURITY, case16
from tests.conformance.v16.states import OBEDIENT, boot

pytestmark = pytest.mark.asyncio(loop_scope="session")

OLD: Final = "the-old-password-here"
NEW: Final = "the-new-password-here"


async def guarded_station(csms: Csms) -> str:
    """A station that has to come with its password from now on."""
    station_id = csms.fresh_station()
    for path, wanted in (("security", {"profile": 1}), ("security/password", {"password": OLD})):
        answer = await csms.operator.put(f"/stations/{station_id}/{path}", json=wanted)
        assert answer.is_success, answer.text
    return station_id


@asynccontextmanager
async def entering(
    csms: Csms, station_id: str, password: str, **answers: Answer
) -> AsyncIterator[Station]:
    """A station that comes with a password (HTTP Basic authentication)."""
    proof = b64encode(f"{station_id}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {proof}"}
    answers = {**OBEDIENT, **answers}
    async with connected(csms.ocpp_url, station_id, "1.6", answers, headers=headers) as station:
        yield station


async def is_let_in(csms: Csms, station_id: str, password: str) -> bool:
    """Whether a password opens the door; whoever is not let in gets status 401."""
    try:
        async with entering(csms, station_id, password) as station:
            await boot(station)
    except InvalidStatus as refused:
        if refused.response.status_code != HTTPStatus.UNAUTHORIZED:
            raise
        return False
    return True


async def change_password(csms: Csms, word: str) -> str:
    """Have a station sent another password, which it answers; return the station."""
    station_id = await guarded_station(csms)
    answer = {"status": word}
    async with entering(csms, station_id, OLD, ChangeConfiguration=answer) as station:
        await boot(station)
        path = f"/stations/{station_id}/security/password"
        told = await csms.operator.post(path, json={"password": NEW})
        assert told.status_code == HTTPStatus.OK, told.text
        asked = await station.asked_for(
            "ChangeConfiguration", where=lambda fields: fields["key"] == "AuthorizationKey"
        )
        assert asked["value"] == NEW
    return station_id


@case16("W 2.3 Unsecured Transport with Basic Authentication", SECURITY)
async def test_a_station_is_let_in_with_its_password(csms: Csms) -> None:
    """Whitepaper §2.3: its name is its identity."""
    assert await is_let_in(csms, await guarded_station(csms), OLD)


@case16("W 2.3 Unsecured Transport with Basic Authentication", SECURITY)
async def test_a_station_with_a_wrong_password_is_turned_away(csms: Csms) -> None:
    """Whitepaper §2.3.1: before any message, and the operator can read of the attempt."""
    station_id = await guarded_station(csms)
    assert not await is_let_in(csms, station_id, "a-wrong-password-here")
    (event,) = await csms.get("/security-events", station_id=station_id, limit=1)
    assert event["kind"] == "FailedToAuthenticateAtCsms"


@case16("W A01 Update Charge Point Password, FR.03", SECURITY)
async def test_a_new_password_takes_the_place_of_the_old_one(csms: Csms) -> None:
    """A01.FR.03: the station has come with the new one; the old one opens nothing."""
    station_id = await change_password(csms, "Accepted")
    assert await is_let_in(csms, station_id, NEW)
    assert not await is_let_in(csms, station_id, OLD)


@case16("W A01 Update Charge Point Password, FR.03", SECURITY)
async def test_an_old_password_counts_no_more_once_the_new_one_is_accepted(csms: Csms) -> None:
    """A01.FR.03: from the station's answer on, whether or not it has come again."""
    station_id = await change_password(csms, "Accepted")
    assert not await is_let_in(csms, station_id, OLD)


@case16("W A01 Update Charge Point Password, FR.04", SECURITY, is_each=True)
@pytest.mark.parametrize("word", ["Rejected", "NotSupported"])
async def test_an_old_password_counts_where_the_new_one_was_not_taken(
    csms: Csms, word: str
) -> None:
    """A01.FR.04: the station goes on as before."""
    station_id = await change_password(csms, word)
    assert await is_let_in(csms, station_id, OLD)
    assert not await is_let_in(csms, station_id, NEW)
