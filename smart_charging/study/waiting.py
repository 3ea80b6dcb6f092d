"""The stays of several populations side by side, and who is there as time goes on."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.study.drawing import Population

_NOTHING_WH: Final = 1e-6


def beside(columns: Sequence[Any], nothing: float) -> Array:
    """Put columns of populations beside each other, all one longer than the longest.

    Args:
        columns: By seed: [stay, ...].
        nothing: What fills up.

    Returns:
        [seed, stay, ...]
    """
    longest = max(len(column) for column in columns)
    table = np.full((len(columns), longest + 1, *columns[0].shape[1:]), nothing)
    for row, column in zip(table, columns, strict=True):
        row[: len(column)] = column
    return table


class Stays:
    """Columns [seed, stay], filled up with stays of nobody.

    Args:
        populations: By seed.
    """

    def __init__(self, populations: Sequence[Population]) -> None:
        self.counts = [len(one.user) for one in populations]
        self.nobody = max(self.counts)
        self.user = beside([one.user for one in populations], np.inf)
        self.arrives = beside([one.arrives for one in populations], 0.0)
        self.departs = beside([one.departs for one in populations], 1.0)
        self.wanted_wh = beside([one.wanted_wh for one in populations], 0.0)
        self.max_a = beside([one.max_a for one in populations], 1.0)
        self.way = beside([one.way for one in populations], 0).astype(int)
        self.is_judged = beside([one.is_judged for one in populations], 0).astype(bool)


class Waiting:
    """Who is there, and lacks anything in some case.

    Args:
        stays: Of all populations.
    """

    def __init__(self, stays: Stays) -> None:
        self._stays = stays
        self._next = [0] * len(stays.counts)
        self._there: list[Indices] = [np.zeros(0, dtype=int) for _ in stays.counts]

    def at(self, step: int, seeds: Indices, left_wh: Array) -> Indices | None:
        """Stays that are there in a step: [case, place], filled up with nobody's; None: none is.

        Args:
            step: They have to be asked for in order.
            seeds: [case]
            left_wh: What each stay lacks: [case, stay].
        """
        for seed, count in enumerate(self._stays.counts):
            arrives = self._stays.arrives[seed, :count]
            until = int(np.searchsorted(arrives, step, side="right"))
            there = np.concatenate([self._there[seed], np.arange(self._next[seed], until)])
            self._next[seed] = until
            there = there[self._stays.departs[seed, there] > step]
            own = np.flatnonzero(seeds == seed)
            lacks = (left_wh[np.ix_(own, there)] > _NOTHING_WH).any(axis=0)
            self._there[seed] = there[lacks]
        most = max(map(len, self._there))
        if not most:
            return None
        table = np.full((len(self._there), most), self._stays.nobody)
        for row, there in zip(table, self._there, strict=True):
            row[: len(there)] = there
        return np.asarray(table[seeds])
