"""Linear programs as arrays, and the one place that knows OR-Tools.

Building a model object by object costs 20 to 50 times what its arrays cost; so columns and rows
are gathered as arrays and handed over whole.
"""

from typing import Any, Final, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver.python.model_builder_helper import (
    ModelBuilderHelper,
    ModelSolverHelper,
    SolveStatus,
)
from scipy.sparse import csr_matrix

from smart_charging.errors import SolverError

Array: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]

_SOLVER: Final = "GLOP"


class Columns:
    """Variables: value in the objective, bounds."""

    def __init__(self) -> None:
        self.count = 0
        self.values: list[Array] = []
        self.lower: list[Array] = []
        self.upper: list[Array] = []

    def add(self, values: Array, lower: float, upper: float | Array) -> int:
        """Add one variable per value; return the index of the first."""
        first = self.count
        self.values.append(values)
        self.lower.append(np.full(len(values), lower))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), len(values)))
        self.count += len(values)
        return first


class Rows:
    """Constraints: bounds, and coefficients as (row, column, value)."""

    def __init__(self) -> None:
        self.count = 0
        self.lower: list[Array] = []
        self.upper: list[Array] = []
        self.at_row: list[Indices] = []
        self.at_column: list[Indices] = []
        self.coefficients: list[Array] = []

    def add(self, lower: Array, upper: Array) -> int:
        """Add one constraint per bound; return the index of the first."""
        first = self.count
        self.lower.append(lower)
        self.upper.append(upper)
        self.count += len(lower)
        return first

    def put(self, rows: int | Indices, columns: Indices, coefficients: Array) -> None:
        """Set coefficients, in one row or in as many as there are columns."""
        self.at_row.append(np.broadcast_to(np.asarray(rows), columns.shape))
        self.at_column.append(columns)
        self.coefficients.append(coefficients)


def maximise(columns: Columns, rows: Rows, time_limit_s: float) -> Array:
    """Find values of all variables that maximise the objective.

    Raises:
        SolverError: No optimum was found in time.
    """
    if not columns.count:
        return np.zeros(0)
    matrix = csr_matrix(
        (_joined(rows.coefficients), (_joined(rows.at_row), _joined(rows.at_column))),
        shape=(rows.count, columns.count),
    )
    model = ModelBuilderHelper()
    model.fill_model_from_sparse_data(
        _joined(columns.lower),
        _joined(columns.upper),
        _joined(columns.values),
        _joined(rows.lower),
        _joined(rows.upper),
        matrix,
    )
    model.set_maximize(True)
    solver = ModelSolverHelper(_SOLVER)
    solver.set_time_limit_in_seconds(time_limit_s)
    solver.solve(model)
    if solver.status() != SolveStatus.OPTIMAL:
        raise SolverError(f"no optimum within {time_limit_s:g} s: {solver.status_string()}")
    return cast(Array, solver.variable_values())


def _joined(parts: list[Any]) -> Any:  # noqa: ANN401 - OR-Tools declares its arrays wrongly
    return np.concatenate(parts)
