"""What a connector's meter told of its power, minute by minute, out of what is kept."""

import asyncio
import csv
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from csms.domain.errors import ExportFailedError
from csms.domain.export_wanted import FileFormat, Wanted
from csms.domain.identity import EvseId, SiteId
from csms.service.connector_course import PowerSteps

_STEP: Final = timedelta(minutes=1)
_MINUTES_PER_H: Final = 60


class ExportDesk(Protocol):
    """Writes files."""

    async def write(self, wanted: Wanted, form: FileFormat) -> Path:
        """Write a file into a folder of its own, which belongs to the caller."""
        ...


async def drawn_power(
    exports: ExportDesk, site_id: SiteId, evse: EvseId, begin: datetime, end: datetime
) -> PowerSteps:
    """What a connector drew between two instants; nothing where that cannot be had.

    Args:
        exports: Writes files of what is kept.
        site_id: Of the connector.
        evse: The connector.
        begin: From when on.
        end: Until when.
    """
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
        path = await exports.write(wanted, FileFormat.CSV)
    except ExportFailedError:
        return PowerSteps(t=(), w=())
    try:
        return await asyncio.to_thread(_read, path)
    finally:
        await asyncio.to_thread(shutil.rmtree, path.parent, ignore_errors=True)


def _read(path: Path) -> PowerSteps:
    """Steps of a minute: one that is missing is a hole, and the last one has an end."""
    t: list[float] = []
    w: list[float | None] = []
    step_s = _STEP.total_seconds()
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["starts_at"]).timestamp()
            if t and at - t[-1] > step_s:
                t.append(t[-1] + step_s)
                w.append(None)
            t.append(at)
            w.append(_power_w(row))
    if t:
        t.append(t[-1] + step_s)
        w.append(w[-1])
    return PowerSteps(t=tuple(t), w=tuple(w))


def _power_w(row: dict[str, str]) -> float | None:
    if row["power_mean_w"]:
        return float(row["power_mean_w"])
    return float(row["energy_wh"]) * _MINUTES_PER_H if row["energy_wh"] else None
