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


OPERATOR, GRID = LimitParty.OPERATOR, LimitParty.GRID_COMPANY


async def test_limits_are_told_as_they_were_kept_last(database: Database) -> None:
    newer = limit(amps=(30.0, 30.0, 30.0), from_at=after(1), until_at=None, words="")
    grid = [limit(party=GRID), limit(party=GRID, from_at=after(10))]
    other = limit(feeder_id="level-1")
    async with SqlUnitOfWork(database) as uow:
        limits = uow.imposed_limits
        assert await limits.at_site("fjordgata") == []
        await limits.replace("fjordgata", "intake", OPERATOR, [limit(), limit(from_at=after(2))])
        await limits.replace("fjordgata", "intake", GRID, list(reversed(grid)))
        await limits.replace("fjordgata", "level-1", OPERATOR, [other])
        await limits.replace("elsewhere", "intake", OPERATOR, [limit()])
        await limits.replace("fjordgata", "intake", OPERATOR, [newer])
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.imposed_limits.at_site("fjordgata") == [*grid, newer, other]
        assert await uow.imposed_limits.at_site("elsewhere") == [limit()]


async def test_only_one_limit_is_forgotten(database: Database) -> None:
    grid, later, other = limit(party=GRID), limit(from_at=after(10)), limit(feeder_id="level-1")
    async with SqlUnitOfWork(database) as uow:
        limits = uow.imposed_limits
        await limits.replace("fjordgata", "intake", OPERATOR, [limit(), later])
        await limits.replace("fjordgata", "intake", GRID, [grid])
        await limits.replace("fjordgata", "level-1", OPERATOR, [other])
        await limits.replace("elsewhere", "intake", OPERATOR, [limit()])
        await limits.drop("fjordgata", limit())
        await uow.commit()
        assert await limits.at_site("fjordgata") == [grid, later, other]
        assert await limits.at_site("elsewhere") == [limit()]
