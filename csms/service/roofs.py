"""What is known of the sun on a site's roofs: the clear sky, and what comes through of it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

import numpy as np

from csms.domain.resource import Photovoltaics, ResourceId
from smart_charging.arrays import Array
from smart_charging.forecast.sun import Seen, corrected_w, usual_share

SLOT_S: Final = 900
_SEEN_KEPT: Final = 7 * 24 * 12


@dataclass(slots=True, eq=False)
class Roofs:
    """What is known of the sun on a site's roofs.

    Attributes:
        asked_at: When the clear sky was worked out.
        clear_w: What each array gives under a clear sky, in quarters of an hour from then on.
    """

    asked_at: datetime | None = None
    clear_w: dict[ResourceId, Array] = field(default_factory=dict)
    _seen: dict[ResourceId, deque[Seen]] = field(default_factory=dict)

    def see(self, key: ResourceId, measured_w: float, now: datetime) -> None:
        """Remember what an array gives."""
        seen = Seen(measured_w=measured_w, clear_w=self._clear_at(key, now))
        self._seen.setdefault(key, deque(maxlen=_SEEN_KEPT)).append(seen)

    def expected_w(
        self, key: ResourceId, kind: Photovoltaics, edges: Sequence[datetime], now_w: float | None
    ) -> Array:
        """What an array is expected to give: [slot].

        Args:
            key: Which.
            kind: What it is.
            edges: Start of every slot, and the end of the last.
            now_w: What it gives just now; None: nobody knows.
        """
        slots_s = [round((end - begin).total_seconds()) for begin, end in pairwise(edges)]
        middles = [begin + (end - begin) / 2 for begin, end in pairwise(edges)]
        clear_w = np.array([self._clear_at(key, middle) for middle in middles])
        now = None
        if now_w is not None:
            now = Seen(measured_w=now_w, clear_w=self._clear_at(key, edges[0]))
        usual = usual_share(self._seen.get(key, ()), kind.peak_w)
        return corrected_w(clear_w, slots_s, now, usual, kind.peak_w)

    def _clear_at(self, key: ResourceId, at: datetime) -> float:
        clear_w = self.clear_w.get(key)
        if self.asked_at is None or clear_w is None:
            return 0.0
        slot = int((at - self.asked_at).total_seconds() // SLOT_S)
        return float(clear_w[slot]) if 0 <= slot < len(clear_w) else 0.0
