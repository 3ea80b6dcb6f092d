"""Live sites to start from: on the small site's tree, with metered load where a test wants it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from csms.domain.authorization import IdToken
from csms.domain.identity import EvseId
from csms.domain.limits import Standing, TimedLimit, Verdict
from csms.domain.metering import Reading
from csms.domain.site import (
    AmpereSchedule,
    Earthing,
    EvsePlace,
    MeterShows,
    Site,
    UncontrolledLoad,
)
from csms.domain.station import ConnectorStatus
from csms.domain.transaction import Transaction
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from tests.domain.sites import place, small_site
from tests.service.rig import NOON


def it_site(*places: EvsePlace) -> Site:
    """The same tree in a grid without neutral."""
    return replace(small_site(*places), earthing=Earthing.IT)


def with_meter(site: Site, worst_case: AmpereSchedule, step_a: float = 6.0) -> Site:
    """A site with metered load at its intake."""
    load = UncontrolledLoad(worst_case=worst_case, largest_step_a=step_a, is_metered=True)
    intake, *levels = site.feeders
    return replace(site, feeders=(replace(intake, uncontrolled=load), *levels))


def with_total_meter(site: Site, worst_case: AmpereSchedule, step_a: float = 6.0) -> Site:
    """A site whose intake has a meter that shows all."""
    intake, *levels = with_meter(site, worst_case, step_a).feeders
    assert intake.uncontrolled is not None
    load = replace(intake.uncontrolled, meter_shows=MeterShows.ALL)
    return replace(site, feeders=(replace(intake, uncontrolled=load), *levels))


def evse_of(live: LiveSite, station_id: str) -> LiveEvse:
    """The first EVSE of a station."""
    return live.evses[EvseId(station_id, 1)]


def connect(live: LiveSite, *station_ids: str, protocol: str = "2.0.1") -> None:
    """Stations that are connected and set up, and hold their fallback."""
    for station_id in station_ids:
        live.station_connected(station_id, protocol, NOON)
        live.stations[station_id].is_ready = True
        for evse in live.evses_of(station_id):
            evse.allowance = evse.allowance.restanding(Standing.HELD)


def transaction(station_id: str, number: int = 1, **more: Any) -> Transaction:
    """A transaction that began at noon."""
    fields = {"id_token": IdToken("04A2B3C4"), "meter_start_wh": 0.0, **more}
    return Transaction(
        number=number,
        station_id=station_id,
        transaction=f"tx-{number}",
        evse=EvseId(station_id, 1),
        **{"started_at": NOON, **fields},
    )


def plug_in(live: LiveSite, station_id: str, **more: Any) -> LiveEvse:
    """Let a vehicle charge at a station that is connected."""
    evse = evse_of(live, station_id)
    evse.status = ConnectorStatus.OCCUPIED
    live.transaction_changed(transaction(station_id, **more), NOON, ())
    return evse


def limit(
    *steps: tuple[int, float], starts_at: datetime = NOON, live_s: float = 900.0
) -> TimedLimit:
    """A limit that lives for a quarter of an hour."""
    ends_at = starts_at + timedelta(seconds=live_s)
    return TimedLimit(starts_at=starts_at, ends_at=ends_at, steps=steps)


def hold(evse: LiveEvse, amps: float, starts_at: datetime = NOON) -> None:
    """Let an EVSE have accepted a limit."""
    given = limit((0, amps), starts_at=starts_at)
    evse.allow(evse.allowance.sent(given).settled(given, Verdict.ACCEPTED), starts_at)


def draw(evse: LiveEvse, *amps: float, at: datetime = NOON, **more: Any) -> None:
    """Let an EVSE's meter show a current on each conductor."""
    first, second, third = amps if len(amps) == 3 else (*amps, 0.0, 0.0)[:3]
    evse.reading = Reading(at=at, current_a=(first, second, third), **more)


def live_level(*lines: tuple[int, ...], fallback_a: float = 0.0) -> LiveSite:
    """Chargers A, B, ... on level 1 (40 A), connected and with a vehicle."""
    names = "ABCDEF"[: len(lines)]
    places = (
        place(name, "level-1", fallback_a, wired) for name, wired in zip(names, lines, strict=True)
    )
    live = LiveSite(small_site(*places))
    for number, name in enumerate(names, start=1):
        connect(live, name)
        plug_in(live, name, number=number)
    return live
