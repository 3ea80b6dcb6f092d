"""Currents that are not planned and whose angle is known: each of them may be absent."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from smart_charging.arrays import Array, ComplexArray, Flags, Indices

_DECIMALS: Final = 9
"""Directions that are closer are one."""
_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """Amperes by line and direction.

    Loads of one direction on a line are one entry: absent or not, they never make room for each
    other, and never take more than their sum.

    Attributes:
        count: How many rows there are.
        row: [entry]
        direction: Of length 1: [entry].
        amps: [entry, slot]
    """

    count: int
    row: Indices
    direction: ComplexArray
    amps: Array

    @classmethod
    def of(cls, phasors: csr_matrix, amps: Array) -> Self:
        """What loads put on the lines.

        Args:
            phasors: What an ampere of each puts on each line: [row, load].
            amps: What each draws: [load, slot].
        """
        if not phasors.nnz:
            nothing = np.zeros(0, dtype=int), np.zeros(0, dtype=complex)
            return cls(phasors.shape[0], *nothing, np.zeros((0, amps.shape[1])))
        entries = coo_matrix(phasors)
        angles = np.angle(entries.data).round(_DECIMALS)
        places, entry_of = np.unique(
            np.column_stack([entries.row, angles]), axis=0, return_inverse=True
        )
        sizes = csr_matrix(
            (np.abs(entries.data), (entry_of.ravel(), entries.col)),
            shape=(len(places), entries.shape[1]),
        )
        rows = places[:, 0].astype(int)
        return cls(entries.shape[0], rows, np.exp(1j * places[:, 1]), np.asarray(sizes @ amps))

    def beside(self, other: "Fixed") -> "Fixed":
        """Both together."""
        return Fixed(
            self.count,
            np.concatenate([self.row, other.row]),
            np.concatenate([self.direction, other.direction]),
            np.concatenate([self.amps, other.amps]),
        )

    def turned(self, on: Flags) -> "Fixed":
        """The same currents the other way, on some lines only: [row]."""
        some = on[self.row]
        return Fixed(self.count, self.row[some], -self.direction[some], self.amps[some])

    @property
    def flows(self) -> Flags:
        """Whether there is ever any current: [entry]."""
        return np.asarray((self.amps > _NOTHING).any(axis=1))

    def total(self) -> ComplexArray:
        """The sum of all of them: [row, slot]."""
        total: ComplexArray = self._summed(self.direction)
        return total

    def magnitude(self) -> Array:
        """The sum of their magnitudes: [row, slot]."""
        return np.asarray(self._summed(np.ones(len(self.row))))

    def along(self, direction: ComplexArray) -> Array:
        """The most that they have in a direction of each line, whichever is absent: [row, slot]."""
        part = (self.direction * direction[self.row].conjugate()).real
        return np.asarray(self._summed(np.maximum(part, 0.0)))

    def _summed(self, weights: ComplexArray | Array) -> ComplexArray:
        entries = np.arange(len(self.row))
        if not len(entries):
            return np.zeros((self.count, self.amps.shape[1]), dtype=weights.dtype)
        adder = csr_matrix((weights, (self.row, entries)), shape=(self.count, len(self.row)))
        summed: ComplexArray = np.asarray(adder @ self.amps)
        return summed
