"""Reports of a station on itself: boots, heartbeats, statuses, tokens shown, vendor data."""

import logging
from datetime import datetime

from csms.domain.authorization import Authorization
from csms.domain.dialect import make_of
from csms.domain.events import (
    Acknowledged,
    AuthorizationAsked,
    BootReply,
    DataReceived,
    DataReply,
    HeartbeatReceived,
    StationBooted,
    StatusChanged,
    TimeReply,
)
from csms.domain.station import Registration
from csms.service.handlers.context import HandlerContext
from csms.service.live_site import LiveSite
from csms.service.registration import RETRY_AFTER_S, register

logger = logging.getLogger(__name__)


async def station_booted(context: HandlerContext, event: StationBooted) -> BootReply:
    """A station says who it is (1.6 §4.2, 2.0.1 B01)."""
    now = context.clock.now()
    live = context.sites.of_station(event.station_id)
    if live is None and context.attempts.is_held(event.station_id):
        return _stranger_booted(context, event, now)
    station = live.stations[event.station_id] if live else None
    is_retry = station is not None and station.registration is not Registration.ACCEPTED
    async with context.open_uow() as uow:
        await uow.stations.note_boot(event.station_id, event.model, now)
        if not is_retry:
            await context.sites.note_doubt(uow, event.station_id, now)
        await uow.commit()
    registration = Registration.ACCEPTED
    if live is not None and station is not None:
        station.make = make_of(event.model, station.protocol)
        registration = register(station, live.site.control.acceptance)
        station.booted_at = now
        live.station_registered(event.station_id, registration)
        if not is_retry:
            live.station_booted(event.station_id)
    logger.info(
        "booted: %s %s, firmware %s: %s",
        event.model.vendor,
        event.model.model,
        event.model.firmware,
        registration,
    )
    return BootReply(
        registration=registration,
        at=now,
        interval_s=_interval_s(context, live, registration),
    )


def _stranger_booted(context: HandlerContext, event: StationBooted, now: datetime) -> BootReply:
    """A stranger has to wait until it is adopted; then it boots again, and belongs to a site."""
    attempts = context.attempts
    attempts.introduce(event.station_id, event.model)
    is_refused = attempts.is_refused(event.station_id)
    registration = Registration.REJECTED if is_refused else Registration.PENDING
    logger.info(
        "a stranger has booted: %s %s: %s", event.model.vendor, event.model.model, registration
    )
    return BootReply(registration=registration, at=now, interval_s=RETRY_AFTER_S)


async def heartbeat_received(context: HandlerContext, _event: HeartbeatReceived) -> TimeReply:
    """A station is alive and asks for the time (1.6 §4.6, 2.0.1 G02)."""
    return TimeReply(context.clock.now())


async def status_changed(context: HandlerContext, event: StatusChanged) -> Acknowledged:
    """A connector has another status (1.6 §4.9, 2.0.1 G01)."""
    async with context.open_uow() as uow:
        await uow.stations.note_status(event, context.clock.now())
        await uow.commit()
    live = context.sites.of_station(event.station_id)
    if live is not None:
        if event.at is not None:
            live.clock_seen(event.station_id, event.at, context.clock.now())
        live.status_changed(event, context.clock.now())
    if event.error_code:
        logger.warning(
            "connector %d/%d reports %s %s",
            event.evse_number,
            event.connector_number,
            event.error_code,
            event.detail or "",
        )
    return Acknowledged()


async def authorization_asked(context: HandlerContext, event: AuthorizationAsked) -> Authorization:
    """A driver has shown a token (1.6 §4.1, 2.0.1 C01)."""
    async with context.open_uow() as uow:
        verdict = await context.judge(uow, event.id_token, event.station_id)
        await uow.commit()
    logger.info("token %s: %s", event.id_token.masked, verdict.status)
    return verdict


async def data_received(_context: HandlerContext, event: DataReceived) -> DataReply:
    """Vendor-specific data; no vendor's is understood yet (1.6 §4.3, 2.0.1 P02)."""
    logger.info("data of vendor %.60r, message %.60r", event.vendor, event.message)
    return DataReply(is_vendor_known=False)


def _interval_s(context: HandlerContext, live: LiveSite | None, registration: Registration) -> int:
    """How often the station should call, or when it should boot again."""
    if registration is not Registration.ACCEPTED:
        return RETRY_AFTER_S
    return live.site.control.heartbeat_every_s if live else context.heartbeat_every_s
