"""Readings as the database's tables hold them, made into columns."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import duckdb
import pandas as pd

from csms.history.engine import load
from csms.history.meter_values import read_meter
from csms.history.subjects import FEEDERS, METERS, Resolution, Subject


def load_readings(
    engine: duckdb.DuckDBPyConnection, subject: Subject, rows: Sequence[Any], table: str
) -> None:
    """Make a table of readings that were looked up in the database."""
    columns = subject.columns(Resolution.RAW)
    frame = pd.DataFrame(_ROWS[subject.name](rows), columns=list(columns))
    casts = ", ".join(f"{name}::{kind} AS {name}" for name, kind in columns.items())
    load(engine, frame, table, casts)


def _meter_rows(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    found = []
    for site_id, station_id, evse_number, at, transaction_number, text, _ in rows:
        values, samples = read_meter(text)
        found.append((site_id, station_id, evse_number, at, transaction_number, *values, samples))
    return found


def _feeder_rows(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [
        (site_id, feeder_id, at, *load_a, *limit_a, *uncontrolled_a)
        for site_id, feeder_id, at, load_a, limit_a, uncontrolled_a, _ in rows
    ]


_ROWS: Final = {METERS.name: _meter_rows, FEEDERS.name: _feeder_rows}
