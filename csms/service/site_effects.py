"""What another site file would mean for chargers just now, in words."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from csms.domain.fallback import feeders_below
from csms.domain.identity import StationId
from csms.domain.site import AmpereSchedule, Site
from csms.domain.site_change import changed_limits
from csms.language.said import Said
from csms.service.feeder_limits import INSTANT, imposed_on, lower_of
from csms.service.grid_guard import keep_books
from csms.service.live_site import LiveSite

_NAMED: Final = 5
"""So many chargers are named before the others are counted."""
_NOTICEABLE_A: Final = 0.5


def effects_of(live: LiveSite, site: Site, now: datetime) -> Iterator[str]:
    """Tell what would become of chargers if a site were another.

    Args:
        live: The site as it runs.
        site: As it would be.
        now: The present instant.
    """
    for feeder_id, (_, after) in changed_limits(live.site, site).items():
        yield _limit_effect(live, feeder_id, after, now)
    names = {feeder.feeder_id: feeder.name for feeder in site.feeders}
    for place in site.places:
        station_id = place.evse.station_id
        if place.is_installed and station_id not in live.stations:
            yield Said(
                "Until %(connector)s has come and has taken its standing limit, %(amps)g A are "
                "kept free for it below %(feeder)s",
                connector=str(place.evse),
                amps=place.max_a,
                feeder=names[place.feeder_id],
            )


def _limit_effect(live: LiveSite, feeder_id: str, after: AmpereSchedule, now: datetime) -> str:
    """Who below a feeder gets more or less, and what is taken back at once."""
    books, zone = keep_books(live, now), live.site.timezone
    allowed_a, before_a = books.allowed_a[feeder_id][:, 0], books.limit_a[feeder_id][:, 0]
    after_a = after.least(now, now + INSTANT, zone)
    for imposed in imposed_on(live, feeder_id):
        if imposed.holds_within(now, now + INSTANT):
            after_a = lower_of(after_a, imposed.amps)
    gains_a = [new - old for new, old in zip(after_a, before_a, strict=True)]
    most_a = max(gains_a, key=abs)
    name, who = live.site.feeder(feeder_id).name, _who(live, feeder_id)
    if abs(most_a) < _NOTICEABLE_A:
        return Said("%(feeder)s: nothing changes just now for %(who)s", feeder=name, who=who)
    parts = {"feeder": name, "amps": abs(most_a), "who": who}
    text = Said("%(feeder)s: up to %(amps).0f A a line less from now on for %(who)s", **parts)
    if most_a > 0:
        text = Said("%(feeder)s: up to %(amps).0f A a line more from now on for %(who)s", **parts)
    over_a = max(float(may - new) for may, new in zip(allowed_a, after_a, strict=True))
    if over_a < _NOTICEABLE_A:
        return text
    return Said(
        "%(effect)s; %(amps).0f A of what may be drawn now are taken back at once",
        effect=text,
        amps=over_a,
    )


def _who(live: LiveSite, feeder_id: str) -> str:
    """The chargers below a feeder: named, or counted where there are many."""
    below = feeders_below(live.site, feeder_id)
    stations: set[StationId] = {
        evse.place.evse.station_id for evse in live.evses.values() if evse.place.feeder_id in below
    }
    names = sorted(stations)
    if not names:
        return Said("no charger")
    named = ", ".join(names[:_NAMED])
    if len(names) <= _NAMED:
        return named
    return Said("%(named)s and %(more)s more", named=named, more=len(names) - _NAMED)
