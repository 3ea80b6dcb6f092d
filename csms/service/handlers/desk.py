"""The desk where all reports arrive: finds the handler for each kind."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from csms.domain.events import (
    AuthorizationAsked,
    DataReceived,
    HeartbeatReceived,
    MetersSampled,
    StationBooted,
    StationEvent,
    StatusChanged,
    TransactionReported,
)
from csms.service.handlers.context import HandlerContext
from csms.service.handlers.stations import (
    authorization_asked,
    data_received,
    heartbeat_received,
    station_booted,
    status_changed,
)
from csms.service.handlers.transactions import meters_sampled, transaction_reported

ReplyT = TypeVar("ReplyT")

_HANDLERS: Final[Mapping[type[StationEvent[Any]], Callable[..., Awaitable[Any]]]] = {
    AuthorizationAsked: authorization_asked,
    DataReceived: data_received,
    HeartbeatReceived: heartbeat_received,
    MetersSampled: meters_sampled,
    StationBooted: station_booted,
    StatusChanged: status_changed,
    TransactionReported: transaction_reported,
}


class EventDesk:
    """Takes every report to its handler.

    Args:
        context: What handlers are given.
    """

    def __init__(self, context: HandlerContext) -> None:
        self._context = context

    async def handle(self, event: StationEvent[ReplyT]) -> ReplyT:
        """Keep what the event tells, and say what to answer. Returns after the commit."""
        reply: ReplyT = await _HANDLERS[type(event)](self._context, event)
        self._context.sites.heard(event.station_id)
        return reply
