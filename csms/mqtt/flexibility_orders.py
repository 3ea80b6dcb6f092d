"""What is asked by MQTT of what feeders can shed and take: the same as over HTTP.

As with blocks, the topic says which grid company asks.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

from csms.domain.grid_company import FeederRef
from csms.mqtt.grid_orders import Obey, Result
from csms.mqtt.message import parse_body
from csms.mqtt.topics import Order, OrderKind
from csms.service.flexibility_body import AgreementsAsked, WantedFlexibility
from csms.service.grid_parties import GridParties
from csms.service.offer_desk import OfferDesk


class _Nothing(BaseModel):
    """Nothing has to be said beside the topic."""

    model_config = ConfigDict(extra="forbid")


def flexibility_orders(offers: OfferDesk, parties: GridParties) -> dict[OrderKind, Obey]:
    """How each kind of question about flexibility is answered.

    Args:
        offers: What answers them.
        parties: All grid companies.
    """

    async def find(order: Order, fields: dict[str, Any]) -> Result:
        parse_body(fields, _Nothing)
        return (await offers.find(_feeder(order))).model_dump(mode="json")

    async def offer(order: Order, fields: dict[str, Any]) -> Result:
        company = parties.by_mqtt(order.party)
        parse_body(fields, _Nothing)
        return (await offers.offer(company, _feeder(order))).model_dump(mode="json")

    async def agree(order: Order, fields: dict[str, Any]) -> Result:
        company = parties.by_mqtt(order.party)
        wanted = parse_body(fields, WantedFlexibility)
        return (await offers.agree(company, _feeder(order), wanted)).model_dump(mode="json")

    async def list_agreed(order: Order, fields: dict[str, Any]) -> Result:
        company = parties.by_mqtt(order.party)
        asked = parse_body(fields, AgreementsAsked)
        agreed = await offers.agreed(company, _feeder(order), asked)
        return [one.model_dump(mode="json") for one in agreed]

    return {
        OrderKind.FIND_FLEXIBILITY: find,
        OrderKind.OFFER_FLEXIBILITY: offer,
        OrderKind.AGREE: agree,
        OrderKind.LIST_AGREEMENTS: list_agreed,
    }


def _feeder(order: Order) -> FeederRef:
    return FeederRef(order.site_id, order.name)
