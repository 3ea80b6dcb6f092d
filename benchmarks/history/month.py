"""A month of readings as charging sites make them, from a seed, kept by the system's own code.

Every connector is read every 10 s, day and night, as one row: register, power, current of each
phase, and the state of charge where a vehicle tells it. A vehicle comes to a connector three times
in two days for about five hours: a third of the connectors charge on three phases. Power and
current tremble from reading to reading, and the register counts whole watt-hours, so that files do
not compress better than those of real meters.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import duckdb

from csms.history.files import HistoryFiles
from csms.history.keeping import keep_batch
from csms.history.roll_ups import roll_stale_days
from csms.history.subjects import METERS
from csms.history.upkeep import merge_small_files

BEGINS_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_S: Final = 10
SITE_ID: Final = "yard"
ZONES: Final = {SITE_ID: ZoneInfo("Etc/UTC")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """How much is made."""

    connectors: int
    days: int

    @property
    def readings(self) -> int:
        """How many in all."""
        return self.connectors * self.days * 86_400 // EVERY_S

    @property
    def ends_at(self) -> datetime:
        """The end of the last day."""
        return BEGINS_AT + timedelta(days=self.days)


def station(connector: int) -> str:
    """What the station of a connector is called."""
    return f"C{connector:05d}"


async def keep_day(
    files: HistoryFiles, engine: duckdb.DuckDBPyConnection, month: Month, number: int
) -> None:
    """Make a day of readings and keep them in files, as the mover does."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE batch AS {_day(month.connectors, number)}")
    await keep_batch(files, engine, METERS, ZONES, month.ends_at)


async def roll_month(files: HistoryFiles, engine: duckdb.DuckDBPyConnection, month: Month) -> None:
    """Roll all days up, and merge files that are small."""
    await roll_stale_days(files, engine, METERS, None, month.ends_at)
    await merge_small_files(files, engine, METERS, month.ends_at + timedelta(days=3))


def _day(connectors: int, number: int) -> str:
    """The query for all readings of a day."""
    per_day = 86_400 // EVERY_S
    first = number * per_day
    return f"""
    WITH steps AS (
        SELECT i AS connector, step, i % 3 = 0 AS is_wide,
            (step + i * 37) % 5760 AS phase, (step + i * 37) // 5760 AS visit,
            hash(i * 1000003 + step) % 1000 / 1000.0 AS chance
        FROM range({first}, {first + per_day}) AS s(step), range({connectors}) AS c(i)
    ), charging AS (
        SELECT *, phase < 1800 AS is_busy, CASE WHEN is_wide THEN 11000 ELSE 7360 END AS full_w,
            (visit * 1800 + least(phase, 1800)) AS busy_steps
        FROM steps
    )
    SELECT '{SITE_ID}' AS site_id, 'C' || lpad(connector::VARCHAR, 5, '0') AS station_id,
        1 AS evse_number,
        to_timestamp({BEGINS_AT.timestamp():.0f} + step * {EVERY_S}) AS measured_at,
        CASE WHEN is_busy THEN (visit * {connectors} + connector + 1)::BIGINT END
            AS transaction_number,
        floor(busy_steps * full_w / 360.0) AS register_wh,
        CASE WHEN is_busy THEN round(full_w * (0.95 + chance / 20)) ELSE 0.0 END AS power_w,
        CASE WHEN is_busy THEN round(full_w * (0.95 + chance / 20) / CASE WHEN is_wide THEN 690.0
            ELSE 230.0 END, 1) ELSE 0.0 END AS current_l1_a,
        CASE WHEN is_busy AND is_wide THEN round(15.5 + chance, 1) ELSE 0.0 END AS current_l2_a,
        CASE WHEN is_busy AND is_wide THEN round(15.7 + chance / 2, 1) ELSE 0.0 END AS current_l3_a,
        CASE WHEN is_busy THEN 20.0 + phase // 25 END AS soc_pct,
        NULL::VARCHAR AS samples
    FROM charging
    """  # noqa: S608 - numbers
