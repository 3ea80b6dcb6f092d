"""Keeping the roll-ups of days in step with the readings in the files."""

from datetime import datetime
from typing import Final

import duckdb

from csms.domain.identity import SiteId
from csms.history.days import LocalDay, local_day
from csms.history.engine import between, scan
from csms.history.files import Change, HistoryFiles, Shelf, measure, overlapping
from csms.history.keeping import NO_ZONE
from csms.history.rolling import days_of, make_minutes, quarters_of
from csms.history.sources import sources_of
from csms.history.subjects import Resolution, Subject
from csms.storage.history import HistoryQueries

TABLES: Final = {
    Resolution.MINUTE: "minutes",
    Resolution.QUARTER: "quarters",
    Resolution.DAY: "days",
}
"""The engine's table of each roll-up."""


async def roll_stale_days(
    files: HistoryFiles,
    engine: duckdb.DuckDBPyConnection,
    subject: Subject,
    since: datetime | None,
    now: datetime,
) -> int:
    """Roll up all days that are stale; return how many.

    Those that began before `since` are left as they are: not all of their readings are kept.
    """
    async with files.database.snapshot() as connection:
        queries = HistoryQueries(connection)
        stale = await queries.stale_days(subject.name)
        zones = await queries.zones()
    for site_id, date in stale:
        day = local_day(date, zones.get(site_id, NO_ZONE))
        if since is not None and day.begins_at < since:
            await files.change(Change(subject, site_id, settled=date), now)
        else:
            await _roll_day(files, engine, subject, site_id, day, now)
    return len(stale)


async def _roll_day(
    files: HistoryFiles,
    engine: duckdb.DuckDBPyConnection,
    subject: Subject,
    site_id: SiteId,
    day: LocalDay,
    now: datetime,
) -> None:
    begins_at, ends_at = day.begins_at, day.ends_at
    async with files.database.reading() as connection:
        found = await HistoryQueries(connection).files(subject.name, site_id)
    sources_of(subject, day, found).open(files, engine)
    make_minutes(engine, subject, day)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE quarters AS {quarters_of(subject, 'minutes')}")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE days AS {days_of(subject, 'quarters', [day])}")
    new, old = [], []
    for resolution, table in TABLES.items():
        replaced = overlapping(found, resolution, begins_at, ends_at)
        shelf = Shelf(subject, resolution, site_id, day.month)
        rest = f"FROM ({scan(subject, resolution, files.paths(replaced))})"
        others = f"{rest} WHERE NOT ({between('starts_at', begins_at, ends_at)})"
        part = measure(engine, shelf, f"FROM {table} UNION ALL BY NAME {others}")
        if part is not None:
            new.append(await files.write(engine, part, now))
        old += replaced
    await files.change(Change(subject, site_id, new=new, old=old, settled=day.day), now)
