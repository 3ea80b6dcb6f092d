"""A site's past by quarters of the hour: power into vehicles, arrivals, current of feeders."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd
from sqlalchemy import select

from csms.domain.demand import ARRIVALS, VEHICLES, feeder_series
from csms.forecasting.demand_question import SiteAsked
from csms.history.engine import load, quote
from csms.history.reader import HistoryReader
from csms.history.subjects import FEEDERS, METERS, Resolution
from csms.storage.database import Database
from csms.storage.history import Selection
from csms.storage.statements import stations_at
from csms.storage.tables import TransactionRow, table_of

_QUARTER: Final = pd.Timedelta(minutes=15)
_STEPS_A_WEEK: Final = 7 * 96
_LINES: Final = (1, 2, 3)
_transaction = table_of(TransactionRow)

_POWER: Final = """
SELECT starts_at, sum(coalesce(energy_wh * 4, power_mean_w, w_per_a / lines * (
    coalesce(current_l1_mean_a, 0) + coalesce(current_l2_mean_a, 0)
    + coalesce(current_l3_mean_a, 0)))) AS value
FROM found JOIN (SELECT DISTINCT station_id, evse_number, w_per_a, lines FROM places)
USING (station_id, evse_number) GROUP BY starts_at
"""
_CURRENT: Final = """
SELECT feeder_id, starts_at, greatest(
    sum((wire_1 = 1)::INT * l1_a + (wire_2 = 1)::INT * l2_a + (wire_3 = 1)::INT * l3_a),
    sum((wire_1 = 2)::INT * l1_a + (wire_2 = 2)::INT * l2_a + (wire_3 = 2)::INT * l3_a),
    sum((wire_1 = 3)::INT * l1_a + (wire_2 = 3)::INT * l2_a + (wire_3 = 3)::INT * l3_a)
) AS value FROM (
    SELECT station_id, evse_number, starts_at,
        coalesce(current_l1_mean_a, power_mean_w / w_per_a, 0) AS l1_a,
        coalesce(current_l2_mean_a, power_mean_w / w_per_a, 0) AS l2_a,
        coalesce(current_l3_mean_a, power_mean_w / w_per_a, 0) AS l3_a
    FROM found JOIN (SELECT DISTINCT station_id, evse_number, w_per_a FROM places)
    USING (station_id, evse_number)
) JOIN places USING (station_id, evse_number) GROUP BY feeder_id, starts_at
"""
_METERED: Final = """
SELECT starts_at, greatest(load_l1_mean_a, load_l2_mean_a, load_l3_mean_a) AS value FROM found
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Whole quarters of the hour between two instants."""

    begins_at: datetime
    ends_at: datetime


async def read_series(
    database: Database, reader: HistoryReader, asked: SiteAsked, span: Span
) -> "dict[str, pd.Series[float]]":
    """What is known of a site.

    A quarter of which no meter tells anything, as the server did not run, is as it was a week
    before.

    Args:
        database: Where transactions are.
        reader: Of the history.
        asked: The site.
        span: From when to when.

    Returns:
        By series, from the first quarter that is known on; nothing where none is.
    """
    wanted = Selection(site_id=asked.site_id, begins_at=span.begins_at, ends_at=span.ends_at)
    found: dict[str, pd.DataFrame] = {}
    async with reader.open(METERS, Resolution.QUARTER, wanted) as engine:
        load(engine, _places(asked), "places")
        found[VEHICLES] = engine.sql(_POWER).df()
        currents = engine.sql(_CURRENT).df()
    for feeder_id, rows in currents.groupby("feeder_id"):
        found[feeder_series(str(feeder_id))] = rows
    metered = await _metered(reader, asked, wanted)
    if asked.metered is not None:
        found[feeder_series(asked.metered)] = metered
    known = _instants(found[VEHICLES]).union(_instants(metered))
    if known.empty:
        return {}
    found[ARRIVALS] = await _arrivals(database, asked, known[0].to_pydatetime(), span.ends_at)
    index = pd.date_range(known[0], span.ends_at, freq=_QUARTER, inclusive="left")
    return {name: _filled(rows, index, known) for name, rows in sorted(found.items())}


async def _metered(reader: HistoryReader, asked: SiteAsked, wanted: Selection) -> pd.DataFrame:
    """What the site's root carried, building and all; it is written down every minute."""
    where = "" if asked.metered is None else f"WHERE feeder_id = {quote(asked.metered)}"
    async with reader.open(FEEDERS, Resolution.QUARTER, wanted) as engine:
        found: pd.DataFrame = engine.sql(f"{_METERED} {where}").df()
        return found


async def _arrivals(
    database: Database, asked: SiteAsked, begins_at: datetime, ends_at: datetime
) -> pd.DataFrame:
    started_at = _transaction.c.started_at
    query = select(started_at).where(
        _transaction.c.station_id.in_(stations_at(asked.site_id)),
        started_at >= begins_at,
        started_at < ends_at,
    )
    async with database.reading() as connection:
        instants = list((await connection.execute(query)).scalars())
    quarters = pd.DatetimeIndex(instants, tz="UTC").floor(_QUARTER)
    counts = quarters.value_counts()
    return pd.DataFrame({"starts_at": counts.index, "value": counts.to_numpy(float)})


def _places(asked: SiteAsked) -> pd.DataFrame:
    """A row for each EVSE and each feeder above it; 0 is no line."""
    return pd.DataFrame(
        [
            {
                "station_id": one.station_id,
                "evse_number": one.evse_number,
                "feeder_id": feeder_id,
                "w_per_a": one.w_per_a,
                "lines": len(one.lines),
                **{f"wire_{line}": _line(one.lines, line) for line in _LINES},
            }
            for one in asked.places
            for feeder_id in one.feeders
        ],
        columns=[
            *("station_id", "evse_number", "feeder_id", "w_per_a", "lines"),
            *(f"wire_{line}" for line in _LINES),
        ],
    )


def _line(lines: tuple[int, ...], conductor: int) -> int:
    return lines[conductor - 1] if conductor <= len(lines) else 0


def _instants(rows: pd.DataFrame) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(rows["starts_at"], utc=True)).sort_values()


def _filled(
    rows: pd.DataFrame, index: pd.DatetimeIndex, known: pd.DatetimeIndex
) -> "pd.Series[float]":
    """A value for each quarter: 0 where others are known, else what was a week before."""
    values = rows["value"].to_numpy(float)
    series = pd.Series(values, index=pd.to_datetime(rows["starts_at"], utc=True)).fillna(0.0)
    laid = series.groupby(level=0).sum().reindex(index, fill_value=0.0).to_numpy().copy()
    for at in (~index.isin(known)).nonzero()[0]:
        laid[at] = laid[at - _STEPS_A_WEEK] if at >= _STEPS_A_WEEK else 0.0
    return pd.Series(laid, index=index)
