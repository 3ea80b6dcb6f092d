"""The bridge between an MQTT broker and the use cases."""

import asyncio
from collections.abc import Coroutine, Sequence
from random import Random
from typing import Any

from csms.clock import Clock
from csms.mqtt.connection import Connection, Pace, Say
from csms.mqtt.jobs import until_one_ends
from csms.mqtt.message import Told
from csms.mqtt.meter_desk import MeterDesk
from csms.mqtt.orders import Orders
from csms.mqtt.refusals import Refusal, Refusals
from csms.mqtt.resource_desk import ResourceDesk
from csms.mqtt.setpoints_out import SetpointsOut
from csms.mqtt.settings import MqttSettings
from csms.mqtt.state_out import StateOut
from csms.mqtt.topics import Topics
from csms.mqtt.use_cases import UseCases
from csms.service.meter_links import MeterLinks
from csms.tally import MqttTally


class MqttBridge:
    """Takes what the broker brings, and tells it how sites stand.

    A broker that is away is nobody's reason to stop: meters that it brought fall silent, and the
    guard of the limits reckons with the worst case.

    Args:
        settings: Where the broker is.
        uses: What is made use of.
        clock: The time.
        pace: How long is waited after a connection that failed.

    Attributes:
        tally: What has gone over the connection.

    Raises:
        CertificateFileError: The files for TLS cannot be used.
    """

    def __init__(
        self, settings: MqttSettings, uses: UseCases, clock: Clock, pace: Pace | None = None
    ) -> None:
        self.tally = MqttTally()
        self._clock = clock
        self._place = settings.place
        self._topics = Topics(settings.prefix)
        rng = Random()  # noqa: S311 - spreads waits
        self._connection = Connection(settings, clock, self.tally, pace or Pace(), rng)
        self._links = MeterLinks(uses.sites, clock)
        self._refusals = Refusals(self._links, self.tally)
        sites = [live.site for live in uses.sites]
        self._meters = MeterDesk(sites, self._topics, uses.operations, self._links)
        self._resources = ResourceDesk(sites, self._topics, uses.operations.resources)
        self._setpoints = SetpointsOut(uses.sites, self._topics, clock)
        self._orders: Orders | None = None
        if settings.takes_orders:
            self._orders = Orders(self._topics, uses, self._refusals, self.tally, clock)
        self._state: StateOut | None = None
        if settings.tells_state:
            every_s = settings.measured_every_s
            self._state = StateOut(uses.feeds, self._topics, clock, every_s)

    async def run(self) -> None:
        """Take what comes until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._connection.run(self))
            tasks.create_task(self._meters.run(self._note))
            if self._orders is not None:
                tasks.create_task(self._orders.run())

    @property
    def subscriptions(self) -> Sequence[tuple[str, int]]:
        """All topics of meters, and those of orders.

        What meters send while there is no connection is of no use later, so they have QoS 0.
        """
        topics = dict.fromkeys((*self._meters.subscriptions, *self._resources.subscriptions))
        meters = [(topic, 0) for topic in topics]
        return meters + [(topic, 1) for topic in self._topics.orders.values() if self._orders]

    def came(self) -> None:
        """There is a connection."""
        self._links.back(f"Connected to the MQTT broker {self._place}")

    def left(self, cause: str) -> None:
        """There is no connection."""
        self._links.lost(cause)

    def take(self, told: Told) -> None:
        """Take an order, or a message of a meter."""
        order = self._topics.order_of(told.topic)
        if order is not None and self._orders is not None:
            self._orders.take(told, order)
            return
        refused = [*self._meters.take(told), *self._resources.take(told)]
        for refusal in refused:
            self._note(refusal)
        if not refused:
            is_of_resource = self._resources.knows(told.topic)
            desk = self._resources if is_of_resource else self._meters
            self.tally.taken[desk.under(told.topic)] += 1

    async def speak(self, say: Say) -> None:
        """Send how sites stand, what resources are told, and answers to orders."""
        work: list[Coroutine[Any, Any, None]] = [self._setpoints.run(say)]
        if self._state is not None:
            work.append(self._state.run(say))
        if self._orders is not None:
            work.append(self._orders.answer(say))
        await until_one_ends(*work)

    def _note(self, refusal: Refusal) -> None:
        self._refusals.note(refusal, self._clock.now())
