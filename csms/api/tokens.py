"""The operator's list of id tokens: who may charge."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias

from fastapi import APIRouter, Body, Header, Path, Query, status
from pydantic import BaseModel, Field

from csms.api.dependencies import Context
from csms.api.paging import PAGED, Page
from csms.domain.authorization import IdToken, TokenStatus
from csms.domain.errors import InvalidInputError, UnknownTokenError
from csms.service.token_body import Printable, TokenEntry, Written, parse_csv

router = APIRouter(prefix="/tokens", tags=["tokens"])

TokenValue: TypeAlias = Annotated[Written, Path(description="As on the card; case does not matter")]

_CSV: Final = "text/csv"
_EXAMPLE: Final = "value,status,group,expires_at\n04A2B3C4,Accepted,fleet,2027-01-01T00:00:00Z\n"


class Token(BaseModel):
    """A token of the list."""

    key: str = Field(description="The token in capitals, by which the list is ordered")
    value: str
    kind: str
    status: TokenStatus
    group: str | None
    expires_at: datetime | None
    seen_at: datetime | None = Field(description="When it was last shown at a station")


class ImportedTokens(BaseModel):
    """What a table came to."""

    count: int = Field(description="How many tokens were listed, or changed")


@router.get("", responses=PAGED)
async def list_tokens(
    context: Context,
    page: Page,
    begins: Annotated[
        Written | None, Query(description="Only tokens that begin so, in any case")
    ] = None,
    after: Annotated[Printable | None, Query(description="The last key of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Token]:
    """The list, in order of its keys."""
    key = begins and IdToken(begins).key
    rows = await context.reads.tokens(begins=key, after=after, limit=limit)
    if rows:
        page.link_next(rows, limit, after=rows[-1]["key"])
    return [_token(row) for row in rows]


@router.post("/import")
async def import_tokens(
    context: Context,
    table: Annotated[bytes, Body(media_type=_CSV, examples=[_EXAMPLE])],
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
) -> ImportedTokens:
    """List many tokens at once, or change what is said of them, from a table.

    A heading, UTF-8, comma or semicolon between columns: `value`, and any of `kind`, `status`,
    `group` and `expires_at`. What is left empty is as for a token of which nothing is said.
    Tokens that the table does not name stay as they are. When a line is wrong it is told with its
    column, and nothing is taken.
    """
    if content_type.partition(";")[0].strip().lower() != _CSV:
        raise InvalidInputError("content-type", f"expected {_CSV}, got {content_type or 'none'}")
    records = await asyncio.to_thread(parse_csv, table)
    await context.tokens.put(*records)
    return ImportedTokens(count=len(records))


@router.get("/{value:path}")
async def read_token(context: Context, value: TokenValue) -> Token:
    """What the list says of a token."""
    row = await context.reads.token(IdToken(value).key)
    if row is None:
        raise UnknownTokenError(value)
    return _token(row)


@router.put("/{value:path}", status_code=status.HTTP_204_NO_CONTENT)
async def put_token(context: Context, value: TokenValue, entry: TokenEntry) -> None:
    """List a token, or change what is said of it. What it charges already goes on."""
    await context.tokens.put(entry.record(value))


@router.delete("/{value:path}", status_code=status.HTTP_204_NO_CONTENT)
async def take_token_off(context: Context, value: TokenValue) -> None:
    """Take a token off the list."""
    await context.tokens.take_off(IdToken(value))


def _token(row: dict[str, Any]) -> Token:
    return Token(**{name: row[name] for name in Token.model_fields})
