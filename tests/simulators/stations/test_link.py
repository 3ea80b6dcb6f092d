import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from csms.ocpp.frames import Call, CallError, CallResult
from simulators.stations import link as link_module
from simulators.stations.link import Link, LinkLostError, connect_to
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import FakeCsms, Json


def echo(call: Call) -> CallResult | None:
    return None if call.action == "Mute" else CallResult(call.message_id, {"seen": call.action})


def with_link(folder: Path, csms: FakeCsms, story: Any) -> None:
    """Run a story with a link to a scripted CSMS."""

    async def main() -> None:
        async with csms.listening(folder / "csms"), asyncio.TaskGroup() as tasks:
            connect = connect_to("ws://csms/ocpp/", folder / "csms")
            connection = await connect("S/1 å", "ocpp1.6")
            link = Link(connection, echo, "FormationViolation")
            running = tasks.create_task(link.run())
            await story(link)
            link.drop()
            await running

    run_virtual(main())


def test_identity_is_percent_encoded_into_the_last_segment(tmp_path: Path) -> None:
    csms = FakeCsms({"Heartbeat": {}})

    async def story(link: Link) -> None:
        await link.call("1", "Heartbeat", {})

    with_link(tmp_path, csms, story)
    assert csms.received[0].station_id == "S/1 å"
    assert csms.connections[0].request is not None
    assert csms.connections[0].request.path == "/ocpp/S%2F1%20%C3%A5"
    assert csms.connections[0].subprotocol == "ocpp1.6"


@pytest.mark.parametrize(
    ("password", "header"), [(None, None), ("secret", "Basic Ry0wMTpzZWNyZXQ=")]
)
def test_station_proves_itself_by_its_password(
    tmp_path: Path, password: str | None, header: str | None
) -> None:
    csms = FakeCsms({})

    async def main() -> None:
        async with csms.listening(tmp_path / "csms"):
            connect = connect_to("ws://csms/ocpp", tmp_path / "csms", lambda _: password)
            await (await connect("G-01", "ocpp1.6")).close()

    run_virtual(main())
    assert csms.connections[0].request is not None
    assert csms.connections[0].request.headers.get("Authorization") == header


def test_result_and_error_come_back_to_the_caller(tmp_path: Path) -> None:
    async def story(link: Link) -> None:
        assert await link.call("1", "Heartbeat", {}) == CallResult("1", {"a": 1})
        answer = await link.call("2", "Refused", {})
        assert isinstance(answer, CallError)
        assert answer.code == "InternalError"

    with_link(tmp_path, FakeCsms({"Heartbeat": {"a": 1}, "Refused": lambda _: None}), story)


def test_calls_wait_for_each_other(tmp_path: Path) -> None:
    csms = FakeCsms({"Second": {}})

    async def story(link: Link) -> None:
        first = asyncio.create_task(link.call("1", "First", {}))
        second = asyncio.create_task(link.call("2", "Second", {}))
        await asyncio.sleep(10)
        assert csms.actions() == ["First"]
        await csms.connections[0].send('[3,"1",{}]')
        await asyncio.gather(first, second)
        assert csms.actions() == ["First", "Second"]

    with_link(tmp_path, csms, story)


def test_calls_of_the_csms_are_answered_while_an_own_one_is_pending(tmp_path: Path) -> None:
    csms = FakeCsms({})

    async def story(link: Link) -> None:
        pending = asyncio.create_task(link.call("1", "First", {}))
        assert await csms.call("Ask", {}) == {"seen": "Ask"}
        assert not pending.done()
        await csms.connections[0].send('[3,"1",{}]')
        await pending

    with_link(tmp_path, csms, story)


def test_call_without_an_answer_times_out(tmp_path: Path) -> None:
    async def story(link: Link) -> None:
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(TimeoutError):
            await link.call("1", "First", {})
        assert asyncio.get_running_loop().time() - began_s == link_module.CALL_TIMEOUT_S

    with_link(tmp_path, FakeCsms({}), story)


def test_lost_connection_ends_a_pending_call(tmp_path: Path) -> None:
    csms = FakeCsms({})

    async def story(link: Link) -> None:
        pending = asyncio.create_task(link.call("1", "First", {}))
        await asyncio.sleep(1)
        csms.connections[0].transport.abort()
        with pytest.raises(LinkLostError):
            await pending
        with pytest.raises(LinkLostError):
            await link.call("2", "Second", {})

    with_link(tmp_path, csms, story)


def test_stray_answers_are_ignored(tmp_path: Path) -> None:
    csms = FakeCsms({"Heartbeat": {}})

    async def story(link: Link) -> None:
        await csms.connections[0].send('[3,"never asked",{}]')
        assert await link.call("1", "Heartbeat", {}) == CallResult("1", {})

    with_link(tmp_path, csms, story)


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        ('[2,"9","Ask"]', [4, "9", "FormationViolation", "", {}]),
        ("nonsense", [4, "-1", "FormationViolation", "", {}]),
        ('[3,"9"]', None),
    ],
)
def test_faulty_frames_are_answered_unless_they_are_answers(
    tmp_path: Path, raw: str, answer: list[Any] | None
) -> None:
    csms = FakeCsms({})

    async def story(_link: Link) -> None:
        await csms.connections[0].send(raw)
        assert await csms.call("Ask", {}) == {"seen": "Ask"}

    with_link(tmp_path, csms, story)
    faults = [orjson.loads(text) for text in csms.raw if orjson.loads(text)[0] == 4]
    assert faults == ([] if answer is None else [answer])


def test_call_may_be_left_without_an_answer(tmp_path: Path) -> None:
    csms = FakeCsms({})

    async def story(_link: Link) -> None:
        frame: Json = {}
        await csms.connections[0].send(orjson.dumps([2, "mute", "Mute", frame]).decode())
        assert await csms.call("Ask", {}) == {"seen": "Ask"}
        assert "mute" not in csms.answers

    with_link(tmp_path, csms, story)
