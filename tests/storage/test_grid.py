"""Capacity profiles as they are kept."""

from csms.domain.grid_company import FeederRef
from csms.domain.grid_profile import BlockKind, BlockPhase, CapacityBlock, CapacityUnit
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after

MAIN = FeederRef("garage", "main")
FIRST = CapacityBlock(
    capacity=40_000.5,
    unit=CapacityUnit.W,
    phase=BlockPhase.TWO,
    start_at=NOON,
    end_at=after(15),
)
LAST = CapacityBlock(capacity=16.0, unit=CapacityUnit.A, start_at=after(15), end_at=None)


async def test_blocks_are_told_as_they_were_kept_last(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        assert await uow.grid.blocks() == {}
        await uow.grid.replace("nett", MAIN, BlockKind.CONSUMPTION, [LAST])
        await uow.grid.replace("nett", MAIN, BlockKind.FALLBACK, [LAST])
        await uow.grid.replace("nett", "area-7", BlockKind.CONSUMPTION, [LAST])
        await uow.grid.replace("kraft", MAIN, BlockKind.CONSUMPTION, [FIRST])
        await uow.grid.replace("nett", MAIN, BlockKind.CONSUMPTION, [FIRST, LAST])
        await uow.grid.replace("nett", MAIN, BlockKind.FALLBACK, [])
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.grid.blocks() == {
            ("nett", MAIN, BlockKind.CONSUMPTION): (FIRST, LAST),
            ("nett", "area-7", BlockKind.CONSUMPTION): (LAST,),
            ("kraft", MAIN, BlockKind.CONSUMPTION): (FIRST,),
        }


async def test_the_last_sign_of_life_is_kept(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.grid.note_heard("nett", NOON)
        await uow.grid.note_heard("kraft", NOON)
        await uow.grid.note_heard("nett", after(5))
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.grid.heard() == {"nett": after(5), "kraft": NOON}
