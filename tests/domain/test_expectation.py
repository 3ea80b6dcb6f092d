import pytest

from csms.domain.expectation import Expectation, expectation_of

EVEN = Expectation(quantiles=(10.0, 25.0, 50.0, 75.0, 90.0), low=10.0, high=90.0)
"""As many lie in every interval of the same width, up to 90; the last tenth up to 135."""


@pytest.mark.parametrize(
    ("passed", "level", "expected"),
    [
        (0.0, 0.5, 50.0),
        (0.0, 0.25, 25.0),
        (50.0, 0.5, 75.0),  # half are over
        (60.0, 0.5, 80.0),
        (90.0, 0.5, 112.5),  # the middle of the last tenth
        (112.5, 0.5, 123.75),
        (50.0, 0.0, 50.0),
    ],
)
def test_a_quantile_of_what_is_still_possible(passed: float, level: float, expected: float) -> None:
    assert EVEN.beyond(passed, level) == pytest.approx(expected)


@pytest.mark.parametrize("passed", [135.0, 200.0])
def test_more_than_was_thought_possible(passed: float) -> None:
    assert EVEN.beyond(passed) is None


def test_outcomes_that_are_all_alike_are_expected_again() -> None:
    """Up to the figure nothing is thought possible but that, and a bit more."""
    alike = Expectation(quantiles=(8.0,) * 5, low=8.0, high=8.0)
    assert alike.beyond(0.0) == pytest.approx(8.0)
    assert alike.beyond(8.0) == pytest.approx(10.0)  # between 8 and half as much again


def test_nothing_may_be_what_most_take() -> None:
    mostly = Expectation(quantiles=(0.0, 0.0, 0.0, 20.0, 30.0), low=0.0, high=30.0)
    assert mostly.beyond(0.0) == pytest.approx(20.0)  # the middle of those who take any


def test_past_outcomes_tell_their_quantiles() -> None:
    found = expectation_of([4.0, 1.0, 3.0, 2.0, 5.0])
    assert found.quantiles == pytest.approx((1.4, 2.0, 3.0, 4.0, 4.6))
    assert (found.low, found.high) == (found.quantiles[0], found.quantiles[-1])


def test_quantiles_of_what_was_possible_are_not_made_so_twice() -> None:
    """It stood for 40 already when this was said: half of such stays are longer than 50."""
    standing = Expectation(
        quantiles=(42.0, 45.0, 50.0, 55.0, 60.0), low=42.0, high=60.0, above=40.0
    )
    assert standing.beyond(40.0) == pytest.approx(50.0)
    assert standing.beyond(0.0) == pytest.approx(50.0)
    assert standing.beyond(50.0) == pytest.approx(55.0)
