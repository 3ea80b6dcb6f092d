"""Readings of meters rolled up to minutes: energy from the register, mean and highest of the rest.

The energy of an EVSE is what its register gained, whichever transactions the readings belong to:

1. A reading that is above the one before it has gained the difference.
2. If the register has fallen, has gained nothing since, and is then at least where it fell from, it
   is back: it gains on that. So a station that reports 0 while it starts counts nothing twice, nor
   do transactions that overlap and have a register each.
3. Else the register began anew where it fell to.
4. What was gained since a reading of up to an hour ago is spread evenly over that time. After a
   longer gap it counts in the minute in which it was read.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

MINUTE_US: Final = 60_000_000
LONGEST_SPREAD_US: Final = 60 * MINUTE_US
_MINUTE_BITS: Final = 32
"""A minute since 1970 fits into these bits of a key, the EVSE's index stands above them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readings:
    """Readings in the order of EVSE, time and register; what was not told is NaN.

    Attributes:
        evse: Index of the EVSE.
        at_us: When, in microseconds since 1970.
        current_a: By phase of the station: [phase, reading].
    """

    evse: Integers
    at_us: Integers
    register_wh: Array
    power_w: Array
    current_a: Array
    soc_pct: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Minutes:
    """Minutes of EVSEs in their order, those in which something was read or gained.

    Attributes:
        minute: Since 1970.
        energy_wh: NaN in a minute of which no register tells.
        current_mean_a: [phase, minute]; `current_max_a` likewise.
        soc_pct: The last one told.
        register_wh: The last one told, NaN for none.
        register_top_wh: Where that fell from, if it has and has gained nothing since; or itself.
        register_us: When it was read, 0 for none.
        readings: How many.
    """

    evse: Integers
    minute: Integers
    energy_wh: Array
    power_mean_w: Array
    power_max_w: Array
    current_mean_a: Array
    current_max_a: Array
    soc_pct: Array
    register_wh: Array
    register_top_wh: Array
    register_us: Integers
    readings: Integers


@dataclass(frozen=True, slots=True, eq=False)
class _Registers:
    """Readings that tell of a register, what each gained, and where each fell from."""

    evse: Integers
    at_us: Integers
    register_wh: Array
    gained_wh: Array
    top_wh: Array


