"""Versions of site files, as they are kept."""

from dataclasses import asdict

from sqlalchemy import RowMapping, Select, select

from csms.domain.identity import SiteId
from csms.domain.site_version import NewSiteVersion, SiteVersion
from csms.storage.site_version_tables import SiteVersionRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_version = table_of(SiteVersionRow)


class SiteVersionRepository(Repository):
    """What site files have said."""

    async def add(self, version: NewSiteVersion) -> int:
        """Keep a version; return its number."""
        row = {**asdict(version), "changes": list(version.changes)}
        number: int = await self._insert_one(SiteVersionRow, row)
        return number

    async def newest(self, site_id: SiteId) -> SiteVersion | None:
        """The last version of a site's file."""
        found = (await self._unit.execute(select_versions(site_id, None, 1))).mappings().first()
        return None if found is None else read_version(found)


def select_versions(site_id: SiteId, before: int | None, limit: int) -> Select[tuple[object, ...]]:
    """Select versions of a site's file, the newest first."""
    query = select(_version).where(_version.c.site_id == site_id)
    if before is not None:
        query = query.where(_version.c.number < before)
    return query.order_by(_version.c.number.desc()).limit(limit)


def select_version(site_id: SiteId, number: int) -> Select[tuple[object, ...]]:
    """Select one version of a site's file."""
    return select(_version).where(_version.c.site_id == site_id, _version.c.number == number)


def read_version(row: RowMapping) -> SiteVersion:
    """A version from its row."""
    return SiteVersion(
        row["number"],
        NewSiteVersion(
            site_id=row["site_id"],
            at=row["at"],
            who=row["who"],
            text=row["text"],
            changes=tuple(row["changes"]),
            is_waiting=row["is_waiting"],
        ),
    )
