"""From when on minutes that are made of an EVSE's newest readings are those of all its readings.

What a register gained counts from the reading before it. So where the readings before the first one
are not known, this is not known either:

1. what the first register that was read has gained, and over which time of up to an hour;
2. what the first one that rises has gained: a register that had fallen before may be back.

Later ones count from a rise that is known (`csms.history.minutes`). Nothing of that matters in a
minute in which the meter told the power itself.
"""

import numpy as np

from csms.history.minutes import LONGEST_SPREAD_US, MINUTE_US, Integers, Minutes, Readings


def certain_from(readings: Readings, minutes: Minutes, after_us: int) -> int:
    """From which minute since 1970 on power and energy are certain.

    Args:
        readings: All of one EVSE after an instant, in the order of time and register.
        minutes: What they come to.
        after_us: That instant, in microseconds since 1970.
    """
    metered = np.flatnonzero(~np.isnan(readings.register_wh))
    at_us, register_wh = readings.at_us[metered], readings.register_wh[metered]
    doubtful: set[int] = set()
    if len(metered):
        doubtful.update(_share(after_us, int(at_us[0])))
    rises = np.flatnonzero(np.diff(register_wh) > 0)
    if len(rises):
        doubtful.update(_share(int(at_us[rises[0]]), int(at_us[rises[0] + 1])))
    doubtful.difference_update(_powered(minutes).tolist())
    return max(after_us // MINUTE_US + 1, *(minute + 1 for minute in doubtful), 0)


def _share(since_us: int, until_us: int) -> range:
    """The minutes that have a share in what was gained between two instants."""
    if 0 < until_us - since_us <= LONGEST_SPREAD_US:
        return range(since_us // MINUTE_US, (until_us - 1) // MINUTE_US + 1)
    return range(until_us // MINUTE_US, until_us // MINUTE_US + 1)


def _powered(minutes: Minutes) -> Integers:
    told: Integers = minutes.minute[~np.isnan(minutes.power_mean_w)]
    return told
