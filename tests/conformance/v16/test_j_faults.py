"""OCPP-J 1.6 §4: whatever a station sends, it is told what is wrong, and stays connected."""

import json
from typing import Any, Final

import pytest

from tests.conformance.csms import Csms
from tests.conformance.v16.cases import OCPP_J, case16
from tests.conformance.v16.states import TAG
from tests.conformance.v16.wire import Frame, wired

pytestmark = pytest.mark.asyncio(loop_scope="session")

START: Final = {
    "connectorId": 1,
    "idTag": TAG,
    "meterStart": 0,
    "timestamp": "2026-01-14T12:00:00Z",
}
STATUS: Final = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
BOOT: Final = {"chargePointVendor": "Proving Ground", "chargePointModel": "PG-16"}


async def refusal_of(csms: Csms, message: str | bytes | Frame) -> Frame:
    """How a message is refused by a connection that lives on."""
    async with wired(csms.ocpp_url, csms.fresh_station()) as wire:
        await wire.send(message)
        refusal = await wire.answer()
        assert await wire.is_alive()
        return refusal


async def code_for(csms: Csms, action: str, payload: object) -> str:
    """The error code that answers a call, whose answer is otherwise as it should be."""
    kind, message_id, code, description, details = await refusal_of(
        csms, [2, "call-1", action, payload]
    )
    assert (kind, message_id, details) == (4, "call-1", {})
    assert 0 < len(description) <= 255
    return str(code)


@case16("J 4.1.2 Character encoding", OCPP_J)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("hello", id="words"),
        pytest.param("", id="nothing"),
        pytest.param('[2,"call-1","Heartbeat",{}', id="half a call"),
        pytest.param("{}", id="an object"),
        pytest.param("17", id="a number"),
        pytest.param("[]", id="an empty array"),
        pytest.param(b'[2,"call-1","Heartbeat",{}]', id="bytes"),
    ],
)
async def test_what_is_no_frame_is_refused_and_kept(csms: Csms, text: str | bytes) -> None:
    """§4.1, §4.1.2: a message is a JSON array, sent as text; the journal shows what came."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id) as wire:
        await wire.send(text)
        refusal = await wire.answer()
        assert (refusal[0], refusal[2], refusal[4]) == (4, "FormationViolation", {})
        assert await wire.is_alive()
        (kept,) = await csms.get("/messages", station_id=station_id, by="station", is_error=True)
        assert kept["call"] == (text.decode() if isinstance(text, bytes) else text)


@case16("J 4.1.3 The message type", OCPP_J)
@pytest.mark.parametrize("kind", [0, 1, 5, -2, "2", None])
async def test_a_message_of_a_type_that_nobody_knows_is_ignored(csms: Csms, kind: object) -> None:
    """§4.1.3: there are three types; anything else is not looked at, and not answered."""
    async with wired(csms.ocpp_url, csms.fresh_station()) as wire:
        await wire.send([kind, "call-1", "Heartbeat", {}])
        assert await wire.is_alive()


@case16("J 4.2.1 Call", OCPP_J, is_each=True)
@pytest.mark.parametrize(
    "frame",
    [
        pytest.param([2, "call-1"], id="two elements"),
        pytest.param([2, "call-1", "Heartbeat"], id="three elements"),
        pytest.param([2, "call-1", "Heartbeat", {}, {}], id="five elements"),
        pytest.param([2, "call-1", 7, {}], id="an action that is no text"),
        pytest.param([2, "call-1", "Heartbeat", []], id="a payload that is an array"),
        pytest.param([2, "call-1", "Heartbeat", "{}"], id="a payload that is a text"),
    ],
)
async def test_a_call_that_is_not_of_the_form_is_refused_under_its_id(
    csms: Csms, frame: Frame
) -> None:
    """§4.2.1, §4.2.3: a call has four elements; the answer has five, and the call's own id."""
    kind, message_id, code, _, details = await refusal_of(csms, frame)
    assert (kind, message_id, code, details) == (4, "call-1", "FormationViolation", {})


