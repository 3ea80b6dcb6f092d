"""Functional block O: reports of the messages that a station shows to drivers."""

from typing import Any, Final

import pytest

from tests.conformance.cases import NO_PROFILE, case
from tests.conformance.csms import Csms
from tests.conformance.states import ACCEPTED, booted
from tests.conformance.station import Fields, Station

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNKNOWN: Final = {"status": "Unknown"}
MESSAGE: Final = {
    "id": 31,
    "priority": "InFront",
    "message": {"format": "UTF8", "language": "en", "content": "Closed on Sunday"},
}


async def tell(station: Station, job: int, *parts: Fields) -> None:
    """Tell messages, one in each part, and be acknowledged."""
    for number, message in enumerate(parts, start=1):
        told = {"requestId": job, "tbc": number < len(parts), "messageInfo": [message]}
        assert await station.call("NotifyDisplayMessages", told) == {}


async def ask(csms: Csms, *parts: Fields, **wanted: Any) -> tuple[Fields, list[dict[str, Any]]]:
    """An operator asks for messages; return what was asked, and what the operator reads.

    Args:
        csms: The system under test.
        parts: What the station has to tell.
        wanted: Which messages the operator asks for.
    """
    async with booted(csms, GetDisplayMessages=ACCEPTED) as (station_id, station):
        outcome = await csms.command(station_id, "request_messages", **wanted)
        assert outcome["status"] == "accepted"
        asked = dict(await station.asked_for("GetDisplayMessages"))
        job = asked.pop("requestId")
        assert job == outcome["job"]
        await tell(station, job, *parts)
        told = await csms.report(job)
        assert (told["is_complete"], (await csms.job(job))["stage"]) == (True, "done")
        return asked, [one for part in told["parts"] for one in part["body"]["messages"]]


async def ask_in_vain(csms: Csms, **wanted: Any) -> Fields:
    """There are no such messages, and no report is waited for; return what was asked."""
    async with booted(csms, GetDisplayMessages=UNKNOWN) as (station_id, station):
        outcome = await csms.command(station_id, "request_messages", **wanted)
        assert outcome["status"] == "unknown"
        kept = await csms.job(outcome["job"])
        assert (kept["status"], kept["stage"]) == ("unknown", None)
        assert kept["finished_at"] is not None
        asked = dict(await station.asked_for("GetDisplayMessages"))
        assert asked.pop("requestId") == outcome["job"]
        return asked


@case("TC_O_02", NO_PROFILE)
async def test_tc_o_02_all_messages(csms: Csms) -> None:
    """O03: nothing is named, and all messages are read, in two parts."""
    asked, read = await ask(csms, MESSAGE, {**MESSAGE, "id": 32, "state": "Idle"})
    assert asked == {}
    assert [(one["message_id"], one["state"]) for one in read] == [(31, None), (32, "idle")]
    assert [one["text"]["content"] for one in read] == ["Closed on Sunday"] * 2


@case("TC_O_03", NO_PROFILE)
async def test_tc_o_03_no_messages(csms: Csms) -> None:
    """O03: the station shows none."""
    assert await ask_in_vain(csms) == {}


@case("TC_O_07", NO_PROFILE)
async def test_tc_o_07_a_message_by_its_id(csms: Csms) -> None:
    """O04: one id is named, and nothing else."""
    asked, read = await ask(csms, MESSAGE, message_ids=[31])
    assert asked == {"id": [31]}
    assert [one["message_id"] for one in read] == [31]


@case("TC_O_08", NO_PROFILE)
async def test_tc_o_08_messages_of_a_priority(csms: Csms) -> None:
    """O04: a priority is named, and nothing else."""
    asked, read = await ask(csms, MESSAGE, priority="in_front")
    assert asked == {"priority": "InFront"}
    assert [(one["message_id"], one["priority"]) for one in read] == [(31, "in_front")]


@case("TC_O_09", NO_PROFILE)
async def test_tc_o_09_messages_of_a_state(csms: Csms) -> None:
    """O04: a state of the station is named, and nothing else."""
    asked, read = await ask(csms, {**MESSAGE, "state": "Charging"}, state="charging")
    assert asked == {"state": "Charging"}
    assert [(one["message_id"], one["state"]) for one in read] == [(31, "charging")]


@case("TC_O_11", NO_PROFILE)
async def test_tc_o_11_a_message_by_an_id_that_is_not_known(csms: Csms) -> None:
    """O04: the station shows messages, but not that one."""
    assert await ask_in_vain(csms, message_ids=[99]) == {"id": [99]}
