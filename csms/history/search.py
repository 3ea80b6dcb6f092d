"""What is searched for in the history, and where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from csms.domain.identity import SiteId
from csms.history.engine import quote, scan
from csms.history.files import HistoryFiles
from csms.history.subjects import Resolution, Subject
from csms.storage.history import HistoryFile, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database knows at one instant of what is wanted.

    Attributes:
        zones: The time zone of every site.
        files: All that count, of the sites that are wanted.
        rows: Readings that it holds still, to somewhat beyond what is wanted.
        stale: Days whose roll-ups are to be made anew.
    """

    zones: dict[SiteId, ZoneInfo]
    files: Sequence[HistoryFile]
    rows: Sequence[Any]
    stale: Sequence[tuple[SiteId, date]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is wanted, and the engine that finds it in the files."""

    engine: duckdb.DuckDBPyConnection
    files: HistoryFiles
    subject: Subject
    wanted: Selection

    def select(self, resolution: Resolution, some: Sequence[HistoryFile]) -> str:
        """The query for what is wanted of some files, whenever it was."""
        query = scan(self.subject, resolution, self.files.paths(some))
        return f"FROM ({query}) WHERE {self.whose}"

    @property
    def whose(self) -> str:
        """The condition that a row is of those that are wanted."""
        return " AND ".join(self._conditions()) or "TRUE"

    def _conditions(self) -> Iterator[str]:
        for name in ("site_id", "station_id", "feeder_id"):
            value = getattr(self.wanted, name)
            if value is not None:
                yield f"{name} = {quote(value)}"
        if self.wanted.evse_number is not None:
            yield f"evse_number = {self.wanted.evse_number:d}"
