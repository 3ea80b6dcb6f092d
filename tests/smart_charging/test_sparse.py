"""Entries of sparse matrices, and sums within groups."""

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from smart_charging.sparse import (
    Padded,
    entries_in,
    entries_of,
    is_another,
    rows_of,
    running_sums,
)

TABLE = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0]])


def test_all_entries_are_told_row_by_row() -> None:
    rows, columns, values = entries_of(csr_matrix(TABLE))
    assert rows.tolist() == [0, 0, 1]
    assert columns.tolist() == [0, 2, 2]
    assert values.tolist() == [1.0, 2.0, 3.0]


def test_columns_are_picked_in_the_order_asked_for() -> None:
    places, rows, values = entries_in(csc_matrix(TABLE), np.array([2, 1, 0]))
    assert places.tolist() == [0, 0, 2]
    assert rows.tolist() == [0, 1, 0]
    assert values.tolist() == [2.0, 3.0, 1.0]


def test_no_columns_have_no_entries() -> None:
    places, _, _ = entries_in(csc_matrix(TABLE), np.zeros(0, dtype=int))
    assert places.tolist() == []


def test_sums_begin_anew_with_every_group() -> None:
    is_first = is_another(np.array([4, 4, 7, 4]))
    assert is_first.tolist() == [True, False, True, True]
    assert running_sums(np.array([1.0, 2.0, 4.0, 8.0]), is_first).tolist() == [1.0, 3.0, 4.0, 8.0]


def test_nothing_has_no_sums() -> None:
    assert running_sums(np.zeros(0), is_another(np.zeros(0, dtype=int))).tolist() == []


def test_some_rows_keep_their_entries() -> None:
    some = rows_of(csr_matrix(TABLE), np.array([False, True]))
    assert some.toarray().tolist() == [[0.0, 0.0, 3.0]]


def test_no_rows_at_all_are_an_empty_matrix_of_as_many_columns() -> None:
    none = rows_of(csr_matrix(TABLE), np.zeros(2, dtype=bool))
    assert none.shape == (0, 3)


def test_columns_are_filled_up_with_ones_in_a_row_below_the_last() -> None:
    padded = Padded.of(csc_matrix(TABLE))
    assert padded.rows.tolist() == [[0, 2], [2, 2], [0, 1]]
    assert padded.values.tolist() == [[1.0, 1.0], [1.0, 1.0], [2.0, 3.0]]


def test_a_matrix_of_nothing_is_filled_up_with_nothing() -> None:
    padded = Padded.of(csc_matrix((2, 3)))
    assert padded.rows.shape == padded.values.shape == (3, 0)
