"""OCPP 1.6 §5.10, §5.15: stations get the list of tokens that they may accept by themselves."""

import pytest

from tests.conformance.csms import Csms
from tests.conformance.v16.cases import LOCAL_LIST, case16
from tests.conformance.v16.states import ACCEPTED, TAG, booted, outcome_of, verdict_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case16("7.47 UpdateStatus", LOCAL_LIST, is_each=True)
@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("Accepted", ("accepted", "")),
        ("Failed", ("rejected", "Failed")),
        ("NotSupported", ("not_supported", "")),
        ("VersionMismatch", ("rejected", "VersionMismatch")),
    ],
)
async def test_the_operator_is_told_what_came_of_a_list(
    csms: Csms, word: str, verdict: tuple[str, str]
) -> None:
    """§5.15: after a mismatch or a failure the whole list is to be sent, so the word is told."""
    outcome, asked = await outcome_of(
        *(csms, "SendLocalList", {"status": word}, "send_local_list"),
        version=8,
        update="differential",
        entries=[{"id_token": {"value": TAG}, "verdict": {"status": "Accepted"}}],
    )
    assert (asked["listVersion"], asked["updateType"]) == (8, "Differential")
    assert verdict_of(outcome) == verdict


@case16("5.15 SendLocalList, Full", LOCAL_LIST)
async def test_a_whole_list_has_a_verdict_for_every_token(csms: Csms) -> None:
    """§5.15, §7.1: with the group, and until when it holds."""
    verdict = {"status": "Accepted", "group": "FAMILY", "expires_at": "2027-01-01T00:00:00Z"}
    _, asked = await outcome_of(
        *(csms, "SendLocalList", ACCEPTED, "send_local_list"),
        version=3,
        entries=[
            {"id_token": {"value": "L-ONE"}, "verdict": verdict},
            {"id_token": {"value": "L-TWO"}, "verdict": {"status": "Blocked"}},
        ],
    )
    told = {"status": "Accepted", "parentIdTag": "FAMILY", "expiryDate": "2027-01-01T00:00:00Z"}
    assert asked == {
        "listVersion": 3,
        "updateType": "Full",
        "localAuthorizationList": [
            {"idTag": "L-ONE", "idTagInfo": told},
            {"idTag": "L-TWO", "idTagInfo": {"status": "Blocked"}},
        ],
    }


@case16("5.15 SendLocalList, Full", LOCAL_LIST)
async def test_a_whole_list_may_be_empty(csms: Csms) -> None:
    """§6.41: then no token is left on it."""
    _, asked = await outcome_of(csms, "SendLocalList", ACCEPTED, "send_local_list", version=4)
    assert asked.get("localAuthorizationList", []) == []
    assert (asked["listVersion"], asked["updateType"]) == (4, "Full")


@case16("7.1 AuthorizationData", LOCAL_LIST)
async def test_changes_take_tokens_off_by_saying_nothing_of_them(csms: Csms) -> None:
    """§7.1: a token without a verdict is removed."""
    _, asked = await outcome_of(
        *(csms, "SendLocalList", ACCEPTED, "send_local_list"),
        version=5,
        update="differential",
        entries=[
            {"id_token": {"value": "L-NEW"}, "verdict": {"status": "Accepted"}},
            {"id_token": {"value": "L-GONE"}},
        ],
    )
    assert asked["localAuthorizationList"] == [
        {"idTag": "L-NEW", "idTagInfo": {"status": "Accepted"}},
        {"idTag": "L-GONE"},
    ]


@case16("5.10 GetLocalListVersion", LOCAL_LIST, is_each=True)
@pytest.mark.parametrize("version", [17, 0, -1])
async def test_the_operator_is_told_the_version_of_a_list(csms: Csms, version: int) -> None:
    """§5.10: 0 is an empty list, -1 a station that knows no lists."""
    outcome, asked = await outcome_of(
        csms, "GetLocalListVersion", {"listVersion": version}, "read_list_version"
    )
    assert asked == {}
    assert (outcome["status"], outcome["version"]) == ("accepted", version)


@case16("9.2.3 SendLocalListMaxLength", LOCAL_LIST)
async def test_a_list_that_is_too_long_for_one_message_goes_out_in_several(csms: Csms) -> None:
    """§9.2.3: the station takes two entries at once; what the operator reads is what it holds."""
    entries = [
        {"id_token": {"value": f"L-{number}"}, "verdict": {"status": "Accepted"}}
        for number in range(5)
    ]
    async with booted(csms, SendLocalList=ACCEPTED) as (station_id, station):
        outcome = await csms.command(station_id, "send_local_list", version=9, entries=entries)
        assert outcome["status"] == "accepted"
        told = [
            (one["listVersion"], one["updateType"], len(one["localAuthorizationList"]))
            for one in station.asked["SendLocalList"]
        ]
        assert told == [(7, "Full", 2), (8, "Differential", 2), (9, "Differential", 1)]
        held = await csms.get(f"/stations/{station_id}/local-list")
        assert (held["version"], len(held["tokens"])) == (9, 5)
