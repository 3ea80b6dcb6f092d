"""The topics of this server: versioned, and below a prefix of the operator's choice."""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from csms.domain.identity import FeederId, SiteId, StationId


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
        return f"{self._site(site_id)}/feeders/{_level(feeder_id)}/meter"

    def feeder_of(self, topic: str) -> tuple[SiteId, FeederId] | None:
        """Whose meter a topic is; None: no meter's of ours."""
        match topic.removeprefix(f"{self.prefix}/v1/").split("/"):
            case ["sites", site, "feeders", feeder, "meter"]:
                return unquote(site), unquote(feeder)
        return None

    def site_state(self, site_id: SiteId) -> str:
        """How a site stands."""
        return f"{self._site(site_id)}/state"

    def plan(self, site_id: SiteId) -> str:
        """A site's newest plan."""
        return f"{self._site(site_id)}/plan"

    def guard(self, site_id: SiteId) -> str:
        """What the guard of a site's limits does."""
        return f"{self._site(site_id)}/guard"

    def feeder_state(self, site_id: SiteId, feeder_id: FeederId) -> str:
        """How a feeder stands."""
        return f"{self._site(site_id)}/feeders/{_level(feeder_id)}/state"

    def station_state(self, site_id: SiteId, station_id: StationId) -> str:
        """How a station stands."""
        return f"{self._site(site_id)}/stations/{_level(station_id)}/state"

    def evse_state(self, site_id: SiteId, station_id: StationId, number: int) -> str:
        """How an EVSE stands."""
        return f"{self._site(site_id)}/stations/{_level(station_id)}/evses/{number}/state"

    def _site(self, site_id: SiteId) -> str:
        return f"{self.prefix}/v1/sites/{_level(site_id)}"


def _level(name: str) -> str:
    """A name as one level of a topic."""
    return quote(name, safe="")
