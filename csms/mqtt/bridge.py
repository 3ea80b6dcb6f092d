"""The bridge between an MQTT broker and the use cases."""

import asyncio
from collections.abc import Sequence
from random import Random

from csms.clock import Clock
from csms.mqtt.connection import Connection, Pace, Say
from csms.mqtt.message import Told
from csms.mqtt.meter_desk import MeterDesk
from csms.mqtt.refusals import Refusals
from csms.mqtt.settings import MqttSettings
from csms.mqtt.state_out import Feeds, StateOut
from csms.mqtt.topics import Topics
from csms.service.meter_links import MeterLinks
from csms.service.operations import Operations
from csms.service.sites import Sites
from csms.tally import MqttTally


class MqttBridge:
    """Takes what the broker brings, and tells it how sites stand.

    A broker that is away is nobody's reason to stop: meters that it brought fall silent, and the
    guard of the limits reckons with the worst case.

    Args:
        settings: Where the broker is.
        sites: All sites.
        operations: What is done with what comes.
        feeds: Tell how sites stand.
        clock: The time.
        pace: How long is waited after a connection that failed.

    Attributes:
        tally: What has gone over the connection.

    Raises:
        CertificateFileError: The files for TLS cannot be used.
    """

    def __init__(
        self,
        settings: MqttSettings,
        sites: Sites,
        operations: Operations,
        feeds: Feeds,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self.tally = MqttTally()
        self._place = settings.place
        rng = Random()  # noqa: S311 - spreads waits
        self._connection = Connection(settings, clock, self.tally, pace or Pace(), rng)
        self._links = MeterLinks(sites, clock)
        self._refusals = Refusals(self._links, self.tally)
        topics = Topics(settings.prefix)
        self._meters = MeterDesk([live.site for live in sites], topics, operations, self._links)
        self._state = (
            StateOut(feeds, topics, clock, settings.measured_every_s)
            if settings.tells_state
            else None
        )

    async def run(self) -> None:
        """Take what comes until cancelled."""
        await self._connection.run(self)

    @property
    def subscriptions(self) -> Sequence[tuple[str, int]]:
        """All topics of meters. What is sent while there is no connection is of no use later."""
        return [(topic, 0) for topic in self._meters.subscriptions]

    def came(self) -> None:
        """There is a connection."""
        self._links.back(f"Connected to the MQTT broker {self._place}")

    def left(self, cause: str) -> None:
        """There is no connection."""
        self._links.lost(cause)

    def take(self, told: Told) -> None:
        """Take a message of a meter."""
        refused = list(self._meters.take(told))
        for refusal in refused:
            self._refusals.note(refusal, told.came_at)
        if not refused:
            self.tally.taken[self._meters.under(told.topic)] += 1

    async def speak(self, say: Say) -> None:
        """Send how sites stand, if that is wanted."""
        if self._state is not None:
            await self._state.run(say)
        else:
            await asyncio.Event().wait()
