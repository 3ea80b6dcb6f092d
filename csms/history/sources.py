"""The files out of which a stretch of time is rolled up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import duckdb

from csms.history.days import Stretch
from csms.history.engine import between, scan
from csms.history.files import HistoryFiles, overlapping
from csms.history.rolling import MARGIN, open_readings, open_registers
from csms.history.subjects import Resolution, Subject
from csms.storage.history import HistoryFile

_QUARTERS_BACK: Final = timedelta(days=2)
"""Beyond that, the last reading of a register is looked up among the days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Files of readings in and around a stretch of time, and of roll-ups before it."""

    subject: Subject
    stretch: Stretch
    readings: Iterable[HistoryFile]
    quarters: Iterable[HistoryFile]
    days: Iterable[HistoryFile]

    def open(
        self,
        files: HistoryFiles,
        engine: duckdb.DuckDBPyConnection,
        condition: str = "TRUE",
        more: str | None = None,
    ) -> None:
        """Make the views and tables of the engine that minutes are made of.

        Args:
            files: Where they are.
            engine: Reads them.
            condition: Which rows are wanted, by their keys.
            more: Selects readings that are in no file, from long before on.
        """

        def select(resolution: Resolution, some: Iterable[HistoryFile]) -> str:
            return f"FROM ({scan(self.subject, resolution, files.paths(some))}) WHERE {condition}"

        begins_at, ends_at = self.stretch.begins_at - MARGIN, self.stretch.ends_at + MARGIN
        readings = select(Resolution.RAW, self.readings)
        near = f"{readings} AND {between('measured_at', begins_at, ends_at)}"
        further = f"{more} AND {between('measured_at', None, ends_at)}"
        open_readings(engine, f"{near} UNION ALL BY NAME {further}" if more else near)
        if self.subject.has_registers:
            quarters = select(Resolution.QUARTER, self.quarters)
            days = select(Resolution.DAY, self.days)
            open_registers(engine, quarters, days, begins_at)


def sources_of(subject: Subject, stretch: Stretch, found: Iterable[HistoryFile]) -> Sources:
    """Choose the files out of which a stretch of time is rolled up, among all of a site."""
    found = list(found)
    begins_at, ends_at = stretch.begins_at - MARGIN, stretch.ends_at + MARGIN
    before = begins_at - _QUARTERS_BACK
    return Sources(
        subject=subject,
        stretch=stretch,
        readings=overlapping(found, Resolution.RAW, begins_at, ends_at),
        quarters=overlapping(found, Resolution.QUARTER, before, begins_at),
        days=overlapping(found, Resolution.DAY, None, begins_at),
    )
