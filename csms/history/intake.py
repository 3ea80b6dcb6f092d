"""Readings as the database's tables hold them, made into columns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import duckdb
import orjson
import pandas as pd

from csms.domain.metering import PHASE_INDEX, Measurand, gather_reading
from csms.history.engine import load
from csms.history.subjects import FEEDERS, METERS, Resolution, Subject
from csms.storage.readings import read_samples

Values: TypeAlias = tuple[float | None, ...]
"""Register in Wh, power in W, current in A by phase, state of charge in percent."""

_COUNT: Final = 6
_PLAIN: Final[Mapping[tuple[str, str | None], int]] = {
    (Measurand.ENERGY_IMPORT_REGISTER.value, None): 0,
    (Measurand.POWER_IMPORT.value, None): 1,
    (Measurand.CURRENT_IMPORT.value, "L1"): 2,
    (Measurand.CURRENT_IMPORT.value, "L2"): 3,
    (Measurand.CURRENT_IMPORT.value, "L3"): 4,
    (Measurand.STATE_OF_CHARGE.value, None): 5,
}
"""Where a plain sample belongs, by measurand and phase."""
_PLAIN_PARTS: Final = 3
_ANY_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_meter(text: str) -> tuple[Values, str | None]:
    """Read the samples of a reading as `meter_reading` holds them.

    Returns:
        The values, and the samples once more if they tell anything else.
    """
    samples = orjson.loads(text)
    values: list[float | None] = [None] * _COUNT
    for sample in samples:
        place = _PLAIN.get((sample[0], sample[2] if len(sample) >= _PLAIN_PARTS else None))
        if place is None or len(sample) > _PLAIN_PARTS or values[place] is not None:
            return _gather(text), text
        values[place] = sample[1]
    return tuple(values), None


def load_readings(
    engine: duckdb.DuckDBPyConnection, subject: Subject, rows: Sequence[Any], table: str
) -> None:
    """Make a table of readings that were looked up in the database."""
    columns = subject.columns(Resolution.RAW)
    frame = pd.DataFrame(_ROWS[subject.name](rows), columns=list(columns))
    casts = ", ".join(f"{name}::{kind} AS {name}" for name, kind in columns.items())
    load(engine, frame, table, casts)


def _meter_rows(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    found = []
    for site_id, station_id, evse_number, at, transaction_number, text, _ in rows:
        values, samples = read_meter(text)
        found.append((site_id, station_id, evse_number, at, transaction_number, *values, samples))
    return found


def _feeder_rows(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [
        (site_id, feeder_id, at, *load_a, *limit_a, *uncontrolled_a)
        for site_id, feeder_id, at, load_a, limit_a, uncontrolled_a, _ in rows
    ]


_ROWS: Final = {METERS.name: _meter_rows, FEEDERS.name: _feeder_rows}


def _gather(text: str) -> Values:
    """What a reading tells by the rules of the domain, but for phases of which it tells nothing."""
    samples = read_samples(_ANY_TIME, text)
    reading = gather_reading(samples)
    if reading is None:
        return (None,) * _COUNT
    amps: list[float | None] = list(reading.current_a or (None,) * 3)
    phases = {
        PHASE_INDEX[sample.phase]
        for sample in samples
        if sample.measurand is Measurand.CURRENT_IMPORT
        and sample.phase in PHASE_INDEX
        and sample.value is not None
        and sample.location != "EV"
    }
    if phases:
        amps = [value if phase in phases else None for phase, value in enumerate(amps)]
    return (reading.register_wh, reading.power_w, *amps, reading.soc_pct)
