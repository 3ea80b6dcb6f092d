"""Limits that others than the site files put on feeders."""

from typing import Any

from sqlalchemy import delete, select

from csms.domain.identity import FeederId, SiteId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.storage.statements import Repository
from csms.storage.tables import ImposedLimitRow, table_of

_limit = table_of(ImposedLimitRow)


class ImposedLimitRepository(Repository):
    """What feeders are limited to, until it has ended or is lifted."""

    async def put(self, site_id: SiteId, limit: ImposedLimit) -> None:
        """Keep a limit, in place of the last one of its party and feeder."""
        row = {
            "site_id": site_id,
            "feeder_id": limit.feeder_id,
            "party": limit.party.value,
            "amps": list(limit.amps),
            "from_at": limit.from_at,
            "until_at": limit.until_at,
            "words": limit.words,
        }
        await self._put(ImposedLimitRow, row)

    async def drop(self, site_id: SiteId, feeder_id: FeederId, party: LimitParty) -> None:
        """Forget a party's limit of a feeder."""
        this = (
            _limit.c.site_id == site_id,
            _limit.c.feeder_id == feeder_id,
            _limit.c.party == party.value,
        )
        await self._unit.execute(delete(_limit).where(*this))

    async def at_site(self, site_id: SiteId) -> list[ImposedLimit]:
        """All limits of a site's feeders, those too that have ended meanwhile."""
        query = select(_limit).where(_limit.c.site_id == site_id)
        found = await self._unit.execute(query.order_by(_limit.c.feeder_id, _limit.c.party))
        return [_read(dict(row)) for row in found.mappings()]


def _read(row: dict[str, Any]) -> ImposedLimit:
    first, second, third = row["amps"]
    return ImposedLimit(
        feeder_id=row["feeder_id"],
        party=LimitParty(row["party"]),
        amps=(first, second, third),
        from_at=row["from_at"],
        until_at=row["until_at"],
        words=row["words"],
    )
