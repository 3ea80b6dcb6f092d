"""What vehicles ask for by ISO 15118, and limits that others set (OCPP 2.0.1 K12 to K17)."""

import logging

from csms.domain.altered import altered
from csms.domain.charging_needs import ChargingNeeds
from csms.domain.events import Acknowledged
from csms.domain.external_limit import ExternalLimit
from csms.domain.identity import EvseId
from csms.domain.notices import (
    Agreement,
    LimitReleased,
    LimitTold,
    NeedsReply,
    NeedsTold,
    NeedsVerdict,
    VehicleScheduleTold,
)
from csms.domain.transaction import MOST_WH, NeedTeller, StatedNeed, Transaction
from csms.service.handlers.context import HandlerContext
from csms.service.handlers.notices import keep
from csms.service.live_evse import LiveEvse
from csms.service.vehicle_schedule import judge_schedule

logger = logging.getLogger(__name__)

_NO_TRANSACTION = Agreement(is_accepted=False, cause="no transaction is running there")


async def needs_told(context: HandlerContext, event: NeedsTold) -> NeedsReply:
    """A vehicle says what it needs: plan for it, unless an operator has said (2.0.1 K15, K17).

    Whoever may charge gets a schedule, at once and whether or not it is another (K15.FR.07).
    """
    now = context.clock.now()
    live = context.sites.of_station(event.station_id)
    evse_id = EvseId(event.station_id, event.evse_number)
    evse = live.evses.get(evse_id) if live else None
    running = evse.transaction if evse else None
    need = _need(running, event.needs, context) if running else None
    async with context.open_uow() as uow:
        if running is not None and need is not None:
            await uow.transactions.state_need(running.number, need)
        await keep(uow, event, now)
        await uow.commit()
    if live is None or evse is None or running is None or not _still_runs(evse, running):
        return NeedsReply(verdict=NeedsVerdict.REJECTED)
    if need is not None and evse.transaction is not None:
        live.transaction_changed(altered(evse.transaction, need=need), now)
    evse.max_periods = event.needs.max_periods
    live.schedule_wanted(evse_id)
    return NeedsReply(verdict=NeedsVerdict.ACCEPTED)


async def vehicle_schedule_told(context: HandlerContext, event: VehicleScheduleTold) -> Agreement:
    """A vehicle says how it will charge: within its limit, or it is asked again (2.0.1 K15-K17)."""
    now = context.clock.now()
    async with context.open_uow() as uow:
        await keep(uow, event, now)
        await uow.commit()
    live = context.sites.of_station(event.station_id)
    evse = live.evses.get(EvseId(event.station_id, event.evse_number)) if live else None
    if live is None or evse is None or evse.transaction is None:
        return _NO_TRANSACTION
    cause = judge_schedule(live, evse, event.schedule, now)
    if cause:
        logger.warning("%s: the vehicle's schedule: %s", evse.place.evse, cause)
        live.schedule_wanted(evse.place.evse)
    return Agreement(is_accepted=not cause, cause=cause)


async def limit_told(context: HandlerContext, event: LimitTold) -> Acknowledged:
    """Somebody else limits a station (2.0.1 K12)."""
    now = context.clock.now()
    limit = ExternalLimit(
        source=event.source,
        evse_number=event.evse_number or None,
        is_grid_critical=event.is_grid_critical,
        schedules=event.schedules,
        told_at=now,
    )
    async with context.open_uow() as uow:
        await uow.external_limits.put(event.station_id, limit)
        await keep(uow, event, now)
        await uow.commit()
    if live := context.sites.of_station(event.station_id):
        live.limit_told(event.station_id, limit)
    logger.info("limited by %s at EVSE %s", event.source, event.evse_number)
    return Acknowledged()


async def limit_released(context: HandlerContext, event: LimitReleased) -> Acknowledged:
    """Somebody else limits a station no longer (2.0.1 K13)."""
    evse_number = event.evse_number or None
    async with context.open_uow() as uow:
        await uow.external_limits.drop(event.station_id, event.source, evse_number)
        await keep(uow, event, context.clock.now())
        await uow.commit()
    if live := context.sites.of_station(event.station_id):
        live.limit_released(event.station_id, event.source, evse_number)
    logger.info("no longer limited by %s at EVSE %s", event.source, event.evse_number)
    return Acknowledged()


def _still_runs(evse: LiveEvse, running: Transaction) -> bool:
    return evse.transaction is not None and evse.transaction.number == running.number


def _need(running: Transaction, needs: ChargingNeeds, context: HandlerContext) -> StatedNeed | None:
    """What a vehicle's needs say of its transaction; None: nothing that is to be planned by."""
    stated = running.need
    if stated.stated_by is NeedTeller.OPERATOR and not stated.is_blank:
        return None
    departs_at = needs.departs_at
    if departs_at is not None and departs_at <= context.clock.now():
        departs_at = None
    wanted_wh = _wanted_wh(needs)
    need = StatedNeed(
        energy_wh=None if wanted_wh is None else running.energy_wh + wanted_wh,
        departs_at=departs_at,
        stated_by=NeedTeller.VEHICLE,
    )
    return None if need.is_blank else need


def _wanted_wh(needs: ChargingNeeds) -> float | None:
    """What a vehicle still wants, as it says or as its battery lacks; None: it does not say."""
    wanted_wh = needs.energy_wh
    if wanted_wh is None and needs.capacity_wh is not None and needs.soc_pct is not None:
        full_pct = 100.0 if needs.full_soc_pct is None else needs.full_soc_pct
        wanted_wh = needs.capacity_wh * (full_pct - needs.soc_pct) / 100
    return wanted_wh if wanted_wh is not None and 0 < wanted_wh <= MOST_WH else None
