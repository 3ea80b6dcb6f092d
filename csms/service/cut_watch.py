"""Cuts, and that what was cut has been given back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import EvseId
from csms.service.dispatch import Target
from csms.service.grid_guard import LineFlow
from csms.service.live_site import LiveSite

_ROUNDING_A: Final = 1.0
"""Cuts are rounded down: who is given no more than this on the average is only dealt anew."""


class CutWatch:
    """Notes cuts of limits, and the first plan after them that raises any of those again.

    Args:
        live: The site.

    Attributes:
        count: How many cuts there were.
    """

    def __init__(self, live: LiveSite) -> None:
        self.count = 0
        self._live = live
        self._cut_to: dict[EvseId, float] = {}

    def cut(self, lowered: Iterable[Target], over: LineFlow, now: datetime) -> None:
        """Limits are about to be cut.

        Args:
            lowered: Whose, and to what.
            over: The line of which most is allowed beyond its limit.
            now: The present instant.
        """
        cut_to = {target.evse: target.limit.at(now) or 0.0 for target in lowered}
        self.count += 1
        self._cut_to.update(cut_to)
        plural = "EVSE is" if len(cut_to) == 1 else "EVSEs are"
        event = GuardEvent(
            kind=GuardEventKind.CUT,
            at=now,
            cause=f"More may be drawn than the limit; {len(cut_to)} {plural} lowered at once",
            feeder_id=over.feeder_id,
            line=over.line,
            amps=round(over.amps, 1),
            limit_a=round(over.limit_a, 1),
        )
        guard = self._live.guard
        guard.cut = guard.cut or event
        guard.note(event)

    def planned(self, now: datetime) -> None:
        """A plan has been sent: see whether it has given back what was cut."""
        cut = self._live.guard.cut
        if cut is None:
            return
        charging = [
            evse
            for key in self._cut_to
            if (evse := self._live.evses.get(key)) is not None and evse.is_occupied
        ]
        if not charging:
            self._restored(cut, "No vehicle is left at what was cut", now)
            return
        lowered = [evse for evse in charging if evse.lowered_at and evse.lowered_at >= cut.at]
        back_a = sum(evse.allowance.now_a(now) - self._cut_to[evse.place.evse] for evse in lowered)
        if back_a > len(lowered) * _ROUNDING_A:
            plural = "EVSE that was cut may" if len(lowered) == 1 else "EVSEs that were cut may"
            self._restored(cut, f"{len(lowered)} {plural} draw {back_a:.0f} A more again", now)

    def _restored(self, cut: GuardEvent, cause: str, now: datetime) -> None:
        self._cut_to.clear()
        self._live.guard.cut = None
        self._live.guard.note(
            GuardEvent(
                kind=GuardEventKind.RESTORED,
                at=now,
                cause=cause,
                feeder_id=cut.feeder_id,
                line=cut.line,
                lasted_s=(now - cut.at).total_seconds(),
            )
        )
