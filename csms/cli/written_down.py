"""Has the audit log tell of what was done by the command line, under the local user's name."""

import getpass
from typing import Final

from csms.app_settings import AppSettings
from csms.clock import SystemClock
from csms.domain.audit import AuditEntry
from csms.domain.identity import SiteId
from csms.service.audit_log import AuditLog
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork

_BY: Final = "command line"


async def note_done(
    log: AuditLog, action: str, target: str, detail: str = "", site_id: SiteId | None = None
) -> None:
    """Write down what the local user has done.

    Args:
        log: Where to.
        action: By its name in the API.
        target: About what.
        detail: What was said, without secrets.
        site_id: Where; None: at no site, or at several.
    """
    await log.note(
        AuditEntry(
            at=log.now(),
            who=getpass.getuser(),
            by=_BY,
            address="",
            action=action,
            target=target,
            site_id=site_id,
            detail=detail,
            is_done=True,
            result="done",
        )
    )


async def write_down(
    settings: AppSettings,
    action: str,
    target: str,
    detail: str = "",
    site_id: SiteId | None = None,
) -> None:
    """The same in the settings' database, which no other work has open here."""
    database = Database(settings.database)
    try:
        await database.upgrade()
        log = AuditLog(lambda: SqlUnitOfWork(database), SystemClock())
        await note_done(log, action, target, detail, site_id)
    finally:
        await database.close()
