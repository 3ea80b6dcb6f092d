"""What the lines of every feeder carry, as meters show it."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from csms.domain.fallback import feeders_below
from csms.domain.identity import FeederId
from csms.domain.resource import Quantity
from csms.domain.site import NO_AMPS, PhaseAmps
from csms.domain.site import Feeder as SiteFeeder
from csms.service.electrics import by_line, expected_uncontrolled, measured_taps, tap_of_resource
from csms.service.live_site import LiveSite
from smart_charging.currents import Load, line_currents
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
    sums: defaultdict[tuple[FeederId, Tap], float] = defaultdict(float)
    for evse in live.evses.values():
        if evse.reading is None or not live.stations[evse.place.evse.station_id].is_connected:
            continue
        drawn_a = evse.drawn_a(now, live.settled, follows_within)
        if drawn_a is not None:
            for tap, amps in measured_taps(live, evse, drawn_a):
                sums[evse.place.feeder_id, tap] += amps
    for one in live.resources.values():
        watts = one.reading(Quantity.POWER_W, now, live.site.control.reading_lives_s)
        if watts is not None and watts > 0:
            tap = tap_of_resource(live.site, one.resource)
            sums[one.resource.feeder_id, tap] += live.site.amps_of(one.resource, watts)
    loads = [Load(feeder_id, tap, np.array([amps])) for (feeder_id, tap), amps in sums.items()]
    currents = line_currents(_measured_feeders(live, now, is_proven=is_proven), loads)
    return {key: by_line(amps) for key, amps in currents.items()} | measured_totals(live, now)


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
