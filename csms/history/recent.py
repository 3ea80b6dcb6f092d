"""Power of one EVSE by minutes, straight out of what the database holds still.

It says the same as the history's reader does, but only from where on that is certain; what is older
takes the files. It runs in the server: none of what reads files is loaded.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from csms.domain.identity import EvseId, SiteId
from csms.history.certain import certain_from
from csms.history.meter_values import read_meter
from csms.history.minutes import MINUTE_US, Minutes, Readings, roll_minutes
from csms.service.drawn_power import MinutePower, RecentPower, power_w
from csms.storage.database import Database
from csms.storage.recent_readings import moved_until, newest_readings

_AROUND: Final = timedelta(hours=1)
"""Readings so far away can still have a share in a minute (`csms.history.minutes`)."""
_BEFORE: Final = 2 * _AROUND
"""And so long before, what a register counts from is looked for."""
_MOST_ROWS: Final = 10_000
"""Fourteen hours of a reading every 5 s."""
_DECIMALS: Final = 6
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)


class RecentReadings:
    """Reads what the database holds still.

    Args:
        database: Holds it.
        most_rows: So many readings of an EVSE are read at the most, the newest.
    """

    def __init__(self, database: Database, most_rows: int = _MOST_ROWS) -> None:
        self._database = database
        self._most_rows = most_rows

    async def power(
        self, site_id: SiteId, evse: EvseId, begin: datetime, end: datetime
    ) -> RecentPower:
        """What an EVSE drew in the minutes that begin between two instants."""
        async with self._database.snapshot() as connection:
            moved = await moved_until(connection, site_id)
            after = begin - _BEFORE if moved is None else max(moved, begin - _BEFORE)
            rows = await newest_readings(
                connection, evse, after, end + _AROUND, self._most_rows + 1
            )
        if len(rows) > self._most_rows:
            after, rows = rows[-1][0], rows[:-1]
            rows = [row for row in rows if row[0] > after]
        return await asyncio.to_thread(_power, rows, after, begin, end)


def _power(rows: Sequence[Any], after: datetime, begin: datetime, end: datetime) -> RecentPower:
    readings = _readings(rows)
    minutes = roll_minutes(readings)
    first = certain_from(readings, minutes, (after - _EPOCH) // _US)
    since = max(begin, _EPOCH + timedelta(minutes=first))
    known = tuple(one for one in _told(minutes) if since <= one.begins_at < end)
    return RecentPower(since=min(since, end), minutes=known)


def _readings(rows: Sequence[Any]) -> Readings:
    """Readings in the order of time and register."""
    told = [read_meter(samples)[0] for _, samples in rows]
    values = np.array(told, dtype=np.float64).reshape(len(rows), 6)
    at_us = np.array([(at - _EPOCH) // _US for at, _ in rows], dtype=np.int64)
    order = np.lexsort((values[:, 0], at_us))
    values = values[order]
    return Readings(
        evse=np.zeros(len(rows), dtype=np.int64),
        at_us=at_us[order],
        register_wh=values[:, 0],
        power_w=values[:, 1],
        current_a=values[:, 2:5].T,
        soc_pct=values[:, 5],
    )


def _told(minutes: Minutes) -> Iterator[MinutePower]:
    columns = (minutes.minute, minutes.power_mean_w, minutes.energy_wh)
    for minute, mean_w, energy_wh in zip(*(column.tolist() for column in columns), strict=True):
        begins_at = _EPOCH + timedelta(microseconds=minute * MINUTE_US)
        yield MinutePower(begins_at, power_w(_number(mean_w), _number(energy_wh)))


def _number(value: float) -> float | None:
    """A value to as many decimals as files have; None for NaN."""
    return None if np.isnan(value) else round(value, _DECIMALS)
