"""Reads sessions of Norwegian apartment buildings (Sørensen et al., Data in Brief 2024)."""

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
    "location",
    "user_id",
    "session_id",
    "plugin_time_local",
    "plugout_time_local",
    "energy_kwh",
    "user_charging_power_kw",
    "user_battery_kwh",
    "soc_start_pct",
)
_UTC: Final = ZoneInfo("UTC")
_FULL_PCT: Final = 100.0
_VOLTAGE_V: Final = 230.0
_MOST_SINGLE_PHASE_KW: Final = 7.4
_MIN_A, _MAX_A = 6.0, 32.0
_MAX_TOKEN_LENGTH: Final = 20


def read_norway(path: Path, first_day: date, last_day: date, zone: ZoneInfo) -> ImportedSessions:
    """Read the sessions that arrive on some days.

    Args:
        path: A file of the merged format.
        first_day: Local day of the first arrivals.
        last_day: Local day of the last ones.
        zone: What the file's wall times are in.

    Raises:
        WrongColumnsError: The file is of another format.
    """

    def to_session(row: Row) -> Session | None:
        arrives = _wall_time(row, "plugin_time_local")
        if not first_day <= arrives.date() <= last_day:
            return None
        return _session(row, arrives, zone)

    return read_table(path, COLUMNS, to_session)


def _session(row: Row, arrives: datetime, zone: ZoneInfo) -> Session:
    departs = _wall_time(row, "plugout_time_local")
    arrives_at = arrives.replace(tzinfo=zone).astimezone(_UTC)
    departs_at = departs.replace(tzinfo=zone).astimezone(_UTC)
    if departs_at <= arrives_at:  # an hour that the clock strikes twice: the second
        departs_at = departs.replace(tzinfo=zone, fold=1).astimezone(_UTC)
    if departs_at <= arrives_at:
        raise UselessRowError("leaves before it comes")
    vehicle = _vehicle(
        number_in(row, "user_charging_power_kw"), number_in(row, "user_battery_kwh") * 1000
    )
    energy_wh = number_in(row, "energy_kwh") * 1000
    most_pct = max(0.0, 100 * (1 - energy_wh / vehicle.battery_wh))
    return Session(
        session_id=row["session_id"],
        user=row["user_id"][:_MAX_TOKEN_LENGTH],
        arrives_at=arrives_at,
        departs_at=departs_at,
        energy_wh=energy_wh,
        vehicle=vehicle,
        # The estimate of another file never makes a battery smaller than what it took.
        start_soc_pct=min(_start_pct(row), most_pct),
    )


def _start_pct(row: Row) -> float:
    """The state of charge on arrival; where it was not estimated, the vehicle leaves full."""
    return float(row["soc_start_pct"]) if row["soc_start_pct"] else _FULL_PCT


def _vehicle(power_kw: float, battery_wh: float) -> VehicleModel:
    """A vehicle from its usual power: up to 7.4 kW it has one phase, above three."""
    line_count = 1 if power_kw <= _MOST_SINGLE_PHASE_KW else 3
    amps = power_kw * 1000 / (_VOLTAGE_V * line_count)
    max_a = min(_MAX_A, max(_MIN_A, round(amps, 1)))
    return VehicleModel(line_count=line_count, max_a=max_a, battery_wh=battery_wh)


def _wall_time(row: Row, column: str) -> datetime:
    try:
        return datetime.fromisoformat(row[column])
    except (TypeError, ValueError) as error:
        raise UselessRowError(f"no {column}") from error
