"""Cuts, and that what was cut has been given back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import EvseId
from csms.service.dispatch import Target
from csms.service.grid_guard import LineFlow
from csms.service.live_site import LiveSite

_NOTICEABLE_A: Final = 0.5


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
        count = sum(self._is_raised(key, cut.at, now) for key in self._cut_to)
        if count:
            plural = "EVSE that was cut may" if count == 1 else "EVSEs that were cut may"
            self._restored(cut, f"{count} {plural} draw more again", now)
        elif not any(self._is_charging(key) for key in self._cut_to):
            self._restored(cut, "No vehicle is left at what was cut", now)

    def _is_raised(self, key: EvseId, cut_at: datetime, now: datetime) -> bool:
        """Whether an EVSE was lowered since, and may draw more than that again."""
        evse = self._live.evses.get(key)
        if evse is None or evse.lowered_at is None or evse.lowered_at < cut_at:
            return False
        return evse.is_occupied and evse.allowance.now_a(now) > self._cut_to[key] + _NOTICEABLE_A

    def _is_charging(self, key: EvseId) -> bool:
        evse = self._live.evses.get(key)
        return evse is not None and evse.is_occupied

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
