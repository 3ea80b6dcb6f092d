"""The topics of this server: versioned, and below a prefix of the operator's choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote

from csms.domain.identity import FeederId, SiteId, StationId
from csms.domain.resource import ResourceId


class OrderKind(StrEnum):
    """What may be ordered."""

    SET_LIMIT = "set_limit"
    LIFT_LIMIT = "lift_limit"
    SET_NEED = "set_need"
    SET_BLOCKS = "set_blocks"
    SET_GROUP_BLOCKS = "set_group_blocks"
    BEAT = "beat"
    SET_PRICES = "set_prices"
    FIND_FLEXIBILITY = "find_flexibility"
    OFFER_FLEXIBILITY = "offer_flexibility"
    AGREE = "agree"
    LIST_AGREEMENTS = "list_agreements"

    @property
    def takes_plans(self) -> bool:
        """Whether plans may have to be made for it, so that it takes long."""
        return self in (OrderKind.FIND_FLEXIBILITY, OrderKind.OFFER_FLEXIBILITY, OrderKind.AGREE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a topic orders, and where.

    Attributes:
        site_id: Empty, where it is about no single site.
        name: Of the feeder, the group or the station; empty: it is about the whole site.
        detail: Which party's limit, the kind of blocks, or the number of the EVSE, as written.
        party: The grid company in whose name it comes.
    """

    kind: OrderKind
    site_id: SiteId = ""
    name: str = ""
    detail: str = ""
    party: str = ""


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

    @property
    def every_resource(self) -> str:
        """What is told of all resources."""
        return f"{self.prefix}/v1/sites/+/resources/+/reading"

    @property
    def every_weather(self) -> str:
        """What is told of the weather at all sites."""
        return f"{self.prefix}/v1/sites/+/weather"

    def weather_of(self, topic: str) -> SiteId | None:
        """At which site a topic tells of the weather; None: at none."""
        match topic.removeprefix(f"{self.prefix}/v1/").split("/"):
            case ["sites", site, "weather"]:
                return unquote(site)
        return None

    def resource_of(self, topic: str) -> tuple[SiteId, ResourceId] | None:
        """Which resource a topic tells of; None: of none of ours."""
        match topic.removeprefix(f"{self.prefix}/v1/").split("/"):
            case ["sites", site, "resources", resource, "reading"]:
                return unquote(site), unquote(resource)
        return None

    def resource_state(self, site_id: SiteId, resource_id: ResourceId) -> str:
        """How a resource stands."""
        return f"{self._site(site_id)}/resources/{_level(resource_id)}/state"

    def setpoint(self, site_id: SiteId, resource_id: ResourceId) -> str:
        """What a resource is told."""
        return f"{self._site(site_id)}/resources/{_level(resource_id)}/setpoint"

    @property
    def orders(self) -> Mapping[OrderKind, str]:
        """What orders are sent to."""
        site, grid = f"{self.prefix}/v1/sites/+", f"{self.prefix}/v1/grid/+"
        flexibility = f"{grid}/sites/+/feeders/+/flexibility"
        return {
            OrderKind.SET_LIMIT: f"{site}/feeders/+/limits/+/set",
            OrderKind.LIFT_LIMIT: f"{site}/feeders/+/limits/+/lift",
            OrderKind.SET_NEED: f"{site}/stations/+/evses/+/need/set",
            OrderKind.SET_BLOCKS: f"{grid}/sites/+/feeders/+/blocks/+/set",
            OrderKind.SET_GROUP_BLOCKS: f"{grid}/groups/+/blocks/+/set",
            OrderKind.BEAT: f"{grid}/heartbeat",
            OrderKind.SET_PRICES: f"{site}/prices/set",
            OrderKind.FIND_FLEXIBILITY: f"{site}/feeders/+/flexibility/get",
            OrderKind.OFFER_FLEXIBILITY: f"{flexibility}/get",
            OrderKind.AGREE: f"{flexibility}/agreements/add",
            OrderKind.LIST_AGREEMENTS: f"{flexibility}/agreements/get",
        }

    @property
    def replies(self) -> str:
        """Below this, answers may be wanted."""
        return f"{self.prefix}/v1/replies/"

    def is_own(self, topic: str) -> bool:
        """Whether a topic is this server's to speak in, or to listen to."""
        return topic.startswith(f"{self.prefix}/v1/") and not topic.startswith(self.replies)

    def order_of(self, topic: str) -> Order | None:
        """What a topic orders; None: nothing."""
        match topic.removeprefix(f"{self.prefix}/v1/").split("/"):
            case ["sites", site, "feeders", name, "limits", detail, "set"]:
                kind = OrderKind.SET_LIMIT
            case ["sites", site, "feeders", name, "limits", detail, "lift"]:
                kind = OrderKind.LIFT_LIMIT
            case ["sites", site, "stations", name, "evses", detail, "need", "set"]:
                kind = OrderKind.SET_NEED
            case ["sites", site, "feeders", name, "flexibility", "get"]:
                kind, detail = OrderKind.FIND_FLEXIBILITY, ""
            case ["grid", party, *rest]:
                return _grid_order(unquote(party), rest)
            case ["sites", site, "prices", "set"]:
                return Order(kind=OrderKind.SET_PRICES, site_id=unquote(site))
            case _:
                return None
        return Order(kind=kind, site_id=unquote(site), name=unquote(name), detail=unquote(detail))

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

    def evse_plan(self, site_id: SiteId, station_id: StationId, number: int) -> str:
        """What is planned for an EVSE."""
        return f"{self._site(site_id)}/stations/{_level(station_id)}/evses/{number}/plan"

    def _site(self, site_id: SiteId) -> str:
        return f"{self.prefix}/v1/sites/{_level(site_id)}"


def _grid_order(party: str, levels: list[str]) -> Order | None:
    """What a grid company orders by the levels of a topic behind its name; None: nothing."""
    match levels:
        case ["sites", site, "feeders", name, "blocks", detail, "set"]:
            kind, site_id = OrderKind.SET_BLOCKS, unquote(site)
        case ["groups", name, "blocks", detail, "set"]:
            kind, site_id = OrderKind.SET_GROUP_BLOCKS, ""
        case ["sites", site, "feeders", name, "flexibility", *does]:
            asked = _ON_FLEXIBILITY.get(tuple(does))
            if asked is None:
                return None
            kind, site_id, detail = asked, unquote(site), ""
        case ["heartbeat"]:
            return Order(kind=OrderKind.BEAT, party=party)
        case _:
            return None
    return Order(
        kind=kind, site_id=site_id, name=unquote(name), detail=unquote(detail), party=party
    )


_ON_FLEXIBILITY: Final[Mapping[tuple[str, ...], OrderKind]] = {
    ("get",): OrderKind.OFFER_FLEXIBILITY,
    ("agreements", "add"): OrderKind.AGREE,
    ("agreements", "get"): OrderKind.LIST_AGREEMENTS,
}


def _level(name: str) -> str:
    """A name as one level of a topic."""
    return quote(name, safe="")
