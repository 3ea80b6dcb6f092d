"""Functional block D: the list of tokens that a station may accept by itself."""

import json
from typing import Final

import pytest

from tests.conformance.cases import LOCAL_LIST, case
from tests.conformance.csms import Csms
from tests.conformance.states import ACCEPTED, TOKEN, UNKNOWN_TOKEN, booted
from tests.conformance.station import Answer, Fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

OF_DRIVER: Final = {"value": "04A2B3C4D5", "kind": "ISO14443"}
OF_STRANGER: Final = {"value": "0BADC0FFEE", "kind": "ISO14443"}
LIST_1: Final[dict[str, Answer]] = {
    "GetLocalListVersion": {"versionNumber": 1},
    "SendLocalList": ACCEPTED,
}
"""Answers of a station that holds version 1 of a list."""


@case("TC_D_01", LOCAL_LIST)
async def test_tc_d_01_a_whole_list(csms: Csms) -> None:
    """D01: a list of two tokens, each with its verdict, in place of what the station held."""
    async with booted(csms, **LIST_1) as (station_id, station):
        outcome = await csms.command(
            station_id,
            "send_local_list",
            version=2,
            update="full",
            entries=[
                {"id_token": OF_DRIVER, "verdict": {"status": "Accepted"}},
                {"id_token": OF_STRANGER, "verdict": {"status": "Blocked"}},
            ],
        )
        assert await station.asked_for("SendLocalList") == {
            "versionNumber": 2,
            "updateType": "Full",
            "localAuthorizationList": [
                {"idToken": TOKEN, "idTokenInfo": {"status": "Accepted"}},
                {"idToken": UNKNOWN_TOKEN, "idTokenInfo": {"status": "Blocked"}},
            ],
        }
        assert outcome["status"] == "accepted"


@case("TC_D_02", LOCAL_LIST)
async def test_tc_d_02_a_token_more(csms: Csms) -> None:
    """D01: the operator reads the version, then adds a token under a greater one."""
    async with booted(csms, **LIST_1) as (station_id, station):
        held = (await csms.command(station_id, "read_list_version"))["version"]
        outcome = await csms.command(
            station_id,
            "send_local_list",
            version=held + 1,
            update="differential",
            entries=[{"id_token": OF_DRIVER, "verdict": {"status": "Accepted"}}],
        )
        assert await station.asked_for("SendLocalList") == {
            "versionNumber": 2,
            "updateType": "Differential",
            "localAuthorizationList": [{"idToken": TOKEN, "idTokenInfo": {"status": "Accepted"}}],
        }
        assert outcome["status"] == "accepted"


@case("TC_D_03", LOCAL_LIST)
async def test_tc_d_03_a_token_less(csms: Csms) -> None:
    """D01: a token without a verdict leaves the list."""
    async with booted(csms, **LIST_1) as (station_id, station):
        outcome = await csms.command(
            station_id,
            "send_local_list",
            version=2,
            update="differential",
            entries=[{"id_token": OF_DRIVER}],
        )
        assert await station.asked_for("SendLocalList") == {
            "versionNumber": 2,
            "updateType": "Differential",
            "localAuthorizationList": [{"idToken": TOKEN}],
        }
        assert outcome["status"] == "accepted"


@case("TC_D_04", LOCAL_LIST)
async def test_tc_d_04_no_list_any_more(csms: Csms) -> None:
    """D01: a whole list without tokens removes what the station held."""
    async with booted(csms, **LIST_1) as (station_id, station):
        outcome = await csms.command(station_id, "send_local_list", version=2, update="full")
        asked = await station.asked_for("SendLocalList")
        assert asked == {"versionNumber": 2, "updateType": "Full"}
        assert outcome["status"] == "accepted"


async def version_told(csms: Csms, version: int) -> object:
    """The version that an operator reads when a station tells one."""
    answer = {"versionNumber": version}
    async with booted(csms, GetLocalListVersion=answer) as (station_id, station):
        outcome = await csms.command(station_id, "read_list_version")
        assert await station.asked_for("GetLocalListVersion") == {}
        assert outcome["status"] == "accepted"
        return outcome["version"]


@case("TC_D_08", LOCAL_LIST)
async def test_tc_d_08_the_version_of_a_list(csms: Csms) -> None:
    """D02: the operator reads the version of the station's list."""
    assert await version_told(csms, 17) == 17


@case("TC_D_09", LOCAL_LIST)
async def test_tc_d_09_the_version_of_no_list(csms: Csms) -> None:
    """D02: a station without a list has version 0, which is not the same as not told."""
    assert await version_told(csms, 0) == 0


async def test_a_list_in_portions_by_number_and_by_bytes(csms: Csms) -> None:
    """D01.FR.11, FR.15: four entries are taken at once, in 500 bytes."""
    limits = {"ItemsPerMessage": "4", "BytesPerMessage": "500"}

    def tell(asked: Fields) -> Fields:
        return {
            "getVariableResult": [
                {
                    **one,
                    "attributeStatus": "Accepted",
                    "attributeValue": limits.get(one["variable"]["name"], "1"),
                }
                for one in asked["getVariableData"]
            ]
        }

    entries = [
        {"id_token": {"value": f"{number:020}"}, "verdict": {"status": "Accepted"}}
        for number in range(8)
    ]
    async with booted(csms, **LIST_1, GetVariables=tell) as (station_id, station):
        outcome = await csms.command(
            station_id, "send_local_list", version=9, update="full", entries=entries
        )
        assert outcome["status"] == "accepted"
        sent = station.asked["SendLocalList"]
        assert [len(one["localAuthorizationList"]) for one in sent] == [2, 2, 2, 2]
        assert [one["versionNumber"] for one in sent] == [6, 7, 8, 9]
        assert [one["updateType"] for one in sent] == ["Full", *["Differential"] * 3]
        assert max(len(json.dumps(one, separators=(",", ":"))) for one in sent) <= 500
