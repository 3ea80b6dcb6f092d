"""What the benchmark of forecasts is judged by."""

import pytest

from benchmarks.forecast.bars import GARAGES, JPL, conclude, is_right, judge_load
from benchmarks.forecast.site_load import Outcome
from smart_charging.forecast.analogs import Likeness
from smart_charging.forecast.site import SiteModel

MODEL = SiteModel(
    method="trees",
    likeness=Likeness(),
    trees=(),
    width=1.0,
    losses={},
    step_s=3600,
    known_days=90,
)


def outcome(error: float, loss: float, days: int = 60) -> Outcome:
    """Of a load with a mean of 100 and a naive error of 50."""
    return Outcome(
        name="some",
        model=MODEL,
        days=days,
        mean=100.0,
        error=error,
        naive_error=50.0,
        pinball=loss,
        held=0.8,
        held_all=0.8,
        open_share=1.0,
    )


def test_load_is_held_against_the_naive_error_and_the_mean() -> None:
    assert list(judge_load(GARAGES, [outcome(40.0, 8.8)])) == [
        ("garages 0.800 x naive (bar 0.8)", True),
        ("garages pinball 0.0880 (bar 0.088)", True),
    ]
    assert [held for _, held in judge_load(JPL, [outcome(33.0, 10.1)])] == [False, False]


def test_stretches_of_time_count_by_their_days() -> None:
    [(text, is_held), _] = judge_load(JPL, [outcome(30.0, 5.0, days=40), outcome(45.0, 5.0, 20)])
    assert text.startswith("JPL 0.700")
    assert not is_held


@pytest.mark.parametrize(
    ("share", "expected"), [(0.769, False), (0.77, True), (0.83, True), (0.831, False)]
)
def test_interval_is_right_from_77_to_83_in_a_hundred(share: float, *, expected: bool) -> None:
    assert is_right(share) is expected


def test_last_line_tells_what_was_missed(capsys: pytest.CaptureFixture[str]) -> None:
    assert conclude([("one 1", True), ("two 2", True)])
    assert capsys.readouterr().out == "\nforecast: one 1; two 2 PASS\n"
    assert not conclude([("one 1", True), ("two 2", False)])
    assert capsys.readouterr().out == "\nforecast: one 1; two 2 MISSED FAIL\n"
