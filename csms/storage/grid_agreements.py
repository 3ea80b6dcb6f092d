"""Flexibility that grid companies have asked for and were granted, as it is kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select

from csms.domain.flexibility import Agreement
from csms.domain.grid_company import FeederRef, PartyId
from csms.storage.grid_tables import GridAgreementRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_agreement = table_of(GridAgreementRow)


class GridAgreementRepository(Repository):
    """What was agreed on."""

    async def add(self, agreement: Agreement) -> Agreement:
        """Keep an agreement; return it with its number."""
        row = {
            "party": agreement.party,
            "site_id": agreement.ref.site_id,
            "feeder_id": agreement.ref.feeder_id,
            "agreed_at": agreement.agreed_at,
            "start_at": agreement.start_at,
            "end_at": agreement.end_at,
            "shed_w": agreement.shed_w,
            "base_w": agreement.base_w,
            "limit_a": agreement.limit_a and list(agreement.limit_a),
        }
        number = await self._insert_one(GridAgreementRow, row)
        return replace(agreement, number=number)


def select_agreements(
    party: PartyId, ref: FeederRef, limit: int, before: int | None = None
) -> Select[Any]:
    """Select the newest agreements of a grid company about a feeder, or those before a number."""
    theirs = (
        _agreement.c.party == party,
        _agreement.c.site_id == ref.site_id,
        _agreement.c.feeder_id == ref.feeder_id,
    )
    query = select(_agreement).where(*theirs)
    if before is not None:
        query = query.where(_agreement.c.number < before)
    return query.order_by(_agreement.c.number.desc()).limit(limit)


def read_agreement(row: Mapping[str, Any]) -> Agreement:
    """An agreement from its row."""
    return Agreement(
        number=row["number"],
        party=row["party"],
        ref=FeederRef(row["site_id"], row["feeder_id"]),
        agreed_at=row["agreed_at"],
        start_at=row["start_at"],
        end_at=row["end_at"],
        shed_w=row["shed_w"],
        base_w=row["base_w"],
        limit_a=tuple(row["limit_a"]) if row["limit_a"] else None,
    )