def roll_minutes(readings: Readings) -> Minutes:
    """Roll readings up to minutes."""
    registers = _registers(readings)
    shares, shares_wh = _shares(registers)
    metered = _keys(registers.evse, registers.at_us // MINUTE_US)
    read = _keys(readings.evse, readings.at_us // MINUTE_US)
    keys = np.unique(np.concatenate((shares, metered, read)))
    rows, meters = _Groups(read, keys), _Groups(metered, keys)
    read_at = np.nan_to_num(meters.last(registers.at_us.astype(np.float64)))
    return Minutes(
        evse=keys >> _MINUTE_BITS,
        minute=keys & ((1 << _MINUTE_BITS) - 1),
        energy_wh=_energy(keys, metered, shares, shares_wh),
        power_mean_w=rows.mean(readings.power_w),
        power_max_w=rows.highest(readings.power_w),
        current_mean_a=np.stack([rows.mean(phase) for phase in readings.current_a]),
        current_max_a=np.stack([rows.highest(phase) for phase in readings.current_a]),
        soc_pct=rows.last(readings.soc_pct),
        register_wh=meters.last(registers.register_wh),
        register_top_wh=meters.last(registers.top_wh),
        register_us=read_at.astype(np.int64),
        readings=rows.count(),
    )


class _Groups:
    """Values by their minute.

    Args:
        of_values: The key of each value, in order.
        keys: All keys, in order.
    """

    def __init__(self, of_values: Integers, keys: Integers) -> None:
        is_first = np.ones(len(of_values), dtype=bool)
        is_first[1:] = of_values[1:] != of_values[:-1]
        self._starts = np.flatnonzero(is_first)
        self._size = len(of_values)
        self._places = np.searchsorted(keys, of_values[self._starts])
        self._keys = len(keys)

    def count(self) -> Integers:
        """How many values there are."""
        found = np.zeros(self._keys, dtype=np.int64)
        found[self._places] = np.diff(self._starts, append=self._size)
        return found

    def mean(self, values: Array) -> Array:
        """The mean of those that were told."""
        is_told = ~np.isnan(values)
        totals = self._reduce(np.add, np.where(is_told, values, 0.0))
        counts = self._reduce(np.add, is_told.astype(float))
        return totals / np.where(counts > 0, counts, np.nan)

    def highest(self, values: Array) -> Array:
        """The highest of those that were told."""
        return self._reduce(np.fmax, values)

    def last(self, values: Array) -> Array:
        """The last one that was told."""
        places = np.where(np.isnan(values), -1.0, np.arange(len(values)))
        latest = np.nan_to_num(self._reduce(np.fmax, places), nan=-1.0).astype(np.int64)
        found: Array = np.append(values, np.nan)[latest]
        return found

    def _reduce(self, function: np.ufunc, values: Array) -> Array:
        found = np.full(self._keys, np.nan)
        if len(values):
            found[self._places] = function.reduceat(values, self._starts)
        return found


def _registers(readings: Readings) -> _Registers:
    """Read the registers."""
    told = np.flatnonzero(~np.isnan(readings.register_wh))
    evse, register_wh = readings.evse[told], readings.register_wh[told]
    before = np.arange(len(told)) - 1
    is_first = np.ones(len(told), dtype=bool)
    is_first[1:] = evse[1:] != evse[:-1]
    is_rise = ~is_first & (register_wh > register_wh[before])
    begins = np.maximum.accumulate(np.where(is_first | is_rise, np.arange(len(told)), 0))
    top_wh = register_wh[begins]  # from there on it has not risen
    is_back = top_wh[before] <= register_wh
    base_wh = np.where(is_back, top_wh[before], register_wh[before])
    return _Registers(
        evse=evse,
        at_us=readings.at_us[told],
        register_wh=register_wh,
        gained_wh=np.where(is_rise, register_wh - base_wh, 0.0),
        top_wh=top_wh,
    )


def _shares(registers: _Registers) -> tuple[Integers, Array]:
    """What was gained, by minutes: their keys, and the energy of each."""
    some = np.flatnonzero(registers.gained_wh > 0)
    evse, gained_wh = registers.evse[some], registers.gained_wh[some]
    until_us, since_us = registers.at_us[some], registers.at_us[some - 1]
    is_spread = (until_us > since_us) & (until_us - since_us <= LONGEST_SPREAD_US)
    since_us = np.where(is_spread, since_us, until_us)
    first = since_us // MINUTE_US
    count = np.where(is_spread, (until_us - 1) // MINUTE_US - first, 0) + 1
    gain = np.repeat(np.arange(len(count)), count)
    minute = first[gain] + np.arange(len(gain)) - np.repeat(np.cumsum(count) - count, count)
    begins_us = np.maximum(since_us[gain], minute * MINUTE_US)
    ends_us = np.minimum(until_us[gain], (minute + 1) * MINUTE_US)
    length_us = np.maximum(until_us - since_us, 1)[gain]
    part = np.where(is_spread[gain], (ends_us - begins_us) / length_us, 1.0)
    return _keys(evse[gain], minute), gained_wh[gain] * part


def _energy(keys: Integers, metered: Integers, shares: Integers, shares_wh: Array) -> Array:
    """Energy by minutes; NaN where neither a register was read nor anything gained."""
    places = np.searchsorted(keys, shares)
    is_known = np.zeros(len(keys), dtype=bool)
    is_known[places] = True
    is_known[np.searchsorted(keys, metered)] = True
    return np.where(is_known, np.bincount(places, shares_wh, len(keys)), np.nan)


def _keys(evse: Integers, minute: Integers) -> Integers:
    """EVSE and minute as one number that sorts like both."""
    return (evse << _MINUTE_BITS) | minute
