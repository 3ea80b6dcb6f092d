"""Frames in and out, over real sockets. Time-outs are in test_time_outs."""

import asyncio
from typing import Any

import pytest

from csms.domain.commands import (
    CommandStatus,
    Outcome,
    ReportKind,
    ResetKind,
    ResetStation,
    StopCharging,
    TriggerReport,
)
from csms.domain.events import DataReceived, DataReply, HeartbeatReceived, StationBooted
from tests.gateway.rig import FakeStation, Rig, listening

MIB = 1024 * 1024
ACCEPTED = Outcome(status=CommandStatus.ACCEPTED)
SOFT = ResetStation(ResetKind.SOFT)
DEEP = "[" * 1000 + "]" * 1000


# Each frame, the id to which it is answered, and the code in 1.6 and in 2.0.1.
GARBAGE: list[tuple[str, str | bytes, str, str, str]] = [
    ("not JSON", "hello", "-1", "FormationViolation", "RpcFrameworkError"),
    ("nothing", "", "-1", "FormationViolation", "RpcFrameworkError"),
    ("an object", "{}", "-1", "FormationViolation", "RpcFrameworkError"),
    ("binary", b"[2]", "-1", "FormationViolation", "RpcFrameworkError"),
    ("a mebibyte", "x" * MIB, "-1", "FormationViolation", "RpcFrameworkError"),
    ("a deep one", f'[2,"1",{DEEP},{{}}]', "1", "FormationViolation", "RpcFrameworkError"),
    ("three elements", '[2,"1","Heartbeat"]', "1", "FormationViolation", "RpcFrameworkError"),
    ("a number as id", '[2,1,"Heartbeat",{}]', "-1", "FormationViolation", "RpcFrameworkError"),
    ("a cut one", '[2,"1","Heartbeat",{', "1", "FormationViolation", "FormatViolation"),
    ("a list", '[2,"1","Heartbeat",[]]', "1", "FormationViolation", "FormatViolation"),
    ("extra field", '[2,"1","Heartbeat",{"a":1}]', "1", "FormationViolation", "FormatViolation"),
    ("unknown action", '[2,"1","Dance",{}]', "1", "NotImplemented", "NotImplemented"),
    ("not served", '[2,"1","Reset",{"type":"Soft"}]', "1", "NotSupported", "NotSupported"),
    (
        "no fields",
        '[2,"1","BootNotification",{}]',
        "1",
        "OccurenceConstraintViolation",
        "OccurrenceConstraintViolation",
    ),
    (
        "wrong type",
        '[2,"1","DataTransfer",{"vendorId":7}]',
        "1",
        "TypeConstraintViolation",
        "TypeConstraintViolation",
    ),
    (
        "a mebibyte of faults",
        f'[2,"1","DataTransfer",{{"vendorId":[{"7," * (MIB // 2)}7]}}]',
        "1",
        "TypeConstraintViolation",
        "TypeConstraintViolation",
    ),
]


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])
@pytest.mark.parametrize(
    ("raw", "message_id", "code_16", "code_201"),
    [case[1:] for case in GARBAGE],
    ids=[case[0] for case in GARBAGE],
)
async def test_garbage_is_answered_and_the_connection_lives(
    version: str, raw: str | bytes, message_id: str, code_16: str, code_201: str
) -> None:
    async with listening() as rig, rig.station("/ocpp/G-01", version) as station:
        await station.send(raw)
        four, answered_id, code, description, details = await station.receive()
        assert (four, answered_id) == (4, message_id)
        assert code == (code_16 if version == "ocpp1.6" else code_201)
        assert 0 < len(description) <= 255
        assert details == {}
        assert await station.is_served()


@pytest.mark.parametrize(
    "raw",
    [
        '[3,"999",{}]',
        '[3,"999",{"status":"Accepted"}]',
        '[4,"999","GenericError","",{}]',
        '[3,"999"]',
        '[3,"999",[]]',
        '[4,"999"]',
        '[3,"999",{"status":"Acc',
        f'[4,"999",{DEEP},{DEEP},{{}}]',
    ],
    ids=range(8),
)
async def test_answer_to_nothing_is_ignored(raw: str) -> None:
    async with listening() as rig, rig.station() as station:
        await station.send(raw)
        assert await station.is_served()


