"""Power out of what the database holds still: at once, and the same as of all there is."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from csms.domain.identity import EvseId
from csms.history.recent import RecentReadings
from csms.history.subjects import Resolution
from csms.service.drawn_power import RecentPower, power_w
from csms.storage.database import Database
from csms.storage.history import Selection
from csms.storage.recent_readings import select_newest
from tests.history.rig import read, readings, report, run
from tests.service.rig import NOON, after
from tests.storage.rig import G1, SITE, put_site

SITE_ID = SITE.site_id
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


async def at_once(
    database: Database, begin: datetime, end: datetime, most_rows: int = 1000
) -> RecentPower:
    """What is known at once of the first station."""
    return await RecentReadings(database, most_rows).power(SITE_ID, G1, begin, end)


async def of_all(
    database: Database, folder: Path, begin: datetime, end: datetime
) -> dict[datetime, float | None]:
    """What files and database together tell of it."""
    wanted = Selection(
        begins_at=begin, ends_at=end, site_id=SITE_ID, station_id="G-01", evse_number=1
    )
    found = (await read(database, folder, Resolution.MINUTE, wanted)).astype(object)
    rows = found.where(found.notna(), None).to_dict("records")
    return {
        row["starts_at"].to_pydatetime(): power_w(row["power_mean_w"], row["energy_wh"])
        for row in rows
    }


def told(power: RecentPower) -> dict[float, float | None]:
    """Power by minutes after noon."""
    return {(one.begins_at - NOON) / MINUTE: one.power_w for one in power.minutes}


async def test_recent_power_is_that_of_all_there_is(database: Database, folder: Path) -> None:
    await report(database, readings((-120, 1000.0), (-90, 1600.0)))
    await run(database, folder, NOON + timedelta(minutes=35), after_h=2)  # -90 moves as well
    for station_id in ("G-01", "G-02"):
        await report(database, readings((1, 1600.0), (3, 1700.0), (4, 1760.0)), station_id)
    await report(database, readings((5, 1800.0), power_w=2500.0))
    expected = {1: 3000.0, 2: 3000.0, 3: 3600.0, 4: 2400.0, 5: 2500.0}
    whole = await of_all(database, folder, NOON, after(10))
    assert {(at - NOON) / MINUTE: w for at, w in whole.items()} == pytest.approx(expected)
    recent = await at_once(database, NOON, after(10))
    assert recent.since == after(3)  # what the first rise counts from is in a file
    assert told(recent) == pytest.approx({3: 3600.0, 4: 2400.0, 5: 2500.0})


async def test_where_meters_tell_power_all_is_known_at_once(
    database: Database, folder: Path
) -> None:
    await report(database, readings((-200, 1000.0)))
    await run(database, folder, NOON, after_h=2)
    await report(database, readings((0, 1000.0), (1, 1100.0), (3, 1300.0), power_w=6000.0))
    recent = await at_once(database, NOON, after(10))
    assert recent.since == NOON
    assert told(recent) == pytest.approx({0: 6000.0, 1: 6000.0, 2: 6000.0, 3: 6000.0})
    assert told(recent) == {
        (at - NOON) / MINUTE: pytest.approx(w)
        for at, w in (await of_all(database, folder, NOON, after(10))).items()
    }


async def test_what_is_in_files_is_not_known_at_once(database: Database, folder: Path) -> None:
    await report(database, readings(*((minute, 100.0 * minute) for minute in range(180))))
    await run(database, folder, after(150), after_h=1)
    recent = await at_once(database, NOON, after(180))
    assert min(told(recent)) == 91  # 89 has moved, and 90 may rise over it
    assert recent.since == after(91)


async def test_no_more_readings_are_read_than_may_be(database: Database) -> None:
    await report(database, readings(*((m, 100.0 * m) for m in range(60)), power_w=6000.0))
    recent = await at_once(database, NOON, after(60), most_rows=10)
    assert recent.since == after(50)
    assert list(told(recent)) == list(range(50, 60))
    assert (await at_once(database, NOON, after(60), most_rows=60)).since == NOON


async def test_connector_without_readings_has_drawn_nothing(database: Database) -> None:
    assert await at_once(database, NOON, after(60)) == RecentPower(since=NOON, minutes=())


@pytest.mark.parametrize("seed", range(2))
async def test_every_minute_that_is_known_at_once_is_as_in_the_history(
    database: Database, folder: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    register_wh, minute, known = 50_000.0, 0.0, 0
    due = 180.0
    while minute < 12 * 60:
        minute += chance.choice((0.2, 1, 1, 1, 5, 15, 70))
        register_wh += chance.choice((0.0, 15.0, 100.0))
        if chance.random() < 0.05:
            register_wh = 0.0
        shown_wh = 0.0 if chance.random() < 0.05 else register_wh
        power = 6000.0 if chance.random() < 0.5 else None
        await report(database, readings((minute, shown_wh), power_w=power))
        if minute > due:
            await run(database, folder, after(minute), after_h=2)
            begin, end = after(minute - chance.choice((30, 90, 120, 200))), after(minute)
            recent = await at_once(database, begin, end)
            whole = await of_all(database, folder, begin, end)
            expected = {at: w for at, w in whole.items() if at >= recent.since}
            found = {one.begins_at: one.power_w for one in recent.minutes}
            assert found == {at: pytest.approx(w, abs=0.01) for at, w in expected.items()}
            known += len(found)
            due = minute + 40
    assert known > 50


async def test_readings_are_looked_up_by_their_key(database: Database) -> None:
    query = select_newest(EvseId("G-01", 1), NOON, after(60), 100)
    async with database.reading() as connection:
        dialect = connection.dialect
        is_sqlite = dialect.name == "sqlite"
        if not is_sqlite:  # of an empty table it would not care to
            await connection.execute(text("SET enable_seqscan = off"))
        words = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        rows = (await connection.exec_driver_sql(f"{explain} {words}")).all()
    plan = "\n".join(str(row) for row in rows)
    if is_sqlite:
        assert "USING INDEX sqlite_autoindex_meter_reading_1 (at>? AND at<?)" in plan
        assert "TEMP B-TREE" not in plan
    else:
        assert "Index Scan Backward using meter_reading_pkey" in plan
