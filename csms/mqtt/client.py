"""What the package `aiomqtt` is asked for: clients of both versions, and messages as ours."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import aiomqtt
from aiomqtt.types import SubscribeTopic
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from csms.domain.errors import CertificateFileError
from csms.mqtt.inbox import Inbox
from csms.mqtt.message import Told
from csms.mqtt.said import Said
from csms.mqtt.settings import MqttSettings, MqttTls, MqttVersion
from csms.mqtt.topics import Topics

logger = logging.getLogger(__name__)

ONLINE: Final = b"online"
OFFLINE: Final = b"offline"

_NO_DELAY: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
"""Else an answer waits for the broker's acknowledgement: 45 ms instead of 4."""
_FIRST_FAILURE: Final = 0x80
_MOST_PENDING: Final = 1000
"""Of messages that wait for their acknowledgement: beyond that the package warns."""
_PROTOCOLS: Final = {
    MqttVersion.V5: aiomqtt.ProtocolVersion.V5,
    MqttVersion.V311: aiomqtt.ProtocolVersion.V311,
}


class Client(aiomqtt.Client):
    """A client that is connected within its context.

    It leaves no socket behind when the broker does not let it in.

    Args:
        settings: Where the broker is.
        tls: How to encrypt; None: not at all.
    """

    def __init__(self, settings: MqttSettings, tls: ssl.SSLContext | None) -> None:
        self._is_v5 = settings.version is MqttVersion.V5
        super().__init__(
            settings.host,
            settings.port,
            username=settings.user,
            password=settings.password,
            identifier=settings.client_id,
            protocol=_PROTOCOLS[settings.version],
            will=aiomqtt.Will(Topics(settings.prefix).status, OFFLINE, qos=1, retain=True),
            keepalive=settings.keep_alive_s,
            tls_context=tls,
            socket_options=_NO_DELAY,
            queue_type=Inbox,
        )
        self.pending_calls_threshold = _MOST_PENDING

    async def __aenter__(self) -> Self:
        try:
            return await super().__aenter__()
        except BaseException:
            self._client.disconnect()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await super().__aexit__(kind, error, trace)
        if self._disconnected.done() and not self._disconnected.cancelled():
            self._disconnected.exception()  # whoever was waiting for something has raised it

    async def ask_for(self, wanted: Sequence[tuple[str, int]]) -> None:
        """Subscribe to topics, each with its quality of service.

        Of those that have one, messages tell whether their sender wants them retained (MQTT 5).
        """
        asked: SubscribeTopic = list(wanted)
        if self._is_v5:
            asked = [
                (topic, SubscribeOptions(qos=qos, retainAsPublished=qos > 0))
                for topic, qos in wanted
            ]
        codes: Sequence[int | ReasonCode] = await self.subscribe(asked)
        go_if_told()
        for (topic, _), code in zip(wanted, codes, strict=True):
            number = code.value if isinstance(code, ReasonCode) else code
            if number >= _FIRST_FAILURE:
                logger.warning("the MQTT broker does not let this server read topic %s", topic)

    async def say(self, said: Said) -> None:
        """Send a message, and wait until the broker has it.

        Raises:
            MqttError: It has not taken it.
        """
        await self.publish(
            said.topic,
            said.payload,
            qos=1,
            retain=said.is_retained,
            properties=_properties(said) if self._is_v5 else None,
        )
        go_if_told()


def told(message: aiomqtt.Message, now: datetime) -> Told:
    """A message as ours."""
    properties = message.properties
    return Told(
        topic=message.topic.value,
        payload=message.payload,
        came_at=now,
        is_retained=message.retain,
        response_topic=getattr(properties, "ResponseTopic", None),
        correlation=getattr(properties, "CorrelationData", None),
    )


def tls_context(tls: MqttTls) -> ssl.SSLContext:
    """Read the files for an encrypted connection.

    Raises:
        CertificateFileError: They cannot be used.
    """
    path = tls.ca or tls.chain or Path()
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        if tls.chain is not None:
            path = tls.chain
            context.load_cert_chain(tls.chain, tls.key)
    except (OSError, ValueError) as error:
        raise CertificateFileError(path, f"cannot be used for MQTT: {error}") from error
    return context


def go_if_told() -> None:
    """End this task if it was told to, though that has not reached it.

    An error on the way out may have taken its place. And the package waits by `asyncio.wait_for`,
    which in Python 3.11 forgets a cancellation that comes together with what was waited for.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _properties(said: Said) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if said.correlation is not None:
        properties.CorrelationData = said.correlation
    if said.lives_s is not None:
        properties.MessageExpiryInterval = said.lives_s
    return properties