@case16("J 4.2.1 Call", OCPP_J)
async def test_a_payload_may_be_null(csms: Csms) -> None:
    """§4.2.1: null and an empty object are two ways to say the same."""
    async with wired(csms.ocpp_url, csms.fresh_station()) as wire:
        await wire.send([2, "call-1", "Heartbeat", None])
        kind, message_id, payload = await wire.answer()
        assert (kind, message_id, payload.keys()) == (3, "call-1", {"currentTime"})


@case16("J 4.1.4 The message ID", OCPP_J)
@pytest.mark.parametrize(
    "message_id", ["x" * 37, "", 17, None], ids=["too long", "empty", "a number", "null"]
)
async def test_a_call_without_a_proper_id_is_not_carried_out(
    csms: Csms, message_id: object
) -> None:
    """§4.1.4, §4.2.3: an id is a text of at most 36 characters."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id) as wire:
        await wire.send([2, message_id, "StartTransaction", START])
        refusal = await wire.answer()
        assert (refusal[0], refusal[2]) == (4, "FormationViolation")
        assert isinstance(refusal[1], str)
        assert await wire.is_alive()
        assert await csms.transactions(station_id) == []


@case16("J 4.1.4 The message ID", OCPP_J)
async def test_an_id_may_have_36_characters(csms: Csms) -> None:
    """§4.1.4: as much as a GUID, and any characters."""
    message_id = "é" * 36
    async with wired(csms.ocpp_url, csms.fresh_station()) as wire:
        await wire.send([2, message_id, "Heartbeat", {}])
        assert (await wire.answer())[:2] == [3, message_id]


@case16("J 4.2.3 CallError, NotImplemented", OCPP_J)
@pytest.mark.parametrize("action", ["Teleport", "heartbeat", ""])
async def test_an_action_that_is_not_known_is_not_implemented(csms: Csms, action: str) -> None:
    """§4.2.1, §4.2.3: the case of a name matters."""
    assert await code_for(csms, action, {}) == "NotImplemented"


@case16("J 4.2.3 CallError, NotSupported", OCPP_J)
async def test_an_action_that_is_not_for_a_station_to_ask_is_not_supported(csms: Csms) -> None:
    """§4.2.3: it is known, but it goes the other way."""
    assert await code_for(csms, "Reset", {"type": "Soft"}) == "NotSupported"


@case16("J 4.2.3 CallError, FormationViolation", OCPP_J)
@pytest.mark.parametrize(
    ("action", "payload"),
    [
        pytest.param("Heartbeat", {"now": True}, id="a field where there is none"),
        pytest.param("StartTransaction", {**START, "mood": "good"}, id="a field too many"),
    ],
)
async def test_a_field_that_is_not_known_is_a_violation_of_the_form(
    csms: Csms, action: str, payload: dict[str, Any]
) -> None:
    """§4.2.3, J errata §3.2: nothing may be added to a message."""
    assert await code_for(csms, action, payload) == "FormationViolation"


@case16("J 4.2.3 CallError, OccurenceConstraintViolation", OCPP_J)
@pytest.mark.parametrize(
    ("action", "payload"),
    [
        pytest.param("Authorize", {}, id="the only field"),
        pytest.param("BootNotification", {"chargePointModel": "PG-16"}, id="one of two"),
        pytest.param(
            "MeterValues",
            {"connectorId": 1, "meterValue": [{"timestamp": "2026-01-14T12:00:00Z"}]},
            id="a field within",
        ),
    ],
)
async def test_a_field_that_is_missing_is_a_violation_of_occurrence(
    csms: Csms, action: str, payload: dict[str, Any]
) -> None:
    """§4.2.3, J errata §5.1: in the spelling of the standard."""
    assert await code_for(csms, action, payload) == "OccurenceConstraintViolation"


@case16("J 4.2.3 CallError, PropertyConstraintViolation", OCPP_J, is_each=True)
@pytest.mark.parametrize(
    ("action", "payload"),
    [
        pytest.param("StatusNotification", {**STATUS, "status": "Dreaming"}, id="a word"),
        pytest.param("StartTransaction", {**START, "timestamp": "noon"}, id="a time"),
        pytest.param("StartTransaction", {**START, "connectorId": 0}, id="connector 0"),
        pytest.param("StatusNotification", {**STATUS, "connectorId": -1}, id="connector -1"),
        pytest.param("StartTransaction", {**START, "meterStart": 2**31}, id="33 bits"),
    ],
)
async def test_a_value_that_cannot_be_is_a_violation_of_a_property(
    csms: Csms, action: str, payload: dict[str, Any]
) -> None:
    """§4.2.3; §6.45, §6.47 and §7 of OCPP 1.6: the form is right, the value is not."""
    assert await code_for(csms, action, payload) == "PropertyConstraintViolation"


@case16("J 4.2.3 CallError, TypeConstraintViolation", OCPP_J, is_each=True)
@pytest.mark.parametrize(
    ("action", "payload"),
    [
        pytest.param("Authorize", {"idTag": 12}, id="a number for a text"),
        pytest.param("StartTransaction", {**START, "meterStart": "0"}, id="a text for a number"),
        pytest.param("StartTransaction", {**START, "meterStart": 0.5}, id="half a watt hour"),
        pytest.param("Authorize", {"idTag": "x" * 21}, id="21 characters"),
        pytest.param("MeterValues", {"connectorId": 1, "meterValue": {}}, id="no list"),
        pytest.param("Authorize", {"idTag": None}, id="null"),
    ],
)
async def test_a_value_of_another_type_is_a_violation_of_the_type(
    csms: Csms, action: str, payload: dict[str, Any]
) -> None:
    """§4.2.3, §7.15 of OCPP 1.6: also a text that is too long for its type."""
    assert await code_for(csms, action, payload) == "TypeConstraintViolation"


@case16("J 4.2.3 CallError", OCPP_J)
async def test_a_call_that_is_refused_changes_nothing(csms: Csms) -> None:
    """§4.2.3, §3.7.1 of OCPP 1.6: the proper one that follows is the first that counts."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id) as wire:
        await wire.send([2, "call-0", "BootNotification", BOOT])
        assert (await wire.answer())[0] == 3
        await wire.send([2, "call-1", "StartTransaction", {**START, "meterStart": "0"}])
        assert (await wire.answer())[0] == 4
        assert await csms.transactions(station_id) == []
        await wire.send([2, "call-2", "StartTransaction", START])
        kind, message_id, payload = await wire.answer()
        assert (kind, message_id) == (3, "call-2")
        kept = await csms.transaction(station_id)
        assert kept["transaction_id"] == str(payload["transactionId"])


