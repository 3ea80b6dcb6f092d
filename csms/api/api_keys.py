"""Keys for programs, as `Authorization: Bearer KEY`."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from csms.api.callers import CallerNow
from csms.api.dependencies import Context
from csms.api.paging import PAGED, Page
from csms.domain.access import Permission
from csms.domain.access_errors import ForbiddenError
from csms.domain.user import ApiKey
from csms.language.said import Said
from csms.service.api_keys import LONGEST_KEY_NAME
from csms.service.row_number import BeforeNumber, RowNumber

router = APIRouter(prefix="/keys", tags=["API keys"])

_MOST: Final = 500


class WantedKey(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_KEY_NAME, description="What it is for")
    scopes: list[Permission] = Field(
        min_length=1, description="What it may; never more than its user may at the time"
    )
    sites: list[str] | None = Field(default=None, description="null: wherever its user may")


class KeyState(BaseModel):
    """A key, without what it is."""

    number: int
    name: str
    user: str
    begins: str = Field(description="Its first characters")
    scopes: list[Permission]
    sites: list[str] | None
    made_at: datetime
    used_at: datetime | None = Field(description="When it was last used, to the minute")
    revoked_at: datetime | None


class MadeKey(KeyState):
    """A key that was made."""

    key: str = Field(description="Told this once: `Authorization: Bearer KEY`")


@router.get("", responses=PAGED)
async def list_keys(
    context: Context,
    caller: CallerNow,
    page: Page,
    before: BeforeNumber = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = _MOST,
) -> list[KeyState]:
    """One's own keys, the newest first; everybody's, if one manages users."""
    keys = await context.access.keys.seen_by(caller, before, limit)
    if keys:
        page.link_next(keys, limit, before=keys[-1].number)
    return [KeyState(**_fields(key)) for key in keys]


@router.post("", status_code=status.HTTP_201_CREATED)
async def make_key(
    context: Context, caller: CallerNow, wanted: WantedKey, response: Response
) -> MadeKey:
    """Make a key for oneself. It is told this once."""
    user = await context.access.reads.user(caller.user) if caller.user else None
    if user is None:
        where = Said("of a user, whose key it would be")
        raise ForbiddenError(caller.name, Permission.MAKE_KEY, where)
    sites = None if wanted.sites is None else frozenset(wanted.sites)
    key, secret = await context.access.keys.make(user, wanted.name, wanted.scopes, sites)
    response.headers["Cache-Control"] = "no-store"
    return MadeKey(**_fields(key), key=secret)


@router.delete("/{number}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_key(context: Context, caller: CallerNow, number: RowNumber) -> None:
    """Let a key count no more, from its next request on."""
    await context.access.keys.revoke(caller, number)


def _fields(key: ApiKey) -> dict[str, object]:
    return {
        "number": key.number,
        "name": key.name,
        "user": key.user,
        "begins": key.begins,
        "scopes": sorted(key.scopes),
        "sites": None if key.sites is None else sorted(key.sites),
        "made_at": key.made_at,
        "used_at": key.used_at,
        "revoked_at": key.revoked_at,
    }
