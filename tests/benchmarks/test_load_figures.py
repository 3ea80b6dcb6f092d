import math

import pytest

from benchmarks.load.figures import Tally, percentile


@pytest.mark.parametrize(
    ("share_pct", "value"), [(1, 1.0), (50, 50.0), (98.5, 99.0), (99, 99.0), (100, 100.0)]
)
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(
    share_pct: float, value: float
) -> None:
    assert percentile([float(number) for number in range(1, 101)], share_pct) == value


def test_the_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 50) == 7.0
    assert percentile([7.0], 99) == 7.0


def test_nothing_has_no_percentile() -> None:
    assert math.isnan(percentile([], 99))


def test_what_came_late_is_answered_but_not_in_time() -> None:
    tally = Tally(sent=4)
    tally.count(0.010, is_error=False, is_in_time=True)
    tally.count(0.030, is_error=True, is_in_time=True)
    tally.count(0.020, is_error=False, is_in_time=False)
    tally.note_late(0.004)

    figures = tally.figures(seconds=2.0, waiting_s=[30.0], generator_share=0.25)

    assert (figures.sent, figures.answered, figures.unanswered) == (4, 3, 1)
    assert figures.errors == 1
    assert figures.rate == 1.0  # two in two seconds
    assert figures.p50_ms == 20.0
    assert figures.late_p99_ms == 4.0
    assert figures.max_ms == 30_000.0  # who was never answered has waited as long as anybody
