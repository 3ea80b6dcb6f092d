"""The site's electrical tree in the words of the planning library."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from math import ceil, inf
from typing import Final

import numpy as np

from csms.domain.identity import FeederId
from csms.domain.resource import Resource, ResourceId
from csms.domain.site import Earthing, Feeder, PhaseAmps, Site
from csms.domain.vehicle import conductors_in_use
from csms.service.feeder_limits import limit_in_force
from csms.service.live_evse import LiveEvse
from csms.service.live_resource import LiveResource
from csms.service.live_site import LiveSite
from smart_charging import feeder as planning
from smart_charging.arrays import Array
from smart_charging.currents import Load
from smart_charging.taps import Tap, pair_tap, unknown_tap, wye_tap

_THREE: Final = 3
_STEPS_PER_A: Final = 2
_ROUND_S: Final = 30
"""How long a round of control may take until its last limit is accepted."""


def tap_of(live: LiveSite, evse: LiveEvse) -> Tap:
    """What an ampere of an EVSE puts on the lines, as far as its vehicle is known.

    While it is not known which lines the vehicle uses, it is taken to use all that it could.
    """
    lines, used = evse.place.lines, evse.habits.line_count
    is_three_phase = len(lines) == _THREE and (used == _THREE or evse.place.is_dc)
    if is_three_phase:
        return wye_tap(lines)
    if live.site.earthing is Earthing.TN:
        return wye_tap(lines[:used])
    if len(lines) < _THREE or used is not None:
        return pair_tap(lines[0], lines[1])
    return unknown_tap(lines)


def tap_of_resource(site: Site, resource: Resource) -> Tap:
    """What an ampere of a resource puts on the lines."""
    lines = resource.lines
    if site.earthing is Earthing.IT and len(lines) < _THREE:
        return pair_tap(lines[0], lines[1])
    return wye_tap(lines)


def measured_taps(
    live: LiveSite, evse: LiveEvse, current_a: PhaseAmps
) -> Iterator[tuple[Tap, float]]:
    """What a current puts on the lines, by the conductors that really carry it: taps, amperes.

    Args:
        live: The site.
        evse: The EVSE.
        current_a: By conductor of the station, as measured.
    """
    lines = evse.place.lines
    if live.site.earthing is Earthing.TN:
        for line, amps in zip(lines, current_a, strict=False):
            yield wye_tap((line,)), amps
        return
    used = conductors_in_use(current_a)
    if len(lines) == _THREE == len(used):
        yield wye_tap(lines), max(current_a)
        return
    # Without a neutral, what one conductor brings another takes back, whether that is told or not.
    first, second = used if len(lines) == _THREE and len(used) == _THREE - 1 else (0, 1)
    yield pair_tap(lines[first], lines[second]), max(current_a)


def added_up(parts: Iterable[tuple[FeederId, Tap, float]]) -> list[Load]:
    """One load of one slot for all parts at the same feeder that load its lines alike."""
    sums: defaultdict[tuple[FeederId, int], list[float]] = defaultdict(list)
    taps: dict[int, Tap] = {}  # of each there is one object, which is found faster than its value
    for feeder_id, tap, amps in parts:
        sums[feeder_id, id(tap)].append(amps)
        taps[id(tap)] = tap
    return [Load(key, taps[tap], np.array([sum(amps)])) for (key, tap), amps in sums.items()]


def watts_per_ampere(live: LiveSite, evse: LiveEvse) -> float:
    """Power into the vehicle per ampere of an EVSE's limit."""
    site, lines = live.site, len(evse.place.lines)
    used = evse.habits.line_count
    if used is not None and not evse.place.is_dc:
        lines = min(lines, used if used == _THREE or site.earthing is Earthing.TN else 2)
    return site.watts_per_ampere(lines) * evse.place.efficiency


def phases_of(evse: LiveEvse) -> int | None:
    """The number of phases that a limit is meant for; DC has none."""
    if evse.place.is_dc:
        return None
    return _THREE if len(evse.place.lines) == _THREE else 1