@case16("J 4.2.3 CallError", OCPP_J)
async def test_a_refusal_can_be_read_by_the_operator(csms: Csms) -> None:
    """§4.2.3: call, answer and code are kept together."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id) as wire:
        await wire.send([2, "call-1", "Authorize", {"idTag": 12}])
        refusal = await wire.answer()
        (kept,) = await csms.get("/messages", station_id=station_id, action="Authorize")
        assert kept["error"] == "TypeConstraintViolation"
        assert (kept["call"], kept["answer"]) == (
            [2, "call-1", "Authorize", {"idTag": 12}],
            refusal,
        )


@case16("J 4.1.2 Character encoding", OCPP_J)
async def test_text_may_be_written_in_any_way_that_json_has(csms: Csms) -> None:
    """§4.1.2: UTF-8 as it is or escaped, and spaces between."""
    station_id = csms.fresh_station()
    async with wired(csms.ocpp_url, station_id) as wire:
        for model in ("Säule ⚡", "Säule 2"):
            fields = {**BOOT, "chargePointModel": model}
            escaped = json.dumps(fields)
            plain = json.dumps(fields, ensure_ascii=False)
            text = plain if "⚡" in model else escaped
            await wire.send(f' [ 2 , "call-1" , "BootNotification" , {text} ] ')
            assert (await wire.answer())[:2] == [3, "call-1"]
            assert (await csms.get(f"/stations/{station_id}"))["model"] == model
