"""What is said of the vehicles that stand now: a table in, a table out."""

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from smart_charging.arrays import Array
from smart_charging.forecast.calendar import Calendar
from smart_charging.forecast.conformal import interval
from smart_charging.forecast.levels import NAMES
from smart_charging.forecast.standing import LANDMARKS_H, Standing
from smart_charging.forecast.stay import StayModel, What, Whats, at_plug_in, while_standing
from smart_charging.forecast.stay_features import stay_features
from smart_charging.forecast.stay_table import Stays, lay_out_stays

_S_PER_H: Final = 3600.0
_WH_PER_KWH: Final = 1000.0


def forecast_open_stays(
    model: StayModel, table: pd.DataFrame, calendar: Calendar, now_at: datetime
) -> pd.DataFrame:
    """Forecast the energy and the departure of vehicles that stand.

    Args:
        model: Learned from stays of the past.
        table: Stays as `stay_table` has them: those that are over, as far as they shall count, and
            those that are not, with `unplugged_at` NaT and what they have drawn so far. A column
            `draws` may say of the latter whether they still draw or are held back by a limit;
            without it they do.
        calendar: Where the site is.
        now_at: Aware.

    Returns:
        A row for each vehicle that stands, under the table's index: `energy_wh_q10` to
        `energy_wh_q90`, `energy_wh_low` and `energy_wh_high` (altogether, what has been drawn
        included), and the same of `departs_at` (aware, UTC, never before now).
    """
    stays = lay_out_stays(table, calendar)
    at = np.flatnonzero(np.isinf(stays.left_h))
    features = stay_features(stays, at)
    rows = stays.order[at]
    came_at = pd.DatetimeIndex(table["plugged_in_at"].iloc[rows]).tz_convert("UTC")
    elapsed_h = ((pd.Timestamp(now_at) - came_at).total_seconds() / _S_PER_H).to_numpy(float)
    draws = table["draws"].to_numpy(bool)[rows] if "draws" in table else np.ones(len(at), bool)
    standing = Standing(
        at=at,
        elapsed_h=np.maximum(elapsed_h, 0.0),
        drawn_kwh=np.nan_to_num(stays.energy_kwh[at]),
        draws=draws,
    )
    columns: dict[str, object] = {}
    for what in Whats:
        found = _quantiles(model, what, stays, features, standing)
        for name, values in found.items():
            if what == "energy":
                columns[f"energy_wh_{name}"] = _WH_PER_KWH * values
            else:
                lasts = pd.to_timedelta(np.round(_S_PER_H * values), unit="s")
                columns[f"departs_at_{name}"] = came_at + lasts
    return pd.DataFrame(columns, index=table.index[rows])


def _quantiles(
    model: StayModel, what: What, stays: Stays, features: Array, standing: Standing
) -> dict[str, Array]:
    """What is said at plug-in until the first landmark, then what is said while it stands."""
    first = at_plug_in(model, what, stays, features, standing.at)
    later = while_standing(model, what, stays, features, standing)
    is_new = standing.elapsed_h < LANDMARKS_H[0]
    so_far = standing.drawn_kwh if what == "energy" else standing.elapsed_h
    quantiles = np.maximum(np.where(is_new[:, None], first, later), so_far[:, None])
    widths = model.of(what).widths
    width = np.array([widths.get(stays.sites[stays.site[one]], 1.0) for one in standing.at])
    low, high = interval(quantiles, width)
    named = dict(zip(NAMES, quantiles.T, strict=True))
    return {**named, "low": np.maximum(low, so_far), "high": high}
