"""The load beside the vehicles, as an operator has measured it."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from csms.cli.study_base import BaseLoad
from csms.domain.errors import InvalidInputError
from smart_charging.study.drawing import STEP_S, STEPS_PER_WEEK

_W_PER_KW: Final = 1000.0
_COLUMNS: Final = ["time", "kw"]


def measured(path: Path, steps: int) -> BaseLoad:
    """Read measurements: `time` (local) and `kw`, as means of quarters of an hour.

    Whole weeks from the first Monday on are taken, again from the first where the study is longer.

    Raises:
        InvalidInputError: It cannot be read, has gaps of more than an hour, or less than a week.
    """
    kw = _read(path)
    first = kw.index[0].normalize() + pd.Timedelta(days=(7 - kw.index[0].weekday()) % 7)
    if kw.index[0] == kw.index[0].normalize() and kw.index[0].weekday() == 0:
        first = kw.index[0]
    quarters = kw[kw.index >= first].resample(f"{STEP_S}s").mean()
    quarters = quarters.interpolate(limit=3600 // STEP_S, limit_area="inside")
    weeks = len(quarters) // STEPS_PER_WEEK
    if weeks == 0:
        raise InvalidInputError(str(path), "expected a whole week from a Monday on, got less")
    values = quarters.to_numpy(dtype=float)[: weeks * STEPS_PER_WEEK]
    if np.isnan(values).any():
        gap = quarters.index[int(np.flatnonzero(np.isnan(values))[0])]
        raise InvalidInputError(
            str(path), f"expected no gap of more than an hour, got one at {gap}"
        )
    total_w = np.resize(values * _W_PER_KW, steps)
    return BaseLoad(total_w, np.zeros(steps))


def _read(path: Path) -> "pd.Series[float]":
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise InvalidInputError(str(path), f"cannot be read: {error}") from error
    missing = [name for name in _COLUMNS if name not in table.columns]
    if missing:
        raise InvalidInputError(str(path), f"expected the columns time, kw, got {[*table.columns]}")
    times = pd.to_datetime(table["time"], errors="coerce")
    kw = pd.to_numeric(table["kw"], errors="coerce")
    wrong = times.isna() | kw.isna()
    if wrong.any() or not len(table):
        line = int(np.flatnonzero(wrong)[0]) + 2 if wrong.any() else 2
        raise InvalidInputError(f"{path}:{line}", "expected a local time and a number of kW")
    if times.dt.tz is not None:
        raise InvalidInputError(str(path), "expected local times, got some with an offset")
    return pd.Series(kw.to_numpy(dtype=float), index=pd.DatetimeIndex(times)).sort_index()
