"""The journal of messages: search, and export as lines of JSON."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.api.paging import PAGED, Page
from csms.domain.errors import NoJournalError
from csms.domain.exchange import Caller, Entry, Found, Wanted
from csms.service.instant import Instant
from csms.service.ports import MessageJournal

router = APIRouter(prefix="/messages", tags=["messages"])

_PAGE: Final = 500
_JSON: Final = "application/json"
_LINES: Final = "application/x-ndjson"


class Message(BaseModel):
    """A call and its answer, word for word, but for passwords, keys and PINs."""

    cursor: str = Field(description="`before` this one begins the next page")
    at: datetime = Field(description="When it was called")
    station_id: str
    by: Caller = Field(description="Who has called")
    version: str
    action: str = Field(description="Empty: the text was no call")
    message_id: str = ""
    call: Any = Field(description="The OCPP-J frame, or the text that was no call")
    answer: Any = Field(default=None, description="The frame; left out if there was none")
    took_ms: float | None = None
    error: str | None = Field(
        default=None, description="The code of a CALLERROR, or why there was no answer"
    )


class MessageQuery(BaseModel):
    """Which messages are wanted."""

    model_config = ConfigDict(extra="forbid")

    station_id: str | None = None
    action: str | None = None
    by: Caller | None = None
    message_id: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    text: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="Stands anywhere in the call or the answer"
    )
    is_error: bool | None = Field(default=None, description="Whether it went wrong")
    before: str | None = Field(default=None, description="The last cursor of the page before")

    def wanted(self) -> Wanted:
        """As the journal looks for it."""
        return Wanted(**self.model_dump(include=set(MessageQuery.model_fields)))


class PageQuery(MessageQuery):
    """Which messages are wanted, and how many."""

    limit: Annotated[int, Field(ge=1, le=_PAGE)] = 100


async def _journal(context: Context) -> MessageJournal:
    if context.journal is None:
        raise NoJournalError
    return context.journal


Journal = Annotated[MessageJournal, Depends(_journal)]


class _Shown(Entry, frozen=True, kw_only=True):
    cursor: str


@router.get("", response_model=list[Message], response_model_exclude_unset=True, responses=PAGED)
async def find_messages(
    journal: Journal, page: Page, query: Annotated[PageQuery, Query()]
) -> Response:
    """Messages, the newest first."""
    found = await journal.find(query.wanted(), query.limit)
    answer = Response(msgspec.json.encode([_shown(one) for one in found]), media_type=_JSON)
    if found and len(found) >= query.limit:
        answer.headers["Link"] = page.next_link(before=found[-1].cursor)
    return answer


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {_LINES: {}}, "description": "A message on each line"}},
)
async def export_messages(
    journal: Journal, query: Annotated[MessageQuery, Query()]
) -> StreamingResponse:
    """All messages that match, the newest first, one on each line (NDJSON)."""
    wanted = query.wanted()
    first = await journal.find(wanted, _PAGE)
    headers = {"content-disposition": 'attachment; filename="messages.jsonl"'}
    lines = _lines(journal, wanted, first)
    return StreamingResponse(lines, media_type=_LINES, headers=headers)


async def _lines(
    journal: MessageJournal, wanted: Wanted, page: list[Found]
) -> AsyncIterator[bytes]:
    while page:
        yield b"".join(msgspec.json.encode(one.entry) + b"\n" for one in page)
        page = await journal.find(replace(wanted, before=page[-1].cursor), _PAGE)


def _shown(found: Found) -> _Shown:
    entry = found.entry
    told = {name: getattr(entry, name) for name in entry.__struct_fields__}
    return _Shown(cursor=found.cursor, **told)
