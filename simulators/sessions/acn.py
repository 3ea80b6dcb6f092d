"""Reads sessions of ACN-Data garages: JPL, Caltech (Lee, Li, Low: e-Energy 2019)."""

from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from simulators.sessions.session import Session, VehicleModel
from simulators.sessions.table import (
    ImportedSessions,
    Row,
    UselessRowError,
    number_in,
    read_table,
)

COLUMNS: Final = (
    "arrival",
    "departure",
    "requested_energy (kWh)",
    "delivered_energy (kWh)",
    "station_id",
    "session_id",
    "estimated_departure",
    "claimed",
)
_UTC: Final = ZoneInfo("UTC")
_SINGLE_PHASE_W: Final = 230.0 * 32
_SINGLE_PHASE: Final = VehicleModel(line_count=1, max_a=32.0, battery_wh=75_000)
_THREE_PHASE: Final = VehicleModel(line_count=3, max_a=32.0, battery_wh=75_000)
_LEAVES_AT_PCT: Final = 85.0
"""The data tell no state of charge: a vehicle that gets all it wants is taken to leave so full."""


def read_acn(path: Path, first_day: date, last_day: date, zone: ZoneInfo) -> ImportedSessions:
    """Read the sessions that arrive on some days.

    Args:
        path: A file of the format that docs call ACN.
        first_day: Local day of the first arrivals.
        last_day: Local day of the last ones.
        zone: Where the garage is.

    Raises:
        WrongColumnsError: The file is of another format.
    """

    def to_session(row: Row) -> Session | None:
        arrives_at = _instant(row, "arrival", zone)
        if not first_day <= arrives_at.astimezone(zone).date() <= last_day:
            return None
        return _session(row, arrives_at, zone)

    return read_table(path, COLUMNS, to_session)


def _session(row: Row, arrives_at: datetime, zone: ZoneInfo) -> Session:
    departs_at = _instant(row, "departure", zone)
    if departs_at <= arrives_at:
        raise UselessRowError("leaves before it comes")
    energy_wh = number_in(row, "delivered_energy (kWh)") * 1000
    stay_h = (departs_at - arrives_at).total_seconds() / 3600
    is_single_phase = energy_wh / stay_h <= _SINGLE_PHASE_W
    vehicle = _SINGLE_PHASE if is_single_phase else _THREE_PHASE
    has_stated = row["claimed"].strip().lower() == "true"
    return Session(
        session_id=row["session_id"],
        # The data name no users; no two sessions share a token of space and time.
        user=f"{row['station_id'][:9]}-{arrives_at.astimezone(zone):%m%d%H%M}",
        arrives_at=arrives_at,
        departs_at=departs_at,
        energy_wh=energy_wh,
        vehicle=vehicle,
        start_soc_pct=max(0.0, _LEAVES_AT_PCT - 100 * energy_wh / vehicle.battery_wh),
        stated_departs_at=_instant(row, "estimated_departure", zone) if has_stated else None,
        stated_energy_wh=number_in(row, "requested_energy (kWh)") * 1000 if has_stated else None,
        station_hint=row["station_id"],
    )


def _instant(row: Row, column: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(row[column])
    except (TypeError, ValueError) as error:
        raise UselessRowError(f"no {column}") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(_UTC)
