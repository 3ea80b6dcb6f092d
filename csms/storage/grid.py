"""Capacity profiles of grid companies, and when they were last heard of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from csms.domain.grid_company import BlockTarget, FeederRef, PartyId
from csms.domain.grid_profile import BlockKind, BlockPhase, CapacityBlock, CapacityUnit
from csms.storage.grid_tables import GridBlockRow, GridPartyRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_block = table_of(GridBlockRow)
_party = table_of(GridPartyRow)


class GridRepository(Repository):
    """What grid companies have sent."""

    async def replace(
        self,
        party: PartyId,
        target: BlockTarget,
        kind: BlockKind,
        blocks: Sequence[CapacityBlock],
    ) -> None:
        """Keep a party's blocks of a kind, in place of those that it had there."""
        key = {"party": party, **_place(target), "kind": kind.value}
        theirs = [_block.c[name] == value for name, value in key.items()]
        await self._unit.execute(delete(_block).where(*theirs))
        if blocks:
            rows = [{**key, "place": i, **_row(block)} for i, block in enumerate(blocks)]
            await self._unit.execute(insert(_block), rows)

    async def blocks(
        self,
    ) -> dict[tuple[PartyId, BlockTarget, BlockKind], tuple[CapacityBlock, ...]]:
        """All blocks, in the order in which they were given."""
        found = await self._unit.execute(select(_block).order_by(_block.c.place))
        blocks: dict[tuple[PartyId, BlockTarget, BlockKind], tuple[CapacityBlock, ...]] = {}
        for row in found.mappings():
            key = (row["party"], _target(dict(row)), BlockKind(row["kind"]))
            blocks[key] = (*blocks.get(key, ()), _read(dict(row)))
        return blocks

    async def note_heard(self, party: PartyId, at: datetime) -> None:
        """Keep when a party was last heard of."""
        await self._put(GridPartyRow, {"party": party, "heard_at": at})

    async def heard(self) -> dict[PartyId, datetime]:
        """When parties were last heard of."""
        found = await self._unit.execute(select(_party))
        return {row["party"]: row["heard_at"] for row in found.mappings()}


def _place(target: BlockTarget) -> dict[str, str]:
    if isinstance(target, FeederRef):
        return {"site_id": target.site_id, "feeder_id": target.feeder_id, "group_id": ""}
    return {"site_id": "", "feeder_id": "", "group_id": target}


def _target(row: dict[str, Any]) -> BlockTarget:
    group: str = row["group_id"]
    return group or FeederRef(row["site_id"], row["feeder_id"])


def _row(block: CapacityBlock) -> dict[str, Any]:
    return {
        "capacity": block.capacity,
        "unit": block.unit.value,
        "phase": block.phase.value,
        "start_at": block.start_at,
        "end_at": block.end_at,
    }


def _read(row: dict[str, Any]) -> CapacityBlock:
    return CapacityBlock(
        capacity=row["capacity"],
        unit=CapacityUnit(row["unit"]),
        phase=BlockPhase(row["phase"]),
        start_at=row["start_at"],
        end_at=row["end_at"],
    )
