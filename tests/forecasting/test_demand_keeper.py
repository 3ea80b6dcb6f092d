"""Forecasts are made in a process of its own, kept, and there again after a restart."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from csms.domain.demand import VEHICLES
from csms.forecasting.demand_keeper import DemandKeeper, PastPlace
from csms.forecasting.settings import ForecastSettings
from csms.service.demand_board import DemandBoard, full_stretches
from csms.storage.database import DatabaseSettings
from csms.storage.tables import FeederReadingRow, table_of
from csms.storage.unit_of_work import SqlUnitOfWork
from simulators.clock import ScaledClock
from tests.domain.sites import flat, place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.conftest import blank_file, database_file
from tests.service.rig import NOON, Office, open_office, settings_of

__all__ = ["blank_file", "database_file"]

SITE = small_site(place("G-01", "level-1", 6.0), intake_load=flat(10.0))


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    """A site whose intake has carried 61 A from 17 to 19 o'clock for ten days."""
    async with open_office(database_file, SITE) as opened:
        begin = NOON - timedelta(days=10)
        instants = [begin + timedelta(minutes=5 * step) for step in range(10 * 24 * 12)]
        rows = [
            {
                "site_id": "fjordgata",
                "feeder_id": "intake",
                "at": at,
                "load_a": [61.0 if 16 <= at.hour < 18 else 5.0] * 3,
                "limit_a": [63.0] * 3,
                "uncontrolled_a": [5.0] * 3,
            }
            for at in instants
        ]
        async with SqlUnitOfWork(opened.database) as uow:
            await uow.execute(insert(table_of(FeederReadingRow)), rows)
            await uow.commit()
        yield opened


def keeper_of(office: Office, path: Path, board: DemandBoard) -> DemandKeeper:
    past = PastPlace(database=settings_of(path), folder=path.parent / "history")
    return DemandKeeper(
        ForecastSettings(), past, office.sites, board, office.open_uow, office.clock
    )


async def test_forecasts_are_made_and_there_again_after_a_restart(
    office: Office, database_file: Path
) -> None:
    board = DemandBoard(office.sites.ids())
    keeper = keeper_of(office, database_file, board)
    await keeper.make([office.live])
    demand = board.of("fjordgata")
    made = demand.ahead(NOON)
    assert [(one.series, one.day.isoformat()) for one in made] == [
        ("arrivals", "2026-01-14"),
        ("arrivals", "2026-01-15"),
        ("feeder:intake", "2026-01-14"),
        ("feeder:intake", "2026-01-15"),
        ("vehicles", "2026-01-14"),
        ("vehicles", "2026-01-15"),
    ]
    assert {one.method for one in made} == {"same weekdays"}
    assert set(demand.forecasts[VEHICLES, made[0].day].values["q50"]) == {0.0}
    [today, tomorrow] = full_stretches(office.live, demand, NOON)
    assert (today.begins_at, today.ends_at) == (
        NOON + timedelta(hours=4),
        NOON + timedelta(hours=6),
    )
    assert (today.load_a, today.room_a) == (61.0, 63.0)
    assert tomorrow.begins_at == today.begins_at + timedelta(days=1)
    again = DemandBoard(office.sites.ids())
    await keeper_of(office, database_file, again).load()
    assert again.of("fjordgata").ahead(NOON) == made


async def test_day_that_is_over_is_scored_the_day_after(
    office: Office, database_file: Path
) -> None:
    board = DemandBoard(office.sites.ids())
    keeper = keeper_of(office, database_file, board)
    office.clock.instant = NOON - timedelta(days=2)
    await keeper.make([office.live])
    assert board.of("fjordgata").calibration("feeder:intake").days == 0
    office.clock.instant = NOON
    await keeper.make([office.live])
    found = board.of("fjordgata").calibration("feeder:intake")
    assert (found.days, found.coverage_pct, found.bias_pct) == (1, 100.0, 0.0)
    rows = await office.rows("SELECT count(*) AS n FROM demand_forecast WHERE is_scored")
    assert rows == [{"n": 3}]
    again = DemandBoard(office.sites.ids())
    await keeper_of(office, database_file, again).load()
    assert again.of("fjordgata").calibration("feeder:intake") == found


async def test_process_that_fails_is_told(office: Office, tmp_path: Path) -> None:
    nowhere = PastPlace(
        database=DatabaseSettings(url=f"sqlite:///{tmp_path}/none/none.db"), folder=tmp_path
    )
    board = DemandBoard(office.sites.ids())
    keeper = DemandKeeper(
        ForecastSettings(), nowhere, office.sites, board, office.open_uow, office.clock
    )
    with pytest.raises(ChildProcessError, match="exit code"):
        await keeper.make([office.live])
    assert board.of("fjordgata").forecasts == {}


class CountedKeeper(DemandKeeper):
    """Makes nothing, and notes when it was to.

    Attributes:
        made_at: When.
    """

    made_at: list[float]

    async def make(self, sites: object) -> None:
        self.made_at.append(asyncio.get_running_loop().time())
        if len(self.made_at) == 1:
            raise ChildProcessError


@in_virtual_time
async def test_what_brings_nothing_is_tried_again_after_six_hours_and_what_fails_after_one(
    database_file: Path,
) -> None:
    async with open_office(database_file, SITE, clock=ScaledClock(NOON)) as office:
        past = PastPlace(database=settings_of(database_file), folder=database_file.parent)
        board = DemandBoard(office.sites.ids())
        keeper = CountedKeeper(
            ForecastSettings(), past, office.sites, board, office.open_uow, office.clock
        )
        keeper.made_at = []
        begin = asyncio.get_running_loop().time()
        task = asyncio.ensure_future(keeper.run())
        await asyncio.sleep(12 * 3600.0)
        task.cancel()
        await asyncio.wait({task})
        # and soon after midnight in Oslo, eleven hours from noon
        assert [round(at - begin) for at in keeper.made_at] == [240, 3840, 25440, 39840]
