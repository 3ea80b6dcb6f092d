"""What roofs will give: asked of a child process a few times a day, corrected by what is measured.

Without an answer the sun counts as nothing: a plan then only costs more.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from csms.child import exchange, running_child
from csms.clock import Clock
from csms.domain.resource import Photovoltaics, Quantity, ResourceId
from csms.service.live_site import LiveSite
from csms.service.roofs import SLOT_S
from csms.service.sun_process import SunQuestion
from smart_charging.arrays import Array
from smart_charging.forecast.sun import PvArray

logger = logging.getLogger(__name__)

_PROGRAM: Final = "from csms.service.sun_process import main; main()"
_SLOTS: Final = 36 * 4
_EVERY: Final = timedelta(hours=6)
_AGAIN_AFTER_S: Final = 3600.0
_LOOK_EVERY_S: Final = 300.0
_ANSWERS_WITHIN_S: Final = 60.0


class SunWatch:
    """Keeps the forecast of a site's roofs fresh.

    Args:
        live: The site.
        clock: The time.
    """

    def __init__(self, live: LiveSite, clock: Clock) -> None:
        self._live = live
        self._clock = clock
        self._arrays = {
            key: _array(one.resource.kind)
            for key, one in live.resources.items()
            if isinstance(one.resource.kind, Photovoltaics)
        }

    async def run(self) -> None:
        """Ask and look until cancelled; a site without sun needs none of it."""
        while self._arrays:
            now, roofs = self._clock.now(), self._live.roofs
            if roofs.asked_at is None or now - roofs.asked_at >= _EVERY:
                await self._ask(now)
            self.look(self._clock.now())
            is_known = roofs.asked_at is not None
            await self._clock.sleep(_LOOK_EVERY_S if is_known else _AGAIN_AFTER_S)

    def look(self, now: datetime) -> None:
        """See what roofs give just now."""
        lives_s = self._live.site.control.reading_lives_s
        for key in self._arrays:
            watts = self._live.resources[key].reading(Quantity.POWER_W, now, lives_s)
            if watts is not None and self._live.roofs.asked_at is not None:
                self._live.roofs.see(key, max(-watts, 0.0), now)

    async def _ask(self, now: datetime) -> None:
        question = SunQuestion(arrays=self._arrays, starts_at=now, slots_s=(SLOT_S,) * _SLOTS)
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN_S), running_child(_PROGRAM) as process:
                clear_w: dict[ResourceId, Array] = await exchange(process, question)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            logger.warning("could not forecast the sun: %r", error)
            return
        self._live.roofs.asked_at, self._live.roofs.clear_w = now, clear_w


def sun_w(live: LiveSite, edges: Sequence[datetime], now: datetime) -> Array:
    """What all roofs of a site are expected to give: [slot]."""
    lives_s, total_w = live.site.control.reading_lives_s, np.zeros(len(edges) - 1)
    for key, one in live.resources.items():
        kind = one.resource.kind
        if isinstance(kind, Photovoltaics):
            watts = one.reading(Quantity.POWER_W, now, lives_s)
            now_w = None if watts is None else max(-watts, 0.0)
            total_w += live.roofs.expected_w(key, kind, edges, now_w)
    return total_w


def _array(kind: Photovoltaics) -> PvArray:
    return PvArray(
        latitude=kind.latitude,
        longitude=kind.longitude,
        peak_w=kind.peak_w,
        tilt_deg=kind.tilt_deg,
        azimuth_deg=kind.azimuth_deg,
    )
