"""Cuts, and that what was cut has been given back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from csms.domain.fallback import ways_to_root
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import EvseId, FeederId
from csms.language.said import Said
from csms.service.dispatch import Target
from csms.service.grid_guard import LineFlow
from csms.service.live_site import LiveSite

_ROUNDING_A: Final = 1.0
"""Cuts are rounded down: a plan that gives no more than this for each is only dealing anew."""


class CutWatch:
    """Notes cuts of limits, and the first plan after them that gives back what they took.

    Args:
        live: The site.

    Attributes:
        count: How many cuts there were.
    """

    def __init__(self, live: LiveSite) -> None:
        self.count = 0
        self._live = live
        self._ways = ways_to_root(live.site)
        self._cut_to: dict[EvseId, float] = {}
        self._left_a = 0.0

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
        self._left_a = self._allowed_a(over.feeder_id, over.line, now, cut_to)
        event = GuardEvent(
            kind=GuardEventKind.CUT,
            at=now,
            cause=Said.of(
                "More may be drawn than the limit; %(n)s EVSE is lowered at once",
                "More may be drawn than the limit; %(n)s EVSEs are lowered at once",
                len(cut_to),
            ),
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
        if not any(self._wants(key, cut) for key in self._cut_to):
            self._restored(cut, Said("No vehicle is left at what was cut"), now)
            return
        assert cut.feeder_id is not None  # noqa: S101 - a cut is about a line
        assert cut.line is not None  # noqa: S101 - likewise
        refused = {key: amps for key, amps in self._cut_to.items() if not self._was_cut(key, cut)}
        back_a = self._allowed_a(cut.feeder_id, cut.line, now, refused) - self._left_a
        if back_a > len(self._cut_to) * _ROUNDING_A:
            self._restored(cut, Said("Vehicles may draw %(amps).0f A more again", amps=back_a), now)

    def _wants(self, key: EvseId, cut: GuardEvent) -> bool:
        """Whether a vehicle that was cut is still there, and takes what it may."""
        evse = self._live.evses.get(key)
        if evse is None or not evse.is_occupied or evse.habits.is_content:
            return False
        return evse.transaction is None or evse.transaction.started_at <= cut.at

    def _was_cut(self, key: EvseId, cut: GuardEvent) -> bool:
        """Whether a station has taken the cut."""
        evse = self._live.evses.get(key)
        lowered_at = evse.falls.last_at if evse else None
        return lowered_at is not None and lowered_at >= cut.at

    def _allowed_a(
        self, feeder_id: FeederId, line: int, now: datetime, cut_to: Mapping[EvseId, float]
    ) -> float:
        """What all below a feeder may draw on a line, those who are about to be cut so much."""
        return sum(
            cut_to.get(evse.place.evse, evse.allowance.now_a(now))
            for evse in self._live.evses.values()
            if line in evse.place.lines and feeder_id in self._ways[evse.place.feeder_id]
        )

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
