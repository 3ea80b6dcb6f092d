"""What the database holds where the API does not show it: reports, states, readings."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.station import Fields


@dataclass(frozen=True)
class KeptReading:
    """One sample of a meter."""

    evse: int
    value: float
    context: str
    signed: Fields | None


@dataclass(frozen=True)
class Kept:
    """Reads the database, and never writes.

    Attributes:
        database: The file.
    """

    database: Path

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()

    def reports_on(self, transaction: str) -> list[tuple[int, str]]:
        """A transaction's reports: sequence number and trigger, in their order."""
        query = (
            'SELECT seq_no, "trigger" FROM transaction_event WHERE transaction_id = ? ORDER BY 1'
        )
        return [(int(seq_no), str(trigger)) for seq_no, trigger in self.rows(query, transaction)]

    def charging_state_of(self, transaction: str) -> str | None:
        """What the vehicle was last told to do in a transaction."""
        query = "SELECT charging_state FROM charging_transaction WHERE transaction_id = ?"
        ((state,),) = self.rows(query, transaction)
        return state and str(state)

    def sources_of_limits(self, station_id: str) -> list[str]:
        """Who limits a station, other than the operator."""
        query = "SELECT source FROM station_external_limit WHERE station_id = ? ORDER BY 1"
        return [str(source) for (source,) in self.rows(query, station_id)]

    def readings_of(self, station_id: str) -> list[KeptReading]:
        """The readings of a station's meters, the oldest first."""
        query = (
            "SELECT evse_number, samples FROM meter_reading WHERE station_id = ? "
            "ORDER BY at, evse_number"
        )
        rows = self.rows(query, station_id)
        return [reading for evse, samples in rows for reading in _read(evse, samples)]


def _read(evse: int, samples: str) -> list[KeptReading]:
    """The samples of a row: lists in which what is as usual at the end is left out."""
    usual: list[Any] = ["", 0.0, None, "Sample.Periodic", "Outlet", None]
    readings = []
    for sample in json.loads(samples):
        whole = [*sample, *usual[len(sample) :]]
        signed = json.loads(whole[5]) if whole[5] else None
        readings.append(KeptReading(evse, value=whole[1], context=whole[3], signed=signed))
    return readings
