"""What was known of a site before the start: out of the database, into its state in memory."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import EvseId, StationId
from csms.domain.known_station import KnownStation
from csms.domain.limits import Standing, TimedLimit, Verdict
from csms.domain.station import ConnectorStatus
from csms.domain.timetable import Timetable
from csms.language.said import Said
from csms.service.guests import guest_place
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.tally_loading import load_tally
from csms.service.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)


async def load_site(uow: UnitOfWork, live: LiveSite, now: datetime) -> None:
    """Keep a site as its file describes it, and fill its state with what was known."""
    site_id = live.site.site_id
    await uow.sites.put(live.site)
    for station_id in await uow.stations.guests_of(site_id):
        if place := guest_place(live, station_id):
            live.add_place(place)
    known = await uow.stations.known_at(site_id)
    for station_id, state in known.items():
        if station_id in live.stations:
            _fill_in(live, station_id, state, now)
    for station_id, limits in (await uow.external_limits.at_site(site_id)).items():
        if station_id in live.stations:
            for limit in limits:
                live.limit_told(station_id, limit)
    await _load_imposed(uow, live, now)
    await _load_orders(uow, live, now)
    live.timetable = Timetable(await uow.timetables.at_site(site_id))
    await load_tally(uow, live, now)
    await _load_transactions(uow, live, known, now)


def _fill_in(live: LiveSite, station_id: StationId, known: KnownStation, now: datetime) -> None:
    station = live.stations[station_id]
    station.protocol, station.has_reported = known.protocol, known.has_reported
    station.wanted_registration, station.booted_at = known.registration, known.booted_at
    station.make = known.make
    station.is_expected = known.is_expected
    station.gone_at = now if station.protocol else None
    for evse in live.evses_of(station_id):
        number = evse.place.evse.number
        standing, fallback_a = known.standings.get(number, (Standing.UNKNOWN, 0.0))
        if standing is Standing.HELD and fallback_a != evse.place.fallback_a:
            standing = Standing.UNKNOWN  # the file has another fallback now
        if not live.keeps_fallback(station_id):
            standing = Standing.UNKNOWN  # it may have been without power meanwhile
        evse.allowance = evse.allowance.restanding(standing)
        evse.held = known.held.get(number)
        evse.status, evse.charging_state = known.connectors.get(number, (None, None))


async def _load_imposed(uow: UnitOfWork, live: LiveSite, now: datetime) -> None:
    """Go on with what feeders are limited to; what has ended meanwhile is forgotten."""
    site_id, feeders = live.site.site_id, {one.feeder_id for one in live.site.feeders}
    for limit in await uow.imposed_limits.at_site(site_id):
        if limit.feeder_id in feeders and (limit.until_at is None or limit.until_at > now):
            key = (limit.feeder_id, limit.party)
            live.imposed[key] = (*live.imposed.get(key, ()), limit)
            continue
        await uow.imposed_limits.drop(site_id, limit)
        if limit.feeder_id not in feeders:
            logger.warning("the limit of feeder %s is forgotten: it is gone", limit.feeder_id)
            continue
        event = GuardEvent(
            kind=GuardEventKind.LIMIT_LIFTED,
            at=limit.until_at or now,
            cause=Said("Its time was over while the server was down"),
            feeder_id=limit.feeder_id,
            limit_a=min(limit.amps),
        )
        live.guard.note(event)


async def _load_orders(uow: UnitOfWork, live: LiveSite, now: datetime) -> None:
    """Go on with what the operator has decided of single connectors."""
    site_id = live.site.site_id
    for limit in await uow.connector_orders.limits_at(site_id):
        if limit.evse in live.evses and limit.holds_at(now):
            live.evses[limit.evse].operator_limit = limit
        else:
            await uow.connector_orders.drop_limit(limit.evse)
    for evse_id, number in (await uow.connector_orders.boosts_at(site_id)).items():
        if evse_id in live.evses:
            live.evses[evse_id].boosted = number


async def _load_transactions(
    uow: UnitOfWork, live: LiveSite, known: Mapping[StationId, KnownStation], now: datetime
) -> None:
    """Go on with the newest transaction at each EVSE, with its token's past and its limits."""
    site_id = live.site.site_id
    running = await uow.transactions.running_at(site_id)
    pasts = await uow.transactions.pasts_at(site_id)
    limits = await uow.control.limits_alive_at(site_id, now)
    newest = {one.evse: one for one in running if one.evse is not None}
    for evse_id in set(limits) & set(live.evses):
        _restore(live.evses[evse_id], limits[evse_id])
    for evse_id, transaction in newest.items():
        if not live.has(evse_id):
            if not _is_free(known, evse_id):
                live.transaction_changed(transaction, now)
            continue
        token, evse = transaction.id_token, live.evses[evse_id]
        live.transaction_changed(transaction, now, tuple(pasts.get(token, ()) if token else ()))
        evse.heard_at = transaction.heard_at or transaction.started_at
        _restore(evse, limits.get(evse_id, ()), transaction.transaction)


def _restore(
    evse: LiveEvse, sent: Sequence[tuple[TimedLimit, Verdict, str]], running: str | None = None
) -> None:
    """What an EVSE may still hold: its transaction's limits, and those that outlive theirs."""
    allowance = evse.allowance.bare()
    for limit, verdict, transaction in sent:
        if transaction == running or limit.form.outlives_transactions:
            allowance = allowance.sent(limit).settled(limit, verdict)
    evse.allowance = allowance


def _is_free(known: Mapping[StationId, KnownStation], evse_id: EvseId) -> bool:
    """Whether an EVSE was last told to have no vehicle."""
    station = known.get(evse_id.station_id)
    if station is None:
        return False
    status, _ = station.connectors.get(evse_id.number, (None, None))
    return status is ConnectorStatus.AVAILABLE
