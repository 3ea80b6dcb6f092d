"""Has the audit log tell of orders: whose they were, and what came of them."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from csms.domain.audit import AuditEntry
from csms.domain.redaction import without_secret_fields
from csms.mqtt.message import Told
from csms.mqtt.topics import Order, OrderKind
from csms.service.audit_log import AuditLog

_BY: Final = "mqtt"
_ACTIONS: Final[Mapping[OrderKind, str]] = {
    OrderKind.SET_LIMIT: "impose_limit",
    OrderKind.LIFT_LIMIT: "lift_limit",
    OrderKind.SET_NEED: "state_need",
    OrderKind.SET_BLOCKS: "put_blocks",
    OrderKind.SET_GROUP_BLOCKS: "put_group_blocks",
    OrderKind.SET_PRICES: "tell_prices",
    OrderKind.AGREE: "agree",
}
"""Orders that change something, by their names in the API; the others ask."""
_LIMITS: Final = frozenset({OrderKind.SET_LIMIT, OrderKind.LIFT_LIMIT})


class OrderTrail:
    """Writes orders down in the audit log.

    Args:
        log: Where to.
    """

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def note(self, told: Told, order: Order, answer: Mapping[str, Any]) -> None:
        """Write an order down that changes something. Returns after the commit."""
        action = _ACTIONS.get(order.kind)
        if action is None:
            return
        words = (str(answer["status"]), str(answer.get("detail", "")))
        await self._log.note(
            AuditEntry(
                at=self._log.now(),
                who=_party(order),
                by=_BY,
                address="",
                action=action,
                target=told.topic,
                site_id=order.site_id or None,
                detail=_written(told.payload),
                is_done=answer["status"] == "done",
                result=": ".join(filter(None, words)),
            )
        )


def _party(order: Order) -> str:
    """In whose name it came: the topic says so, and the broker sees to it that it is true."""
    if order.party:
        return order.party
    return order.detail if order.kind in _LIMITS else _BY


def _written(payload: bytes) -> str:
    try:
        return orjson.dumps(without_secret_fields(orjson.loads(payload))).decode()
    except orjson.JSONDecodeError:
        return f"{len(payload)} bytes"
