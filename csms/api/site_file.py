"""The file of a site: read, checked, changed while the server runs, and gone back to."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, status
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import Context, Who
from csms.api.errors import CONFLICT
from csms.api.readers import TOLD_IN
from csms.domain.site_change import SiteChange
from csms.domain.site_version import SiteVersion
from csms.language.reader import spoken
from csms.service.row_number import BeforeNumber, RowNumber
from csms.service.site_editing import SiteApplied, SiteFile, SitePreview

router = APIRouter(prefix="/sites", tags=["site files"], responses={409: CONFLICT})

_MOST_TEXT: Final = 4 * 1024 * 1024
_Text = Annotated[
    str, Field(max_length=_MOST_TEXT, description="All that the file is to say: YAML")
]


class CheckedFile(BaseModel):
    """A file that is only checked."""

    model_config = ConfigDict(extra="forbid")

    text: _Text


class WantedFile(BaseModel):
    """A file in place of the present one."""

    model_config = ConfigDict(extra="forbid")

    text: _Text
    digest: str = Field(
        max_length=64, description="Of the file that it takes the place of, as it was read"
    )


class FileVersion(BaseModel):
    """A version of a site's file."""

    number: int
    at: datetime
    who: str
    changes: list[str] = Field(description="Against what ran then, in words")
    is_waiting: bool = Field(description="Whether it was to wait for the server's next start")


class FullFileVersion(FileVersion):
    """A version with its text."""

    text: str


@router.get("/{site_id}/file", dependencies=[TOLD_IN])
async def read_file(context: Context, site_id: str) -> SiteFile:
    """What a site's file says, and what of it does not run yet."""
    found = await context.site_editor.read(site_id)
    return replace(found, waiting=_spoken(found.waiting))


@router.post("/{site_id}/file/check", dependencies=[TOLD_IN])
async def check_file(context: Context, site_id: str, checked: CheckedFile) -> SitePreview:
    """What a file would change, and what that means for chargers just now; nothing is changed.

    422: it cannot be used; `errors` has a line, a key and what was expected for each fault.
    """
    found = await context.site_editor.preview(site_id, checked.text)
    effects = tuple(spoken(text) for text in found.effects)
    return replace(found, changes=_spoken(found.changes), effects=effects)


@router.put("/{site_id}/file")
async def change_file(context: Context, site_id: str, wanted: WantedFile, who: Who) -> SiteApplied:
    """Let a site's file say something else.

    The running server takes limits and names of feeders, new chargers and policies at once: a
    limit is never above the lower of both meanwhile, and what is free comes back gradually. All
    else waits for the next start, and then the whole file does. 409: somebody else has changed it.
    """
    return await context.site_editor.apply(site_id, wanted.text, wanted.digest, who)


@router.get("/{site_id}/file/versions")
async def list_versions(
    context: Context,
    site_id: str,
    before: BeforeNumber = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[FileVersion]:
    """What a site's file has come to say, the newest first."""
    context.room.live(site_id)
    found = await context.reads.site_versions(site_id, before, limit)
    return [FileVersion(**_fields(one)) for one in found]


@router.get("/{site_id}/file/versions/{number}")
async def read_version(context: Context, site_id: str, number: RowNumber) -> FullFileVersion:
    """One version of a site's file. To go back to it, put its text."""
    context.room.live(site_id)
    found = await context.reads.site_version(site_id, number)
    if found is None:
        raise HTTPException(
            status.HTTP_404_NOT_FOUND, f"the file of site {site_id} has no version {number}"
        )
    return FullFileVersion(text=found.version.text, **_fields(found))


def _spoken(changes: tuple[SiteChange, ...]) -> tuple[SiteChange, ...]:
    return tuple(replace(one, text=spoken(one.text)) for one in changes)


def _fields(found: SiteVersion) -> dict[str, Any]:
    version = found.version
    return {
        "number": found.number,
        "at": version.at,
        "who": version.who,
        "changes": list(version.changes),
        "is_waiting": version.is_waiting,
    }
