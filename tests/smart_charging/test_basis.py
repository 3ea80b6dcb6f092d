"""Where the next program begins: names, and what becomes of statuses by them."""

import numpy as np

from smart_charging.basis import (
    NO_NAME,
    Ends,
    Kind,
    Status,
    Statuses,
    balance,
    fit_to_bounds,
    names_of,
    numbers_of,
    places_from_last,
)

FREE, LOWER, UPPER, FIXED, BASIC = Status
INF = float("inf")


def statuses(*some: Status) -> Statuses:
    return np.array(some, dtype=np.int8)


def test_keys_have_the_same_numbers_in_every_process() -> None:
    # the check value of CRC-32, and that of nothing
    assert numbers_of(["123456789", ""]).tolist() == [0xCBF43926, 0]


def test_names_differ_by_kind_owner_and_which() -> None:
    who, which = np.array([[3], [4]]), np.array([0, 1])
    names = [names_of(kind, who, which).ravel().tolist() for kind in Kind]
    flat = [name for some in names for name in some]
    assert len(set(flat)) == 4 * len(Kind)
    assert min(flat) > NO_NAME


def test_places_are_counted_from_the_last_of_a_group() -> None:
    assert places_from_last(np.array([5, 5, 2, 5, 2])).tolist() == [2, 1, 1, 0, 0]
    assert places_from_last(np.zeros(0, dtype=int)).tolist() == []


def test_status_is_found_by_name_and_others_keep_theirs() -> None:
    names = np.array([30, NO_NAME, 10, 20])
    ends = Ends.of(names, statuses(UPPER, LOWER, BASIC, FREE), np.array([True, True, True, False]))
    found = ends.at(np.array([10, 20, 30, NO_NAME]), statuses(LOWER, LOWER, LOWER, LOWER))
    assert found.tolist() == [BASIC, LOWER, UPPER, LOWER]


def test_nothing_is_known_after_a_program_without_names() -> None:
    ends = Ends.of(np.array([NO_NAME]), statuses(UPPER), np.array([True]))
    assert ends.at(np.array([NO_NAME, 7]), statuses(LOWER, BASIC)).tolist() == [LOWER, BASIC]
    assert not ends.has_near(np.array([NO_NAME, 7])).any()


def test_neighbours_are_two_slots_and_a_chord_away() -> None:
    chords = np.arange(7, 14)
    known = names_of(Kind.LINE, np.array([10]), 50)
    ends = Ends.of(known, statuses(UPPER), np.array([True]))
    in_time = names_of(Kind.LINE, np.array([10]), np.arange(46, 55))
    assert ends.has_near(in_time).tolist() == [False] * 2 + [True] * 5 + [False] * 2
    around = names_of(Kind.LINE, chords, 50)
    assert ends.has_near(around).tolist() == [False] * 2 + [True] * 3 + [False] * 2


def test_nobody_is_at_a_bound_that_it_does_not_have() -> None:
    asked = statuses(UPPER, LOWER, LOWER, FREE, FIXED, BASIC)
    lower = np.array([0.0, -INF, 2.0, -INF, 0.0, 0.0])
    upper = np.array([INF, 4.0, 2.0, INF, 5.0, 0.0])
    fitted = fit_to_bounds(asked, lower, upper)
    assert fitted.tolist() == [LOWER, UPPER, FIXED, FREE, LOWER, BASIC]


def test_as_many_are_basic_as_there_are_rows() -> None:
    columns, rows = statuses(BASIC, UPPER, BASIC, BASIC), statuses(UPPER, BASIC)
    balance(columns, rows)
    assert (columns.tolist(), rows.tolist()) == ([BASIC, UPPER, LOWER, LOWER], [UPPER, BASIC])
    columns, rows = statuses(UPPER, LOWER), statuses(UPPER, FIXED, BASIC)
    balance(columns, rows)
    assert (columns.tolist(), rows.tolist()) == ([UPPER, LOWER], [BASIC, BASIC, BASIC])
    columns, rows = statuses(BASIC, UPPER), statuses(UPPER)
    balance(columns, rows)
    assert (columns.tolist(), rows.tolist()) == ([BASIC, UPPER], [UPPER])
