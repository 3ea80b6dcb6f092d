"""Reports on what stations were asked for under a number."""

import logging
from collections.abc import Mapping
from typing import Final, TypeAlias

from csms.domain.altered import altered
from csms.domain.events import Acknowledged
from csms.domain.jobs import JobStep
from csms.domain.notices import (
    CustomerDataTold,
    JobKind,
    JobProgressed,
    JobStage,
    MessagesTold,
    MonitorsTold,
    ProfilesTold,
    VariablesTold,
)
from csms.domain.redaction import without_access, without_secret_values
from csms.service.handlers.context import HandlerContext
from csms.service.handlers.notices import keep
from csms.service.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

Report: TypeAlias = CustomerDataTold | MessagesTold | MonitorsTold | ProfilesTold | VariablesTold

_ASKED_BY: Final[Mapping[JobKind, tuple[str, ...]]] = {
    JobKind.DIAGNOSTICS: ("fetch_diagnostics",),
    JobKind.FIRMWARE: ("update_firmware",),
    JobKind.LOG: ("fetch_log",),
    JobKind.PUBLISHING: ("publish_firmware",),
    JobKind.SIGNED_FIRMWARE: ("update_firmware",),
}
"""Names of the commands that a kind of job comes from."""


async def job_progressed(context: HandlerContext, event: JobProgressed) -> Acknowledged:
    """Firmware, a log or diagnostics have come further (1.6 §4.4, §4.5; 2.0.1 L01, L03, N01)."""
    now = context.clock.now()
    locations = " ".join(map(without_access, event.locations)) or None
    step = JobStep(stage=event.stage, word=event.word, at=now, result=locations)
    async with context.open_uow() as uow:
        number = await _number_of(uow, event)
        if number is not None:
            await uow.jobs.advance(event.station_id, number, step)
        await keep(uow, event, now)
        await uow.commit()
    logger.info("%s, job %s: %.60s", event.kind, number or "of nobody", event.word)
    return Acknowledged()


async def variables_told(context: HandlerContext, event: VariablesTold) -> Acknowledged:
    """A part of the device model (2.0.1 B07, B08)."""
    now = context.clock.now()
    event = altered(event, variables=tuple(map(without_secret_values, event.variables)))
    async with context.open_uow() as uow:
        await uow.variables.put(event.station_id, event.variables, now)
        await _keep_part(context, uow, event)
        await uow.commit()
    return Acknowledged()


async def report_told(context: HandlerContext, event: Report) -> Acknowledged:
    """A part of monitors, a customer's data, messages or profiles (2.0.1 K09, N02, N09, O03)."""
    async with context.open_uow() as uow:
        await _keep_part(context, uow, event)
        await uow.commit()
    return Acknowledged()


async def _number_of(uow: UnitOfWork, event: JobProgressed) -> int | None:
    """The job that a report is about; where it does not say, the newest one that runs.

    A station that is idle has only been asked how far it is; that is news of no job.
    """
    if event.stage is JobStage.IDLE:
        return None
    if event.request_id is not None:
        return event.request_id
    return await uow.jobs.newest_running(event.station_id, _ASKED_BY[event.kind])


async def _keep_part(context: HandlerContext, uow: UnitOfWork, event: Report) -> None:
    """Keep a part of a report, and how far its job has come."""
    now = context.clock.now()
    stage = JobStage.RUNNING if event.has_more else JobStage.DONE
    step = JobStep(stage=stage, word="", at=now)
    await uow.jobs.advance(event.station_id, event.request_id, step)
    await keep(uow, event, now)
