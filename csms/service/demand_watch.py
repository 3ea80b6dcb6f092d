"""Notes what is to be seen of demand: a feeder that is likely full, forecasts that drift."""

from datetime import datetime, timedelta
from typing import Final

from csms.domain.demand import ARRIVALS, VEHICLES, FullStretch, feeder_of
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId, SiteId
from csms.language.said import Said
from csms.service.demand_board import DemandBoard, full_stretches
from csms.service.live_site import LiveSite

_WARNED_AHEAD: Final = timedelta(hours=24)


class DemandWatch:
    """Notes each feeder once a day, and drift when it begins and ends.

    Args:
        board: What is expected of sites.
    """

    def __init__(self, board: DemandBoard) -> None:
        self._board = board
        self._drifting: set[tuple[SiteId, str]] = set()

    def look(self, live: LiveSite, now: datetime) -> None:
        """Look at one site."""
        demand = self._board.of(live.site.site_id)
        for one in full_stretches(live, demand, now):
            if one.begins_at < now + _WARNED_AHEAD and not _is_noted(live, one.feeder_id, now):
                live.guard.note(_warning(live, one, now))
        for series in list(demand.scores):
            self._see_drift(live, series, is_so=demand.calibration(series).is_drifting, now=now)

    def _see_drift(self, live: LiveSite, series: str, *, is_so: bool, now: datetime) -> None:
        key = (live.site.site_id, series)
        if is_so == (key in self._drifting):
            return
        if is_so:
            self._drifting.add(key)
            kind = GuardEventKind.DEMAND_DRIFT
            cause = Said(
                "Forecasts of %(what)s: the baseline is used until they hold again",
                what=_words(live, series),
            )
        else:
            self._drifting.discard(key)
            kind = GuardEventKind.DEMAND_HOLDS
            cause = Said(
                "Forecasts of %(what)s: the model may be used again", what=_words(live, series)
            )
        live.guard.note(GuardEvent(kind=kind, at=now, cause=cause, feeder_id=feeder_of(series)))


def _is_noted(live: LiveSite, feeder_id: FeederId, now: datetime) -> bool:
    zone = live.site.timezone
    return any(
        one.kind is GuardEventKind.CAPACITY
        and one.feeder_id == feeder_id
        and one.at.astimezone(zone).date() == now.astimezone(zone).date()
        for one in live.guard.recent
    )


def _warning(live: LiveSite, one: FullStretch, now: datetime) -> GuardEvent:
    return GuardEvent(
        kind=GuardEventKind.CAPACITY,
        at=now,
        cause=Said("Likely full %(stretch)s", stretch=stretch_words(live, one)),
        feeder_id=one.feeder_id,
        amps=round(one.load_a, 1),
        limit_a=round(one.room_a, 1),
    )


def stretch_words(live: LiveSite, one: FullStretch) -> str:
    """From when to when a feeder is likely full, and how sure that is."""
    zone = live.site.timezone
    begin, end = (at.astimezone(zone) for at in (one.begins_at, one.ends_at))
    if begin.date() != end.date():
        return Said(
            "from %(begin)s to %(end)s the next day, %(chance).0f %%",
            begin=begin,
            end=end,
            chance=100 * one.chance,
        )
    return Said(
        "from %(begin)s to %(end)s, %(chance).0f %%",
        begin=begin,
        end=end,
        chance=100 * one.chance,
    )


def _words(live: LiveSite, series: str) -> str:
    feeder_id = feeder_of(series)
    if feeder_id is None:
        return {VEHICLES: Said("vehicles' power"), ARRIVALS: Said("arrivals")}[series]
    names = {one.feeder_id: one.name for one in live.site.feeders}
    return names.get(feeder_id, feeder_id)
