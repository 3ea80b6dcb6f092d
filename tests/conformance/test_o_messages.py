"""Functional block O: messages that a station is to show to drivers, or no longer."""

from typing import Any, Final

import pytest

from tests.conformance.cases import ADVANCED_UI, NO_PROFILE, case
from tests.conformance.csms import Csms
from tests.conformance.states import ACCEPTED, Charging, booted
from tests.conformance.station import Answer, Fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

LATER: Final = "2040-01-01T00:00:00Z"
UNKNOWN: Final = {"status": "Unknown"}
MESSAGE: Final = {
    "message_id": 31,
    "text": {"content": "Closed on Sunday", "format": "UTF8", "language": "en"},
    "priority": "in_front",
}
ON_WIRE: Final = {
    "id": 31,
    "priority": "InFront",
    "message": {"format": "UTF8", "language": "en", "content": "Closed on Sunday"},
}
"""That message as its station knows it."""


async def show(csms: Csms, station_id: str, **fields: Any) -> dict[str, Any]:
    """An operator has a message shown; return the outcome.

    Args:
        csms: The system under test.
        station_id: Where.
        fields: What is different from the usual message.
    """
    return await csms.command(station_id, "show_message", message={**MESSAGE, **fields})


async def shown(csms: Csms, **fields: Any) -> Fields:
    """A message is shown; return it as its station was told."""
    async with booted(csms, SetDisplayMessage=ACCEPTED) as (station_id, station):
        assert (await show(csms, station_id, **fields))["status"] == "accepted"
        return told_to(await station.asked_for("SetDisplayMessage"))


async def refused(csms: Csms, answer: str, **fields: Any) -> Fields:
    """A message is not shown, and the operator is told why; return it as its station was told."""
    async with booted(csms, SetDisplayMessage={"status": answer}) as (station_id, station):
        outcome = await show(csms, station_id, **fields)
        assert (outcome["status"], outcome["answer"]) == ("rejected", answer)
        assert (await csms.job(outcome["job"]))["answer"] == answer
        return told_to(await station.asked_for("SetDisplayMessage"))


async def shown_while_charging(csms: Csms, **fields: Any) -> Fields:
    """A message goes with a transaction; return it as its station was told, without its id."""
    async with booted(csms, SetDisplayMessage=ACCEPTED) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        outcome = await show(csms, station_id, transaction=charging.transaction, **fields)
        assert outcome["status"] == "accepted"
        message = told_to(await station.asked_for("SetDisplayMessage"))
        assert message.pop("transactionId") == charging.transaction
        await charging.unplug()
        assert (await csms.transaction(station_id))["ended_at"] is not None
        return message


def told_to(asked: Fields) -> Fields:
    """The message in a request, which has nothing else."""
    (message,) = asked.values()
    return dict(message)


@case("TC_O_04", NO_PROFILE)
async def test_tc_o_04_a_message_is_shown_no_longer(csms: Csms) -> None:
    """O05: the operator takes back what the station was told to show."""
    answers: dict[str, Answer] = {"SetDisplayMessage": ACCEPTED, "ClearDisplayMessage": ACCEPTED}
    async with booted(csms, **answers) as (station_id, station):
        await show(csms, station_id)
        message = told_to(await station.asked_for("SetDisplayMessage"))
        outcome = await csms.command(station_id, "clear_message", message_id=message["id"])
        assert await station.asked_for("ClearDisplayMessage") == {"id": 31}
        assert outcome["status"] == "accepted"


@case("TC_O_05", NO_PROFILE)
async def test_tc_o_05_a_message_that_was_never_shown(csms: Csms) -> None:
    """O05: there is nothing to take back, and the operator is told so."""
    async with booted(csms, ClearDisplayMessage=UNKNOWN) as (station_id, station):
        outcome = await csms.command(station_id, "clear_message", message_id=99)
        assert await station.asked_for("ClearDisplayMessage") == {"id": 99}
        assert outcome["status"] == "unknown"
        assert (await csms.job(outcome["job"]))["status"] == "unknown"


