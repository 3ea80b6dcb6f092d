"""Keeping a batch of readings in files, a file for each site and month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from csms.domain.identity import SiteId
from csms.history.days import LocalDay, day_of
from csms.history.engine import between, floor, load, quote, scan
from csms.history.files import Change, HistoryFiles, Shelf, measure, overlapping
from csms.history.rolling import MARGIN
from csms.history.subjects import Resolution, Subject
from csms.storage.history import HistoryQueries

Zones: TypeAlias = Mapping[SiteId, ZoneInfo]

NO_ZONE: Final = ZoneInfo("Etc/UTC")
"""Whose days count for stations without a site."""
_QUARTER: Final = floor("measured_at", 15)
"""In every time zone, days begin with one."""
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Span:
    """The stretch of a month of a site of which a batch has readings."""

    site_id: SiteId
    month: str
    first_at: datetime
    last_at: datetime


async def keep_batch(
    files: HistoryFiles,
    engine: duckdb.DuckDBPyConnection,
    subject: Subject,
    zones: Zones,
    now: datetime,
) -> None:
    """Keep the readings of the table `batch`, but for those that a file holds already."""
    for span in _lay_out(engine, zones):
        site_id, begins_at, ends_at = span.site_id, span.first_at, span.last_at + _INSTANT
        async with files.database.reading() as connection:
            found = await HistoryQueries(connection).files(subject.name, site_id)
        held = overlapping(found, Resolution.RAW, begins_at, ends_at)
        rolled = overlapping(found, Resolution.DAY, begins_at)
        _select_fresh(engine, subject, span, files.paths(held))
        shelf = Shelf(subject, Resolution.RAW, site_id, span.month)
        part = measure(engine, shelf, "FROM fresh")
        if part is not None:
            zone = zones.get(site_id, NO_ZONE)
            stale = _days_touched(engine, subject, zone, files.paths(rolled))
            new = await files.write(engine, part, now)
            await files.change(Change(subject, site_id, new=(new,), stale=stale), now)


def _lay_out(engine: duckdb.DuckDBPyConnection, zones: Zones) -> list[_Span]:
    """Make the table `quarters`, which tells the month of each; return all months."""
    found = engine.execute(f"SELECT DISTINCT site_id, {_QUARTER} FROM batch").fetchall()
    frame = pd.DataFrame(found, columns=["site_id", "quarter"])
    frame["month"] = [day_of(at, zones.get(site_id, NO_ZONE)).month for site_id, at in found]
    load(engine, frame, "quarters")
    shelves = engine.execute(
        "SELECT batch.site_id, month, min(measured_at), max(measured_at) FROM batch "
        f"JOIN quarters ON batch.site_id = quarters.site_id AND {_QUARTER} = quarter "
        "GROUP BY batch.site_id, month ORDER BY batch.site_id, month"
    )
    return [_Span(*row) for row in shelves.fetchall()]


def _select_fresh(
    engine: duckdb.DuckDBPyConnection, subject: Subject, span: _Span, held: list[Path]
) -> None:
    """Make the table `fresh`: readings of a month that no file holds."""
    then = between("measured_at", span.first_at, span.last_at + _INSTANT)
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE fresh AS SELECT batch.* FROM batch "
        f"JOIN quarters ON batch.site_id = quarters.site_id AND {_QUARTER} = quarter "
        f"AND batch.site_id = {quote(span.site_id)} AND month = {quote(span.month)} "
        f"ANTI JOIN (FROM ({scan(subject, Resolution.RAW, held)}) WHERE {then}) AS held "
        f"ON {subject.same_reading('batch', 'held')}"
    )


def _days_touched(
    engine: duckdb.DuckDBPyConnection, subject: Subject, zone: ZoneInfo, rolled: list[Path]
) -> set[date]:
    """Days whose roll-ups the readings of the table `fresh` change.

    Those in which they were taken; for registers also those in which what they gained may have its
    share, and those in which the register was read next.
    """
    query = f"SELECT DISTINCT {_QUARTER} FROM fresh"
    quarters = [at for (at,) in engine.execute(query).fetchall()]
    days = {day_of(at, zone) for at in quarters}
    if subject.has_registers:
        later = _days_read_next(engine, subject, days, rolled) if rolled else []
        days |= {day_of(at - MARGIN, zone) for at in quarters}
        days |= {day_of(at, zone) for at in later}
    return {day.day for day in days}


def _days_read_next(
    engine: duckdb.DuckDBPyConnection, subject: Subject, days: set[LocalDay], rolled: list[Path]
) -> list[datetime]:
    """When days begin in which a register was read next after one of `fresh`."""
    begins = pd.DataFrame({"begins_at": sorted(day.begins_at for day in days)})
    load(engine, begins, "days_read")
    keys = ", ".join(subject.keys)
    found = engine.execute(
        f"WITH last AS (SELECT {keys}, begins_at, max(measured_at) AS last_at "
        "FROM fresh ASOF JOIN days_read ON measured_at >= begins_at GROUP BY ALL) "
        f"SELECT DISTINCT min(starts_at) FROM ({scan(subject, Resolution.DAY, rolled)}) "
        f"JOIN last USING ({keys}) WHERE starts_at > last_at AND registered_at IS NOT NULL "
        f"GROUP BY {keys}, begins_at"
    )
    return [at for (at,) in found.fetchall()]
