"""The month that is made for `benchmarks.history`, and how its queries are judged."""

from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.history.__main__ import judge
from benchmarks.history.month import BEGINS_AT, Month, keep_day, roll_month
from benchmarks.history.queries import Took
from csms.history.engine import open_engine
from csms.history.files import HistoryFiles
from csms.history.reader import HistoryReader
from csms.history.subjects import METERS, Resolution
from csms.storage.database import Database, DatabaseSettings
from csms.storage.history import Selection


async def test_month_is_kept_as_readings_every_ten_seconds_whose_energy_adds_up(
    tmp_path: Path,
) -> None:
    month = Month(connectors=2, days=2)
    database = Database(DatabaseSettings(url=f"sqlite:///{tmp_path}/csms.db"))
    await database.upgrade()
    files = HistoryFiles(database, tmp_path / "history")
    with closing(open_engine(tmp_path)) as engine:
        for number in range(month.days):
            await keep_day(files, engine, month, number)
        await roll_month(files, engine, month)
    reader = HistoryReader(database, tmp_path / "history")
    readings = await reader.read(METERS, Resolution.RAW, Selection())
    assert len(readings) == month.readings == 34_560
    assert readings["measured_at"].min() == BEGINS_AT
    registers = readings.groupby("station_id")["register_wh"].agg(["min", "max"])
    days = await reader.read(METERS, Resolution.DAY, Selection())
    energy_wh = days.groupby("station_id")["energy_wh"].sum()
    gained_wh = registers["max"] - registers["min"]
    assert energy_wh.tolist() == pytest.approx(gained_wh.tolist())
    assert (gained_wh > 20_000).all()
    await database.close()


def took(cold_s: float, warm_s: float) -> list[list[Took]]:
    """Three processes, one of which was held up."""
    return [
        [Took(wall_s=wall_s, cpu_s=wall_s, rows=1) for wall_s in walls_s]
        for walls_s in ((cold_s, warm_s, warm_s), (cold_s, warm_s, warm_s), (9.0, 9.0, 9.0))
    ]


@pytest.mark.parametrize(
    ("connector", "site", "verdict"),
    [
        ((0.9, 0.1), (1.9, 0.2), "PASS"),
        ((1.1, 0.1), (1.9, 0.2), "FAIL: connector"),
        ((0.9, 0.1), (1.0, 2.1), "FAIL: site"),
    ],
)
def test_query_fails_above_its_bar_cold_or_warm(
    connector: tuple[float, float],
    site: tuple[float, float],
    verdict: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = judge({"connector": took(*connector), "site": took(*site)})
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"(bar 1 s, 2 s) {verdict}")
    assert code == (verdict != "PASS")
