"""Exporting: look up what is wanted, and write it to a file."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
from sqlalchemy import RowMapping

from csms.domain.errors import InvalidInputError, UnknownSiteError
from csms.domain.export_wanted import FileFormat, Wanted, read_instant
from csms.domain.transaction_search import TransactionsWanted
from csms.history.engine import load, open_engine
from csms.history.export_files import presented, write_file
from csms.history.keeping import NO_ZONE, Zones
from csms.history.proof_rows import PROOF_COLUMNS, proof_rows
from csms.history.reader import HistoryReader
from csms.history.subjects import FEEDERS, METERS, Resolution
from csms.language.languages import Language
from csms.language.reader import Reader, read_by
from csms.storage.database import Database
from csms.storage.history import HistoryQueries, Selection

_SUBJECTS: Final = {"meter-values": METERS, "feeders": FEEDERS}
_TRANSACTION: Final = {
    "number": "BIGINT",
    "site_id": "VARCHAR",
    "station_id": "VARCHAR",
    "evse_number": "INTEGER",
    "connector_number": "INTEGER",
    "transaction_id": "VARCHAR",
    "id_token": "VARCHAR",
    "started_at": "TIMESTAMP WITH TIME ZONE",
    "ended_at": "TIMESTAMP WITH TIME ZONE",
    "energy_wh": "DOUBLE",
    "meter_start_wh": "DOUBLE",
    "meter_stop_wh": "DOUBLE",
    "stop_reason": "VARCHAR",
    "closed_by": "VARCHAR",
    "needed_wh": "DOUBLE",
    "departs_at": "TIMESTAMP WITH TIME ZONE",
    "total_cost": "DOUBLE",
}


class Exporter:
    """Writes what is wanted to files.

    Args:
        database: Holds transactions, recent readings and the record of how limits were kept to.
        folder: The history's.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._reader = HistoryReader(database, folder)

    async def export(self, wanted: Wanted, path: Path, form: FileFormat) -> int:
        """Write what is wanted to a file; return how many rows.

        Raises:
            InvalidInputError: That cannot be, or the file cannot be written.
            UnknownSiteError: There is no such site.
            UnknownStationError: There is no such station.
        """
        async with self._database.reading() as connection:
            queries = HistoryQueries(connection)
            zones = await queries.zones()
            selection = await _select(queries, wanted, zones)
        read_by(Reader(language=Language(wanted.language)))
        try:
            if wanted.what == "transactions":
                return await self._export_transactions(
                    _transactions(wanted, selection), zones, path, form
                )
            if wanted.what == "proof":
                return await self._export_proof(selection, zones, path, form)
            return await self._export_readings(wanted, selection, zones, path, form)
        except (OSError, duckdb.IOException) as error:
            cause = str(error).partition("\n")[0]
            raise InvalidInputError(str(path), f"cannot be exported: {cause}") from error

    async def _export_transactions(
        self, wanted: TransactionsWanted, zones: Zones, path: Path, form: FileFormat
    ) -> int:
        async with self._database.reading() as connection:
            found = await HistoryQueries(connection).transactions(wanted)
            site = await HistoryQueries(connection).name_of(wanted.site_id)
        if form is FileFormat.PDF:
            return await asyncio.to_thread(_write_statement, site, wanted, found, zones, path)
        rows = [[row[name] for name in _TRANSACTION] for row in found]
        return _write_rows(rows, _TRANSACTION, "number", zones, path, form)

    async def _export_proof(
        self, selection: Selection, zones: Zones, path: Path, form: FileFormat
    ) -> int:
        async with self._database.reading() as connection:
            rows = await proof_rows(connection, selection)
        order = "site_id, feeder_id, starts_at"
        return _write_rows(rows, PROOF_COLUMNS, order, zones, path, form)

    async def _export_readings(
        self, wanted: Wanted, selection: Selection, zones: Zones, path: Path, form: FileFormat
    ) -> int:
        subject = _SUBJECTS[wanted.what]
        resolution = Resolution(wanted.resolution or Resolution.QUARTER)
        async with self._reader.open(subject, resolution, selection) as engine:
            shown = ", ".join(subject.shown(resolution))
            query = presented(engine, f"SELECT {shown} FROM found", zones)
            order = f"site_id, {subject.order(resolution)}"
            return await asyncio.to_thread(
                write_file, engine, f"{query} ORDER BY {order}", path, form
            )


def _write_statement(
    site: str, wanted: TransactionsWanted, rows: Sequence[RowMapping], zones: Zones, path: Path
) -> int:
    from csms.history.statement import Heading, write_statement  # noqa: PLC0415 - it loads fonts

    tokens = {row["id_token"] for row in rows}
    asks_for_one = wanted.token is not None or wanted.token_of is not None
    heading = Heading(
        site=site,
        token=str(tokens.pop()) if asks_for_one and len(tokens) == 1 else "",
        begins_at=wanted.since,
        ends_at=wanted.until,
    )
    return write_statement(heading, [dict(row) for row in rows], zones, path)


def _transactions(wanted: Wanted, selection: Selection) -> TransactionsWanted:
    return TransactionsWanted(
        site_id=selection.site_id,
        station_id=selection.station_id,
        evse_number=selection.evse_number,
        token=wanted.id_token,
        token_of=wanted.token_of,
        is_running=wanted.is_running,
        since=selection.begins_at,
        until=selection.ends_at,
    )


def _write_rows(
    rows: list[list[Any]],
    columns: Mapping[str, str],
    order: str,
    zones: Zones,
    path: Path,
    form: FileFormat,
) -> int:
    """Write rows that the tables hold to a file; return how many.

    Args:
        rows: In any order.
        columns: Their names, and what they are for the engine.
        order: By which columns they are written.
        zones: Of all sites.
        path: The file.
        form: What kind of file.
    """
    frame = pd.DataFrame(rows, columns=list(columns))
    casts = ", ".join(f"{name}::{kind} AS {name}" for name, kind in columns.items())
    with (
        tempfile.TemporaryDirectory(prefix="chargeflex-") as scratch,
        closing(open_engine(Path(scratch))) as engine,
    ):
        load(engine, frame, "wanted", casts)
        query = presented(engine, "FROM wanted", zones)
        return write_file(engine, f"{query} ORDER BY {order}", path, form)


async def _select(queries: HistoryQueries, wanted: Wanted, zones: Zones) -> Selection:
    """Find out what is meant by names and times."""
    site_id = wanted.site_id
    if site_id is not None and site_id not in zones:
        raise UnknownSiteError(site_id)
    if wanted.station_id is not None:
        present = await queries.site_of(wanted.station_id)
        meant = {zones.get(site_id or present, NO_ZONE)}
    else:
        meant = {zones[site_id]} if site_id is not None else set(zones.values())
    begins_at = read_instant("from", wanted.begin, meant)
    ends_at = read_instant("to", wanted.end, meant)
    if begins_at is not None and ends_at is not None and begins_at >= ends_at:
        raise InvalidInputError("to", f"expected a time after {wanted.begin}, got {wanted.end}")
    return Selection(
        begins_at=begins_at,
        ends_at=ends_at,
        site_id=site_id,
        station_id=wanted.station_id,
        evse_number=wanted.evse_number,
        feeder_id=wanted.feeder_id,
    )
