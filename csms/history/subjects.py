"""What the history is about, in which steps, and how one step is made from a finer one.

Readings of meters and of feeders are moved here from the database. Plans are not: they are working
papers, kept for days, as are limits that were sent and reports on transactions. Neither are
transactions, which stay in the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_LINES: Final = (1, 2, 3)


class Resolution(StrEnum):
    """Readings as they came, or one row for each step of time."""

    RAW = "raw"
    MINUTE = "1min"
    QUARTER = "15min"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A kind of readings.

    Attributes:
        name: How folders and tables call it.
        keys: What tells whose reading it is, beside the site.
        readings: Columns of a reading and their types.
        rolled: Columns of a step and their types.
        from_readings: How a minute's columns come from its readings, None: by `roll_minutes`.
        from_finer: How a step's columns come from finer steps.
    """

    name: str
    keys: Mapping[str, str]
    readings: Mapping[str, str]
    rolled: Mapping[str, str]
    from_readings: Mapping[str, str] | None = None
    from_finer: Mapping[str, str]

    def columns(self, resolution: Resolution) -> dict[str, str]:
        """All columns of a resolution and their types, in order."""
        own = self.readings if resolution is Resolution.RAW else self.rolled
        return {"site_id": "VARCHAR", **self.keys, time_column(resolution): _INSTANT, **own}

    def shown(self, resolution: Resolution) -> list[str]:
        """The columns of a resolution that tell others anything."""
        return [name for name in self.columns(resolution) if name != _TOP]

    @property
    def has_registers(self) -> bool:
        """Whether readings tell of registers, so that each counts from the one before it."""
        return "registered_at" in self.rolled

    def same_reading(self, one: str, other: str) -> str:
        """The condition that rows of two relations are the same reading."""
        keys = (*self.keys, time_column(Resolution.RAW))
        told = (name for name in self.readings if name != "transaction_number")
        equal = [f"{one}.{name} = {other}.{name}" for name in keys]
        same = [f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in told]
        return " AND ".join((*equal, *same))

    def order(self, resolution: Resolution) -> str:
        """The columns by which rows of a resolution are sorted."""
        return ", ".join((*self.keys, time_column(resolution)))


_INSTANT: Final = "TIMESTAMP WITH TIME ZONE"
_TOP: Final = "register_top_wh"
"""Where the register fell from: of use only to who goes on from there."""


def time_column(resolution: Resolution) -> str:
    """The column that says when a reading was taken, or when a step begins."""
    return "measured_at" if resolution is Resolution.RAW else "starts_at"


def _each_line(pattern: str, value: str) -> dict[str, str]:
    return {pattern.format(line): value.format(line) for line in _LINES}


METERS: Final = Subject(
    name="meters",
    keys={"station_id": "VARCHAR", "evse_number": "INTEGER"},
    readings={
        "transaction_number": "BIGINT",
        "register_wh": "DOUBLE",
        "power_w": "DOUBLE",
        **_each_line("current_l{}_a", "DOUBLE"),
        "soc_pct": "DOUBLE",
        "samples": "VARCHAR",
    },
    rolled={
        "energy_wh": "DOUBLE",
        "power_mean_w": "DOUBLE",
        "power_max_w": "DOUBLE",
        **_each_line("current_l{}_mean_a", "DOUBLE"),
        **_each_line("current_l{}_max_a", "DOUBLE"),
        "soc_pct": "DOUBLE",
        "register_wh": "DOUBLE",
        _TOP: "DOUBLE",
        "registered_at": _INSTANT,
        "readings": "BIGINT",
    },
    from_finer={
        "energy_wh": "sum(energy_wh)",
        "power_mean_w": "avg(power_mean_w)",
        "power_max_w": "max(power_max_w)",
        **_each_line("current_l{}_mean_a", "avg(current_l{}_mean_a)"),
        **_each_line("current_l{}_max_a", "max(current_l{}_max_a)"),
        "soc_pct": "arg_max(soc_pct, starts_at)",
        "register_wh": "arg_max(register_wh, registered_at)",
        _TOP: f"arg_max({_TOP}, registered_at)",
        "registered_at": "max(registered_at)",
        "readings": "sum(readings)::BIGINT",
    },
)

FEEDERS: Final = Subject(
    name="feeders",
    keys={"feeder_id": "VARCHAR"},
    readings={
        **_each_line("load_l{}_a", "DOUBLE"),
        **_each_line("limit_l{}_a", "DOUBLE"),
        **_each_line("uncontrolled_l{}_a", "DOUBLE"),
    },
    rolled={
        **_each_line("load_l{}_mean_a", "DOUBLE"),
        **_each_line("load_l{}_max_a", "DOUBLE"),
        **_each_line("limit_l{}_min_a", "DOUBLE"),
        **_each_line("uncontrolled_l{}_mean_a", "DOUBLE"),
        "readings": "BIGINT",
    },
    from_readings={
        **_each_line("load_l{}_mean_a", "avg(load_l{}_a)"),
        **_each_line("load_l{}_max_a", "max(load_l{}_a)"),
        **_each_line("limit_l{}_min_a", "min(limit_l{}_a)"),
        **_each_line("uncontrolled_l{}_mean_a", "avg(uncontrolled_l{}_a)"),
        "readings": "count(*)",
    },
    from_finer={
        **_each_line("load_l{}_mean_a", "avg(load_l{}_mean_a)"),
        **_each_line("load_l{}_max_a", "max(load_l{}_max_a)"),
        **_each_line("limit_l{}_min_a", "min(limit_l{}_min_a)"),
        **_each_line("uncontrolled_l{}_mean_a", "avg(uncontrolled_l{}_mean_a)"),
        "readings": "sum(readings)::BIGINT",
    },
)

SUBJECTS: Final = (METERS, FEEDERS)
