"""What sites are expected to need, as it is kept and looked up."""

from datetime import timedelta

from csms.storage.database import Database
from csms.storage.demand import read_forecast, read_score, select_demand
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.demands import TODAY, forecast, score
from tests.service.rig import NOON


async def keep(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.demand.put("yard", [forecast(), forecast("vehicles")])
        await uow.commit()


async def test_forecast_is_kept_as_it_was_made(database: Database) -> None:
    await keep(database)
    async with SqlUnitOfWork(database) as uow:
        assert await uow.demand.since("yard", TODAY) == [forecast(), forecast("vehicles")]
        assert await uow.demand.since("yard", TODAY + timedelta(days=1)) == []
        assert await uow.demand.since("elsewhere", TODAY) == []


async def test_later_forecast_of_a_day_takes_the_place_of_the_first(database: Database) -> None:
    await keep(database)
    later = forecast("vehicles", made_at=NOON, method="same weekdays", is_naive=True)
    async with SqlUnitOfWork(database) as uow:
        await uow.demand.put("yard", [later])
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.demand.since("yard", TODAY) == [forecast(), later]


async def test_how_a_day_came_out_is_kept_beside_it(database: Database) -> None:
    await keep(database)
    came_out = score(14, 81.5)
    async with SqlUnitOfWork(database) as uow:
        await uow.demand.put_scores("yard", [came_out])
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.demand.scores("yard", TODAY) == [came_out]
    async with database.reading() as connection:
        rows = (await connection.execute(select_demand("yard", TODAY, is_scored=False))).mappings()
        assert [read_forecast(row) for row in rows] == [forecast()]
        rows = (await connection.execute(select_demand("yard", TODAY, is_scored=True))).mappings()
        assert [read_score(row) for row in rows] == [came_out]


async def test_days_of_long_ago_are_forgotten(database: Database) -> None:
    await keep(database)
    async with SqlUnitOfWork(database) as uow:
        await uow.demand.drop(TODAY + timedelta(days=1))
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.demand.since("yard", TODAY) == []
