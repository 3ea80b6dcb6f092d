"""Entries of SciPy's sparse matrices, read straight from their arrays.

SciPy asks itself so much before it does anything that plans for few EVSEs would mostly wait for it.
"""

from typing import Any, TypeVar

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from smart_charging.arrays import Array, ComplexArray, Flags, Indices

_Numbers = TypeVar("_Numbers", Array, ComplexArray)


def entries_of(matrix: csr_matrix) -> tuple[Indices, Any, Any]:
    """All entries of a matrix: row, column, value."""
    return _repeated(np.diff(matrix.indptr)), matrix.indices, matrix.data


def entries_in(matrix: csc_matrix, columns: Indices) -> tuple[Indices, Any, Any]:
    """Entries of some columns: place among those columns, row, value."""
    begins = matrix.indptr[columns]
    counts = matrix.indptr[columns + 1] - begins
    place = _repeated(counts)
    at = np.arange(len(place)) + (begins - np.cumsum(counts) + counts)[place]
    return place, matrix.indices[at], matrix.data[at]


def running_sums(values: _Numbers, is_first: Flags) -> _Numbers:
    """Running sums, which begin anew wherever a group begins; the first value begins one."""
    sums = np.cumsum(values)
    before = (sums - values)[is_first]
    running: _Numbers = sums - before[np.cumsum(is_first) - 1]
    return running


def is_another(groups: Indices) -> Flags:
    """Whether each entry is of another group than the one before it."""
    is_first = np.ones(len(groups), dtype=bool)
    is_first[1:] = groups[1:] != groups[:-1]
    return is_first


def _repeated(counts: Indices) -> Indices:
    """0 as often as the first count says, then 1, and so on."""
    return np.repeat(np.arange(len(counts)), counts)
