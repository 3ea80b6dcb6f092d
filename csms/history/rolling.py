"""Roll-ups: minutes from readings, quarters of an hour from minutes, days from those.

Everything here works on tables and views of an engine; none of it knows files or databases.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd

from csms.history.days import LocalDay, Stretch
from csms.history.engine import between, floor, load, quote
from csms.history.minutes import MINUTE_US, Integers, Minutes, Readings, roll_minutes
from csms.history.subjects import Resolution, Subject

MARGIN: Final = timedelta(hours=1)
"""Readings so far outside of a stretch of time can still have a share in it."""
_ROWS_AT_ONCE: Final = 1_000_000

_TOLD: Final = (
    "register_wh",
    "power_w",
    "current_l1_a",
    "current_l2_a",
    "current_l3_a",
    "soc_pct",
)


def open_readings(engine: duckdb.DuckDBPyConnection, query: str) -> None:
    """Make the view `readings`, of all that has a share in the steps that are wanted."""
    engine.execute(f"CREATE OR REPLACE TEMP VIEW readings AS {query}")


def open_registers(
    engine: duckdb.DuckDBPyConnection, quarters: str, days: str, before: datetime
) -> None:
    """Make the table `registers`, of the last readings of registers before an instant.

    Args:
        engine: In which it is made.
        quarters: Selects quarters of an hour, of the time before.
        days: Selects days, of all the time before.
        before: The instant.
    """
    columns = "station_id, evse_number, registered_at, register_wh, register_top_wh"
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE registers AS SELECT station_id, evse_number, "
        "max(registered_at) AS measured_at, arg_max(register_wh, registered_at) AS register_wh, "
        "arg_max(register_top_wh, registered_at) AS register_top_wh "
        f"FROM (SELECT {columns} FROM ({quarters}) UNION ALL SELECT {columns} FROM ({days})) "
        f"WHERE {between('registered_at', None, before)} GROUP BY ALL"
    )


def make_minutes(engine: duckdb.DuckDBPyConnection, subject: Subject, stretch: Stretch) -> None:
    """Make the table `minutes` of a stretch of time.

    Out of the view `readings`, of one site, and for meters the table `registers`.
    """
    columns = ", ".join(f"{n} {t}" for n, t in subject.columns(Resolution.MINUTE).items())
    engine.execute(f"CREATE OR REPLACE TEMP TABLE minutes ({columns})")
    if subject.from_readings is None:
        _roll_meters(engine, stretch)
    else:
        own = ", ".join(f"{sql} AS {name}" for name, sql in subject.from_readings.items())
        keys = ", ".join(("site_id", *subject.keys))
        engine.execute(
            f"INSERT INTO minutes BY NAME SELECT {keys}, "
            f"{floor('measured_at', 1)} AS starts_at, {own} FROM readings WHERE "
            f"{between('measured_at', stretch.begins_at, stretch.ends_at)} GROUP BY ALL"
        )


def quarters_of(subject: Subject, source: str) -> str:
    """The query that makes quarters of an hour from minutes."""
    return _coarser(subject, floor("starts_at", 15), source)


def days_of(subject: Subject, source: str, days: Iterable[LocalDay]) -> str:
    """The query that makes days from quarters of an hour."""
    begins = ", ".join(f"TIMESTAMPTZ '{day.begins_at.isoformat()}'" for day in days)
    source = (
        f"(SELECT quarters.*, begins_at FROM {source} AS quarters "
        f"ASOF JOIN (SELECT unnest([{begins}]) AS begins_at) AS days ON starts_at >= begins_at)"
    )
    return _coarser(subject, "begins_at", source)


def _coarser(subject: Subject, step: str, source: str) -> str:
    keys = ", ".join(("site_id", *subject.keys))
    own = ", ".join(f"{sql} AS {name}" for name, sql in subject.from_finer.items())
    return f"SELECT {keys}, {step} AS starts_at, {own} FROM {source} GROUP BY {keys}, {step}"


def _roll_meters(engine: duckdb.DuckDBPyConnection, stretch: Stretch) -> None:
    """Roll meters up, some EVSEs at a time."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE evses AS SELECT *, row_number() OVER evses - 1 AS evse, "
        f"sum(rows) OVER evses // {_ROWS_AT_ONCE} AS part FROM ("
        "SELECT site_id, station_id, evse_number, count(*) AS rows FROM readings GROUP BY ALL"
        ") WINDOW evses AS (ORDER BY station_id, evse_number)"
    )
    parts = "SELECT part, min(station_id), max(station_id) FROM evses GROUP BY part ORDER BY part"
    for part, first, last in engine.execute(parts).fetchall():
        minutes = roll_minutes(_fetch(engine, part, first, last))
        load(engine, pd.DataFrame(dict(_columns(minutes)), copy=False), "rolled")
        engine.execute(
            "INSERT INTO minutes BY NAME SELECT site_id, station_id, evse_number, "
            "rolled.* EXCLUDE (evse) FROM rolled JOIN evses USING (evse) "
            f"WHERE {between('starts_at', stretch.begins_at, stretch.ends_at)}"
        )


def _fetch(engine: duckdb.DuckDBPyConnection, part: int, first: str, last: str) -> Readings:
    """Readings of some EVSEs, the registers before them among these.

    Stations are named, so that files are read in part only.
    """
    told = ", ".join(f"coalesce({name}, 'nan') AS {name}" for name in _TOLD)
    silent = ", ".join(f"'nan'::DOUBLE AS {name}" for name in _TOLD[1:])
    some = f"station_id BETWEEN {quote(first)} AND {quote(last)}"
    before = "SELECT station_id, evse_number, epoch_us(measured_at)"
    found: Mapping[str, Any] = engine.execute(
        f"SELECT evse, at_us, {', '.join(_TOLD)} FROM ("
        f"{before} AS at_us, {told} FROM readings WHERE {some} UNION ALL "
        f"{before} - 1, register_top_wh, {silent} FROM registers WHERE {some} UNION ALL "
        f"{before}, register_wh, {silent} FROM registers WHERE {some}"
        f") JOIN evses USING (station_id, evse_number) WHERE part = {part:d} "
        "ORDER BY evse, at_us, register_wh"
    ).fetchnumpy()
    return Readings(
        evse=found["evse"],
        at_us=found["at_us"],
        register_wh=found["register_wh"],
        power_w=found["power_w"],
        current_a=np.stack([found[f"current_l{line}_a"] for line in (1, 2, 3)]),
        soc_pct=found["soc_pct"],
    )


def _columns(minutes: Minutes) -> Iterator[tuple[str, Any]]:
    yield "evse", minutes.evse
    yield "starts_at", _instants(minutes.minute * MINUTE_US)
    yield "energy_wh", minutes.energy_wh
    yield "power_mean_w", minutes.power_mean_w
    yield "power_max_w", minutes.power_max_w
    for line in range(3):
        yield f"current_l{line + 1}_mean_a", minutes.current_mean_a[line]
        yield f"current_l{line + 1}_max_a", minutes.current_max_a[line]
    yield "soc_pct", minutes.soc_pct
    yield "register_wh", minutes.register_wh
    yield "register_top_wh", minutes.register_top_wh
    yield "registered_at", _instants(minutes.register_us)
    yield "readings", minutes.readings


def _instants(us: Integers) -> pd.DatetimeIndex:
    """Microseconds since 1970 as instants, 0 as none."""
    instants = us.astype("datetime64[us]")
    return pd.DatetimeIndex(np.where(us > 0, instants, np.datetime64("NaT"))).tz_localize("UTC")
