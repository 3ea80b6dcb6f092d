"""Sends resources their setpoints, while there is a connection: never retained, and short-lived."""

import asyncio
from collections.abc import Iterable
from typing import Final

import orjson

from csms.clock import Clock
from csms.domain.resource import OrderedAt, Setpoint
from csms.mqtt.connection import Say
from csms.mqtt.jobs import until_one_ends
from csms.mqtt.said import Said
from csms.mqtt.topics import Topics
from csms.service.live_site import LiveSite
from csms.service.resource_orders import due_setpoints

_ROUNDED_TO: Final = 3


class SetpointsOut:
    """Sends the newest setpoint of each resource; what has lapsed meanwhile is not sent.

    Args:
        sites: All sites.
        topics: This server's own topics.
        clock: The time.
    """

    def __init__(self, sites: Iterable[LiveSite], topics: Topics, clock: Clock) -> None:
        self._sites = sites
        self._topics = topics
        self._clock = clock

    async def run(self, say: Say) -> None:
        """Send until cancelled, or until the broker takes nothing any more."""
        sites = [live for live in self._sites if live.resources]
        if sites:
            await until_one_ends(*(self._send(live, say) for live in sites))
        else:
            await asyncio.Event().wait()

    async def _send(self, live: LiveSite, say: Say) -> None:
        while True:
            await live.setpoints.wait()
            for resource_id, setpoint in due_setpoints(live):
                lives_s = int((setpoint.until_at - self._clock.now()).total_seconds())
                if lives_s > 0:
                    ordered_at = live.resources[resource_id].resource.ordered_at
                    topic = self._topics.setpoint(live.site.site_id, resource_id)
                    await say(said(ordered_at, topic, setpoint, lives_s))


def said(ordered_at: OrderedAt | None, own_topic: str, setpoint: Setpoint, lives_s: int) -> Said:
    """Write a setpoint, as we do or as somebody else's device takes it.

    Args:
        ordered_at: Where that takes it; None: at our own topic.
        own_topic: That.
        setpoint: What is told.
        lives_s: How long it holds yet.
    """
    if ordered_at is None:
        body: object = {
            "setpoint_w": setpoint.watts,
            "at": setpoint.told_at.isoformat(),
            "until": setpoint.until_at.isoformat(),
        }
        return Said(topic=own_topic, payload=orjson.dumps(body), lives_s=lives_s)
    value = _value(ordered_at, setpoint.watts)
    if ordered_at.key is not None:
        payload = orjson.dumps({ordered_at.key: value})
    else:
        payload = value.encode() if isinstance(value, str) else orjson.dumps(value)
    return Said(topic=ordered_at.topic, payload=payload, lives_s=lives_s)


def _value(ordered_at: OrderedAt, watts: float) -> str | float:
    word = ordered_at.on if watts > 0 else ordered_at.off if watts == 0 else None
    return word if word is not None else round(watts * ordered_at.per_w, _ROUNDED_TO)