@pytest.mark.parametrize("kind", ["5", "true", '"2"', "[2]"])
async def test_frame_of_unknown_type_is_ignored_by_1_6_and_answered_by_2_0_1(kind: str) -> None:
    raw = f'[{kind},"1",{{}}]'
    async with listening() as rig:
        async with rig.station("/ocpp/G-01", "ocpp1.6") as station:
            await station.send(raw)
            assert await station.is_served()
        async with rig.station("/ocpp/G-01", "ocpp2.0.1") as station:
            await station.send(raw)
            assert (await station.receive())[:3] == [4, "1", "MessageTypeNotSupported"]
            assert await station.is_served()


async def test_message_beyond_four_mebibytes_closes_only_its_connection() -> None:
    async with (
        listening() as rig,
        rig.station("/ocpp/G-01") as other,
        rig.station("/ocpp/G-02") as station,
    ):
        await station.send("x" * (4 * MIB + 1))
        assert (await station.closed())[0] == 1009
        await rig.watch.until(lambda seen: "G-02 gone" in seen)
        assert await other.is_served()


async def test_text_that_is_not_utf_8_closes_only_its_connection() -> None:
    async with (
        listening() as rig,
        rig.station("/ocpp/G-01") as other,
        rig.station("/ocpp/G-02") as station,
    ):
        await station.socket.send(b'[2,"\xff"]', text=True)
        assert (await station.closed())[0] == 1007
        await rig.watch.until(lambda seen: "G-02 gone" in seen)
        assert await other.is_served()


async def test_fragmented_message_is_one_frame() -> None:
    async with listening() as rig, rig.station() as station:
        await station.socket.send(['[2,"7",', '"Heart', 'beat",{}]'])
        assert await station.receive() == [3, "7", {"currentTime": "2026-01-14T12:00:00Z"}]


async def test_ping_with_a_payload_is_answered() -> None:
    async with listening() as rig, rig.station() as station:
        pong = await station.socket.ping(b"are you there")
        async with asyncio.timeout(20):
            await pong


async def test_calls_are_answered_one_after_the_other_in_their_order() -> None:
    rig = Rig()
    rig.handler.gate.clear()
    async with listening(rig), rig.station() as station:
        for number in range(5):
            await station.send([2, str(number), "Heartbeat", {}])
        await rig.handler.until(1)
        rig.handler.gate.set()
        answered = [(await station.receive())[1] for _ in range(5)]
        assert answered == ["0", "1", "2", "3", "4"]
        assert rig.handler.most_at_once == 1


async def test_flood_of_calls_is_answered_in_its_order() -> None:
    async with listening() as rig, rig.station() as station:
        for number in range(500):
            await station.send([2, str(number), "Heartbeat", {}])
        answered = [(await station.receive())[1] for _ in range(500)]
        assert answered == [str(number) for number in range(500)]
        assert rig.handler.most_at_once == 1


async def test_call_with_the_id_of_an_earlier_one_is_answered_again() -> None:
    async with listening() as rig, rig.station() as station:
        first = await station.ask("Heartbeat", {}, "1")
        assert await station.ask("Heartbeat", {}, "1") == first
        assert len(rig.handler.events) == 2


async def our_call(station: FakeStation) -> tuple[str, str, dict[str, Any]]:
    """The next frame, which is a call of ours: id, action, payload."""
    two, message_id, action, payload = await station.receive()
    assert two == 2
    return message_id, action, payload


async def test_command_is_a_call_and_its_answer_an_outcome() -> None:
    async with listening() as rig, rig.station() as station:
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        message_id, action, payload = await our_call(station)
        assert 0 < len(message_id) <= 36
        assert (action, payload) == ("Reset", {"type": "Soft"})
        await station.send([3, message_id, {"status": "Accepted"}])
        assert await sending == ACCEPTED


async def test_every_command_has_a_message_id_of_its_own() -> None:
    async with listening() as rig, rig.station() as station:
        used = set()
        for _ in range(20):
            sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
            message_id, _, _ = await our_call(station)
            await station.send([3, message_id, {"status": "Accepted"}])
            assert (await sending).is_accepted
            used.add(message_id)
        assert len(used) == 20


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ([3, {"status": "Rejected"}], Outcome(status=CommandStatus.REJECTED)),
        (
            [4, "NotImplemented", "Requested Action is not known", {}],
            Outcome(
                status=CommandStatus.NOT_SUPPORTED,
                detail="NotImplemented: Requested Action is not known",
            ),
        ),
        ([4, "InternalError"], Outcome(status=CommandStatus.FAILED, detail="InternalError")),
        (
            [3, None],
            Outcome(
                status=CommandStatus.FAILED,
                detail='the answer to Reset does not fit: payload: "status" is a required property',
            ),
        ),
    ],
)
async def test_refusal_and_unreadable_answer_are_outcomes(
    answer: list[Any], outcome: Outcome
) -> None:
    async with listening() as rig, rig.station() as station:
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        message_id, _, _ = await our_call(station)
        await station.send([answer[0], message_id, *answer[1:]])
        assert await sending == outcome
        assert await station.is_served()


