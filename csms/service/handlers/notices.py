"""Reports that are kept as they are: alerts, ended reservations, security events."""

import logging
from datetime import datetime
from typing import Any, Final

from csms.domain.altered import altered
from csms.domain.device_model import StationAlert
from csms.domain.events import Acknowledged, StationEvent, StatusChanged
from csms.domain.identity import StationId
from csms.domain.jobs import ReservationEnd
from csms.domain.notice_kinds import KIND_OF, Notice
from csms.domain.notices import AlertsTold, ReservationEnded, SecurityNoticed
from csms.domain.redaction import without_secret_value, without_secrets
from csms.domain.station import ConnectorStatus
from csms.service.handlers.context import HandlerContext
from csms.service.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

_AVAILABILITY: Final = ("connector", "availabilitystate")
"""By which component and variable a station tells a connector's status with an event."""


async def alerts_told(context: HandlerContext, event: AlertsTold) -> Acknowledged:
    """Something has happened to the station itself (2.0.1 N07, N08)."""
    event = altered(event, alerts=tuple(map(without_secret_value, event.alerts)))
    changes = [one for alert in event.alerts if (one := status_in(event.station_id, alert))]
    async with context.open_uow() as uow:
        await keep(uow, event, context.clock.now())
        for change in changes:
            await uow.stations.note_status(change, context.clock.now())
        await uow.commit()
    live = context.sites.of_station(event.station_id)
    if live is not None:
        for change in changes:
            live.status_changed(change, context.clock.now())
    for alert in event.alerts:
        component, name = alert.variable.component.name, alert.variable.name
        logger.info("alert %d: %s.%s is %.60r", alert.alert_id, component, name, alert.value)
    return Acknowledged()


async def reservation_ended(context: HandlerContext, event: ReservationEnded) -> Acknowledged:
    """A reservation is over without having been used (2.0.1 H04)."""
    now, how = context.clock.now(), ReservationEnd(event.ending.value)
    async with context.open_uow() as uow:
        await keep(uow, event, now)
        await uow.jobs.end_reservation(event.station_id, event.reservation_id, how, now)
        await uow.commit()
    return Acknowledged()


async def security_noticed(context: HandlerContext, event: SecurityNoticed) -> Acknowledged:
    """Something that concerns security (1.6 security whitepaper, 2.0.1 A04)."""
    await _keep_alone(context, event)
    logger.warning("security event %.60r: %.200r", event.kind, event.detail or "")
    return Acknowledged()


async def keep(uow: UnitOfWork, event: StationEvent[Any], received_at: datetime) -> None:
    """Keep a report, whatever else comes of it."""
    await uow.notices.add(_notice(event, received_at))


async def _keep_alone(context: HandlerContext, event: StationEvent[Any]) -> None:
    async with context.open_uow() as uow:
        await keep(uow, event, context.clock.now())
        await uow.commit()


def _notice(event: StationEvent[Any], received_at: datetime) -> Notice:
    body = without_secrets(event)
    del body["station_id"]
    return Notice(
        station_id=event.station_id,
        kind=KIND_OF[type(event)],
        request_id=getattr(event, "request_id", getattr(event, "reservation_id", None)),
        seq_no=getattr(event, "seq_no", None),
        at=getattr(event, "at", None),
        received_at=received_at,
        body=body,
    )


def status_in(station_id: StationId, alert: StationAlert) -> StatusChanged | None:
    """The status of a connector that an event tells (2.0.1 G01.FR.03 to FR.05), None if none."""
    component, word = alert.variable.component, alert.value.casefold()
    is_status = (component.name.casefold(), alert.variable.name.casefold()) == _AVAILABILITY
    if not is_status or not component.evse_number or word not in set(ConnectorStatus):
        return None
    return StatusChanged(
        station_id=station_id,
        evse_number=component.evse_number,
        connector_number=component.connector_number or 1,
        status=ConnectorStatus(word),
        at=alert.at,
    )
