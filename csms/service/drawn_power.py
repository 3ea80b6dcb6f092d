"""What a connector's meter told of its power, minute by minute, out of what is kept.

The last hours are in the database, and are read from there at once. What is older is in files,
which another process reads: that takes seconds.
"""

import asyncio
import csv
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from csms.domain.errors import ExportFailedError
from csms.domain.export_wanted import FileFormat, Wanted
from csms.domain.identity import EvseId, SiteId
from csms.service.connector_course import DrawnPower, PowerSteps

_STEP: Final = timedelta(minutes=1)
_MINUTES_PER_H: Final = 60


class MinutePower(NamedTuple):
    """Mean power of a minute in W, None: not known."""

    begins_at: datetime
    power_w: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentPower:
    """What is known of minutes at once.

    Attributes:
        since: From this instant on, all is known that will be.
        minutes: Those in which anything was read, in order.
    """

    since: datetime
    minutes: tuple[MinutePower, ...]


class RecentReads(Protocol):
    """Reads what the database holds still."""

    async def power(
        self, site_id: SiteId, evse: EvseId, begin: datetime, end: datetime
    ) -> RecentPower:
        """What an EVSE drew in the minutes that begin between two instants."""
        ...


class ExportDesk(Protocol):
    """Writes files."""

    async def write(self, wanted: Wanted, form: FileFormat) -> Path:
        """Write a file into a folder of its own, which belongs to the caller."""
        ...


class DrawnPowers:
    """Tells what connectors drew.

    Args:
        recent: Reads what the database holds still.
        exports: Writes files of what is kept.
    """

    def __init__(self, recent: RecentReads, exports: ExportDesk) -> None:
        self._recent = recent
        self._exports = exports

    async def of(
        self, site_id: SiteId, evse: EvseId, begin: datetime, end: datetime, *, is_recent: bool
    ) -> DrawnPower:
        """What a connector drew between two instants; nothing where that cannot be had.

        Args:
            site_id: Of the connector.
            evse: The connector.
            begin: From when on.
            end: Until when.
            is_recent: Whether only what is known at once is wanted.
        """
        recent = await self._recent.power(site_id, evse, begin, end)
        if is_recent or recent.since <= begin:
            return DrawnPower(since=recent.since, steps=_steps(recent.minutes))
        older = await self._older(site_id, evse, begin, recent.since)
        return DrawnPower(since=begin, steps=_steps([*older, *recent.minutes]))

    async def _older(
        self, site_id: SiteId, evse: EvseId, begin: datetime, end: datetime
    ) -> list[MinutePower]:
        wanted = Wanted(
            what="meter-values",
            resolution="1min",
            begin=begin.isoformat(),
            end=end.isoformat(),
            site_id=site_id,
            station_id=evse.station_id,
            evse_number=evse.number,
        )
        try:
            path = await self._exports.write(wanted, FileFormat.CSV)
        except ExportFailedError:
            return []
        try:
            return await asyncio.to_thread(_read, path)
        finally:
            await asyncio.to_thread(shutil.rmtree, path.parent, ignore_errors=True)


def power_w(mean_w: float | None, energy_wh: float | None) -> float | None:
    """Power of a minute: as the meter told it, else what its register gained."""
    if mean_w is not None:
        return mean_w
    return None if energy_wh is None else energy_wh * _MINUTES_PER_H


def _read(path: Path) -> list[MinutePower]:
    with path.open(newline="") as file:
        return [
            MinutePower(
                datetime.fromisoformat(row["starts_at"]),
                power_w(_number(row["power_mean_w"]), _number(row["energy_wh"])),
            )
            for row in csv.DictReader(file)
        ]


def _number(text: str) -> float | None:
    return float(text) if text else None


def _steps(minutes: Iterable[MinutePower]) -> PowerSteps:
    """Steps of a minute: one that is missing is a hole, and the last one has an end."""
    t: list[float] = []
    w: list[float | None] = []
    step_s = _STEP.total_seconds()
    for begins_at, value in minutes:
        at = begins_at.timestamp()
        if t and at - t[-1] > step_s:
            t.append(t[-1] + step_s)
            w.append(None)
        t.append(at)
        w.append(value)
    if t:
        t.append(t[-1] + step_s)
        w.append(w[-1])
    return PowerSteps(t=tuple(t), w=tuple(w))
