"""Linear programs as arrays, and the one place that knows OR-Tools.

Building a model object by object costs 20 to 50 times what its arrays cost; so columns and rows
are gathered as arrays and handed over whole. HiGHS solves them, by the dual simplex and without
presolve: these programs have little to presolve, and it is two to four times as fast.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from ortools.math_opt.callback_pb2 import CallbackRegistrationProto
from ortools.math_opt.core.python import solver
from ortools.math_opt.model_parameters_pb2 import ModelSolveParametersProto
from ortools.math_opt.model_pb2 import ModelProto
from ortools.math_opt.parameters_pb2 import (
    EMPHASIS_OFF,
    SOLVER_TYPE_HIGHS,
    SolveParametersProto,
    SolverInitializerProto,
)
from ortools.math_opt.result_pb2 import TERMINATION_REASON_OPTIMAL, TerminationReasonProto
from pybind11_abseil.status import StatusNotOk  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.errors import SolverError
from smart_charging.sparse import entries_of

_GAP: Final = 1e-4
"""Where some variables are whole, this close to the bound is good enough."""


class Columns:
    """Variables: value in the objective, bounds."""

    def __init__(self) -> None:
        self.count = 0
        self.values: list[Array] = []
        self.lower: list[Array] = []
        self.upper: list[Array] = []
        self.whole: list[Flags] = []

    def add(
        self,
        values: Array,
        lower: float | Array,
        upper: float | Array,
        *,
        is_whole: bool = False,
    ) -> Indices:
        """Add one variable per value; return their indices, in the shape of the values."""
        count = values.size
        for gathered, given in ((self.lower, lower), (self.upper, upper)):
            gathered.append(np.broadcast_to(np.asarray(given, dtype=float), values.shape).ravel())
        self.values.append(values.ravel())
        self.whole.append(np.full(count, is_whole))
        first, self.count = self.count, self.count + count
        return np.arange(first, self.count).reshape(values.shape)


class Rows:
    """Constraints: bounds, and coefficients as (row, column, value)."""

    def __init__(self) -> None:
        self.count = 0
        self.lower: list[Array] = []
        self.upper: list[Array] = []
        self.at_row: list[Indices] = []
        self.at_column: list[Indices] = []
        self.coefficients: list[Array] = []

    def add(self, lower: float | Array, upper: float | Array, count: int) -> Indices:
        """Add constraints; return their indices."""
        for gathered, given in ((self.lower, lower), (self.upper, upper)):
            gathered.append(np.broadcast_to(np.asarray(given, dtype=float), (count,)))
        first, self.count = self.count, self.count + count
        return np.arange(first, self.count)

    def put(self, rows: Indices, columns: Indices, coefficients: float | Array) -> None:
        """Set coefficients; the three are broadcast against each other."""
        at = np.broadcast_arrays(rows, columns, np.asarray(coefficients, dtype=float))
        self.at_row.append(at[0].ravel())
        self.at_column.append(at[1].ravel())
        self.coefficients.append(at[2].ravel())


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The best values of all variables.

    Attributes:
        values: By column.
        duals: What the objective gains per unit by which a row's bound is loosened, by row;
            empty where some variables are whole.
        objective: What the objective is.
        bound: No other values give more than this.
    """

    values: Array
    duals: Array
    objective: float
    bound: float


def maximise(columns: Columns, rows: Rows, time_limit_s: float) -> Optimum:
    """Find values of all variables that maximise the objective.

    Raises:
        SolverError: No optimum was found in time.
    """
    if not columns.count:
        return Optimum(np.zeros(0), np.zeros(rows.count), 0.0, 0.0)
    parameters = SolveParametersProto(presolve=EMPHASIS_OFF)
    if any(part.any() for part in columns.whole):
        parameters = SolveParametersProto(relative_gap_tolerance=_GAP)
    parameters.time_limit.FromMicroseconds(max(1, round(time_limit_s * 1e6)))
    try:
        # What `mathopt.solve` calls with a model built object by object, which takes longer.
        result = solver.solve(
            _model(columns, rows),
            SOLVER_TYPE_HIGHS,
            SolverInitializerProto(),
            parameters,
            ModelSolveParametersProto(),
            None,
            CallbackRegistrationProto(),
            None,
            None,
        )
    except StatusNotOk as error:  # the program contradicts itself, or is beyond all numbers
        raise SolverError(f"no optimum within {time_limit_s:g} s: {error}") from error
    termination = result.termination
    if termination.reason != TERMINATION_REASON_OPTIMAL:
        reason = TerminationReasonProto.Name(termination.reason).removeprefix("TERMINATION_REASON_")
        raise SolverError(f"no optimum within {time_limit_s:g} s: {reason.lower()}")
    best = result.solutions[0]
    return Optimum(
        values=np.array(best.primal_solution.variable_values.values),
        duals=np.array(best.dual_solution.dual_values.values),
        objective=best.primal_solution.objective_value,
        bound=termination.objective_bounds.dual_bound,
    )


def _model(columns: Columns, rows: Rows) -> ModelProto:
    """Hand over columns and rows whole."""
    model = ModelProto()
    model.variables.ids.extend(range(columns.count))
    model.variables.lower_bounds.extend(_listed(columns.lower))
    model.variables.upper_bounds.extend(_listed(columns.upper))
    model.variables.integers.extend(_listed(columns.whole))
    model.objective.maximize = True
    model.objective.linear_coefficients.ids.extend(range(columns.count))
    model.objective.linear_coefficients.values.extend(_listed(columns.values))
    model.linear_constraints.ids.extend(range(rows.count))
    model.linear_constraints.lower_bounds.extend(_listed(rows.lower))
    model.linear_constraints.upper_bounds.extend(_listed(rows.upper))
    if rows.coefficients:
        places = (np.concatenate(rows.at_row), np.concatenate(rows.at_column))
        shape = (rows.count, columns.count)
        matrix = csr_matrix((np.concatenate(rows.coefficients), places), shape=shape)
        row, column, coefficient = entries_of(matrix)
        model.linear_constraint_matrix.row_ids.extend(row.tolist())
        model.linear_constraint_matrix.column_ids.extend(column.tolist())
        model.linear_constraint_matrix.coefficients.extend(coefficient.tolist())
    return model


def _listed(parts: list[Any]) -> Any:  # noqa: ANN401 - numbers or flags
    return np.concatenate(parts).tolist() if parts else []