def feeder_inputs(
    live: LiveSite,
    edges: Sequence[datetime],
    now: datetime,
    planned: Container[ResourceId] = frozenset(),
) -> tuple[planning.Feeder, ...]:
    """All feeders with their limits in force and uncontrolled loads: arrays of [line, slot].

    Vehicles take their time to follow: what has to be less from an instant on must be allowed no
    more as long before. So a slot reckons with what comes within that time after its end.

    Args:
        live: The site.
        edges: Start of every slot, and the end of the last.
        now: The present instant.
        planned: Resources that are planned, and do not count as uncontrolled load.
    """
    spans = list(pairwise(edges))
    others = [one for key, one in live.resources.items() if key not in planned]
    return tuple(
        planning.Feeder(
            key=feeder.feeder_id,
            parent=feeder.parent_id,
            limit_a=np.array(
                [
                    limit_in_force(live, feeder, start_at, end_at + live.settled)
                    for start_at, end_at in spans
                ]
            ).T,
            uncontrolled_a=np.array(
                [expected_uncontrolled(live, feeder, *span, now) for span in spans]
            ).T
            + _resources_a(live, feeder, others, spans, now),
        )
        for feeder in live.site.feeders
    )


def _resources_a(
    live: LiveSite,
    feeder: Feeder,
    resources: Sequence[LiveResource],
    spans: Sequence[tuple[datetime, datetime]],
    now: datetime,
) -> Array:
    """The most that resources right at a feeder may draw: [line, slot]."""
    amps, lives_s = np.zeros((_THREE, len(spans))), live.site.control.reading_lives_s
    for one in resources:
        if one.resource.feeder_id == feeder.feeder_id:
            lines = [line - 1 for line in one.resource.lines]
            course_w = [
                one.most_w(start_at, end_at + live.settled, now, lives_s)
                for start_at, end_at in spans
            ]
            amps[lines] += [live.site.amps_of(one.resource, watts) for watts in course_w]
    return amps


def expected_uncontrolled(
    live: LiveSite, feeder: Feeder, start_at: datetime, end_at: datetime, now: datetime
) -> PhaseAmps:
    """The most uncontrolled load that a feeder is reckoned to have between two instants.

    The site file's worst case; or, for as long as the present plan certainly is replaced before,
    what was measured in the last minutes plus what may have been switched on since, where that is
    less. A stale meter means the worst case. Where more was measured than that, the site file is
    wrong, and nothing bounds what may be switched on beside it.
    """
    load = feeder.uncontrolled
    if load is None:
        return (0.0, 0.0, 0.0)
    worst = load.worst_case.most(start_at, end_at + live.settled, live.site.timezone)
    control = live.site.control
    if not load.is_metered or (end_at - now).total_seconds() > near_s(live):
        return worst
    meter = live.meters[feeder.feeder_id]
    measured = meter.highest(now, control.reading_lives_s, control.plan_every_s)
    if measured is None:
        first, second, third = map(max, worst, meter.risen(now, control.reading_lives_s))
        return (first, second, third)
    margin_a = meter.margin_a(now, load.largest_step_a)
    first, second, third = (
        min(most if amps <= most else inf, ceil((amps + rise_a) * _STEPS_PER_A) / _STEPS_PER_A)
        for most, amps, rise_a in zip(worst, measured, margin_a, strict=True)
    )
    return (first, second, third)


def near_s(live: LiveSite) -> int:
    """How far ahead measurements count: until the plan after the next is certainly in force."""
    control = live.site.control
    return control.plan_every_s + 2 * max(control.min_gap_s, _ROUND_S)


def by_line(amps: Array, slot: int = 0) -> PhaseAmps:
    """One slot of an array of [line, slot]."""
    return (float(amps[0, slot]), float(amps[1, slot]), float(amps[2, slot]))
