"""SciPy's sparse matrices, made from their arrays and read straight from them.

SciPy asks itself so much before it does anything that plans for few EVSEs would mostly wait for it.
"""

from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from smart_charging.arrays import Array, ComplexArray, Flags, Indices

_Numbers = TypeVar("_Numbers", Array, ComplexArray)


def matrix_by_row(
    values: Any,  # noqa: ANN401 - real or complex
    row: Indices,
    column: Indices,
    shape: tuple[int, int],
) -> csr_matrix:
    """Make a matrix of its entries, each place given once."""
    order = np.lexsort((column, row))
    begins = np.searchsorted(row[order], np.arange(shape[0] + 1))
    return csr_matrix((values[order], column[order], begins), shape=shape)


def matrix_by_column(
    values: Any,  # noqa: ANN401 - real or complex
    row: Indices,
    column: Indices,
    shape: tuple[int, int],
) -> csc_matrix:
    """Make a matrix of its entries, each place given once."""
    order = np.lexsort((row, column))
    begins = np.searchsorted(column[order], np.arange(shape[1] + 1))
    return csc_matrix((values[order], row[order], begins), shape=shape)


def rows_of(matrix: csr_matrix, on: Flags) -> csr_matrix:
    """Some rows of a matrix only: [row]."""
    counts = np.diff(matrix.indptr)
    some = np.repeat(on, counts)
    begins = np.concatenate([[0], np.cumsum(counts[on])])
    entries = matrix.data[some], matrix.indices[some], begins
    return csr_matrix(entries, shape=(len(begins) - 1, matrix.shape[1]))


def entries_of(matrix: csr_matrix) -> tuple[Indices, Any, Any]:
    """All entries of a matrix: row, column, value."""
    return _repeated(np.diff(matrix.indptr)), matrix.indices, matrix.data


def entries_in(matrix: csc_matrix, columns: Indices) -> tuple[Indices, Any, Any]:
    """Entries of some columns: place among those columns, row, value."""
    if not matrix.nnz:
        return np.zeros(0, dtype=int), matrix.indices, matrix.data
    begins = matrix.indptr[columns]
    counts = matrix.indptr[columns + 1] - begins
    place = _repeated(counts)
    at = np.arange(len(place)) + (begins - np.cumsum(counts) + counts)[place]
    return place, matrix.indices[at], matrix.data[at]


@dataclass(frozen=True, slots=True, eq=False)
class Padded:
    """A matrix by column, every column filled up to as many entries as the fullest one has.

    What columns are filled up with are ones in a row below the last one: whoever adds up rows has
    one more of them, that is asked for nothing.

    Attributes:
        rows: [column, entry]
        values: [column, entry]
    """

    rows: Indices
    values: Any

    @classmethod
    def of(cls, matrix: csc_matrix) -> Self:
        """Fill up a matrix."""
        counts = np.diff(matrix.indptr)
        shape = (len(counts), int(counts.max(initial=0)))
        rows = np.full(shape, matrix.shape[0])
        values = np.ones(shape, dtype=matrix.dtype)
        is_entry = np.arange(shape[1]) < counts[:, None]
        rows[is_entry], values[is_entry] = matrix.indices, matrix.data
        return cls(rows, values)


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
