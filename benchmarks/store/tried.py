"""What was tried instead: other keys of the readings, other ways to write many rows to SQLite."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Final, TypeAlias

import orjson

Row: TypeAlias = tuple[Any, ...]
Write: TypeAlias = Callable[[sqlite3.Connection, Sequence[Row]], None]

_STATIONS: Final = 1_000
_BATCH: Final = 400
_FILLED: Final = 200_000
"""Rows that are there already: so many that an index is deeper than a page."""
_BATCHES: Final = 10
_ROUNDS: Final = 5
_SAMPLES: Final = "x" * 560
_COLUMNS: Final = "at, station_id, evse_number, digest, transaction_number, samples"
_INSERT: Final = f"INSERT INTO meter_reading ({_COLUMNS})"
_ONE: Final = "(?, ?, ?, ?, ?, ?)"
_RULE: Final = "ON CONFLICT DO NOTHING"
_KEYS: Final = {
    "the time first": "at, station_id, evse_number, digest",
    "the station first": "station_id, evse_number, at, digest",
}


def print_tried() -> None:
    """Print processor time per row, each the median of some rounds."""
    with TemporaryDirectory(prefix="chargeflex-store-") as folder:
        by_time, by_station = (
            _filled(Path(folder) / f"{number}.db", key) for number, key in enumerate(_KEYS.values())
        )
        with closing(by_time), closing(by_station):
            ways: dict[str, tuple[sqlite3.Connection, Write]] = {
                "as it is: many rows in one statement, time first": (by_time, _one_statement),
                "the key has the station first": (by_station, _one_statement),
                "a row in a statement (executemany)": (by_time, _many),
                "400 rows as JSON": (by_time, _as_json),
            }
            rows = _rows(count(_FILLED))
            took: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(_ROUNDS):
                for name, (connection, write) in ways.items():
                    took[name].append(_cost_us(connection, write, rows))
    for name, costs in took.items():
        print(f"  {name:<50} {median(costs):6.1f} us a reading")


def _filled(path: Path, key: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE meter_reading (at DATETIME NOT NULL, station_id VARCHAR NOT NULL, "
        "evse_number INTEGER NOT NULL, digest BIGINT NOT NULL, transaction_number INTEGER, "
        f"samples VARCHAR NOT NULL, PRIMARY KEY ({key}))"
    )
    connection.execute("BEGIN")
    _many(connection, list(islice(_rows(count()), _FILLED)))
    connection.execute("COMMIT")
    return connection


def _rows(numbers: Iterable[int]) -> Iterator[Row]:
    """All stations send a reading every ten seconds, one after the other."""
    began_at = datetime(2026, 1, 14, tzinfo=UTC)
    for number in numbers:
        tick, station = divmod(number, _STATIONS)
        at = began_at + timedelta(seconds=10 * tick, milliseconds=10 * station)
        text = at.isoformat(" ", "microseconds")[:26]
        yield text, f"CP-{station:05}", 1, number * 2_654_435_761 % 2**32, station, _SAMPLES


def _cost_us(connection: sqlite3.Connection, write: Write, rows: Iterator[Row]) -> float:
    batches = [list(islice(rows, _BATCH)) for _ in range(_BATCHES)]
    began_s = process_time()
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        write(connection, batch)
        connection.execute("COMMIT")
    return (process_time() - began_s) / (_BATCH * _BATCHES) * 1e6


def _many(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    connection.executemany(f"{_INSERT} VALUES {_ONE} {_RULE}", rows)


def _one_statement(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    places = ", ".join([_ONE] * len(rows))
    connection.execute(
        f"{_INSERT} VALUES {places} {_RULE}", [value for row in rows for value in row]
    )


def _as_json(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    values = ", ".join(f"value ->> {place}" for place in range(_ONE.count("?")))
    source = f"SELECT {values} FROM json_each(?) WHERE TRUE"  # noqa: S608 - our own words
    connection.execute(f"{_INSERT} {source} {_RULE}", (orjson.dumps(rows).decode(),))
