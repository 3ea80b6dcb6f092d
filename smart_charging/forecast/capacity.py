"""When a feeder will be full, and how sure that is, from the quantiles of its load."""

import numpy as np
import pandas as pd

from smart_charging.forecast.levels import NAMES, chance_above


def chance_full(load_w: pd.DataFrame, limit_w: "pd.Series[float] | float") -> "pd.Series[float]":
    """The probability that a load is above a limit, step by step.

    Args:
        load_w: By instants; the columns q10 to q90.
        limit_w: The same at all times, or by the same instants.
    """
    limits = np.broadcast_to(np.asarray(limit_w, dtype=float), len(load_w))
    rows = load_w[list(NAMES)].to_numpy(float)
    return pd.Series(chance_above(rows, limits), index=load_w.index, name="chance", dtype=float)


def full_windows(chance: "pd.Series[float]", at_least: float = 0.5) -> pd.DataFrame:
    """Stretches of time in which a feeder is likely full.

    Args:
        chance: What `chance_full` says, two steps or more, equally apart.
        at_least: From which probability on.

    Returns:
        A row for each stretch: `begins_at`, `ends_at` and the highest `chance` within it. That it
        is full at any time within is at least as likely.
    """
    index = pd.DatetimeIndex(chance.index)
    step = index[1] - index[0]
    likely = chance.to_numpy() >= at_least
    stretch = np.cumsum(np.diff(likely.astype(int), prepend=0) == 1)
    rows = [
        {
            "begins_at": index[likely & (stretch == one)][0],
            "ends_at": index[likely & (stretch == one)][-1] + step,
            "chance": chance[likely & (stretch == one)].max(),
        }
        for one in np.unique(stretch[likely])
    ]
    return pd.DataFrame(rows, columns=["begins_at", "ends_at", "chance"])
