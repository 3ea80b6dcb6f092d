"""Takes what meters tell, and gives it to the same use case that the API does."""

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from csms.domain.errors import InvalidInputError, UnknownFeederError, UnknownSiteError
from csms.domain.identity import FeederId, SiteId
from csms.domain.site import Site
from csms.log import about
from csms.mqtt.foreign_meter import ForeignMeter, MeterReading, refuse_retained
from csms.mqtt.message import Told, parse_body, read_json
from csms.mqtt.refusals import Refusal
from csms.mqtt.topics import Topics
from csms.service.bodies import FeederLoad
from csms.service.meter_links import MeterLinks
from csms.service.operations import Operations

logger = logging.getLogger(__name__)

Whose: TypeAlias = tuple[SiteId, FeederId]
Take: TypeAlias = Callable[[Told, SiteId, FeederId], None]

_EVERY_S: Final = 0.1
"""Readings of a feeder are reckoned with no more often: each may take a large site 20 ms."""
_FAILED: Final = "failed"
_UNKNOWN: Final = "unknown"


class MeterDesk:
    """Makes readings of messages. Of readings that come in a flood, the newest are reported.

    Args:
        sites: All sites, as their files describe them.
        topics: This server's own topics.
        operations: Takes readings.
        links: Is told of readings that come on this way.
    """

    def __init__(
        self, sites: Iterable[Site], topics: Topics, operations: Operations, links: MeterLinks
    ) -> None:
        self._topics = topics
        self._operations = operations
        self._links = links
        self._foreign: defaultdict[str, list[tuple[SiteId, FeederId, ForeignMeter]]] = defaultdict(
            list
        )
        self._reported_s: dict[Whose, float] = {}
        self._held: dict[Whose, tuple[Told, MeterReading]] = {}
        self._is_holding = asyncio.Event()
        self._sites = {site.site_id: site for site in sites}
        for site in self._sites.values():
            for feeder in site.feeders:
                source = feeder.uncontrolled.source if feeder.uncontrolled else None
                if source is not None:
                    meter = (site.site_id, feeder.feeder_id, ForeignMeter(source))
                    for topic in source.topics:
                        self._foreign[topic].append(meter)

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """What has to be subscribed to."""
        return (self._topics.every_meter, *sorted(self._foreign))

    def under(self, topic: str) -> str:
        """Which of these a message has come under."""
        return topic if topic in self._foreign else self._topics.every_meter

    def take(self, told: Told) -> Iterator[Refusal]:
        """Take a message; whatever is wrong with it is told, and never raised."""
        for site_id, feeder_id, meter in self._foreign.get(told.topic, ()):
            yield from self._tried(told, (site_id, feeder_id), self._foreign_taker(meter))
        if (own := self._topics.feeder_of(told.topic)) is not None:
            yield from self._tried(told, own, self._take_own)

    async def run(self, note: Callable[[Refusal], None]) -> None:
        """Report what comes too fast, the newest of each feeder, until cancelled."""
        while True:
            await self._is_holding.wait()
            self._is_holding.clear()
            await asyncio.sleep(_EVERY_S)  # it spares the machine, so it is the machine's time
            held, self._held = self._held, {}
            for whose, (told, reading) in held.items():
                for refusal in self._tried(told, whose, self._reporter(reading)):
                    note(refusal)

    def _tried(
        self,
        told: Told,
        whose: Whose,
        take: Take,
    ) -> Iterator[Refusal]:
        field, cause, is_known = "", "", True
        site_id, feeder_id = whose
        with about(site=site_id if site_id in self._sites else None):
            try:
                take(told, site_id, feeder_id)
            except InvalidInputError as error:
                field, cause = error.field, str(error)
            except (UnknownSiteError, UnknownFeederError) as error:
                field, cause, is_known = _UNKNOWN, str(error), False
            except Exception:  # whatever a message does, the next one is taken
                logger.exception("could not take a message of topic %s", told.topic)
                field, cause = _FAILED, "the server has failed at this; its log says why"
        if field:
            yield Refusal(
                under=self.under(told.topic),
                topic=told.topic,
                field=field,
                cause=cause,
                site_id=site_id if is_known else None,
                feeder_id=feeder_id if is_known else None,
            )

    def _take_own(self, told: Told, site_id: SiteId, feeder_id: FeederId) -> None:
        site = self._sites.get(site_id)
        if site is None:
            raise UnknownSiteError(site_id)
        site.feeder(feeder_id)
        load = parse_body(read_json(told), FeederLoad)
        if load.at is None:
            refuse_retained(told)
        first, second, third = load.current_a
        reading = MeterReading(load.at or told.came_at, (first, second, third))
        self._report(told, (site_id, feeder_id), reading)
        self._links.brought(site_id)

    def _foreign_taker(self, meter: ForeignMeter) -> Take:
        def take(told: Told, site_id: SiteId, feeder_id: FeederId) -> None:
            reading = meter.take(told)
            if reading is not None:
                self._report(told, (site_id, feeder_id), reading)

        return take

    def _report(self, told: Told, whose: Whose, reading: MeterReading) -> None:
        """Report a reading now, or soon if the last one of its feeder was just now."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._reported_s.get(whose, -math.inf) < _EVERY_S:
            self._held[whose] = (told, reading)
            self._is_holding.set()
            return
        self._operations.report_feeder_load(*whose, reading.current_a, reading.at)
        self._reported_s[whose] = now_s
        self._held.pop(whose, None)

    def _reporter(self, reading: MeterReading) -> Take:
        def report(told: Told, site_id: SiteId, feeder_id: FeederId) -> None:
            self._report(told, (site_id, feeder_id), reading)

        return report
