import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from benchmarks.rig.databases import Store, opened


@contextmanager
def store(folder: Path, *statements: str) -> Iterator[Store]:
    """A store of SQLite in which these statements were run."""
    with opened("sqlite", folder) as found:
        with closing(sqlite3.connect(folder / "chargeflex.db")) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()
        yield found


def test_values_of_one_evse_at_one_instant_are_one_reading(tmp_path: Path) -> None:
    with store(
        tmp_path,
        "CREATE TABLE meter_value (station_id TEXT, evse_number INT, at TEXT, value REAL)",
        "INSERT INTO meter_value VALUES ('A', 1, '12:00', 1), ('A', 1, '12:00', 2)",
        "INSERT INTO meter_value VALUES ('A', 1, '12:01', 1), ('A', 2, '12:00', 1)",
        "INSERT INTO meter_value VALUES ('B', 1, '12:00', 1)",
    ) as found:
        assert found.readings() == 4


def test_a_row_of_each_reading_is_counted_as_it_is(tmp_path: Path) -> None:
    with store(
        tmp_path,
        "CREATE TABLE meter_reading (station_id TEXT, at TEXT, samples TEXT)",
        "INSERT INTO meter_reading VALUES ('A', '12:00', '[]'), ('A', '12:01', '[]')",
    ) as found:
        assert found.readings() == 2


def test_sqlite_has_no_processes_of_its_own(tmp_path: Path) -> None:
    with store(tmp_path) as found:
        assert found.processor_s() == 0.0


def test_postgresql_runs_while_it_is_needed(tmp_path: Path) -> None:
    try:
        with opened("postgresql", tmp_path) as found:
            assert found.url.startswith("postgresql://")
            assert found.processor_s() > 0.0
    except LookupError as error:
        pytest.skip(str(error))
