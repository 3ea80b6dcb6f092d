"""Linear programs that begin where another ended, solved on paper."""

import numpy as np
import pytest

from smart_charging.basis import Basis, Ends, Kind, Status, names_of
from smart_charging.errors import SolverError
from smart_charging.linear_program import Optimum, maximise
from smart_charging.program import Columns, Rows

INF = float("inf")
NAMES = names_of(Kind.CURRENT, np.array([1]), np.array([0, 1]))


def polygon(
    values: tuple[float, float],
    most: tuple[float, float] = (4.0, 6.0),
    *,
    least: float = 0.0,
    start: Basis | None = None,
) -> Optimum:
    """Corners of x + y <= 4, x + 3 y <= 6, where the second is rare: (4, 0), (3, 1), (0, 2)."""
    columns, rows = Columns(), Rows()
    xy = columns.add(np.array(values), least, 10.0, names=NAMES)
    for row, (coefficients, is_rare) in enumerate((([1.0, 1.0], False), ([1.0, 3.0], True))):
        names = names_of(Kind.LINE, np.array([10 * row]), 0)
        at = rows.add(-INF, most[row], 1, names=names, is_rare=is_rare)
        rows.put(at, xy, np.array(coefficients))
    return maximise(columns, rows, 5.0, start)


def test_same_program_ends_where_it_began() -> None:
    first = polygon((1, 2))
    again = polygon((1, 2), start=first.basis)
    assert again.values == pytest.approx([3.0, 1.0])
    assert again.duals == pytest.approx([0.5, 0.5])  # 1 = d1 + d2 and 2 = d1 + 3 d2
    assert (again.objective, again.bound) == pytest.approx((5.0, 5.0))


def test_rare_row_that_did_not_bind_before_is_kept() -> None:
    first = polygon((3, 2))
    assert first.values == pytest.approx([4.0, 0.0])
    again = polygon((1, 4), start=first.basis)
    assert again.values == pytest.approx([0.0, 2.0])
    assert again.duals == pytest.approx([0.0, 4 / 3])
    assert again.bound == pytest.approx(8.0)


def test_rare_row_that_bound_before_binds_no_more() -> None:
    first = polygon((1, 4))
    again = polygon((3, 2), start=first.basis)
    assert again.values == pytest.approx([4.0, 0.0])
    assert again.duals == pytest.approx([3.0, 0.0])


def test_optimum_moves_with_the_limits() -> None:
    first = polygon((1, 2))
    again = polygon((1, 2), (5.0, 9.0), start=first.basis)
    assert again.values == pytest.approx([3.0, 2.0])
    assert again.objective == pytest.approx(7.0)


@pytest.mark.parametrize("column", [Status.BASIC, Status.AT_UPPER, Status.FREE])
@pytest.mark.parametrize("row", [Status.FIXED, Status.AT_LOWER])
def test_any_beginning_leads_to_the_optimum(column: Status, row: Status) -> None:
    everywhere = np.full(2, column, dtype=np.int8)
    columns = Ends.of(NAMES, everywhere, np.ones(2, dtype=bool))
    names = names_of(Kind.LINE, np.array([0, 10]), 0)
    rows = Ends.of(names, np.full(2, row, dtype=np.int8), np.ones(2, dtype=bool))
    again = polygon((1, 2), start=Basis(columns, rows))
    assert again.values == pytest.approx([3.0, 1.0])


def test_program_without_a_solution_is_an_error_from_any_beginning() -> None:
    first = polygon((1, 2))
    with pytest.raises(SolverError, match=r"no optimum within 2\.5 s"):
        polygon((1, 2), least=3.0, start=first.basis)


def test_beginning_is_known_by_name_and_not_by_place() -> None:
    first = polygon((1, 4))
    assert first.basis is not None
    kept = first.basis.columns
    assert kept.at(NAMES[::-1], np.zeros(2, dtype=np.int8)).tolist() == [
        Status.BASIC,
        Status.AT_LOWER,
    ]
