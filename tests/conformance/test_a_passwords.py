"""Functional block A: stations that prove by a password who they are."""

from http import HTTPStatus
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.proofs import OTHER_SECRET, SECRET, known_station, proven
from tests.conformance.states import boot, set_variables
from tests.conformance.station import Answer, Fields

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def refusal(csms: Csms, station_id: str, password: str, **more: Any) -> int:
    """Connect where that has to be refused; the status."""
    with pytest.raises(InvalidStatus) as caught:
        async with proven(csms, station_id, password, **more):
            pytest.fail("expected a refusal")
    return caught.value.response.status_code


async def events_of(csms: Csms, station_id: str) -> list[str]:
    """What has been noticed of attempts in a station's name, the oldest first."""
    kept = await csms.get(f"/stations/{station_id}/security-events")
    return [event["kind"] for event in kept[::-1]]


async def takes_part(csms: Csms, station_id: str, password: str) -> None:
    """A station connects, is accepted, and the operator sees its connectors."""
    async with proven(csms, station_id, password) as station:
        await boot(station)
        assert await csms.state_of(station_id) == "available"


@case("TC_A_01", CORE)
async def test_tc_a_01_its_own_name_and_password(secure: Csms) -> None:
    """A00, B01: the station takes part, and the operator sees by what."""
    station_id = await known_station(secure)
    await takes_part(secure, station_id, SECRET)
    security = await secure.get(f"/stations/{station_id}/security")
    assert (security["reached"], security["has_password"]) == (1, True)


@case("TC_A_02", CORE)
async def test_tc_a_02_another_name(secure: Csms) -> None:
    """A00: the password is right, but the name is not the station's, which is written down."""
    station_id = await known_station(secure)
    status = await refusal(secure, station_id, SECRET, user=f"{station_id}x")
    assert status == HTTPStatus.UNAUTHORIZED
    assert (await events_of(secure, station_id))[-1] == "FailedToAuthenticateAtCsms"
    assert (await secure.get(f"/stations/{station_id}"))["booted_at"] is None


@case("TC_A_03", CORE)
async def test_tc_a_03_another_password(secure: Csms) -> None:
    """A00: the attempt is refused and written down."""
    station_id = await known_station(secure)
    assert await refusal(secure, station_id, OTHER_SECRET) == HTTPStatus.UNAUTHORIZED
    assert (await events_of(secure, station_id))[-1] == "FailedToAuthenticateAtCsms"
    assert (await secure.get(f"/stations/{station_id}"))["booted_at"] is None


def _is_password(asked: Fields) -> bool:
    return any(one["variable"]["name"] == "BasicAuthPassword" for one in asked["setVariableData"])


async def send_password(csms: Csms, station_id: str, answer: Answer) -> str:
    """The operator has another password sent to a station; return what came of it."""
    async with proven(csms, station_id, SECRET, answers={"SetVariables": answer}) as station:
        await boot(station)
        path = f"/stations/{station_id}/security/password"
        outcome = await csms.operator.post(path, json={"password": OTHER_SECRET})
        asked = await station.asked_for("SetVariables", where=_is_password)
        variable = {
            "component": {"name": "SecurityCtrlr"},
            "variable": {"name": "BasicAuthPassword"},
            "attributeValue": OTHER_SECRET,
        }
        assert asked == {"setVariableData": [variable]}
        return str(outcome.json()["status"])


@case("TC_A_09", CORE)
async def test_tc_a_09_the_station_takes_another_password(secure: Csms) -> None:
    """A01: it comes with the new one, and the old one is good no longer."""
    station_id = await known_station(secure)
    assert await send_password(secure, station_id, set_variables()) == "accepted"
    await takes_part(secure, station_id, OTHER_SECRET)
    assert await refusal(secure, station_id, SECRET) == HTTPStatus.UNAUTHORIZED
    assert not (await secure.get(f"/stations/{station_id}/security"))["has_next_password"]


@case("TC_A_10", CORE)
async def test_tc_a_10_the_station_refuses_another_password(secure: Csms) -> None:
    """A01: it comes with the old one, and the new one is not good."""
    station_id = await known_station(secure)
    refusing = set_variables("Rejected")
    assert await send_password(secure, station_id, refusing) == "rejected"
    assert not (await secure.get(f"/stations/{station_id}/security"))["has_next_password"]
    await takes_part(secure, station_id, SECRET)
    assert await refusal(secure, station_id, OTHER_SECRET) == HTTPStatus.UNAUTHORIZED
