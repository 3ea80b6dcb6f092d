"""What nobody steers, and what chargers may draw unsteered, must fit under every feeder."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Final

from csms.domain.identity import FeederId
from csms.domain.site import EvsePlace, Feeder, Site

_MONDAY: Final = datetime(2024, 1, 1)  # noqa: DTZ001
_DAYS_PER_WEEK: Final = 7
_TOLERANCE_A: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """A feeder line whose uncontrolled load and fallbacks do not fit under its limit."""

    feeder_id: FeederId
    line: int
    fallback_a: float
    uncontrolled_a: float
    limit_a: float

    @property
    def over_a(self) -> float:
        """By how much it does not fit."""
        return self.fallback_a + self.uncontrolled_a - self.limit_a


def overcommitted_fallbacks(site: Site) -> list[Excess]:
    """Find feeders that uncontrolled load and fallbacks could overload at some time of the week.

    Currents are added as plain numbers, which in an IT grid is on the safe side.
    """
    return [
        excess
        for feeder in site.feeders
        for line in range(3)
        if (excess := _worst_excess(site, feeder, line)) is not None
    ]


def has_room_for_rating(site: Site, place: EvsePlace) -> bool:
    """Whether an EVSE could ever draw its rating, if all others kept to their fallbacks.

    Of loads that have a meter it is not known beforehand how much they will leave.
    """
    lines = list(product(ways_to_root(site)[place.feeder_id], place.lines))
    return any(
        all(
            _excess(site, site.feeder(feeder_id), line - 1, instant, has_metered=False).over_a
            <= place.fallback_a - place.max_a + _TOLERANCE_A
            for feeder_id, line in lines
        )
        for instant in _turns_of_the_week(site)
    )


def feeders_below(site: Site, feeder_id: FeederId) -> frozenset[FeederId]:
    """The feeder and all that it feeds, directly or through others."""
    below = {feeder_id}
    for feeder in site.feeders:  # parents come before their children
        if feeder.parent_id in below:
            below.add(feeder.feeder_id)
    return frozenset(below)


def ways_to_root(site: Site) -> dict[FeederId, tuple[FeederId, ...]]:
    """Each feeder's way to the root, itself first."""
    ways: dict[FeederId, tuple[FeederId, ...]] = {}
    for feeder in site.feeders:  # parents come before their children
        above = ways[feeder.parent_id] if feeder.parent_id is not None else ()
        ways[feeder.feeder_id] = (feeder.feeder_id, *above)
    return ways


def _worst_excess(site: Site, feeder: Feeder, line: int) -> Excess | None:
    worst = max(
        (_excess(site, feeder, line, instant) for instant in _turns_of_the_week(site)),
        key=lambda excess: excess.over_a,
    )
    return worst if worst.over_a > _TOLERANCE_A else None


def _excess(
    site: Site, feeder: Feeder, line: int, instant: datetime, *, has_metered: bool = True
) -> Excess:
    """How a line stands at an instant, at worst; it need not be more than it may carry."""
    below = feeders_below(site, feeder.feeder_id)
    fallback_a = sum(
        place.fallback_a
        for place in site.places
        if place.feeder_id in below and line + 1 in place.lines and place.is_installed
    )
    guests = site.guests
    if guests and guests.feeder_id in below and line + 1 in guests.lines:
        fallback_a += guests.fallback_a * guests.max_stations
    loads = [
        other.uncontrolled
        for other in site.feeders
        if other.feeder_id in below and other.uncontrolled
    ]
    return Excess(
        feeder_id=feeder.feeder_id,
        line=line + 1,
        fallback_a=fallback_a,
        uncontrolled_a=sum(
            load.worst_case.at(instant, site.timezone)[line]
            for load in loads
            if has_metered or not load.is_metered
        )
        + sum(
            site.amps_of(resource, resource.unsteered_w)
            for resource in site.resources
            if resource.feeder_id in below and line + 1 in resource.lines
        ),
        limit_a=feeder.limit.at(instant, site.timezone)[line],
    )


def _turns_of_the_week(site: Site) -> Iterator[datetime]:
    """Every instant of a week at which some window opens or closes."""
    schedules = [feeder.limit for feeder in site.feeders] + [
        feeder.uncontrolled.worst_case for feeder in site.feeders if feeder.uncontrolled
    ]
    times = {_MONDAY.time()} | {
        edge
        for schedule in schedules
        for window in schedule.windows
        for edge in (window.from_time, window.to_time)
    }
    for number in range(_DAYS_PER_WEEK):
        day = _MONDAY + timedelta(days=number)
        for edge in sorted(times):
            yield datetime.combine(day.date(), edge, site.timezone)
