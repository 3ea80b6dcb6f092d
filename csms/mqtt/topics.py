"""The topics of this server: versioned, and below a prefix of the operator's choice."""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from csms.domain.identity import FeederId, SiteId


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics below a prefix. Names are percent-encoded, as in the API's addresses."""

    prefix: str

    @property
    def status(self) -> str:
        """Whether this server is connected: `online` or `offline`, retained."""
        return f"{self.prefix}/v1/status"

    @property
    def every_meter(self) -> str:
        """What the meters of all feeders are sent to."""
        return f"{self.prefix}/v1/sites/+/feeders/+/meter"

    def meter(self, site_id: SiteId, feeder_id: FeederId) -> str:
        """Where a feeder's meter is sent to."""
        return f"{self.prefix}/v1/sites/{_level(site_id)}/feeders/{_level(feeder_id)}/meter"

    def feeder_of(self, topic: str) -> tuple[SiteId, FeederId] | None:
        """Whose meter a topic is; None: no meter's of ours."""
        match topic.removeprefix(f"{self.prefix}/v1/").split("/"):
            case ["sites", site, "feeders", feeder, "meter"]:
                return unquote(site), unquote(feeder)
        return None


def _level(name: str) -> str:
    """A name as one level of a topic."""
    return quote(name, safe="")
