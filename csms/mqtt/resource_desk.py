"""Takes what is told of resources, by our own topics or in the messages of others."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from csms.domain.errors import InvalidInputError, UnknownSiteError
from csms.domain.identity import SiteId
from csms.domain.resource import Quantity, Resource, ResourceId, ToldAt
from csms.domain.site import Site
from csms.log import about
from csms.mqtt.foreign_meter import number_at, refuse_retained
from csms.mqtt.message import Told, parse_body, read_json
from csms.mqtt.refusals import Refusal
from csms.mqtt.topics import Topics
from csms.service.bodies import ResourceReading, WeatherReport
from csms.service.resource_readings import ResourceReadings

logger = logging.getLogger(__name__)

_Read: TypeAlias = Callable[[], tuple[Mapping[Quantity, float], datetime | None]]
_FAILED = "failed"
_UNKNOWN = "unknown"


class ResourceDesk:
    """Makes readings of messages.

    Args:
        sites: All sites, as their files describe them.
        topics: This server's own topics.
        readings: Takes them.
    """

    def __init__(self, sites: Iterable[Site], topics: Topics, readings: ResourceReadings) -> None:
        self._topics = topics
        self._readings = readings
        self._sites = {site.site_id: site for site in sites}
        self._foreign: defaultdict[str, list[tuple[SiteId, Resource, Quantity, ToldAt]]]
        self._foreign = defaultdict(list)
        for site in self._sites.values():
            for one in site.resources:
                for quantity, told_at in one.told_at:
                    entry = (site.site_id, one, quantity, told_at)
                    self._foreign[told_at.place.topic].append(entry)

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """What has to be subscribed to; nothing, if no site has any resource."""
        if not any(site.resources for site in self._sites.values()):
            return ()
        own = (self._topics.every_resource, self._topics.every_weather)
        return (*own, *sorted(self._foreign))

    def knows(self, topic: str) -> bool:
        """Whether a message is about a resource."""
        own = (self._topics.resource_of(topic), self._topics.weather_of(topic))
        return topic in self._foreign or own != (None, None)

    def under(self, topic: str) -> str:
        """Which subscription a message has come under."""
        if topic in self._foreign:
            return topic
        is_weather = self._topics.weather_of(topic) is not None
        return self._topics.every_weather if is_weather else self._topics.every_resource

    def take(self, told: Told) -> Iterator[Refusal]:
        """Take a message; whatever is wrong with it is told, and never raised."""
        for site_id, resource, quantity, told_at in self._foreign.get(told.topic, ()):
            whose = (site_id, resource.resource_id)
            yield from self._tried(
                told, whose, self._reading(told, whose, _foreign_values(told, quantity, told_at))
            )
        if (own := self._topics.resource_of(told.topic)) is not None:
            yield from self._tried(told, own, self._reading(told, own, _own_values(told)))
        if (place := self._topics.weather_of(told.topic)) is not None:
            yield from self._tried(told, (place, ""), self._weather(told, place))

    def _reading(
        self, told: Told, whose: tuple[SiteId, ResourceId], read: _Read
    ) -> Callable[[], None]:
        def take() -> None:
            values, at = read()
            if at is None:
                refuse_retained(told)
            self._readings.report(*whose, values, at or told.came_at)

        return take

    def _weather(self, told: Told, site_id: SiteId) -> Callable[[], None]:
        """What it tells of has its instants, so it may be retained."""

        def take() -> None:
            weather = parse_body(read_json(told), WeatherReport)
            self._readings.report_weather(site_id, weather.told)

        return take

    def _tried(
        self,
        told: Told,
        whose: tuple[SiteId, ResourceId],
        take: Callable[[], None],
    ) -> Iterator[Refusal]:
        field, cause = "", ""
        site_id, resource_id = whose
        with about(site=site_id if site_id in self._sites else None):
            try:
                take()
            except InvalidInputError as error:
                field, cause = error.field, str(error)
            except UnknownSiteError as error:
                field, cause = _UNKNOWN, str(error)
            except Exception:  # whatever a message does, the next one is taken
                logger.exception("could not take a message of topic %s", told.topic)
                field, cause = _FAILED, "the server has failed at this; its log says why"
        if field:
            feeder_id = self._feeder_of(site_id, resource_id)
            yield Refusal(
                under=self.under(told.topic),
                topic=told.topic,
                field=field,
                cause=cause,
                site_id=site_id if feeder_id else None,
                feeder_id=feeder_id,
            )

    def _feeder_of(self, site_id: SiteId, resource_id: ResourceId) -> str | None:
        site = self._sites.get(site_id)
        found = [one for one in site.resources if one.resource_id == resource_id] if site else []
        return found[0].feeder_id if found else None


def _own_values(told: Told) -> _Read:
    def read() -> tuple[Mapping[Quantity, float], datetime | None]:
        body = parse_body(read_json(told), ResourceReading)
        return body.values, body.at

    return read


def _foreign_values(told: Told, quantity: Quantity, told_at: ToldAt) -> _Read:
    def read() -> tuple[Mapping[Quantity, float], datetime | None]:
        value = number_at(told_at.place.path, read_json(told)) * told_at.per_unit
        return {quantity: value}, None

    return read
