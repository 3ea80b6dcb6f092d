"""Linear programs of a few variables, solved on paper."""

from typing import Any, TypeAlias

import numpy as np
import pytest

from smart_charging.errors import PlanningError, SolverError
from smart_charging.linear_program import Optimum, maximise
from smart_charging.program import Columns, Rows

INF = float("inf")
Constraint: TypeAlias = tuple[float, list[float], float]
"""Least, coefficients, most."""


def optimum(
    values: list[float],
    constraints: list[Constraint],
    *,
    lower: float = 0.0,
    upper: float | list[float] = INF,
    time_limit_s: float = 5.0,
    is_whole: bool = False,
) -> Optimum:
    """Maximise values under (least, coefficients, most)."""
    columns, rows = Columns(), Rows()
    columns.add(np.array(values), lower, np.array(upper), is_whole=is_whole)
    for least, coefficients, most in constraints:
        row = rows.add(least, most, 1)
        rows.put(row, np.arange(len(values)), np.array(coefficients))
    return maximise(columns, rows, time_limit_s)


def solved(values: list[float], constraints: list[Constraint], **more: Any) -> list[float]:
    """The best values of all variables."""
    found: list[float] = optimum(values, constraints, **more).values.tolist()
    return found


def test_best_corner_of_a_polygon_is_found() -> None:
    # 3x + 2y under x + y <= 4, x + 3y <= 6: corners (4, 0) 12, (3, 1) 11, (0, 2) 4
    under: list[Constraint] = [(-INF, [1, 1], 4), (-INF, [1, 3], 6)]
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
    wide: list[Constraint] = [(-INF, [1, 1], 100)]
    assert solved([1, 1], wide, upper=7.0) == pytest.approx([7.0, 7.0])
    assert solved([1, 1], wide, upper=[7.0, 8.0]) == pytest.approx([7.0, 8.0])


def test_blocks_of_variables_and_rows_know_where_they_are() -> None:
    columns, rows = Columns(), Rows()
    assert columns.add(np.array([1.0, 1.0]), 0.0, 10.0).tolist() == [0, 1]
    assert columns.add(np.array([5.0]), 0.0, np.array([3.0])).tolist() == [2]
    assert columns.add(np.zeros(0), 0.0, 1.0).tolist() == []
    assert columns.count == 3
    assert rows.add(-INF, np.array([4.0, 6.0]), 2).tolist() == [0, 1]
    assert rows.add(-INF, 9.0, 1).tolist() == [2]
    assert rows.add(0.0, 9.0, 0).tolist() == []
    assert rows.count == 3
    # row 0: x0 <= 4; row 1: 2 x1 <= 6; row 2: x0 + x1 + x2 <= 9, where x2 is worth most
    rows.put(np.array([0, 1]), np.array([0, 1]), np.array([1.0, 2.0]))
    rows.put(np.array([2]), np.array([0, 1, 2]), 1.0)
    x0, x1, x2 = maximise(columns, rows, 5.0).values
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
    constraints: list[Constraint],
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
    rows = Rows()
    rows.add(-INF, 4.0, 3)
    found = maximise(Columns(), rows, 5.0)
    assert (found.values.tolist(), found.duals.tolist()) == ([], [0.0, 0.0, 0.0])
    assert (found.objective, found.bound) == (0.0, 0.0)


def test_block_of_variables_keeps_its_shape() -> None:
    columns = Columns()
    columns.add(np.zeros(5), 0.0, 1.0)
    assert columns.add(np.zeros((2, 3)), np.zeros((2, 1)), 1.0).tolist() == [[5, 6, 7], [8, 9, 10]]


def test_coefficients_of_a_block_are_broadcast() -> None:
    columns, rows = Columns(), Rows()
    block = columns.add(np.array([[1.0, 1.0], [2.0, 3.0]]), 0.0, 10.0)
    # the rows of the block: x00 + x01 <= 4 and 2 x10 + 2 x11 <= 6
    both = rows.add(-INF, np.array([4.0, 6.0]), 2)
    rows.put(both[:, None], block, np.array([[1.0], [2.0]]))
    found = maximise(columns, rows, 5.0)
    assert found.values[:2].sum() == pytest.approx(4.0)
    assert found.values[2:] == pytest.approx([0.0, 3.0])
    assert found.objective == pytest.approx(4.0 + 9.0)


def test_dual_is_what_a_looser_bound_would_gain() -> None:
    # 3x + 2y under x + y <= 4, x <= 3, y <= 9: one more of the first is one more y, one more of
    # the second an x in place of a y, one more of the third nothing
    under: list[Constraint] = [(-INF, [1, 1], 4), (-INF, [1, 0], 3), (-INF, [0, 1], 9)]
    found = optimum([3, 2], under)
    assert found.values == pytest.approx([3.0, 1.0])
    assert found.duals == pytest.approx([2.0, 1.0, 0.0])
    assert found.objective == pytest.approx(11.0)
    assert found.bound == pytest.approx(11.0)


def test_dual_of_a_least_amount_is_what_it_costs() -> None:
    # -2x under x >= 3: one more costs two
    assert optimum([-2], [(3, [1], INF)]).duals == pytest.approx([-2.0])


def test_whole_variables_are_whole_and_have_no_duals() -> None:
    # 5x + 4y under 6x + 4y <= 24, x + 2y <= 6: 21 at (3, 1.5), 20 at (4, 0) in whole numbers
    under: list[Constraint] = [(-INF, [6, 4], 24), (-INF, [1, 2], 6)]
    assert optimum([5, 4], under).objective == pytest.approx(21.0)
    found = optimum([5, 4], under, upper=10.0, is_whole=True)
    assert found.values == pytest.approx([4.0, 0.0])
    assert found.objective == pytest.approx(20.0)
    assert found.bound == pytest.approx(20.0)
    assert found.duals.tolist() == []
