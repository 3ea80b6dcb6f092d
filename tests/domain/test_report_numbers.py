"""Which numbers of a sequence have come."""

from random import Random

import pytest

from csms.domain.report_numbers import ReportNumbers, read_numbers


def having(*numbers: int) -> ReportNumbers:
    found = ReportNumbers()
    for number in numbers:
        found = found.having(number)
    return found


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((), ""),
        ((0,), "0-0"),
        ((0, 1, 2), "0-2"),
        ((5, 6), "5-6"),
        ((0, 1, 5), "0-1,5-5"),
        ((5, 0, 1), "0-1,5-5"),
        ((0, 2, 1), "0-2"),
        ((4, 0, 2, 3), "0-0,2-4"),
        ((7, 7, 7), "7-7"),
        ((-3, -2, 0, 1), "-3--2,0-1"),
    ],
)
def test_numbers_are_stretches_without_a_gap(numbers: tuple[int, ...], text: str) -> None:
    found = having(*numbers)
    assert str(found) == text
    assert read_numbers(text) == found


def test_nothing_is_read_as_no_numbers() -> None:
    assert read_numbers(None) == ReportNumbers()


def test_numbers_that_came_are_known_in_whatever_order() -> None:
    rng = Random(4)  # noqa: S311
    for _ in range(200):
        numbers = [rng.randrange(30) for _ in range(rng.randrange(25))]
        found = having(*numbers)
        assert [number in found for number in range(30)] == [n in set(numbers) for n in range(30)]
        for (_, last), (first, _) in zip(found.stretches, found.stretches[1:], strict=False):
            assert first > last + 1


def test_number_that_came_already_changes_nothing() -> None:
    found = having(0, 1, 5)
    assert found.having(1) is found


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        ((), ()),
        ((0, 1, 2), ()),
        ((5, 6), ()),
        ((0, 1, 5), ((2, 4),)),
        ((4, 0, 2, 3, 9), ((1, 1), (5, 8))),
    ],
)
def test_missing_numbers_are_those_between_that_have_not_come(
    numbers: tuple[int, ...], missing: tuple[tuple[int, int], ...]
) -> None:
    assert having(*numbers).missing == missing


@pytest.mark.parametrize(
    ("first", "last", "is_whole"),
    [(0, 2, True), (None, 2, False), (0, None, False), (None, None, False)],
)
def test_sequence_is_whole_once_start_and_end_and_all_between_have_come(
    first: int | None, last: int | None, is_whole: bool
) -> None:
    assert having(0, 1, 2).is_whole(first, last) is is_whole
    assert not having(0, 2).is_whole(first, last)
