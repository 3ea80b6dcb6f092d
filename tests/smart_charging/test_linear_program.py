"""Linear programs of a few variables, solved on paper."""

import numpy as np
import pytest

from smart_charging.errors import PlanningError, SolverError
from smart_charging.linear_program import Columns, Rows, maximise

INF = float("inf")


def solved(
    values: list[float],
    constraints: list[tuple[float, list[float], float]],
    lower: float = 0.0,
    upper: float | list[float] = INF,
    time_limit_s: float = 5.0,
) -> list[float]:
    """Maximise values under (least, coefficients, most)."""
    columns, rows = Columns(), Rows()
    columns.add(np.array(values), lower, np.array(upper))
    for least, coefficients, most in constraints:
        row = rows.add(np.array([least]), np.array([most]))
        rows.put(row, np.arange(len(values)), np.array(coefficients))
    found: list[float] = maximise(columns, rows, time_limit_s).tolist()
    return found


def test_best_corner_of_a_polygon_is_found() -> None:
    # 3x + 2y under x + y <= 4, x + 3y <= 6: corners (4, 0) 12, (3, 1) 11, (0, 2) 4
    under: list[tuple[float, list[float], float]] = [(-INF, [1, 1], 4), (-INF, [1, 3], 6)]
    assert solved([3, 2], under) == pytest.approx([4.0, 0.0])
    assert solved([3, 2], under, upper=[3.0, INF]) == pytest.approx([3.0, 1.0])
    assert solved([1, 2], under) == pytest.approx([3.0, 1.0])
    assert solved([1, 4], under) == pytest.approx([0.0, 2.0])


def test_value_below_zero_is_kept_small() -> None:
    assert solved([-1, -3], [(4, [1, 2], INF)]) == pytest.approx([4.0, 0.0])
    assert solved([-1, -1], [(4, [1, 2], INF)]) == pytest.approx([0.0, 2.0])


def test_equality_holds() -> None:
    assert solved([1, 0], [(10, [2, 5], 10)], upper=[2.0, INF]) == pytest.approx([2.0, 1.2])


def test_lower_bound_is_kept_even_if_it_costs() -> None:
    assert solved([-1, 2], [(-INF, [1, 1], 5)], lower=1.5) == pytest.approx([1.5, 3.5])


def test_upper_bound_may_be_one_for_all_or_one_for_each() -> None:
    wide: list[tuple[float, list[float], float]] = [(-INF, [1, 1], 100)]
    assert solved([1, 1], wide, upper=7.0) == pytest.approx([7.0, 7.0])
    assert solved([1, 1], wide, upper=[7.0, 8.0]) == pytest.approx([7.0, 8.0])


def test_blocks_of_variables_and_rows_know_where_they_begin() -> None:
    columns, rows = Columns(), Rows()
    assert columns.add(np.array([1.0, 1.0]), 0.0, 10.0) == 0
    assert columns.add(np.array([5.0]), 0.0, np.array([3.0])) == 2
    assert columns.add(np.zeros(0), 0.0, 1.0) == 3
    assert columns.count == 3
    assert rows.add(np.full(2, -INF), np.array([4.0, 6.0])) == 0
    assert rows.add(np.full(1, -INF), np.array([9.0])) == 2
    assert rows.count == 3
    # row 0: x0 <= 4; row 1: 2 x1 <= 6; row 2: x0 + x1 + x2 <= 9, where x2 is worth most
    rows.put(np.array([0, 1]), np.array([0, 1]), np.array([1.0, 2.0]))
    rows.put(2, np.array([0, 1, 2]), np.ones(3))
    x0, x1, x2 = maximise(columns, rows, 5.0)
    assert x2 == pytest.approx(3.0)
    assert x0 + x1 == pytest.approx(6.0)
    assert x0 <= 4.0 + 1e-6
    assert x1 <= 3.0 + 1e-6


@pytest.mark.parametrize(
    "constraints",
    [
        pytest.param([(5.0, [1.0], INF)], id="nothing fits"),
        pytest.param([(3.0, [1.0], 2.0)], id="bounds are crossed"),
    ],
)
def test_program_without_a_solution_is_an_error(
    constraints: list[tuple[float, list[float], float]],
) -> None:
    with pytest.raises(SolverError, match="no optimum within 5 s"):
        solved([1.0], constraints, upper=4.0)


def test_program_without_an_end_is_an_error() -> None:
    with pytest.raises(SolverError, match="no optimum within 5 s"):
        solved([1.0], [(0.0, [1.0], INF)])


def test_late_solver_is_an_error_that_names_its_time() -> None:
    rng = np.random.default_rng(1)
    coefficients = rng.uniform(0.1, 1.0, (60, 60))
    with pytest.raises(PlanningError, match="no optimum within 0 s"):
        solved([1.0] * 60, [(-INF, row.tolist(), 1.0) for row in coefficients], time_limit_s=0.0)


def test_program_without_variables_has_an_empty_solution() -> None:
    assert maximise(Columns(), Rows(), 5.0).shape == (0,)
