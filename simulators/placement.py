"""Sends sessions to the EVSEs of a site: users to spaces of their own, others where it is free."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle
from math import ceil
from random import Random
from typing import Final

from simulators.sessions.session import Session
from simulators.site import Place, Site
from simulators.stations.charging_profiles import FOREVER
from simulators.stations.outlet import Outlet, Transaction
from simulators.stations.profile_store import Limit

BEGIN_AFTER: Final = timedelta(minutes=3)
"""Sessions that already run when a scenario starts begin that much later: stations must boot."""
_TURNAROUND: Final = timedelta(minutes=1)
_WH_PER_KWH: Final = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A session at an EVSE.

    Attributes:
        possible_wh: What it would take there if nothing but the hardware limited it.
    """

    session: Session
    station_id: str
    evse_number: int
    possible_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where the sessions went.

    Attributes:
        visits: In order of arrival.
        moved: How many found their own space taken, and another one free.
        dropped: How many found none.
    """

    visits: tuple[Visit, ...]
    moved: int
    dropped: int


def place(
    sessions: Iterable[Session], site: Site, starts_at: datetime, ends_at: datetime, rng: Random
) -> Placement:
    """Place the sessions that fall into a stretch of time.

    Args:
        sessions: In order of arrival.
        site: Where they go.
        starts_at: Sessions that already run then have charged without limits so far; those that
            are full by then keep their space, and are no visits.
        ends_at: Later ones are left out.
        rng: Shuffles users over spaces.
    """
    wanted = [s for s in sessions if s.departs_at > starts_at and s.arrives_at < ends_at]
    wanted = [s for s in wanted if s.departs_at > starts_at + BEGIN_AFTER + _TURNAROUND]
    own = _own_places(wanted, site, rng)
    free_at: defaultdict[tuple[str, int], datetime] = defaultdict(lambda: starts_at)
    visits: list[Visit] = []
    moved = dropped = 0
    for session in wanted:
        first = own.get(_key(session))
        pool = _pool(site, session)
        choice = _free_place([first, *pool] if first else pool, session, starts_at, free_at)
        if choice is None:
            dropped += 1
            continue
        moved += choice is not first
        free_at[_name(choice)] = session.departs_at + _TURNAROUND
        visit = _visit(session, choice, starts_at)
        if visit is not None:
            visits.append(visit)
    visits.sort(key=lambda visit: visit.session.arrives_at)
    return Placement(visits=tuple(visits), moved=moved, dropped=dropped)


def charge_freely(session: Session, place: Place, until: datetime) -> Outlet:
    """Charge a session at a place with no limit but the hardware's."""
    outlet = Outlet(
        place.model,
        lambda outlet, _now: Limit(outlet.model.max_a, FOREVER),
        Random(session.session_id),  # noqa: S311 - a simulation
    )
    outlet.plug_in(session, session.arrives_at)
    outlet.begin(
        Transaction(key="", token=session.user, started_at=session.arrives_at, begin_wh=0.0)
    )
    outlet.advance(until)
    return outlet


def _visit(session: Session, place: Place, starts_at: datetime) -> Visit | None:
    """What happens at the place; None: the vehicle has been full before, and is only parked."""
    if session.arrives_at < starts_at + BEGIN_AFTER:
        rest = _already_there(session, place, starts_at)
        if rest is None:
            return None
        session = rest
    possible_wh = charge_freely(session, place, session.departs_at).register_wh
    return Visit(
        session=session,
        station_id=place.station_id,
        evse_number=place.model.number,
        possible_wh=possible_wh,
    )


def _already_there(session: Session, place: Place, starts_at: datetime) -> Session | None:
    """What is left of a session that has run for a while, None if that is nothing.

    Its driver states what is missing as drivers do, in whole kWh.
    """
    before = charge_freely(session, place, max(starts_at, session.arrives_at))
    if before.vehicle is None:
        return session
    if before.vehicle.is_done:
        return None
    taken_wh, stated_wh = before.register_wh, session.stated_energy_wh
    return replace(
        session,
        arrives_at=starts_at + BEGIN_AFTER,
        energy_wh=max(0.0, session.wanted_wh - taken_wh),
        start_soc_pct=before.vehicle.soc_pct,
        stated_energy_wh=None if stated_wh is None else _in_whole_kwh(stated_wh - taken_wh),
    )


def _in_whole_kwh(energy_wh: float) -> float:
    return max(1.0, ceil(energy_wh / _WH_PER_KWH)) * _WH_PER_KWH


def _own_places(sessions: Sequence[Session], site: Site, rng: Random) -> dict[str, Place]:
    """A place for every user; spaces of a data set keep their order."""
    own: dict[str, Place] = {}
    for uses_dc in (False, True):
        mine = [session for session in sessions if session.uses_dc is uses_dc]
        pool = [place for place in site.places if place.model.is_dc is uses_dc]
        if any(session.station_hint is None for session in mine):
            rng.shuffle(pool)
        keys = sorted({_key(session) for session in mine})
        own |= dict(zip(keys, cycle(pool), strict=False))
    return own


def _key(session: Session) -> str:
    return session.station_hint or session.user


def _pool(site: Site, session: Session) -> list[Place]:
    return [place for place in site.places if place.model.is_dc is session.uses_dc]


def _name(place: Place) -> tuple[str, int]:
    return place.station_id, place.model.number


def _free_place(
    places: Iterable[Place],
    session: Session,
    starts_at: datetime,
    free_at: defaultdict[tuple[str, int], datetime],
) -> Place | None:
    begins_at = max(session.arrives_at, starts_at)
    return next((place for place in places if free_at[_name(place)] <= begins_at), None)
