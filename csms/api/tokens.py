"""The operator's list of id tokens: who may charge."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path, Query, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.domain.authorization import IdToken, TokenRecord, TokenStatus
from csms.domain.errors import UnknownTokenError

router = APIRouter(prefix="/tokens", tags=["tokens"])

TokenValue: TypeAlias = Annotated[
    str, Path(min_length=1, max_length=36, description="As on the card; case does not matter")
]


class TokenEntry(BaseModel):
    """What the operator says of a token."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(default="ISO14443", description="Kind of token, in the words of OCPP 2.0.1")
    status: TokenStatus = Field(
        default=TokenStatus.ACCEPTED, description="What stations are answered when it is shown"
    )
    group: Annotated[str, Field(min_length=1, max_length=36)] | None = Field(
        default=None, description="Tokens of a group can stop each other's transactions"
    )
    expires_at: AwareDatetime | None = Field(default=None, description="It may charge until then")


class Token(BaseModel):
    """A token of the list."""

    key: str = Field(description="The token in capitals, by which the list is ordered")
    value: str
    kind: str
    status: TokenStatus
    group: str | None
    expires_at: datetime | None
    seen_at: datetime | None = Field(description="When it was last shown at a station")


@router.get("")
async def list_tokens(
    context: Context,
    after: Annotated[str | None, Query(description="The last key of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Token]:
    """The list, in order of its keys."""
    return [_token(row) for row in await context.reads.tokens(after=after, limit=limit)]


@router.get("/{value}")
async def read_token(context: Context, value: TokenValue) -> Token:
    """What the list says of a token."""
    row = await context.reads.token(IdToken(value).key)
    if row is None:
        raise UnknownTokenError(value)
    return _token(row)


@router.put("/{value}", status_code=status.HTTP_204_NO_CONTENT)
async def put_token(context: Context, value: TokenValue, entry: TokenEntry) -> None:
    """List a token, or change what is said of it. What it charges already goes on."""
    record = TokenRecord(
        token=IdToken(value, entry.kind),
        status=entry.status,
        group=entry.group,
        expires_at=entry.expires_at,
    )
    await context.tokens.put(record)


@router.delete("/{value}", status_code=status.HTTP_204_NO_CONTENT)
async def take_token_off(context: Context, value: TokenValue) -> None:
    """Take a token off the list."""
    await context.tokens.take_off(IdToken(value))


def _token(row: dict[str, Any]) -> Token:
    return Token(**{name: row[name] for name in Token.model_fields})
