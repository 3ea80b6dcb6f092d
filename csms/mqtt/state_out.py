"""Sends how sites stand, as their live feeds tell it, while there is a connection."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from csms.clock import Clock, wait_at_most
from csms.domain.identity import SiteId
from csms.log import about
from csms.mqtt.connection import Say
from csms.mqtt.jobs import until_one_ends
from csms.mqtt.state_mirror import StateMirror
from csms.mqtt.topics import Topics
from csms.service.live_feed import LiveFeed
from csms.service.plan_course import PlanCourse
from csms.service.resource_view import ResourceState

logger = logging.getLogger(__name__)

_AGAIN_AFTER_S: Final = 5.0
_AT_ONCE: Final = 8
"""Messages that wait for the broker's acknowledgement at the same time."""


class Feeds(Protocol):
    """Where live feeds come from."""

    def site_ids(self) -> tuple[SiteId, ...]:
        """All sites."""
        ...

    def feed(self, site_id: SiteId) -> LiveFeed:
        """The live feed of a site."""
        ...

    def courses(self, site_id: SiteId) -> Mapping[str, PlanCourse]:
        """What the newest plan has ahead for each EVSE, by `station/number`."""
        ...

    def resources(self, site_id: SiteId) -> Sequence[ResourceState]:
        """How a site's resources stand."""
        ...


class StateOut:
    """Keeps what the broker retains of all sites in step with them.

    A broker may have forgotten everything, so with each connection all is sent anew. A slow broker
    gets what is newest, and nothing that has been overtaken.

    Args:
        feeds: The live feeds.
        topics: This server's own topics.
        clock: The time.
        measured_every_s: How often a topic is sent for its measurements alone.
    """

    def __init__(self, feeds: Feeds, topics: Topics, clock: Clock, measured_every_s: float) -> None:
        self._feeds = feeds
        self._topics = topics
        self._clock = clock
        self._measured_every_s = measured_every_s

    async def run(self, say: Say) -> None:
        """Send until cancelled, or until the broker takes nothing any more."""
        await until_one_ends(*(self._mirror(site_id, say) for site_id in self._feeds.site_ids()))

    async def _mirror(self, site_id: SiteId, say: Say) -> None:
        mirror = StateMirror(self._topics, site_id, self._measured_every_s)
        news = asyncio.Event()
        with about(site=site_id):
            await until_one_ends(self._follow(site_id, mirror, news), self._send(mirror, news, say))

    async def _follow(self, site_id: SiteId, mirror: StateMirror, news: asyncio.Event) -> None:
        """Let the mirror follow the feed, again and again from a snapshot."""
        while True:
            try:
                async with self._feeds.feed(site_id).reading() as messages:
                    while (message := await messages.get()) is not None:
                        if mirror.take(message):
                            mirror.plan(self._feeds.courses(site_id))
                        mirror.resources(self._feeds.resources(site_id))
                        news.set()
            except Exception:  # meters are read by the same connection, and must not suffer from it
                logger.exception("could not follow how the site stands")
                await self._clock.sleep(_AGAIN_AFTER_S)

    async def _send(self, mirror: StateMirror, news: asyncio.Event, say: Say) -> None:
        while True:
            due = mirror.due(self._clock.now())
            for i in range(0, len(due), _AT_ONCE):
                await asyncio.gather(*(say(said) for said in due[i : i + _AT_ONCE]))
            wait_s = mirror.wait_s(self._clock.now())
            if wait_s is None:
                await news.wait()
            else:
                await wait_at_most(self._clock, news, wait_s)
            news.clear()