async def test_command_that_the_version_has_no_words_for_is_not_sent() -> None:
    async with listening() as rig, rig.station() as station:
        outcome = await rig.registry.send("G-01", TriggerReport(kind=ReportKind.TRANSACTION))
        assert outcome == Outcome(
            status=CommandStatus.NOT_SUPPORTED,
            detail="OCPP 1.6 cannot trigger a report of transaction",
        )
        assert (await rig.registry.send("G-01", StopCharging("x"))).is_certain
        assert await station.is_served()


async def test_stations_call_is_answered_while_ours_is_pending() -> None:
    async with listening() as rig, rig.station() as station:
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        message_id, _, _ = await our_call(station)
        assert await station.is_served()
        assert not sending.done()
        await station.send([3, message_id, {"status": "Accepted"}])
        assert await sending == ACCEPTED


async def test_our_call_is_answered_while_the_stations_is_pending() -> None:
    rig = Rig()
    rig.handler.gate.clear()
    async with listening(rig), rig.station() as station:
        await station.send([2, "boot", "Heartbeat", {}])
        await rig.handler.until(1)
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        message_id, _, _ = await our_call(station)
        await station.send([3, message_id, {"status": "Accepted"}])
        assert await sending == ACCEPTED
        rig.handler.gate.set()
        assert (await station.receive())[:2] == [3, "boot"]


async def test_second_answer_to_the_same_call_is_ignored() -> None:
    async with listening() as rig, rig.station() as station:
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        message_id, _, _ = await our_call(station)
        await station.send([3, message_id, {"status": "Accepted"}])
        await station.send([3, message_id, {"status": "Rejected"}])
        assert await sending == ACCEPTED
        assert await station.is_served()


async def test_answer_to_another_id_is_not_taken_for_ours() -> None:
    async with listening() as rig, rig.station() as station:
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        message_id, _, _ = await our_call(station)
        await station.send([3, message_id.upper() + "x", {"status": "Rejected"}])
        await station.send([3, message_id, {"status": "Accepted"}])
        assert await sending == ACCEPTED


async def test_two_commands_are_never_outstanding_at_once() -> None:
    async with listening() as rig, rig.station() as station:
        first = asyncio.create_task(rig.registry.send("G-01", SOFT))
        second = asyncio.create_task(rig.registry.send("G-01", ResetStation(ResetKind.HARD)))
        message_id, _, payload = await our_call(station)
        assert payload == {"type": "Soft"}
        assert await station.is_served()  # and nothing else has come
        await station.send([3, message_id, {"status": "Accepted"}])
        message_id, _, payload = await our_call(station)
        assert payload == {"type": "Hard"}
        await station.send([3, message_id, {"status": "Rejected"}])
        assert await first == ACCEPTED
        assert await second == Outcome(status=CommandStatus.REJECTED)


@pytest.mark.parametrize(
    "failure", [ValueError("secret"), KeyError("secret"), RecursionError("secret"), TimeoutError()]
)
async def test_failure_of_a_handler_is_an_internal_error_and_the_connection_lives(
    failure: Exception,
) -> None:
    rig = Rig()
    rig.handler.replies[StationBooted] = failure
    boot = {"chargePointVendor": "V", "chargePointModel": "M"}
    async with listening(rig), rig.station() as station:
        assert await station.ask("BootNotification", boot) == [
            4,
            "7",
            "InternalError",
            "the call could not be processed",
            {},
        ]
        assert await station.is_served()


@pytest.mark.parametrize(
    "reply",
    [
        DataReply(is_vendor_known=True, data=7),  # 1.6 wants text
        DataReply(is_vendor_known=True, data=object()),
        "no reply at all",
    ],
)
async def test_reply_that_cannot_be_written_is_an_internal_error(reply: Any) -> None:
    rig = Rig()
    rig.handler.replies[DataReceived] = reply
    async with listening(rig), rig.station() as station:
        answer = await station.ask("DataTransfer", {"vendorId": "V"})
        assert answer[:3] == [4, "7", "InternalError"]
        assert await station.is_served()


async def test_any_call_may_come_first() -> None:
    async with listening() as rig, rig.station() as station:
        assert await station.is_served()
        assert rig.handler.events == [HeartbeatReceived(station_id="G-01")]
