"""One connection to the broker after the other, with waits between them that grow."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol, TypeAlias

import aiomqtt

from csms.clock import Clock
from csms.mqtt.client import OFFLINE, ONLINE, Client, go_if_told, tls_context, told
from csms.mqtt.jobs import until_one_ends
from csms.mqtt.message import Told
from csms.mqtt.said import Said
from csms.mqtt.settings import MqttSettings
from csms.mqtt.topics import Topics
from csms.tally import MqttTally

logger = logging.getLogger(__name__)

Say: TypeAlias = Callable[[Said], Awaitable[None]]
"""Sends a message, and waits until the broker has it."""

_FAREWELL_S: Final = 2.0
_TOO_NEW: Final = "Unsupported protocol version"
_OLDER: Final = "an old broker wants `version: 3.1.1` in the settings"


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

    async def speak(self, say: Say) -> None:
        """Send what there is to be sent, until cancelled when the connection is gone."""
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
        self._status = Topics(settings.prefix).status
        self._clock = clock
        self._tally = tally
        self._pace = pace
        self._rng = rng
        self._tls = tls_context(settings.tls) if settings.tls else None

    async def run(self, visitor: Visitor) -> None:
        """Stay connected until cancelled."""
        failures = 0
        while True:
            connections = self._tally.connections
            ended = await self._why_ended(visitor)
            go_if_told()
            cause = f"No connection to the MQTT broker {self._settings.place}: {ended}"
            (logger.debug if failures else logger.warning)("%s", cause)
            visitor.left(cause)
            failures = 0 if self._tally.connections > connections else failures + 1
            await self._clock.sleep(self._pace.wait_s(failures, self._rng))

    async def _why_ended(self, visitor: Visitor) -> str:
        """Be connected as long as that lasts; return why it has ended, or could not begin."""
        try:
            async with Client(self._settings, self._tls) as client:
                await client.ask_for(visitor.subscriptions)
                async with self._present(client):
                    await self._visit(client, visitor)
        except (aiomqtt.MqttError, OSError) as error:
            go_if_told()
            cause = str(error) or type(error).__name__
            return f"{cause}: {_OLDER}" if _TOO_NEW in cause else cause
        except Exception:  # whatever it is, the next try may do better
            go_if_told()
            logger.exception("the connection to the MQTT broker has failed")
            return "the server has failed at this; its log says why"
        return "it has ended"

    async def _visit(self, client: Client, visitor: Visitor) -> None:
        """Listen and speak, until one of both ends."""

        async def say(said: Said) -> None:
            await client.say(said)
            self._tally.sent += 1

        self._tally.connections += 1
        self._tally.is_connected = True
        logger.info("connected to the MQTT broker %s", self._settings.place)
        visitor.came()
        try:
            await until_one_ends(self._listen(client, visitor), visitor.speak(say))
        finally:
            self._tally.is_connected = False

    async def _listen(self, client: Client, visitor: Visitor) -> None:
        async for message in client.messages:
            visitor.take(told(message, self._clock.now()))

    @asynccontextmanager
    async def _present(self, client: Client) -> AsyncIterator[None]:
        """Say that this server is there, and when it goes in good order, that it is not."""
        try:
            await client.say(Said(topic=self._status, payload=ONLINE, is_retained=True))
            self._tally.sent += 1
            yield
        except asyncio.CancelledError:
            with suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(_FAREWELL_S):
                    await client.say(Said(topic=self._status, payload=OFFLINE, is_retained=True))
            raise
