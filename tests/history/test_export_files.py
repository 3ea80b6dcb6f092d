"""Files that other programs read: CSV, XLSX, Parquet."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import duckdb
import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.export_wanted import FileFormat
from csms.history.engine import open_engine
from csms.history.export_files import presented, write_file

QUERY: Final = """
    SELECT 'garage' AS site_id, TIMESTAMPTZ '2026-01-14 12:00:00Z' AS measured_at,
        7360.4999999999998::DOUBLE AS power_w, '=1+1' AS note
    UNION ALL SELECT '', TIMESTAMPTZ '2026-07-01 12:00:30Z', NULL, NULL ORDER BY ALL DESC
"""
SHEET: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - sheets know no zones


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = open_engine(tmp_path)
    yield opened
    opened.close()


def localised(engine: duckdb.DuckDBPyConnection) -> str:
    return presented(engine, QUERY, {"garage": ZoneInfo("Europe/Oslo")})


def cells(path: Path) -> list[list[Any]]:
    """The values of a workbook's only sheet, row by row."""
    with ZipFile(path) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
    return [
        [
            text.text if (text := cell.find(f".//{SHEET}t")) is not None else number(cell)
            for cell in row
        ]
        for row in sheet.iter(f"{SHEET}row")
    ]


def number(cell: ET.Element) -> float:
    value = cell.find(f"{SHEET}v")
    assert value is not None
    assert value.text is not None
    return float(value.text)


def test_csv_has_instants_in_utc_and_in_the_sites_time(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "out.csv"
    assert write_file(engine, localised(engine), path, FileFormat.CSV) == 2
    assert path.read_text(encoding="utf-8") == (
        "site_id,measured_at,measured_local,power_w,note\n"
        "garage,2026-01-14 12:00:00+00,2026-01-14 13:00:00,7360.5,=1+1\n"
        '"",2026-07-01 12:00:30+00,2026-07-01 12:00:30,,\n'
    )


def test_sheet_has_real_times_numbers_and_texts(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "out.xlsx"
    assert write_file(engine, localised(engine), path, FileFormat.XLSX) == 2
    head, first, second = cells(path)
    assert head == ["site_id", "measured_at", "measured_local", "power_w", "note"]
    days = (datetime(2026, 1, 14, 12) - EPOCH).total_seconds() / 86_400  # noqa: DTZ001
    assert first == ["garage", days, pytest.approx(days + 1 / 24), 7360.5, "=1+1"]
    assert len(second) == 3  # what is not told is an empty cell


def test_parquet_keeps_types(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    assert write_file(engine, localised(engine), path, FileFormat.PARQUET) == 2
    found = engine.sql(f"FROM '{path}' WHERE site_id = 'garage'").fetchall()
    assert [str(kind) for kind in engine.sql(f"FROM '{path}'").types] == [
        *("VARCHAR", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP", "DOUBLE", "VARCHAR")
    ]
    assert found[0][1] == datetime(2026, 1, 14, 12, tzinfo=UTC)


def test_more_rows_than_a_sheet_holds_are_refused(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "out.xlsx"
    with pytest.raises(InvalidInputError) as refused:
        write_file(engine, "FROM range(1048576)", path, FileFormat.XLSX)
    assert str(refused.value) == (
        "format: expected at most 1,048,575 rows in a sheet, got 1,048,576: choose a shorter "
        "time, a coarser --resolution, or csv or parquet"
    )
    assert list(tmp_path.iterdir()) == []


def test_value_that_is_no_number_of_a_sheet_is_a_text(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "out.xlsx"
    query = "SELECT 'nan'::DOUBLE AS a, TIMESTAMP '1815-01-01' AS b, 1::BIGINT AS c"
    write_file(engine, query, path, FileFormat.XLSX)
    assert cells(path)[1] == ["nan", "1815-01-01 00:00:00", 1.0]


def test_file_that_was_there_is_replaced_only_by_a_whole_one(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "out.csv"
    path.write_text("older", encoding="utf-8")
    with pytest.raises(duckdb.Error):
        write_file(engine, "SELECT error('broken off') FROM range(9)", path, FileFormat.CSV)
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]
    assert path.read_text(encoding="utf-8") == "older"
