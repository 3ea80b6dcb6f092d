"""Writing what was found to files that other programs read: CSV, Excel's XLSX, Parquet.

Instants are written twice, in UTC (`..._at`) and as the site's clocks had them (`..._local`).
"""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from csms.domain.errors import InvalidInputError
from csms.domain.export_wanted import FileFormat
from csms.domain.identity import SiteId
from csms.history.engine import quote, write_parquet

_MOST_ROWS: Final = 1_048_576
"""Of a sheet, with the row of names."""
_ROWS_AT_ONCE: Final = 10_000
_AT: Final = "_at"
_LOCAL: Final = "_local"
_WIDTH: Final = 19
_DECIMALS: Final = 6
_INSTANT: Final = "yyyy-mm-dd hh:mm:ss"
_FIRST_YEAR: Final = 1900
"""Sheets know no earlier one."""


def presented(
    engine: duckdb.DuckDBPyConnection, query: str, zones: Mapping[SiteId, ZoneInfo]
) -> str:
    """The query as people read it.

    With a column in the site's time beside each instant, and numbers without the last digits that
    only come of adding up.
    """
    cases = " ".join(f"WHEN {quote(site)} THEN {quote(zone.key)}" for site, zone in zones.items())
    zone = f"CASE site_id {cases} ELSE 'Etc/UTC' END" if cases else "'Etc/UTC'"
    columns = []
    relation = engine.sql(query)
    for name, kind in zip(relation.columns, relation.types, strict=True):
        columns.append(f"round({name}, {_DECIMALS}) AS {name}" if kind == "DOUBLE" else name)
        if name.endswith(_AT):
            columns.append(f"timezone({zone}, {name}) AS {name.removesuffix(_AT)}{_LOCAL}")
    return f"SELECT {', '.join(columns)} FROM ({query})"


def write_file(engine: duckdb.DuckDBPyConnection, query: str, path: Path, form: FileFormat) -> int:
    """Write a query's rows to a file; return how many.

    Raises:
        InvalidInputError: They are more than a sheet holds.
        OSError: It cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        rows = _WRITERS[form](engine, query, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _write_csv(engine: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    done = engine.execute(f"COPY ({query}) TO {quote(str(path))} (FORMAT csv, HEADER)")
    return int(done.fetchall()[0][0])


def _write_xlsx(engine: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    [(rows,)] = engine.execute(f"SELECT count(*) FROM ({query})").fetchall()
    if rows >= _MOST_ROWS:
        raise InvalidInputError(
            "format",
            f"expected at most {_MOST_ROWS - 1:,} rows in a sheet, got {rows:,}: choose a shorter "
            "time, a coarser --resolution, or csv or parquet",
        )
    found = engine.execute(query)
    names = [column[0] for column in found.description or ()]
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("history")
        sheet.write_row(0, 0, names, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(names) - 1, _WIDTH)
        instant = book.add_format({"num_format": _INSTANT})
        for row, values in enumerate(_rows(found), start=1):
            for column, value in enumerate(values):
                _write_cell(sheet, row, column, value, instant)
    return int(rows)


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while some := found.fetchmany(_ROWS_AT_ONCE):
        yield from some


def _write_cell(sheet: Worksheet, row: int, column: int, value: object, instant: Format) -> None:
    """Write a value as what it is: a text that looks like a formula stays a text."""
    match value:
        case None:
            pass
        case datetime() if value.year >= _FIRST_YEAR:
            sheet.write_datetime(row, column, value.replace(tzinfo=None), instant)
        case int() | float() if math.isfinite(value):
            sheet.write_number(row, column, value)
        case _:
            sheet.write_string(row, column, str(value))


_WRITERS: Final = {
    FileFormat.CSV: _write_csv,
    FileFormat.XLSX: _write_xlsx,
    FileFormat.PARQUET: write_parquet,
}
