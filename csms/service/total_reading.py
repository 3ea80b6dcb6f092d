"""What a meter of the total current shows at a site, held against its chargers.

How that is reckoned is told in `csms.service.total_meter`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from csms.domain.fallback import feeders_below
from csms.domain.identity import FeederId
from csms.domain.site import NO_AMPS, Feeder, PhaseAmps
from csms.service.charger_draw import ChargerDraw
from csms.service.electrics import by_line, feeder_inputs, measured_taps, tap_of
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.total_meter import Steered, Total, added, at_least, at_most
from smart_charging.currents import Load, line_currents
from smart_charging.feeder import Feeder as PlannedFeeder
from smart_charging.taps import Tap

_INSTANT: Final = timedelta(seconds=1)


def take_total(
    live: LiveSite, feeder_id: FeederId, at: datetime, current_a: PhaseAmps, now: datetime
) -> None:
    """Take a reading of all that a feeder carries.

    Args:
        live: The site.
        feeder_id: A feeder whose meter shows all.
        at: When it was taken.
        current_a: By line.
        now: The present instant, at which it has come.
    """
    feeder, meter = live.site.feeder(feeder_id), live.meters[feeder_id]
    total = Total(at=at, received_at=now, current_a=current_a)
    if meter.read_at is None or at > meter.read_at:
        risen_a = _risen(live, feeder, total)
        if max(risen_a) > 0.0:
            meter.rise(at, risen_a)
    totals = live.totals[feeder_id]
    totals.take(total)
    load = feeder.uncontrolled
    if load is not None:
        worst, zone = load.worst_case, live.site.timezone
        totals.settle(
            now,
            _Below(live, feeder_id, now),
            lambda instant: worst.at(instant, zone),
        )
    live.metered.set()
    live.note()


def _risen(live: LiveSite, feeder: Feeder, total: Total) -> PhaseAmps:
    """What nobody steers just now, by line, where that is certainly more than is believed; or 0.

    Where more flows than may, and more than chargers and promises explain, it is all that the
    chargers were not seen to draw.
    """
    now, key = total.received_at, feeder.feeder_id
    feeders = {one.key: one for one in feeder_inputs(live, [now, now + _INSTANT], now)}
    least_a = at_least(total.current_a, _most_drawn(live, key, feeders, total))
    promised_a = by_line(feeders[key].uncontrolled_a)
    known_a = live.meters[key].latest(now, live.site.control.reading_lives_s) or promised_a
    if not _is_above(least_a, known_a):
        return NO_AMPS
    unseen_a = least_a
    if _is_above(least_a, promised_a):
        seen_a = _Below(live, key, now).seen(total)
        unseen_a = at_most(total.current_a, seen_a, live.site.earthing)
    limit_a = by_line(feeders[key].limit_a)
    first, second, third = (
        unseen if least > promised and flows > limit else least if least > known else 0.0
        for least, unseen, promised, known, flows, limit in zip(
            least_a, unseen_a, promised_a, known_a, total.current_a, limit_a, strict=True
        )
    )
    return (first, second, third)


def _most_drawn(
    live: LiveSite, feeder_id: FeederId, feeders: Mapping[FeederId, PlannedFeeder], total: Total
) -> PhaseAmps:
    """The most that all below may have drawn when a total was taken, by line."""
    sums: defaultdict[tuple[FeederId, Tap], float] = defaultdict(float)
    for evse in _below(live, feeder_id):
        if evse.place.is_installed:
            sums[evse.place.feeder_id, tap_of(live, evse)] += _most_a(live, evse, total)
    loads = [Load(key, tap, np.array([amps])) for (key, tap), amps in sums.items()]
    most_a = by_line(line_currents(tuple(feeders.values()), loads, None)[feeder_id])
    for name in feeders_below(live.site, feeder_id) - {feeder_id}:
        most_a = _sum(most_a, by_line(feeders[name].uncontrolled_a))
    return most_a


def _is_above(one: PhaseAmps, other: PhaseAmps) -> bool:
    return any(a > b for a, b in zip(one, other, strict=True))


def _most_a(live: LiveSite, evse: LiveEvse, total: Total) -> float:
    """The most that an EVSE may have drawn when a total was taken."""
    since, now = total.at - live.settled, total.received_at
    until = now + _INSTANT
    most_a = evse.allowance.most_a(since, until)
    if evse.draw is not None:
        most_a = max(most_a, evse.draw.most_allowed(since, until, evse.allowance))
    drawn_a = evse.drawn_a(now, live.settled, live.settled)
    return max(most_a, *drawn_a) if drawn_a else most_a


class _Below:
    """What is known by now of all below a feeder whose meter shows all."""

    def __init__(self, live: LiveSite, feeder_id: FeederId, now: datetime) -> None:
        self._live = live
        self._feeder_id = feeder_id
        self._now = now

    def have_told(self, total: Total) -> bool:
        """Whether all that are there have told again since a total was taken."""
        return all(
            draw.has_told_since(total.received_at) or not self._is_there(evse)
            for evse, draw in self._draws()
        )

    def drew(self, total: Total) -> Steered:
        """What they drew then; who has not told again may have drawn nothing."""
        return self._drew(total, is_estimate=False)

    def seen(self, total: Total) -> PhaseAmps:
        """What they drew then, if who has not told again draws what it last did."""
        return self._drew(total, is_estimate=True).least_a

    def _drew(self, total: Total, *, is_estimate: bool) -> Steered:
        live, least, most = self._live, [0j, 0j, 0j], [0j, 0j, 0j]
        for evse, draw in self._draws():
            drawn = draw.at(total.at, total.received_at, evse.allowance, self._now)
            least_a, most_a = drawn.least_a, drawn.most_a
            if not drawn.is_told and not is_estimate:
                least_a = NO_AMPS
            if not drawn.is_told and evse.is_occupied:
                allowed_a = max(*most_a, evse.allowance.now_a(self._now))
                most_a = (allowed_a, allowed_a, allowed_a)
            _add(live, evse, least_a, least)
            _add(live, evse, most_a, most)
        least_a, most_a = _magnitudes(least), _magnitudes(most)
        for lower_a, higher_a in _uncontrolled_below(live, self._feeder_id, total.at):
            least_a = added(least_a, lower_a, live.site.earthing)
            most_a = _sum(most_a, higher_a)
        return Steered(least_a=least_a, most_a=most_a)

    def _is_there(self, evse: LiveEvse) -> bool:
        return evse.is_occupied and self._live.stations[evse.place.evse.station_id].is_connected

    def _draws(self) -> Iterator[tuple[LiveEvse, ChargerDraw]]:
        for evse in _below(self._live, self._feeder_id):
            if evse.draw is not None:
                yield evse, evse.draw


def _uncontrolled_below(
    live: LiveSite, feeder_id: FeederId, at: datetime
) -> Iterator[tuple[PhaseAmps, PhaseAmps]]:
    """What is drawn of loads of their own at feeders below, at the least and at the most."""
    for name in feeders_below(live.site, feeder_id) - {feeder_id}:
        load = live.site.feeder(name).uncontrolled
        if load is None:
            continue
        is_shown = load.is_metered and not load.has_total_meter
        around = live.meters[name].around(at) if is_shown else None
        if around is None:
            yield NO_AMPS, load.worst_case.at(at, live.site.timezone)
        else:
            yield _lower(*around), _higher(*around)


def _below(live: LiveSite, feeder_id: FeederId) -> Iterator[LiveEvse]:
    below = feeders_below(live.site, feeder_id)
    return (evse for evse in live.evses.values() if evse.place.feeder_id in below)


def _add(live: LiveSite, evse: LiveEvse, current_a: PhaseAmps, sums: list[complex]) -> None:
    """Add what an EVSE draws to the lines that it loads."""
    if max(current_a) <= 0.0:
        return
    for tap, amps in measured_taps(live, evse, current_a):
        for line in range(3):
            sums[line] += tap.phasors[line] * amps


def _magnitudes(sums: list[complex]) -> PhaseAmps:
    first, second, third = map(abs, sums)
    return (first, second, third)


def _lower(one: PhaseAmps, other: PhaseAmps) -> PhaseAmps:
    first, second, third = map(min, one, other)
    return (first, second, third)


def _higher(one: PhaseAmps, other: PhaseAmps) -> PhaseAmps:
    first, second, third = map(max, one, other)
    return (first, second, third)


def _sum(one: PhaseAmps, other: PhaseAmps) -> PhaseAmps:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2])
