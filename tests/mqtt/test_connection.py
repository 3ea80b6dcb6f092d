"""The connection to a broker: encrypted, with a password, refused, lost without a word."""

import asyncio
import json
import logging
import socket
import ssl
import subprocess
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Final

import aiomqtt
import pytest

from csms.domain.errors import CertificateFileError
from csms.domain.guard_event import GuardEventKind
from csms.mqtt import connection
from csms.mqtt.bridge import MqttBridge
from csms.mqtt.client import Client
from csms.mqtt.connection import Pace
from csms.mqtt.said import Said
from csms.mqtt.settings import MqttSettings, MqttTls, MqttVersion
from tests.mqtt.mosquitto import Mosquitto, running_broker
from tests.mqtt.rig import (
    OWN,
    PATIENCE_S,
    STATUS,
    MachineWaits,
    bridged,
    device_at,
    metered_site,
    settings_for,
    uses,
)
from tests.mqtt.test_bridge import SOURCE, events
from tests.pki.maker import authority, make, name_of
from tests.service.rig import NOON, open_office

PASSWORD: Final = "Correct-Horse-Battery"  # noqa: S105 - to be tried
ONES: Final = {"current_a": [1, 1, 1]}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[aiomqtt.Client]:
    """The clients that connections are made with."""
    clients: list[aiomqtt.Client] = []

    class SeenClient(Client):
        made: ClassVar = clients

        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            self.made.append(self)

    monkeypatch.setattr(connection, "Client", SeenClient)
    return clients


async def cause_of_loss(path: Path, settings: MqttSettings) -> str:
    """Why there is no connection, as the site's guard notes it."""
    async with open_office(path, metered_site(SOURCE), clock=MachineWaits()) as office:
        bridge = MqttBridge(settings, uses(office), office.clock)
        running = asyncio.ensure_future(bridge.run())
        async with asyncio.timeout(PATIENCE_S):
            await office.live.guard.has_news.wait()
        assert not running.done()
        running.cancel()
        await asyncio.wait({running})
        assert bridge.tally.connections == 0
        [event] = office.live.guard.take()
        assert event.kind is GuardEventKind.BROKER_LOST
        return event.cause


def protected(folder: Path) -> str:
    """Settings of a broker that lets one user in, with a certificate, over TLS only."""
    root = authority()
    (folder / "root.pem").write_bytes(root.write(folder, "root")[0].read_bytes())
    make(name_of("broker"), root, hosts=("127.0.0.1",)).write(folder, "broker")
    make(name_of("server"), root).write(folder, "server")
    passwords = folder / "passwords"
    tool = ["mosquitto_passwd", "-b", "-c", str(passwords), "chargeflex", PASSWORD]
    subprocess.run(tool, check=True)
    return (
        f"cafile {folder}/root.pem\ncertfile {folder}/broker.pem\nkeyfile {folder}/broker.key\n"
        f"require_certificate true\nallow_anonymous false\npassword_file {passwords}\n"
    )


