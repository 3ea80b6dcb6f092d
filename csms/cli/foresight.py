"""The day of chaos as two controllers have it that know beforehand all that will happen.

Both have perfect vehicles, faultless stations, and the limits that the grid company imposes. The
omniscient one knows the building's load at every instant, and uses all the room that this leaves.
The other keeps the room that no controller can be sure of: load counts with the largest step that
may follow a measurement, or at its worst case where nobody measures it, and an EVSE where nobody is
at its fallback.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate

import numpy as np

from csms.cli.day import study_day
from csms.domain.site import EvsePlace, Site
from csms.settings.site_file import read_site
from simulators.chaos.judge import Imposed, ImposedLimit
from simulators.scenario import Scenario
from smart_charging.arrays import Array
from smart_charging.feeder import Feeder
from smart_charging.study import day as study


def omniscient_day(scenario: Scenario, until: datetime, imposed: Imposed) -> study.Day:
    """A scenario's day up to an instant, with all that happened and all limits that held.

    Only vehicles that have left by then: others need not have been charged yet, and whoever knows
    when they leave may let them wait.
    """
    day = study_day(scenario, until)
    starts = _starts(day)
    return replace(
        day,
        feeders=tuple(
            _limited(feeder, starts, imposed.get(feeder.key, ())) for feeder in day.feeders
        ),
        visits=tuple(visit for visit in day.visits if visit.departs_at < until),
    )


def knowable_day(scenario: Scenario, day: study.Day) -> study.Day:
    """The day of an omniscient controller, without the room that nobody can be sure of."""
    site, starts = read_site(scenario.site_path), _starts(day)
    kept = _kept_for_fallbacks(day, site, scenario)
    return replace(
        day,
        feeders=tuple(
            _with_more(feeder, kept[feeder.key] + _unmeasured(feeder, site, starts))
            for feeder in day.feeders
        ),
    )


def _starts(day: study.Day) -> list[datetime]:
    seconds = accumulate(day.slots_s[:-1], initial=0)
    return [day.starts_at + timedelta(seconds=second) for second in seconds]


def _limited(feeder: Feeder, starts: list[datetime], imposed: Sequence[ImposedLimit]) -> Feeder:
    limit_a = feeder.limit_a.copy()
    for from_at, until, amps in imposed:
        holds = [from_at <= start < until for start in starts]
        limit_a[:, holds] = np.minimum(limit_a[:, holds], amps)
    return replace(feeder, limit_a=limit_a)


def _with_more(feeder: Feeder, more_a: Array) -> Feeder:
    return replace(feeder, uncontrolled_a=feeder.uncontrolled_a + more_a)


def _unmeasured(feeder: Feeder, site: Site, starts: list[datetime]) -> Array:
    """What a feeder's load could be above what it is, at any moment: [line, slot]."""
    load = site.feeder(feeder.key).uncontrolled
    if load is None:
        return np.zeros_like(feeder.uncontrolled_a)
    worst_a = np.array([load.worst_case.at(at, site.timezone) for at in starts]).T
    most_a = np.maximum(worst_a - feeder.uncontrolled_a, 0.0)
    return np.minimum(most_a, load.largest_step_a) if load.is_metered else most_a


def _kept_for_fallbacks(day: study.Day, site: Site, scenario: Scenario) -> Mapping[str, Array]:
    """The fallbacks of EVSEs where nobody is: [line, slot] by feeder."""
    starts = _starts(day)
    ends = [*starts[1:], starts[-1] + timedelta(seconds=day.slots_s[-1])]
    kept = {feeder.key: np.zeros((3, len(starts))) for feeder in day.feeders}
    for place in site.places:
        if place.fallback_a <= 0.0:
            continue
        is_empty = np.ones(len(starts))
        for visit in scenario.visits:
            if (visit.station_id, visit.evse_number) == _name(place):
                session = visit.session
                is_empty *= [
                    session.departs_at <= start or session.arrives_at >= end
                    for start, end in zip(starts, ends, strict=True)
                ]
        for line in place.lines:
            kept[place.feeder_id][line - 1] += place.fallback_a * is_empty
    return kept


def _name(place: EvsePlace) -> tuple[str, int]:
    return place.evse.station_id, place.evse.number
