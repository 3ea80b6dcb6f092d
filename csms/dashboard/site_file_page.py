"""The page of a site's file: what it says, what of it does not run yet, and who has changed it.

It is read without scripts; to check and change it needs them.
"""

from dataclasses import dataclass
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.words import day_and_second
from csms.domain.errors import SiteFileError
from csms.domain.identity import SiteId
from csms.domain.site_version import SiteVersion
from csms.language.reader import explained, spoken
from csms.service.site_editing import SiteFile

_VERSIONS: Final = 20


class SiteFileReader(Protocol):
    """Reads the files of sites."""

    async def read(self, site_id: SiteId) -> SiteFile:
        """What a site's file says.

        Raises:
            SiteFileError: It cannot be read.
        """
        ...


class SiteVersionReads(Protocol):
    """Looks versions of site files up."""

    async def site_versions(
        self, site_id: SiteId, before: int | None, limit: int
    ) -> list[SiteVersion]:
        """What a site's file has come to say, the newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A version in words."""

    number: int
    at: str
    who: str
    changes: tuple[str, ...]
    is_now: bool


def site_file_router(
    sites: SiteViews, files: SiteFileReader, reads: SiteVersionReads, printer: Printer
) -> APIRouter:
    """Build the route of the page.

    Args:
        sites: Where views of sites come from.
        files: Reads their files.
        reads: Looks up who has changed them.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/sites/{site_id}/site")
    async def site_file(site_id: str) -> HTMLResponse:
        """The file of a site."""
        view = sites.quick_view(site_id)
        try:
            file, cause = await files.read(site_id), ""
        except SiteFileError as error:
            file, cause = None, explained(error.said)
        versions = await reads.site_versions(site_id, None, _VERSIONS)
        zone = ZoneInfo(view.timezone)
        return printer.page(
            "site_file.html",
            site=present_line(view),
            file=file,
            cause=cause,
            waiting=[spoken(change.text) for change in file.waiting] if file else [],
            versions=[_line(one, file, zone) for one in versions],
        )

    return router


def _line(found: SiteVersion, file: SiteFile | None, zone: ZoneInfo) -> VersionLine:
    version = found.version
    return VersionLine(
        number=found.number,
        at=day_and_second(version.at, zone),
        who=spoken(version.who),
        changes=tuple(spoken(text) for text in version.changes),
        is_now=file is not None and file.text == version.text,
    )
