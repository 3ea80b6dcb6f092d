"""Limits that others than the site files put on feeders."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from csms.domain.identity import FeederId, SiteId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.storage.statements import Repository
from csms.storage.tables import ImposedLimitRow, table_of

_limit = table_of(ImposedLimitRow)


class ImposedLimitRepository(Repository):
    """What feeders are limited to, until it has ended or is lifted."""

    async def replace(
        self,
        site_id: SiteId,
        feeder_id: FeederId,
        party: LimitParty,
        limits: Sequence[ImposedLimit],
    ) -> None:
        """Keep limits of a party and feeder, each with another start, in place of all it had."""
        theirs = (
            _limit.c.site_id == site_id,
            _limit.c.feeder_id == feeder_id,
            _limit.c.party == party.value,
        )
        await self._unit.execute(delete(_limit).where(*theirs))
        await self._unit.execute(insert(_limit), [_row(site_id, limit) for limit in limits])

    async def drop(self, site_id: SiteId, limit: ImposedLimit) -> None:
        """Forget one limit."""
        this = (
            _limit.c.site_id == site_id,
            _limit.c.feeder_id == limit.feeder_id,
            _limit.c.party == limit.party.value,
            _limit.c.from_at == limit.from_at,
        )
        await self._unit.execute(delete(_limit).where(*this))

    async def at_site(self, site_id: SiteId) -> list[ImposedLimit]:
        """All limits of a site's feeders by their start, those too that have ended meanwhile."""
        query = select(_limit).where(_limit.c.site_id == site_id)
        found = await self._unit.execute(
            query.order_by(_limit.c.feeder_id, _limit.c.party, _limit.c.from_at)
        )
        return [_read(dict(row)) for row in found.mappings()]


def _row(site_id: SiteId, limit: ImposedLimit) -> dict[str, Any]:
    return {
        "site_id": site_id,
        "feeder_id": limit.feeder_id,
        "party": limit.party.value,
        "amps": list(limit.amps),
        "from_at": limit.from_at,
        "until_at": limit.until_at,
        "words": limit.words,
    }


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