def reading_only(folder: Path, topics: str) -> str:
    """Settings of a broker that lets nobody subscribe to other topics."""
    plugins = sorted(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    if not plugins:
        pytest.skip("this broker has no dynamic security: apt-get install mosquitto")
    rule = {"acltype": "subscribePattern", "topic": topics, "allow": True}
    rules = {
        "defaultACLAccess": {
            "publishClientSend": True,
            "publishClientReceive": True,
            "subscribe": False,
            "unsubscribe": True,
        },
        "clients": [],
        "roles": [{"rolename": "reader", "acls": [rule]}],
        "groups": [{"groupname": "all", "roles": [{"rolename": "reader"}], "clients": []}],
        "anonymousGroup": "all",
    }
    path = folder / "rules.json"
    path.write_text(json.dumps(rules), encoding="utf-8")
    return f"allow_anonymous true\nplugin {plugins[0]}\nplugin_opt_config_file {path}\n"


def tls_of(folder: Path) -> MqttTls:
    return MqttTls(ca=folder / "root.pem", chain=folder / "server.pem", key=folder / "server.key")


@pytest.mark.parametrize("version", list(MqttVersion))
async def test_connection_is_encrypted_with_a_certificate_and_a_password(
    tmp_path: Path, database_file: Path, version: MqttVersion
) -> None:
    with running_broker(tmp_path, protected(tmp_path)) as broker:
        own = tls_of(tmp_path)
        context = ssl.create_default_context(cafile=own.ca)
        assert own.chain is not None
        context.load_cert_chain(own.chain, own.key)
        way = {"version": version, "user": "chargeflex", "password": PASSWORD, "tls": own}
        async with (
            device_at(
                broker, username="chargeflex", password=PASSWORD, tls_context=context
            ) as device,
            open_office(database_file, metered_site(), clock=MachineWaits()) as office,
        ):
            settings = settings_for(broker, **way)
            assert PASSWORD not in repr(settings)
            bridge = MqttBridge(settings, uses(office), office.clock)
            running = asyncio.ensure_future(bridge.run())
            await device.hear(b"online")
            await device.tell(OWN, ONES)
            async with asyncio.timeout(PATIENCE_S):
                await office.live.metered.wait()
            running.cancel()
            await asyncio.wait({running})
        assert office.live.meters["intake"].latest(NOON, 180) == (1.0, 1.0, 1.0)


async def test_broker_that_refuses_is_told_of_and_no_reason_to_stop(
    tmp_path: Path, database_file: Path
) -> None:
    with running_broker(tmp_path, protected(tmp_path)) as broker:
        wrong = settings_for(broker, user="chargeflex", password=PASSWORD[1:], tls=tls_of(tmp_path))
        assert "Not authorized" in await cause_of_loss(database_file, wrong)


@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")  # paho leaves it so
async def test_broker_that_cannot_be_trusted_is_told_of_and_not_spoken_to(
    tmp_path: Path, database_file: Path
) -> None:
    with running_broker(tmp_path, protected(tmp_path)) as broker:
        unknown = settings_for(broker, tls=MqttTls())
        assert "certificate verify failed" in await cause_of_loss(database_file, unknown)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("127.0.0.1", "Connection refused"),
        ("a..b", "the server has failed at this; its log says why"),
    ],
)
async def test_broker_that_cannot_be_found_is_no_reason_to_stop(
    database_file: Path, host: str, said: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert said in await cause_of_loss(database_file, MqttSettings(host=host, port=port))


@pytest.mark.parametrize(
    "refusal", [b"\x20\x02\x00\x01", b"\x20\x03\x00\x84\x00"], ids=["of 3.1.1", "of 5"]
)
async def test_broker_that_is_too_old_is_told_of_with_what_helps(
    database_file: Path, refusal: bytes
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"chargeflex")
        writer.write(refusal)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        cause = await cause_of_loss(database_file, MqttSettings(host="127.0.0.1", port=port))
    assert cause.endswith(
        "Unsupported protocol version: an old broker wants `version: 3.1.1` in the settings"
    )


async def test_broker_that_does_not_answer_is_left_with_no_socket_open() -> None:
    said: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said.put_nowait(await reader.read())  # until the other end closes
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = Client(MqttSettings(host="127.0.0.1", port=port), None)
        client.timeout = 0.01
        with pytest.raises(aiomqtt.MqttError, match="timed out"):
            async with client:
                pytest.fail("nobody has answered")
        async with asyncio.timeout(PATIENCE_S):
            assert b"chargeflex" in await said.get()


async def test_messages_are_sent_at_once(
    database_file: Path, broker: Mosquitto, seen: list[aiomqtt.Client]
) -> None:
    async with bridged(database_file, broker):
        [server] = [one for one in seen if one.identifier == "chargeflex"]
        connected = server._client.socket()
        assert isinstance(connected, socket.socket)
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_told_to_end_as_the_broker_takes_a_message_it_ends(broker: Mosquitto) -> None:
    """Python 3.11's `asyncio.wait_for` loses such a cancellation."""
    async with Client(settings_for(broker), None) as client:

        async def says() -> None:
            await client.say(Said(topic="t", payload=b"1"))
            await asyncio.Event().wait()

        saying = asyncio.ensure_future(says())
        taken: Any = client._client.on_publish

        def take(*about: Any) -> None:
            taken(*about)
            asyncio.get_running_loop().call_soon(saying.cancel)

        client._client.on_publish = take
        ended, _ = await asyncio.wait({saying}, timeout=PATIENCE_S)
        assert ended
        assert saying.cancelled()


async def test_server_that_is_gone_without_a_word_is_told_to_be_offline(
    database_file: Path, broker: Mosquitto, seen: list[aiomqtt.Client]
) -> None:
    async with bridged(database_file, broker, metered_site(SOURCE)) as one:
        [server] = [one for one in seen if one.identifier == "chargeflex"]
        connected = server._client.socket()
        assert isinstance(connected, socket.socket)
        connected.shutdown(socket.SHUT_RDWR)
        gone = await one.device.hear(b"offline")
        assert gone.topic.value == STATUS
        back = await one.device.hear(b"online")
        assert back.topic.value == STATUS
        assert await one.read(OWN, ONES) == (1.0, 1.0, 1.0)
        kinds = [kind for kind, _ in events(one)]
        assert kinds == [GuardEventKind.BROKER_LOST, GuardEventKind.BROKER_BACK]


async def test_site_that_nothing_comes_to_by_mqtt_is_not_told_of_the_broker(
    database_file: Path, broker: Mosquitto, seen: list[aiomqtt.Client]
) -> None:
    async with bridged(database_file, broker) as one:
        broker.kill()
        broker.start()
        async with device_at(broker) as device:
            await device.hear(b"online")
            assert events(one) == []
            one.device = device
            await one.read(OWN, ONES)
        live = one.office.live
        live.guard.has_news.clear()
        broker.kill()
        async with asyncio.timeout(PATIENCE_S):
            await live.guard.has_news.wait()
        assert [kind for kind, _ in events(one)] == [GuardEventKind.BROKER_LOST]


async def test_topic_that_may_not_be_read_is_told_in_the_log(
    tmp_path: Path, database_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="csms.mqtt")
    with running_broker(tmp_path, reading_only(tmp_path, "chargeflex/#")) as broker:
        async with bridged(database_file, broker, metered_site(SOURCE)) as one:
            assert await one.read(OWN, ONES) == (1.0, 1.0, 1.0)
    said = "the MQTT broker does not let this server read topic tele/main board/SENSOR"
    assert said in caplog.text


def test_waits_grow_to_a_minute_and_are_spread() -> None:
    pace, rng = Pace(), Random(1)  # noqa: S311
    waits = [pace.wait_s(failures, rng) for failures in (0, 1, 2, 3, 7, 1000)]
    for wait_s, longest_s in zip(waits, (1.0, 2.0, 4.0, 8.0, 60.0, 60.0), strict=True):
        assert longest_s / 2 <= wait_s <= longest_s
    assert len({pace.wait_s(9, rng) for _ in range(5)}) == 5


async def test_files_that_cannot_be_used_are_named_before_anything_runs(
    tmp_path: Path, database_file: Path
) -> None:
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    async with open_office(database_file, metered_site()) as office:
        for tls in (
            MqttTls(ca=tmp_path / "ca.pem"),
            MqttTls(chain=tmp_path / "none.pem", key=tmp_path / "none.key"),
        ):
            settings = MqttSettings(host="127.0.0.1", port=1, tls=tls)
            with pytest.raises(CertificateFileError, match=r"\.pem: cannot be used for MQTT: "):
                MqttBridge(settings, uses(office), office.clock)
