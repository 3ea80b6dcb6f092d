"""What was counted of sites, as it is kept and looked up."""

from dataclasses import replace
from datetime import date

from csms.domain.site_day import CountMark, SiteDay
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON

FIRST, SECOND = date(2026, 1, 14), date(2026, 1, 15)
FULL = SiteDay(
    day=FIRST,
    energy_wh=1.5,
    peak_w=2.5,
    peak_quarter_w=3.5,
    evse_s=4.5,
    usable_s=5.5,
    plugged_s=6.5,
    charging_s=7.5,
    plug_ins=8,
    plug_in_failures=9,
    departures=10,
    told=11,
    told_wh=12.5,
    unmet=13,
    unmet_wh=14.5,
    cost=15.5,
    priced_wh=16.5,
    co2_g=17.5,
    co2_wh=18.5,
    energy_forecasts=19,
    energy_error_wh=20.5,
    energy_bias_wh=-21.5,
    stay_forecasts=22,
    stay_error_s=23.5,
    stay_bias_s=-24.5,
)
MARK = CountMark(until=7, running={9: 1_500.5}, ended={8: 20.0})


async def put(database: Database, *days: SiteDay, mark: CountMark = MARK) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.site_days.put("yard", days, mark, NOON)
        await uow.commit()


async def test_day_is_kept_with_all_that_was_counted(database: Database) -> None:
    await put(database, FULL)
    async with SqlUnitOfWork(database) as uow:
        assert await uow.site_days.since("yard", FIRST) == [FULL]
        assert await uow.site_days.since("elsewhere", FIRST) == []
        assert await uow.site_days.mark("yard") == MARK
        assert await uow.site_days.mark("elsewhere") is None


async def test_day_that_is_kept_again_takes_the_place_of_the_first(database: Database) -> None:
    await put(database, FULL)
    later = CountMark(until=8)
    await put(database, replace(FULL, energy_wh=9.0), SiteDay(day=SECOND), mark=later)
    async with SqlUnitOfWork(database) as uow:
        assert [one.energy_wh for one in await uow.site_days.since("yard", FIRST)] == [9.0, 0.0]
        assert await uow.site_days.mark("yard") == later
    assert [one.day for one in await Queries(database).site_days("yard", SECOND)] == [SECOND]


async def test_nothing_to_keep_is_nothing_to_do(database: Database) -> None:
    await put(database)
    async with SqlUnitOfWork(database) as uow:
        assert await uow.site_days.mark("yard") is None
