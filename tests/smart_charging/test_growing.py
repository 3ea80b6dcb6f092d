"""Programs that begin with some of their rows end where the whole ones do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_charging.errors import SolverError
from smart_charging.growing import maximise_growing
from smart_charging.linear_program import Columns, Optimum, Rows, maximise
from tests.smart_charging.examples import examples

INF = float("inf")


def polygon(*waiting: bool, time_limit_s: float = 5.0) -> Optimum:
    """Maximise 3x + 2y under x + y <= 4, x + 3y <= 8 and x <= 3, of which some wait."""
    columns, rows = Columns(), Rows()
    columns.add(np.array([3.0, 2.0]), 0.0, 100.0)
    for coefficients, most in (([1.0, 1.0], 4.0), ([1.0, 3.0], 8.0), ([1.0, 0.0], 3.0)):
        rows.put(rows.add(-INF, most, 1), np.arange(2), np.array(coefficients))
    return maximise_growing(columns, rows, np.array(waiting), time_limit_s)


@pytest.mark.parametrize(
    "waiting",
    [(False, False, False), (True, False, False), (False, True, True), (True, True, True)],
)
def test_rows_that_wait_are_kept_all_the_same(waiting: tuple[bool, ...]) -> None:
    # the corner x = 3, y = 1: an ampere more of the first row adds 2, of the third 3 - 2
    best = polygon(*waiting)
    assert best.values == pytest.approx([3.0, 1.0])
    assert best.objective == best.bound == pytest.approx(11.0)
    assert best.duals == pytest.approx([2.0, 0.0, 1.0])


def test_program_without_an_optimum_is_refused() -> None:
    columns, rows = Columns(), Rows()
    columns.add(np.array([1.0]), 0.0, INF)
    rows.put(rows.add(2.0, 1.0, 1), np.arange(1), 1.0)
    with pytest.raises(SolverError):
        maximise_growing(columns, rows, np.zeros(1, dtype=bool), 5.0)


def test_no_time_is_no_optimum() -> None:
    with pytest.raises(SolverError, match="within"):
        polygon(False, False, False, time_limit_s=0.0)


@examples(100)
@given(st.integers(0, 10_000))
def test_any_rows_may_wait(seed: int) -> None:
    random = np.random.default_rng(seed)
    columns, rows = Columns(), Rows()
    columns.add(random.normal(1.0, 1.0, 8), 0.0, random.uniform(0.0, 5.0, 8))
    for row in rows.add(-INF, random.uniform(1.0, 10.0, 12), 12):
        some = random.permutation(8)[:3]
        rows.put(row, some, random.uniform(0.0, 2.0, 3))
    best = maximise_growing(columns, rows, random.random(12) < 0.7, 5.0)
    assert best.objective == pytest.approx(maximise(columns, rows, 5.0).objective, abs=1e-6)
