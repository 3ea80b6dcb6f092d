"""Sums of regression trees as plain arrays: to be kept without code, and evaluated anywhere.

A model that is read back is numbers, never a pickle, which may run what it likes; and whoever only
predicts needs not the library that has grown the trees.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices

_ROWS: Final = 20_000
"""So many rows are evaluated at once, to bound what they take of memory."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forest:
    """Trees whose leaves are added up.

    Attributes:
        base: What is added to.
        roots: [tree], the node where each begins.
        features: [node], the column that decides; -1: a leaf.
        thresholds: [node], up to which it goes to the left.
        lefts: [node], where it goes to.
        rights: [node], where else.
        missing_left: [node], whether it goes to the left where the value is not a number.
        values: [node], what a leaf adds.
    """

    base: float
    roots: Indices
    features: Indices
    thresholds: Array
    lefts: Indices
    rights: Indices
    missing_left: Flags
    values: Array

    def predict(self, rows: Array) -> Array:
        """Evaluate the trees.

        Args:
            rows: [row, column].

        Returns:
            [row].
        """
        parts = [self._sum(rows[at : at + _ROWS]) for at in range(0, len(rows), _ROWS)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _sum(self, rows: Array) -> Array:
        found = np.full(len(rows), self.base)
        every = np.arange(len(rows))
        for root in self.roots:
            node, row = np.full(len(rows), root), every
            while len(row):
                inner = self.features[node[row]] >= 0
                row = row[inner]
                at = node[row]
                value = rows[row, self.features[at]]
                goes_left = np.where(
                    np.isnan(value), self.missing_left[at], value <= self.thresholds[at]
                )
                node[row] = np.where(goes_left, self.lefts[at], self.rights[at])
            found += self.values[node]
        return found
