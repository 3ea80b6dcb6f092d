"""A station's way to its CSMS: connecting, registering, heartbeats, delivery in order.

It stays on its feet whatever the other end does: it connects again after a back-off, boots until
it is accepted, and keeps what must arrive until it has arrived.
"""

import asyncio
import logging
import uuid
from datetime import timedelta
from random import Random
from typing import Final

from websockets.exceptions import WebSocketException

from csms.ocpp.frames import CallResult, JsonObject
from simulators.clock import Clock
from simulators.stations.link import Answer, Connect, Connection, Link, LinkLostError
from simulators.stations.outbox import Message, Outbox
from simulators.stations.speaker import Registration, Speaker
from simulators.stations.waiting import happens_within

logger = logging.getLogger(__name__)

_FIRST_BACK_OFF_S: Final = 5.0
_MAX_BACK_OFF_S: Final = 120.0
_BOOT_RETRY_S: Final = 60
"""Between boot notifications where the CSMS names no interval (B02.FR.07)."""
_MAX_WAITS: Final = 10
_ONE_DAY_S: Final = 86_400
_MAX_PROMPTED: Final = 16


class Uplink:
    """Keeps a station connected.

    Args:
        speaker: The station.
        clock: Simulated time.
        connect: Makes connections.
        rng: Draws back-offs and message ids.

    Attributes:
        outbox: What is to be delivered.
        registration: What the CSMS said last.
        was_accepted: Whether it ever accepted the station.
        boots_each_time: Whether every new connection begins with a boot notification.
        sent: Calls that were made.
        online_at: Since when there is a connection, or was the last time.
    """

    def __init__(self, speaker: Speaker, clock: Clock, connect: Connect, rng: Random) -> None:
        self.outbox = Outbox()
        self.registration = Registration.UNKNOWN
        self.was_accepted = False
        self.boots_each_time = False
        self.sent = 0
        self.online_at = clock.now()
        self._speaker = speaker
        self._clock = clock
        self._connect = connect
        self._rng = rng
        self._link: Link | None = None
        self._must_boot = True
        self._is_on = asyncio.Event()
        self._is_on.set()
        self._away_until = clock.now()
        self._last_sent_at = clock.now()
        self._prompted: list[Message] = []
        self._is_prompted = asyncio.Event()
        self._is_interval_new = asyncio.Event()

    @property
    def is_online(self) -> bool:
        """Whether there is a connection."""
        return self._link is not None

    @property
    def is_booting(self) -> bool:
        """Whether there is a connection on which the station is not accepted yet."""
        return self.is_online and self.registration is not Registration.ACCEPTED

    @property
    def is_settled(self) -> bool:
        """Whether the CSMS knows all that the station has to tell."""
        return self.is_online and not len(self.outbox)

    async def run(self) -> None:
        """Stay connected until cancelled."""
        failures = 0
        while True:
            await self._is_on.wait()
            while (now := self._clock.now()) < self._away_until:
                await self._clock.sleep((self._away_until - now).total_seconds())
            connection = await self._try_to_connect()
            if connection is None:
                failures += 1
                self._speaker.stayed_offline()
            else:
                failures = 0
                await self._be_online(connection)
            await self._clock.sleep(self._back_off_s(failures))

    async def call(self, message: Message) -> JsonObject | None:
        """Make a call now; None if it is not answered with a result."""
        if self._link is None:
            return None
        try:
            answer = await self._send(self._link, message)
        except LinkLostError:
            return None
        return answer.payload if isinstance(answer, CallResult) else None

    def tell(self, message: Message) -> None:
        """Have a message delivered in its turn; what need not be kept is lost when offline."""
        if message.is_kept or self._link is not None:
            self.outbox.put(message)

    def prompt(self, message: Message) -> None:
        """Send what the CSMS has asked for, even before it has accepted the station."""
        if self.registration is Registration.ACCEPTED:
            self.outbox.put(message)
        elif len(self._prompted) < _MAX_PROMPTED:
            self._prompted.append(message)
            self._is_prompted.set()

    def interval_changed(self) -> None:
        """The heartbeat's interval has been set."""
        self._is_interval_new.set()

    def stay_away(self, seconds: float) -> None:
        """Lose the connection without a word, and do not connect for a while."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._away_until = max(until, self._away_until)
        self._drop()

    def switch_off(self) -> None:
        """The station has lost its power: it forgets that it was registered."""
        self._is_on.clear()
        self._must_boot = True
        self.registration = Registration.UNKNOWN
        self._drop()

    def switch_on(self) -> None:
        """The station has its power again."""
        self._is_on.set()

    def _drop(self) -> None:
        if self._link is not None:
            self._link.drop()

    async def _try_to_connect(self) -> Connection | None:
        try:
            return await self._connect(self._speaker.station_id, self._speaker.subprotocol)
        except (OSError, TimeoutError, WebSocketException) as error:
            logger.info("%s cannot connect: %s", self._speaker.station_id, error)
            return None

    async def _be_online(self, connection: Connection) -> None:
        self._link = Link(connection, self._speaker.answer, self._speaker.malformed_code)
        self.online_at = self._clock.now()
        logger.info("%s is connected", self._speaker.station_id)
        if not self._is_on.is_set() or self._clock.now() < self._away_until:
            self._drop()  # it went away while it was connecting
        try:
            async with asyncio.TaskGroup() as tasks:
                work = tasks.create_task(self._work(self._link))
                await self._link.run()
                work.cancel()
        finally:
            connection.transport.abort()
            self._link = None
            logger.info("%s has lost its connection", self._speaker.station_id)
            self.outbox.forget_passing()

    def _back_off_s(self, failures: int) -> float:
        """Twice as long after each failure, and never for two stations the same."""
        longest_s = min(_MAX_BACK_OFF_S, _FIRST_BACK_OFF_S * 2.0 ** min(failures, _MAX_WAITS))
        return self._rng.uniform(longest_s / 2, longest_s)

    async def _work(self, link: Link) -> None:
        try:
            has_booted = self._must_boot or self.boots_each_time
            if has_booted:
                await self._register(link)
            self._speaker.came_online(has_booted=has_booted)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._deliver(link))
                tasks.create_task(self._beat(link))
        except* LinkLostError:
            pass  # whoever runs the link notices, too

    async def _register(self, link: Link) -> None:
        """Boot until accepted (1.6 §4.2, B01-B03)."""
        self.registration = Registration.UNKNOWN
        while True:
            interval_s = await self._boot(link)
            if self.registration is Registration.ACCEPTED:
                self._must_boot = False
                self.was_accepted = True
                self._speaker.registered(interval_s)
                return
            await self._hold(link, interval_s or _BOOT_RETRY_S)

    async def _boot(self, link: Link) -> int:
        """Send a boot notification and tell the interval that comes back."""
        answer = await self._send(link, self._speaker.boot_message())
        if not isinstance(answer, CallResult):
            return 0
        status = str(answer.payload.get("status"))
        if status in {*Registration}:
            self.registration = Registration(status)
            logger.info("%s has booted: %s", self._speaker.station_id, status)
        return int(answer.payload.get("interval", 0))

    async def _hold(self, link: Link, wait_s: float) -> None:
        """Until the next boot notification send only what was asked for (B02.FR.02)."""
        ends_at = self._clock.now() + timedelta(seconds=wait_s)
        while (left_s := (ends_at - self._clock.now()).total_seconds()) > 0:
            if not await happens_within(self._clock, self._is_prompted, left_s):
                return
            self._is_prompted.clear()
            prompted, self._prompted = self._prompted, []
            for message in prompted:
                if message.action == "BootNotification":
                    return
                await self._send(link, message)

    async def _deliver(self, link: Link) -> None:
        while True:
            message = await self.outbox.first()
            answer = await self._send(link, message)
            if isinstance(answer, CallResult):
                self.outbox.remove(message)
                if message.on_result is not None:
                    message.on_result(answer.payload)
            elif message.is_kept:  # 1.6 §3.7.1, E13.FR.03
                message.failures += 1
                waits = min(message.failures, _MAX_WAITS)
                await self._clock.sleep(waits * self._speaker.retry_s())
            else:
                self.outbox.remove(message)

    async def _beat(self, link: Link) -> None:
        """Be heard of at least once in every interval (1.6 §4.6, G02)."""
        while True:
            interval_s = self._speaker.heartbeat_s() or _ONE_DAY_S
            silent_s = (self._clock.now() - self._last_sent_at).total_seconds()
            if silent_s < interval_s:
                await happens_within(self._clock, self._is_interval_new, interval_s - silent_s)
                self._is_interval_new.clear()
                continue
            await self._send(link, Message(action="Heartbeat", payload=dict))

    async def _send(self, link: Link, message: Message) -> Answer | None:
        """Make a call; None if it is not answered in time."""
        self._last_sent_at = asked_at = self._clock.now()
        self.sent += 1
        # A retry has a new id: ids must not be used twice on a connection (OCPP-J §4.1.4).
        message_id = str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        try:
            answer = await link.call(message_id, message.action, message.payload())
        except TimeoutError:
            logger.debug("%s: %s was not answered", self._speaker.station_id, message.action)
            return None
        if isinstance(answer, CallResult) and "currentTime" in answer.payload:
            self._speaker.time_told(answer.payload, asked_at)
        return answer
