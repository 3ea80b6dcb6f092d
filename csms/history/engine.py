"""DuckDB: what reads, sorts and writes Parquet files, within bounds of memory."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from csms.history.subjects import Resolution, Subject

_GROUP_ROWS: Final = 245_760
"""Of a file, so many rows are read or passed over together: about a month of one EVSE at 10 s."""


def open_engine(scratch: Path, threads: int = 1, memory_gb: float = 1) -> duckdb.DuckDBPyConnection:
    """Open an engine of one's own.

    Args:
        scratch: Where it puts aside what does not fit into memory.
        threads: How many it uses.
        memory_gb: How much it takes.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": threads,
        "memory_limit": f"{memory_gb:g}GB",
        "temp_directory": str(scratch),
        "autoinstall_known_extensions": False,
        "preserve_insertion_order": False,
    }
    engine = duckdb.connect(config=settings)
    engine.execute("SET TimeZone = 'UTC'")
    return engine


def quote(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def floor(column: str, minutes: int) -> str:
    """An instant rounded down to so many minutes, without a look at any calendar."""
    step_us = minutes * 60_000_000
    return f"make_timestamptz(epoch_us({column}) // {step_us} * {step_us})"


def between(column: str, begins_at: datetime | None, ends_at: datetime | None) -> str:
    """The condition that an instant lies in a stretch of time; None: it has no bound there."""
    bounds = ((">=", begins_at), ("<", ends_at))
    conditions = [f"{column} {sign} {_instant(at)}" for sign, at in bounds if at is not None]
    return " AND ".join(conditions) or "TRUE"


def scan(subject: Subject, resolution: Resolution, paths: Iterable[Path]) -> str:
    """The query that reads files of one kind; of no files, it has the same columns."""
    columns = subject.columns(resolution)
    files = ", ".join(quote(str(path)) for path in paths)
    if not files:
        nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in columns.items())
        return f"SELECT {nothing} WHERE FALSE"
    return f"SELECT {', '.join(columns)} FROM read_parquet([{files}], hive_partitioning = false)"


def load(
    engine: duckdb.DuckDBPyConnection, frame: pd.DataFrame, table: str, columns: str = "*"
) -> None:
    """Make a table of an engine out of a frame's columns."""
    engine.register("frame", frame)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {columns} FROM frame")
    engine.unregister("frame")


def write_parquet(engine: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write a query's rows to a Parquet file; return how many."""
    form = f"FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE {_GROUP_ROWS}"
    [(rows,)] = engine.execute(f"COPY ({query}) TO {quote(str(path))} ({form})").fetchall()
    return int(rows)


def _instant(at: datetime) -> str:
    return f"TIMESTAMPTZ '{at.isoformat()}'"
