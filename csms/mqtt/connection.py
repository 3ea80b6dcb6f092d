"""One connection to the broker after the other, with waits between them that grow."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final, Protocol, Self

import aiomqtt
from aiomqtt.types import SubscribeTopic
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from csms.clock import Clock
from csms.domain.errors import CertificateFileError
from csms.mqtt.inbox import Inbox
from csms.mqtt.message import Told
from csms.mqtt.settings import MqttSettings, MqttTls, MqttVersion
from csms.mqtt.topics import Topics
from csms.tally import MqttTally

logger = logging.getLogger(__name__)

ONLINE: Final = b"online"
OFFLINE: Final = b"offline"

_NO_DELAY: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
"""Else an answer waits for the broker's acknowledgement: 45 ms instead of 4."""
_FIRST_FAILURE: Final = 0x80
_FAREWELL_S: Final = 2.0


_PROTOCOLS: Final = {
    MqttVersion.V5: aiomqtt.ProtocolVersion.V5,
    MqttVersion.V311: aiomqtt.ProtocolVersion.V311,
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is waited before the next try: twice as long after each, up to the longest."""

    first_s: float = 1.0
    longest_s: float = 60.0

    def wait_s(self, failures: int, rng: Random) -> float:
        """How long after so many tries that failed; spread, so that not all come at once."""
        longest_s = min(self.longest_s, self.first_s * 2.0 ** min(failures, 30))
        return longest_s * rng.uniform(0.5, 1.0)


class Visitor(Protocol):
    """Who uses the connection."""

    @property
    def subscriptions(self) -> Sequence[tuple[str, int]]:
        """Topics and the quality of service that they are wanted with."""
        ...

    def came(self) -> None:
        """There is a connection."""
        ...

    def left(self, cause: str) -> None:
        """There is none any more, or there could be none."""
        ...

    def take(self, told: Told) -> None:
        """A message has come. Nothing is raised."""
        ...


class Connection:
    """Stays connected to the broker.

    Args:
        settings: Where it is.
        clock: The time.
        tally: Counts connections and messages.
        pace: How long is waited after a failure.
        rng: Spreads those waits.

    Raises:
        CertificateFileError: The files for TLS cannot be used.
    """

    def __init__(
        self, settings: MqttSettings, clock: Clock, tally: MqttTally, pace: Pace, rng: Random
    ) -> None:
        self._settings = settings
        self._topics = Topics(settings.prefix)
        self._clock = clock
        self._tally = tally
        self._pace = pace
        self._rng = rng
        self._tls = _tls_context(settings.tls) if settings.tls else None

    async def run(self, visitor: Visitor) -> None:
        """Stay connected until cancelled."""
        failures = 0
        while True:
            connections = self._tally.connections
            ended = await self._why_ended(visitor)
            cause = f"No connection to the MQTT broker {self._settings.place}: {ended}"
            (logger.debug if failures else logger.warning)("%s", cause)
            visitor.left(cause)
            failures = 0 if self._tally.connections > connections else failures + 1
            await self._clock.sleep(self._pace.wait_s(failures, self._rng))

    async def _why_ended(self, visitor: Visitor) -> str:
        """Be connected as long as that lasts; return why it has ended, or could not begin."""
        try:
            await self._visit(visitor)
        except (aiomqtt.MqttError, OSError) as error:
            _go_if_told()
            return str(error) or type(error).__name__
        except Exception:  # whatever it is, the next try may do better
            _go_if_told()
            logger.exception("the connection to the MQTT broker has failed")
            return "the server has failed at this; its log says why"
        return "it has ended"

    async def _visit(self, visitor: Visitor) -> None:
        async with self._client() as client:
            await self._subscribe(client, visitor.subscriptions)
            async with self._present(client):
                await self._listen(client, visitor)

    async def _listen(self, client: aiomqtt.Client, visitor: Visitor) -> None:
        self._tally.connections += 1
        self._tally.is_connected = True
        logger.info("connected to the MQTT broker %s", self._settings.place)
        visitor.came()
        try:
            async for message in client.messages:
                visitor.take(_told(message, self._clock.now()))
        finally:
            self._tally.is_connected = False

    @asynccontextmanager
    async def _present(self, client: aiomqtt.Client) -> AsyncIterator[None]:
        """Say that this server is there, and when it goes in good order, that it is not."""
        await client.publish(self._topics.status, ONLINE, qos=1, retain=True)
        self._tally.sent += 1
        try:
            yield
        except asyncio.CancelledError:
            with suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(_FAREWELL_S):
                    await client.publish(self._topics.status, OFFLINE, qos=1, retain=True)
            raise

    async def _subscribe(self, client: aiomqtt.Client, wanted: Sequence[tuple[str, int]]) -> None:
        asked: SubscribeTopic = list(wanted)
        if self._settings.version is MqttVersion.V5:
            asked = [(topic, SubscribeOptions(qos=qos)) for topic, qos in wanted]
        codes: Sequence[int | ReasonCode] = await client.subscribe(asked)
        for (topic, _), code in zip(wanted, codes, strict=True):
            number = code.value if isinstance(code, ReasonCode) else code
            if number >= _FIRST_FAILURE:
                logger.warning("the MQTT broker does not let this server read topic %s", topic)

    def _client(self) -> aiomqtt.Client:
        settings = self._settings
        return _Client(
            settings.host,
            settings.port,
            username=settings.user,
            password=settings.password,
            identifier=settings.client_id,
            protocol=_PROTOCOLS[settings.version],
            will=aiomqtt.Will(self._topics.status, OFFLINE, qos=1, retain=True),
            keepalive=settings.keep_alive_s,
            tls_context=self._tls,
            socket_options=_NO_DELAY,
            queue_type=Inbox,
        )


class _Client(aiomqtt.Client):
    """Leaves no socket behind when the broker does not let it in."""

    async def __aenter__(self) -> Self:
        try:
            return await super().__aenter__()
        except BaseException:
            self._client.disconnect()
            raise


def _go_if_told() -> None:
    """Let an error on the way out not keep this task from ending."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _told(message: aiomqtt.Message, now: datetime) -> Told:
    return Told(
        topic=message.topic.value,
        payload=message.payload,
        came_at=now,
        is_retained=message.retain,
    )


def _tls_context(tls: MqttTls) -> ssl.SSLContext:
    path = tls.ca or tls.chain or Path()
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        if tls.chain is not None:
            path = tls.chain
            context.load_cert_chain(tls.chain, tls.key)
    except (OSError, ValueError) as error:
        raise CertificateFileError(path, f"cannot be used for MQTT: {error}") from error
    return context
