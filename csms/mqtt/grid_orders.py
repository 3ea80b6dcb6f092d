"""What grid companies send by MQTT: the same blocks and heartbeats as over HTTP.

Nobody shows a token here. In whose name something comes is what its topic says: the broker's access
list has to see to it that nobody else writes there.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from csms.domain.errors import InvalidInputError
from csms.domain.grid_company import BlockTarget, FeederRef
from csms.domain.grid_profile import BlockKind
from csms.mqtt.message import parse_body
from csms.mqtt.topics import Order, OrderKind
from csms.service.grid_bodies import Beat, WantedBlocks
from csms.service.grid_desk import GridDesk

Result: TypeAlias = Mapping[str, Any] | list[dict[str, Any]] | None
Obey: TypeAlias = Callable[[Order, dict[str, Any]], Awaitable[Result]]


def grid_orders(desk: GridDesk) -> dict[OrderKind, Obey]:
    """How each kind of order of a grid company is obeyed.

    Args:
        desk: What answers grid companies.
    """

    async def send(order: Order, fields: dict[str, Any]) -> Result:
        company = desk.parties.by_mqtt(order.party)
        wanted = parse_body(fields, WantedBlocks).wanted
        answer = await desk.send(company, _target(order), _kind(order), wanted)
        return answer.model_dump(mode="json")

    async def beat(order: Order, fields: dict[str, Any]) -> Result:
        company = desk.parties.by_mqtt(order.party)
        parse_body(fields, Beat)
        return (await desk.beat(company)).model_dump(mode="json")

    return {
        OrderKind.SET_BLOCKS: send,
        OrderKind.SET_GROUP_BLOCKS: send,
        OrderKind.BEAT: beat,
    }


def _target(order: Order) -> BlockTarget:
    if order.kind is OrderKind.SET_GROUP_BLOCKS:
        return order.name
    return FeederRef(order.site_id, order.name)


def _kind(order: Order) -> BlockKind:
    try:
        return BlockKind(order.detail)
    except ValueError:
        known = ", ".join(BlockKind)
        raise InvalidInputError("kind", f"expected one of {known}, got {order.detail!r}") from None
