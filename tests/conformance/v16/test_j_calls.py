"""OCPP-J 1.6 §4.1, §4.2: calls and answers in both directions, also such as do not fit."""

import asyncio
from typing import Any, Final

import pytest

from tests.conformance.csms import Csms
from tests.conformance.v16.cases import OCPP_J, case16
from tests.conformance.v16.wire import Wire, wired

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOOT: Final = {"chargePointVendor": "Proving Ground", "chargePointModel": "PG-16"}


async def boot(wire: Wire) -> None:
    """Boot, and be accepted."""
    await wire.send([2, "boot", "BootNotification", BOOT])
    assert (await wire.answer())[2]["status"] == "Accepted"


def commanding(csms: Csms, station_id: str, command: str) -> "asyncio.Task[dict[str, Any]]":
    """A command that is under way."""
    return asyncio.create_task(csms.command(station_id, command))


@case16("J 4.1.1 Synchronicity", OCPP_J)
async def test_calls_that_come_at_once_are_answered_in_their_order(csms: Csms) -> None:
    """§4.1.1: a station ought to wait; one that does not is answered all the same."""
    async with wired(csms.ocpp_url, csms.fresh_station()) as wire:
        ids = [f"call-{number}" for number in range(5)]
        for message_id in ids:
            await wire.send([2, message_id, "Authorize", {"idTag": "J-QUICK"}])
        answers = [await wire.answer() for _ in ids]
        assert [answer[1] for answer in answers] == ids
        assert {answer[0] for answer in answers} == {3}


@case16("J 4.2.2 CallResult", OCPP_J)
async def test_an_answer_has_three_elements_and_the_id_of_its_call(csms: Csms) -> None:
    """§4.2.2: an answer without fields is an empty object."""
    async with wired(csms.ocpp_url, csms.fresh_station()) as wire:
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        await boot(wire)
        await wire.send([2, "any id: 1/2", "StatusNotification", status])
        assert await wire.answer() == [3, "any id: 1/2", {}]


@case16("J 4.1.4 The message ID", OCPP_J)
async def test_a_call_under_an_id_that_was_used_before_is_answered(csms: Csms) -> None:
    """§4.1.4, J errata §3.1: a message that is sent again may have its old id."""
    async with wired(csms.ocpp_url, csms.fresh_station()) as wire:
        for _ in range(2):
            await wire.send([2, "call-1", "Authorize", {"idTag": "J-AGAIN"}])
            assert await wire.answer() == [3, "call-1", {"idTagInfo": {"status": "Accepted"}}]


@case16("J 4.1.1 Synchronicity", OCPP_J)
async def test_a_second_call_waits_for_the_answer_to_the_first(csms: Csms) -> None:
    """§4.1.1: never are two of our calls open at one station."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id, "ClearCache", "GetLocalListVersion") as wire:
        await boot(wire)
        first = commanding(csms, station_id, "clear_cache")
        _, first_id, action, _ = await wire.asked()
        assert action == "ClearCache"
        second = commanding(csms, station_id, "read_list_version")
        assert await wire.is_alive()
        assert not wire.has_been_asked
        await wire.send([3, first_id, {"status": "Accepted"}])
        assert (await first)["status"] == "accepted"
        _, second_id, action, _ = await wire.asked()
        assert action == "GetLocalListVersion"
        await wire.send([3, second_id, {"listVersion": 4}])
        assert (await second)["version"] == 4


@case16("J 4.1.1 Synchronicity, note", OCPP_J)
async def test_calls_of_both_sides_may_cross(csms: Csms) -> None:
    """§4.1.1: a station that owes us an answer is answered."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id, "ClearCache") as wire:
        await boot(wire)
        pending = commanding(csms, station_id, "clear_cache")
        _, message_id, _, _ = await wire.asked()
        await wire.send([2, message_id, "Authorize", {"idTag": "J-CROSS"}])
        assert (await wire.answer())[:2] == [3, message_id]
        assert not pending.done()
        await wire.send([3, message_id, {"status": "Rejected"}])
        assert (await pending)["status"] == "rejected"


@case16("J 4.1.1 Synchronicity, J errata 3.5", OCPP_J)
async def test_a_station_that_does_not_answer_holds_up_no_other(csms: Csms) -> None:
    """J errata §3.5: the rule is for each connection by itself."""
    slow_id, quick_id = csms.fresh_station(), csms.fresh_station()
    async with (
        wired(csms.ocpp_url, slow_id, "ClearCache") as slow,
        wired(csms.ocpp_url, quick_id, "ClearCache") as quick,
    ):
        await boot(slow)
        await boot(quick)
        pending = commanding(csms, slow_id, "clear_cache")
        slow_call = await slow.asked()
        other = commanding(csms, quick_id, "clear_cache")
        await quick.send([3, (await quick.asked())[1], {"status": "Accepted"}])
        assert (await other)["status"] == "accepted"
        assert not pending.done()
        await slow.send([3, slow_call[1], {"status": "Accepted"}])
        assert (await pending)["status"] == "accepted"


