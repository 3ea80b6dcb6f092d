"""Limits that others than the site files put on feeders, as they are kept."""

from typing import Any

from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after


def limit(**more: Any) -> ImposedLimit:
    fields: dict[str, Any] = {
        "feeder_id": "intake",
        "party": LimitParty.OPERATOR,
        "amps": (20.0, 16.5, 0.0),
        "from_at": NOON,
        "until_at": after(30),
        "words": "work on the cable",
        **more,
    }
    return ImposedLimit(**fields)


async def test_limit_is_told_as_it_was_kept_last(database: Database) -> None:
    newer = limit(amps=(30.0, 30.0, 30.0), from_at=after(1), until_at=None, words="")
    grid = limit(party=LimitParty.GRID_COMPANY)
    other = limit(feeder_id="level-1")
    async with SqlUnitOfWork(database) as uow:
        assert await uow.imposed_limits.at_site("fjordgata") == []
        for one in (limit(), grid, other, newer):
            await uow.imposed_limits.put("fjordgata", one)
        await uow.imposed_limits.put("elsewhere", limit())
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.imposed_limits.at_site("fjordgata") == [grid, newer, other]


async def test_only_the_partys_limit_of_that_feeder_is_forgotten(database: Database) -> None:
    grid, other = limit(party=LimitParty.GRID_COMPANY), limit(feeder_id="level-1")
    async with SqlUnitOfWork(database) as uow:
        for one in (limit(), grid, other):
            await uow.imposed_limits.put("fjordgata", one)
        await uow.imposed_limits.put("elsewhere", limit())
        await uow.imposed_limits.drop("fjordgata", "intake", LimitParty.OPERATOR)
        await uow.commit()
        assert await uow.imposed_limits.at_site("fjordgata") == [grid, other]
        assert await uow.imposed_limits.at_site("elsewhere") == [limit()]
