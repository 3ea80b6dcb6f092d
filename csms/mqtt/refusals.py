"""Tells of messages that were refused: in the log and at the site, but not of each of many."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from csms.domain.identity import FeederId, SiteId
from csms.log import about
from csms.service.meter_links import MeterLinks
from csms.tally import MqttTally

logger = logging.getLogger(__name__)

_Key: TypeAlias = tuple[str, SiteId | None, FeederId | None, str]
"""What many messages have in common; whoever sends them cannot make up any of it."""
_AGAIN_AFTER: Final = timedelta(minutes=10)
_MOST_KEPT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A message, or what it says of one feeder, that was not used.

    Attributes:
        under: What it came under: its topic, or several by wildcards.
        topic: Its topic.
        field: What of it is wrong, with its place in it: `limits/1/amps`.
        cause: Why, in words.
        site_id: Whose meter it is about; None: nobody's that is known.
    """

    under: str
    topic: str
    field: str
    cause: str
    site_id: SiteId | None = None
    feeder_id: FeederId | None = None

    @property
    def word(self) -> str:
        """What is wrong without the place: there are few of these words."""
        return self.field.partition("/")[0]


class Refusals:
    """Logs the first of a kind, and then how many there were, every ten minutes at the most.

    Args:
        links: Notes at sites what was refused of their meters.
        tally: Counts all of them.
    """

    def __init__(self, links: MeterLinks, tally: MqttTally) -> None:
        self._links = links
        self._tally = tally
        self._logged: OrderedDict[_Key, tuple[datetime, int]] = OrderedDict()

    def note(self, refusal: Refusal, now: datetime) -> None:
        """A message was refused."""
        self._tally.refused[refusal.under, refusal.word] += 1
        self._log(refusal, now)
        if refusal.site_id is not None and refusal.feeder_id is not None:
            cause = f"MQTT topic {refusal.topic}: {refusal.cause}"
            self._links.refused(refusal.site_id, refusal.feeder_id, cause)

    def _log(self, refusal: Refusal, now: datetime) -> None:
        key = (refusal.under, refusal.site_id, refusal.feeder_id, refusal.word)
        logged_at, kept_back = self._logged.pop(key, (None, 0))
        if logged_at is not None and now - logged_at < _AGAIN_AFTER:
            self._logged[key] = (logged_at, kept_back + 1)
            return
        self._logged[key] = (now, 0)
        if len(self._logged) > _MOST_KEPT:
            self._logged.popitem(last=False)
        more = f" (and {kept_back} like it since the last time)" if kept_back else ""
        with about(site=refusal.site_id):
            topic = refusal.topic if refusal.topic.isprintable() else repr(refusal.topic)
            logger.warning("refused MQTT topic %s: %s%s", topic, refusal.cause, more)
