"""What the topics of a site have to say, and which of them has news to be sent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import orjson

from csms.domain.identity import SiteId, StationId
from csms.mqtt.said import Said
from csms.mqtt.topics import Topics
from csms.service.charging_control import parse_evse
from csms.service.live_feed import FeedMessage
from csms.service.plan_course import PlanCourse
from csms.service.resource_view import ResourceState
from csms.service.site_view import EvseState
from csms.service.view_json import ViewJson

Document: TypeAlias = Mapping[str, Any]

_MEASURED: Final = frozenset(
    {
        *("power_w", "current_a", "energy_wh", "soc_pct", "load_a", "uncontrolled_a"),
        *("energy_today_wh", "headline"),
        *("readings", "counts_w"),
    }
)
"""What changes with every reading of a meter, and nobody has decided."""
_NOT_OF_THE_SITE: Final = frozenset({"now", "clock_rate", "plan", "guard", "feeders", "evses"})
_OF_THE_STATION: Final = ("protocol", "security_profile", "waiting")
_AWAY: Final = (EvseState.OFFLINE, EvseState.NEVER_SEEN)


class StateMirror:
    """Follows the live feed of a site, and says what of it is to be sent.

    What has been decided, or has happened, is sent at once; where only measurements have changed, a
    topic waits until it was last sent long enough ago. What is the same again is not sent.

    Args:
        topics: This server's own topics.
        site_id: Which site.
        measured_every_s: How often a topic is sent for its measurements alone.
    """

    def __init__(self, topics: Topics, site_id: SiteId, measured_every_s: float) -> None:
        self._topics = topics
        self._site_id = site_id
        self._measured_every = timedelta(seconds=measured_every_s)
        self._site: ViewJson = {}
        self._feeders: dict[str, ViewJson] = {}
        self._evses: dict[str, ViewJson] = {}
        self._at_station: defaultdict[StationId, set[str]] = defaultdict(set)
        self._planned: set[str] = set()
        self._sent: dict[str, tuple[datetime, Document | None]] = {}
        self._waiting: dict[str, tuple[datetime | None, Document | None]] = {}

    def take(self, message: FeedMessage) -> bool:
        """Follow a message of the feed; return whether it tells of another plan."""
        told = orjson.loads(message.body)
        if message.kind == "snapshot":
            view: ViewJson = told["view"]
            gone = {
                "feeders": self._feeders.keys() - view["feeders"].keys(),
                "evses": self._evses.keys() - view["evses"].keys(),
            }
            told = {"site": view, **view, "removed": gone}
        self._follow(told)
        return "plan" in told.get("site", {})

    def plan(self, courses: Mapping[str, PlanCourse]) -> None:
        """Take what a plan has ahead, by `station/number`; what it is not for has none any more."""
        for key in self._planned - courses.keys():
            self._put(self._plan_topic(key), None)
        for key, course in courses.items():
            steps = [{"from": at, "limit_a": limit_a} for at, limit_a in course.steps]
            document = {"made_at": course.made_at, "until": course.until_at, "steps": steps}
            self._put(self._plan_topic(key), document)
        self._planned = set(courses)

    def resources(self, states: Iterable[ResourceState]) -> None:
        """Take how batteries, sun, heat and the like stand; a site always has the same ones."""
        for state in states:
            topic = self._topics.resource_state(self._site_id, state.resource_id)
            self._put(topic, state.model_dump(mode="json"))

    def due(self, now: datetime) -> list[Said]:
        """What is to be sent now; it is taken to have been sent."""
        found = [topic for topic, (at, _) in self._waiting.items() if at is None or at <= now]
        said = []
        for topic in found:
            _, document = self._waiting.pop(topic)
            self._sent[topic] = (now, document)
            said.append(Said(topic=topic, payload=_written(document, now), is_retained=True))
        return said

    def wait_s(self, now: datetime) -> float | None:
        """How long until there is something to be sent, None if nothing waits."""
        waits = [(at - now).total_seconds() if at else 0.0 for at, _ in self._waiting.values()]
        return max(0.0, min(waits)) if waits else None

    def _follow(self, told: ViewJson) -> None:
        for key in told.get("removed", {}).get("feeders", ()):
            del self._feeders[key]
            self._put(self._topics.feeder_state(self._site_id, key), None)
        for key in told.get("removed", {}).get("evses", ()):
            self._remove_evse(key)
        for key, fields in told.get("feeders", {}).items():
            self._feeders[key] = {**self._feeders.get(key, {}), **fields}
            self._put(self._topics.feeder_state(self._site_id, key), self._feeders[key])
        for key, fields in told.get("evses", {}).items():
            self._change_evse(key, fields)
        self._change_site(told.get("site", {}), told.get("guard", {}))

    def _change_site(self, site: ViewJson, guard: ViewJson) -> None:
        own = {name: value for name, value in site.items() if name not in _NOT_OF_THE_SITE}
        if own:
            self._site.update(own)
            self._put(self._topics.site_state(self._site_id), dict(self._site))
        if "plan" in site:
            self._put(self._topics.plan(self._site_id), site["plan"])
        if guard:
            topic = self._topics.guard(self._site_id)
            _, known = self._waiting.get(topic) or self._sent.get(topic) or (None, None)
            self._put(topic, {**(known or {}), **guard})

    def _change_evse(self, key: str, fields: ViewJson) -> None:
        evse = self._evses[key] = {**self._evses.get(key, {}), **fields}
        station_id = evse["station_id"]
        self._at_station[station_id].add(key)
        self._put(self._topics.evse_state(self._site_id, station_id, evse["number"]), evse)
        self._put_station(station_id)

    def _remove_evse(self, key: str) -> None:
        evse = self._evses.pop(key)
        station_id = evse["station_id"]
        self._at_station[station_id].discard(key)
        self._put(self._topics.evse_state(self._site_id, station_id, evse["number"]), None)
        self._put_station(station_id)

    def _put_station(self, station_id: StationId) -> None:
        evses = [self._evses[key] for key in sorted(self._at_station[station_id])]
        document: Document | None = None
        if evses:
            document = {
                "station_id": station_id,
                "is_connected": any(one["state"] not in _AWAY for one in evses),
                **{name: evses[0][name] for name in _OF_THE_STATION},
                "evses": sorted(one["number"] for one in evses),
            }
        self._put(self._topics.station_state(self._site_id, station_id), document)

    def _plan_topic(self, key: str) -> str:
        evse = parse_evse(key)
        return self._topics.evse_plan(self._site_id, evse.station_id, evse.number)

    def _put(self, topic: str, document: Document | None) -> None:
        """A topic has this to say; see whether that is news, and when it is to be sent."""
        sent_at, sent = self._sent.get(topic, (None, None))
        self._waiting.pop(topic, None)
        if sent == document:
            return
        is_measured = sent is not None and document is not None and _only_measured(sent, document)
        at = sent_at + self._measured_every if sent_at and is_measured else None
        self._waiting[topic] = (at, document)


def _only_measured(before: Document, after: Document) -> bool:
    changed = {name for name, value in after.items() if before.get(name) != value}
    return changed <= _MEASURED


def _written(document: Document | None, now: datetime) -> bytes:
    if document is None:
        return b""
    return orjson.dumps({"at": now, **document}, option=orjson.OPT_UTC_Z)
