"""What the lines of every feeder carry, as meters show it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from csms.domain.fallback import feeders_below
from csms.domain.identity import FeederId
from csms.domain.resource import Quantity
from csms.domain.site import NO_AMPS, PhaseAmps
from csms.domain.site import Feeder as SiteFeeder
from csms.service.electrics import (
    added_up,
    by_line,
    expected_uncontrolled,
    measured_taps,
    tap_of_resource,
)
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from smart_charging.currents import line_currents
from smart_charging.feeder import Feeder
from smart_charging.taps import Tap

_INSTANT: Final = timedelta(seconds=1)
_AT_ONCE: Final = timedelta(0)
_NO_LIMIT: Final = np.full((3, 1), np.inf)


def measured_load(
    live: LiveSite, now: datetime, *, is_proven: bool = False
) -> dict[FeederId, PhaseAmps]:
    """What every feeder's lines carry, by the stations' meters and the feeders' own.

    A feeder's own meter that shows all that it carries is the best witness while it is fresh.

    Meters report one after the other: where one has not since its limit was lowered, the limit
    counts.

    Where a feeder's uncontrolled load is not measured it is taken as it is reckoned with.

    Args:
        live: The site.
        now: The present instant.
        is_proven: Count only what was measured, and a lower limit only once its vehicle has had
            the time to follow it.
    """
    follows_within = live.settled if is_proven else _AT_ONCE
    drawn = (
        (evse.place.feeder_id, tap, amps)
        for evse in live.evses.values()
        for tap, amps in drawn_taps(live, evse, now, follows_within)
    )
    return carried_load(live, now, drawn, is_proven=is_proven)


def drawn_taps(
    live: LiveSite, evse: LiveEvse, now: datetime, follows_within: timedelta = _AT_ONCE
) -> Iterator[tuple[Tap, float]]:
    """What an EVSE's meter shows that it puts on the lines: taps, amperes; see `measured_load`."""
    if evse.reading is None or not live.stations[evse.place.evse.station_id].is_connected:
        return
    drawn_a = evse.drawn_a(now, live.settled, follows_within)
    if drawn_a is not None:
        yield from measured_taps(live, evse, drawn_a)


def carried_load(
    live: LiveSite,
    now: datetime,
    drawn: Iterable[tuple[FeederId, Tap, float]],
    *,
    is_proven: bool = False,
) -> dict[FeederId, PhaseAmps]:
    """What every feeder's lines carry, given what EVSEs draw: feeder, tap, amperes.

    See `measured_load`.
    """
    loads = added_up((*drawn, *_resource_taps(live, now)))
    currents = line_currents(_measured_feeders(live, now, is_proven=is_proven), loads)
    return {key: by_line(amps) for key, amps in currents.items()} | measured_totals(live, now)


def _resource_taps(live: LiveSite, now: datetime) -> Iterator[tuple[FeederId, Tap, float]]:
    """What resources draw, by their meters."""
    for one in live.resources.values():
        watts = one.reading(Quantity.POWER_W, now, live.site.control.reading_lives_s)
        if watts is not None and watts > 0:
            tap = tap_of_resource(live.site, one.resource)
            yield one.resource.feeder_id, tap, live.site.amps_of(one.resource, watts)


def measured_totals(live: LiveSite, now: datetime) -> dict[FeederId, PhaseAmps]:
    """What feeders' lines carry that have a meter of it, as far as that is fresh."""
    lives_s = live.site.control.reading_lives_s
    shown = {key: one.fresh(now, lives_s) for key, one in live.totals.items()}
    return {key: amps for key, amps in shown.items() if amps is not None}


def measured_uncontrolled(
    live: LiveSite, now: datetime, *, is_proven: bool = False
) -> dict[FeederId, PhaseAmps]:
    """What nobody steers on every feeder's lines, by the feeders' meters.

    Where it is not measured it is taken as it is reckoned with; as nothing if only what is proven
    counts.
    """
    currents = line_currents(_measured_feeders(live, now, is_proven=is_proven), [])
    return {key: by_line(amps) for key, amps in currents.items()}


def is_uncontrolled_measured(live: LiveSite, feeder_id: FeederId, now: datetime) -> bool | None:
    """Whether all uncontrolled load of a feeder is measured, None where there is none."""
    below = feeders_below(live.site, feeder_id)
    loaded = [one.feeder_id for one in live.site.feeders if one.uncontrolled]
    readings = [_latest(live, one, now) for one in loaded if one in below]
    return all(reading is not None for reading in readings) if readings else None


def _measured_feeders(
    live: LiveSite, now: datetime, *, is_proven: bool = False
) -> tuple[Feeder, ...]:
    """All feeders at this instant, with what their meters show as their uncontrolled load."""
    return tuple(
        Feeder(
            key=feeder.feeder_id,
            parent=feeder.parent_id,
            limit_a=_NO_LIMIT,
            uncontrolled_a=np.array(_uncontrolled(live, feeder, now, is_proven=is_proven)).reshape(
                3, 1
            ),
        )
        for feeder in live.site.feeders
    )


def _uncontrolled(
    live: LiveSite, feeder: SiteFeeder, now: datetime, *, is_proven: bool
) -> PhaseAmps:
    latest = _latest(live, feeder.feeder_id, now)
    if latest is not None or is_proven:
        return latest or NO_AMPS
    return expected_uncontrolled(live, feeder, now, now + _INSTANT, now)


def _latest(live: LiveSite, feeder_id: FeederId, now: datetime) -> PhaseAmps | None:
    meter = live.meters.get(feeder_id)
    return meter.latest(now, live.site.control.reading_lives_s) if meter else None
