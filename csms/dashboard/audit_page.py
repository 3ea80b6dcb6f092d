"""The page of the audit log: who has changed or commanded what, when, from where."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, BeforeValidator

from csms.dashboard.forms import nothing_said
from csms.dashboard.page_router import page_router
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.words import NOTHING
from csms.domain.access import Permission
from csms.domain.audit import AuditWanted, KeptAuditEntry
from csms.service.access_stores import AuditReads
from csms.service.caller import current_caller

_PAGE: Final = 100
_Said = BeforeValidator(nothing_said)
_DAY: Final = timedelta(days=1)


class AuditFilter(BaseModel):
    """What the form asks for; days are of UTC."""

    who: Annotated[str | None, _Said] = None
    action: Annotated[str | None, _Said] = None
    site_id: Annotated[str | None, _Said] = None
    text: Annotated[str | None, _Said] = None
    done: Annotated[bool | None, _Said] = None
    since: Annotated[date | None, _Said] = None
    until: Annotated[date | None, _Said] = None
    before: Annotated[int | None, _Said] = None

    def wanted(self) -> AuditWanted:
        """As entries are looked for."""
        return AuditWanted(
            who=self.who,
            action=self.action,
            site_id=self.site_id,
            text=self.text,
            is_done=self.done,
            since=_begin(self.since),
            until=_begin(self.until + _DAY) if self.until else None,
            before=self.before,
        )

    def link(self, before: int | None = None) -> str:
        """The page with other entries of the same kind."""
        told = self.model_dump(mode="json", exclude_none=True, exclude={"before"})
        return "?" + urlencode({**told, **({"before": before} if before else {})})

    @property
    def export(self) -> str:
        """Where all of them are had as a table."""
        wanted = self.wanted()
        asked = {
            "who": self.who,
            "action": self.action,
            "site_id": self.site_id,
            "text": self.text,
            "done": None if self.done is None else str(self.done).lower(),
            "from": wanted.since and wanted.since.isoformat(),
            "to": wanted.until and wanted.until.isoformat(),
        }
        told = {name: value for name, value in asked.items() if value is not None}
        return "/api/v1/audit/export" + (f"?{urlencode(told)}" if told else "")


def audit_router(audits: AuditReads, sites: SiteViews, printer: Printer) -> APIRouter:
    """Build the route of the page.

    Args:
        audits: Looks entries up.
        sites: Where something can have been done.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/audit")
    async def show_audit(query: Annotated[AuditFilter, Query()]) -> HTMLResponse:
        """What was changed or commanded, the newest first."""
        found = await audits.find(query.wanted(), _PAGE + 1)
        shown, caller = found[:_PAGE], current_caller()
        return printer.page(
            "audit.html",
            filter=query,
            lines=[_present(one) for one in shown],
            actions=await audits.actions(),
            sites=[one for one in sites.site_ids() if caller.may(Permission.VIEW_AUDIT, one)],
            next_page=query.link(shown[-1].number) if len(found) > _PAGE else None,
            first_page=query.link() if query.before is not None else None,
        )

    return router


def _present(kept: KeptAuditEntry) -> dict[str, object]:
    entry = kept.entry
    return {
        "number": kept.number,
        "at": f"{entry.at:%Y-%m-%d %H:%M:%S}",
        "who": entry.who,
        "by": entry.by,
        "address": entry.address or NOTHING,
        "action": entry.action,
        "target": entry.target,
        "site": entry.site_id or NOTHING,
        "detail": entry.detail,
        "result": entry.result,
        "is_done": entry.is_done,
    }


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None
