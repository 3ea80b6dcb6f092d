"""The audit log: who has changed or commanded what. It is read, and nothing else."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from csms.api.csv_text import CSV, plain, written
from csms.api.dependencies import Context
from csms.domain.audit import AuditWanted, KeptAuditEntry
from csms.service.access_stores import AuditReads
from csms.service.instant import Instant
from csms.service.row_number import BeforeNumber

router = APIRouter(prefix="/audit", tags=["audit log"])

_COLUMNS: Final = (
    *("number", "at", "who", "by", "address", "action", "target"),
    *("site_id", "detail", "is_done", "result"),
)
_AT_ONCE: Final = 200


class AuditLine(BaseModel):
    """A change or a command, or somebody's try at one."""

    number: int
    at: datetime
    who: str = Field(description="A user, `user/key`, or a grid company")
    by: str = Field(description="How it was shown: user, key, grid_token, mqtt, command line")
    address: str
    action: str = Field(description="By its name in the API")
    target: str
    site_id: str | None
    detail: str = Field(description="What was sent, without secrets")
    is_done: bool
    result: str


class AuditQuery(BaseModel):
    """Which entries are wanted."""

    model_config = ConfigDict(extra="forbid")

    who: str | None = Field(default=None, description="It begins so")
    action: str | None = None
    site_id: str | None = None
    text: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="Stands in the target, the detail or the result"
    )
    done: bool | None = Field(default=None, description="Only what was done, or was not")
    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to")
    before: BeforeNumber = None

    def wanted(self) -> AuditWanted:
        """As they are looked for."""
        return AuditWanted(
            who=self.who,
            action=self.action,
            site_id=self.site_id,
            text=self.text,
            is_done=self.done,
            since=self.since,
            until=self.until,
            before=self.before,
        )


class AuditPageQuery(AuditQuery):
    """Which entries are wanted, and how many."""

    limit: Annotated[int, Field(ge=1, le=500)] = 100


@router.get("")
async def list_audit(
    context: Context, query: Annotated[AuditPageQuery, Query()]
) -> list[AuditLine]:
    """Entries, the newest first."""
    found = await context.access.audits.find(query.wanted(), query.limit)
    return [AuditLine(**_fields(one)) for one in found]


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {CSV: {}}, "description": "A line for each entry"}},
)
async def export_audit(
    context: Context, query: Annotated[AuditQuery, Query()]
) -> StreamingResponse:
    """All entries that match as CSV, the newest first."""
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    lines = _lines(context.access.audits, query.wanted())
    return StreamingResponse(lines, media_type=CSV, headers=headers)


async def _lines(audits: AuditReads, wanted: AuditWanted) -> AsyncIterator[str]:
    rows: list[tuple[object, ...]] = [_COLUMNS]
    async for one in audits.all(wanted):
        rows.append(_row(one))
        if len(rows) >= _AT_ONCE:
            yield written(rows)
            rows = []
    yield written(rows)


def _row(kept: KeptAuditEntry) -> tuple[object, ...]:
    fields = _fields(kept) | {"at": kept.entry.at.isoformat()}
    values = (fields[name] for name in _COLUMNS)
    return tuple(plain(one) if isinstance(one, str) else one for one in values)


def _fields(kept: KeptAuditEntry) -> dict[str, Any]:
    entry = {name: getattr(kept.entry, name) for name in _COLUMNS if name != "number"}
    return {"number": kept.number, **entry}