@case("TC_O_06", NO_PROFILE)
async def test_tc_o_06_a_message_with_a_transaction(csms: Csms) -> None:
    """O02: the transaction is named as its station does."""
    assert await shown_while_charging(csms) == ON_WIRE


@case("TC_O_10", NO_PROFILE)
async def test_tc_o_10_a_message_with_a_transaction_that_is_not_known(csms: Csms) -> None:
    """O02: the station knows no such transaction, and the operator is told so."""
    answer = {"status": "UnknownTransaction"}
    async with booted(csms, SetDisplayMessage=answer) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        outcome = await show(csms, station_id, transaction="none-such")
        message = told_to(await station.asked_for("SetDisplayMessage"))
        assert message == {**ON_WIRE, "transactionId": "none-such"}
        assert (outcome["status"], outcome["answer"]) == ("unknown", "UnknownTransaction")
        assert (await csms.transaction(station_id))["ended_at"] is None


@case("TC_O_12", ADVANCED_UI)
async def test_tc_o_12_a_message_in_place_of_another(csms: Csms) -> None:
    """O06: the same id is sent again, with another text and another priority."""
    async with booted(csms, SetDisplayMessage=ACCEPTED) as (station_id, station):
        await show(csms, station_id)
        text = {"content": "Open again", "format": "ASCII"}
        outcome = await show(csms, station_id, text=text, priority="always_front")
        assert outcome["status"] == "accepted"
        assert told_to(await station.asked_for("SetDisplayMessage")) == ON_WIRE
        assert told_to(await station.asked_for("SetDisplayMessage", 2)) == {
            "id": 31,
            "priority": "AlwaysFront",
            "message": {"format": "ASCII", "content": "Open again"},
        }


@case("TC_O_13", ADVANCED_UI)
async def test_tc_o_13_a_message_from_some_time_on(csms: Csms) -> None:
    """O01: the station is told from when on."""
    assert await shown(csms, starts_at=LATER) == {**ON_WIRE, "startDateTime": LATER}


@case("TC_O_14", ADVANCED_UI)
async def test_tc_o_14_a_message_until_some_time(csms: Csms) -> None:
    """O01: the station is told until when."""
    assert await shown(csms, ends_at=LATER) == {**ON_WIRE, "endDateTime": LATER}


@case("TC_O_17", ADVANCED_UI)
async def test_tc_o_17_a_priority_that_a_station_does_not_know(csms: Csms) -> None:
    """O01: the station cannot put a message in front of all others."""
    message = await refused(csms, "NotSupportedPriority", priority="always_front")
    assert message == {**ON_WIRE, "priority": "AlwaysFront"}


@case("TC_O_18", ADVANCED_UI)
async def test_tc_o_18_a_state_that_a_station_does_not_know(csms: Csms) -> None:
    """O01: the station cannot show a message only while it is faulted."""
    message = await refused(csms, "NotSupportedState", state="faulted")
    assert message == {**ON_WIRE, "state": "Faulted"}


@case("TC_O_19", ADVANCED_UI)
async def test_tc_o_19_a_format_that_a_station_does_not_know(csms: Csms) -> None:
    """O01: the station cannot show a web page."""
    page = {"content": "<b>Closed</b>", "format": "HTML"}
    message = await refused(csms, "NotSupportedMessageFormat", text=page)
    assert message == {**ON_WIRE, "message": {"format": "HTML", "content": "<b>Closed</b>"}}


@case("TC_O_27", NO_PROFILE)
async def test_tc_o_27_a_message_with_a_transaction_from_some_time_on(csms: Csms) -> None:
    """O02: the station is told the transaction, and from when on."""
    message = await shown_while_charging(csms, starts_at=LATER)
    assert message == {**ON_WIRE, "startDateTime": LATER}


@case("TC_O_28", NO_PROFILE)
async def test_tc_o_28_a_message_with_a_transaction_until_some_time(csms: Csms) -> None:
    """O02: the station is told the transaction, in which of its states, and until when."""
    message = await shown_while_charging(csms, ends_at=LATER, state="charging")
    assert message == {**ON_WIRE, "endDateTime": LATER, "state": "Charging"}