@case16("J 4.1.4 The message ID", OCPP_J)
async def test_our_calls_have_ids_of_their_own(csms: Csms) -> None:
    """§4.1.4, J errata §3.7: none twice, none too long, also after a reconnection."""
    station_id = csms.fresh_station()
    ids: list[str] = []
    for _ in range(2):
        async with wired(csms.ocpp_url, station_id, "ClearCache") as wire:
            await boot(wire)
            for _ in range(3):
                pending = commanding(csms, station_id, "clear_cache")
                kind, message_id, _, payload = await wire.asked()
                assert (kind, payload) == (2, {})
                ids.append(message_id)
                await wire.send([3, message_id, {"status": "Accepted"}])
                await pending
    assert len(set(ids)) == 6
    assert all(0 < len(message_id) <= 36 for message_id in ids)


@case16("J 4.2.2 CallResult", OCPP_J)
@pytest.mark.parametrize(
    "frame",
    [
        pytest.param([3, "nobody-asked", {"status": "Accepted"}], id="a result"),
        pytest.param([4, "nobody-asked", "InternalError", "", {}], id="an error"),
        pytest.param([3, "nobody-asked"], id="half a result"),
        pytest.param([4, "nobody-asked"], id="half an error"),
    ],
)
async def test_an_answer_to_no_call_is_ignored(csms: Csms, frame: list[Any]) -> None:
    """§4.1.4, §4.2: it is not answered, as no answer ever is, and the pending call goes on."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id, "ClearCache") as wire:
        await boot(wire)
        pending = commanding(csms, station_id, "clear_cache")
        _, message_id, _, _ = await wire.asked()
        await wire.send(frame)
        assert await wire.is_alive()
        assert not pending.done()
        await wire.send([3, message_id, {"status": "Accepted"}])
        assert (await pending)["status"] == "accepted"


@case16("J 4.2.3 CallError, to our call", OCPP_J, is_each=True)
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("NotImplemented", "not_supported"),
        ("NotSupported", "not_supported"),
        ("InternalError", "failed"),
        ("ProtocolError", "rejected"),
        ("SecurityError", "rejected"),
        ("FormationViolation", "rejected"),
        ("PropertyConstraintViolation", "rejected"),
        ("OccurenceConstraintViolation", "rejected"),
        ("TypeConstraintViolation", "rejected"),
        ("GenericError", "failed"),
    ],
)
async def test_the_operator_is_told_by_which_error_a_call_was_answered(
    csms: Csms, code: str, status: str
) -> None:
    """§4.2.3: ten codes; after two of them nobody knows whether it was done."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id, "ClearCache") as wire:
        await boot(wire)
        pending = commanding(csms, station_id, "clear_cache")
        await wire.send([4, (await wire.asked())[1], code, "out of order", {"a": 1}])
        outcome = await pending
        assert (outcome["status"], outcome["detail"]) == (status, f"{code}: out of order")
        assert await wire.is_alive()


@case16("J 4.2.2 CallResult, to our call", OCPP_J)
@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"status": "Perhaps"}, id="another word"),
        pytest.param({"status": "Accepted", "mood": "good"}, id="a field too many"),
    ],
)
async def test_an_answer_that_does_not_fit_is_no_success(
    csms: Csms, payload: dict[str, Any]
) -> None:
    """§4.2.2: the operator is told that it could not be read; the connection lives on."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id, "ClearCache") as wire:
        await boot(wire)
        pending = commanding(csms, station_id, "clear_cache")
        await wire.send([3, (await wire.asked())[1], payload])
        outcome = await pending
        assert outcome["status"] == "failed"
        assert "ClearCache" in outcome["detail"]
        assert await wire.is_alive()


@case16("J 4.1.1 Synchronicity, time-out", OCPP_J)
async def test_an_answer_that_comes_too_late_is_ignored(hasty: Csms) -> None:
    """§4.1.1: after the time-out another call may be made, and gets its own answer."""
    station_id = hasty.fresh_station()
    async with wired(hasty.ocpp_url, station_id, "ClearCache") as wire:
        await boot(wire)
        first = commanding(hasty, station_id, "clear_cache")
        _, late_id, _, _ = await wire.asked()
        assert (await first)["status"] == "timed_out"
        second = commanding(hasty, station_id, "clear_cache")
        _, message_id, _, _ = await wire.asked()
        await wire.send([3, late_id, {"status": "Accepted"}])
        assert await wire.is_alive()
        assert not second.done()
        await wire.send([3, message_id, {"status": "Rejected"}])
        assert (await second)["status"] == "rejected"


@case16("J 4.2.2 CallResult", OCPP_J)
async def test_an_answer_over_a_new_connection_comes_too_late(csms: Csms) -> None:
    """§4.1.1, §4.1.4: the call was lost with its connection, and the operator was told so."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id, "ClearCache") as wire:
        await boot(wire)
        pending = commanding(csms, station_id, "clear_cache")
        _, lost_id, _, _ = await wire.asked()
    assert (await pending)["status"] == "failed"
    async with wired(csms.ocpp_url, station_id, "ClearCache") as wire:
        await wire.send([3, lost_id, {"status": "Accepted"}])
        assert await wire.is_alive()
        (kept,) = await csms.get("/messages", station_id=station_id, action="ClearCache")
        assert "answer" not in kept
