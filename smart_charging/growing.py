"""Linear programs that begin with some of their rows, and get others when these are exceeded.

Most limits of lines never bind. Where it is known which ones are likely to, a program with these
alone is a fraction of the whole; its optimum is that of the whole as soon as it keeps all rows.
GLOP solves it, as it goes on from where it was when rows are added.
"""

from time import monotonic
from typing import Any, Final

import numpy as np
from ortools.math_opt.callback_pb2 import CallbackRegistrationProto
from ortools.math_opt.core.python import solver
from ortools.math_opt.model_parameters_pb2 import ModelSolveParametersProto
from ortools.math_opt.model_pb2 import LinearConstraintsProto
from ortools.math_opt.model_update_pb2 import ModelUpdateProto
from ortools.math_opt.parameters_pb2 import (
    EMPHASIS_OFF,
    LP_ALGORITHM_DUAL_SIMPLEX,
    SOLVER_TYPE_GLOP,
    SolveParametersProto,
    SolverInitializerProto,
)
from ortools.math_opt.result_pb2 import TERMINATION_REASON_OPTIMAL
from ortools.math_opt.sparse_containers_pb2 import SparseDoubleMatrixProto
from pybind11_abseil.status import StatusNotOk  # type: ignore[import-untyped]

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.linear_program import Columns, Optimum, Rows, columns_model, matrix_of, maximise

_EXCEEDED: Final = 1e-7
"""By less a solver's own tolerance may exceed a row."""


def maximise_growing(
    columns: Columns, rows: Rows, is_waiting: Flags, time_limit_s: float
) -> Optimum:
    """Find values of all variables that maximise the objective, none of which is whole.

    Args:
        columns: The variables.
        rows: The constraints.
        is_waiting: Which constraints, all of them upper bounds, are left out until they are
            exceeded: [row].
        time_limit_s: Give up after that.

    Raises:
        SolverError: No optimum was found in time.
    """
    ends_s = monotonic() + time_limit_s
    growing = _Growing(columns, rows, is_waiting)
    best = None
    while (left_s := ends_s - monotonic()) > 0:
        best = growing.solve(left_s)
        if best is None or not growing.grow(best.values):
            break
    return best or maximise(columns, rows, max(ends_s - monotonic(), 0.0))


class _Growing:
    """A program in the solver, with the rows that it has so far."""

    def __init__(self, columns: Columns, rows: Rows, is_waiting: Flags) -> None:
        self._matrix = matrix_of(rows, columns.count)
        self._lower, self._upper = np.concatenate(rows.lower), np.concatenate(rows.upper)
        self._waiting = np.flatnonzero(is_waiting)
        self._given = np.zeros(0, dtype=int)
        model = columns_model(columns)
        self._give(
            np.flatnonzero(~is_waiting), model.linear_constraints, model.linear_constraint_matrix
        )
        self._solver = solver.new(SOLVER_TYPE_GLOP, model, SolverInitializerProto())
        self._parameters = SolveParametersProto(presolve=EMPHASIS_OFF)

    def solve(self, time_limit_s: float) -> Optimum | None:
        """Solve it with the rows that it has; None if that fails."""
        self._parameters.time_limit.FromMicroseconds(max(1, round(time_limit_s * 1e6)))
        nothing: Any = None
        try:
            result = self._solver.solve(
                self._parameters,
                ModelSolveParametersProto(),
                nothing,
                CallbackRegistrationProto(),
                nothing,
                nothing,
            )
        except StatusNotOk:  # GLOP gives up where numbers get out of hand
            return None
        if result.termination.reason != TERMINATION_REASON_OPTIMAL:
            return None
        best = result.solutions[0]
        duals = np.zeros(self._matrix.shape[0])
        duals[self._given[list(best.dual_solution.dual_values.ids)]] = np.array(
            best.dual_solution.dual_values.values
        )
        objective = best.primal_solution.objective_value
        values: Array = np.array(best.primal_solution.variable_values.values)
        return Optimum(values=values, duals=duals, objective=objective, bound=objective)

    def grow(self, values: Array) -> bool:
        """Add the rows that these values exceed; whether there are any."""
        carried = (self._matrix @ values)[self._waiting]
        is_over = carried > self._upper[self._waiting] + _EXCEEDED
        if not is_over.any():
            return False
        update = ModelUpdateProto()
        self._give(
            self._waiting[is_over],
            update.new_linear_constraints,
            update.linear_constraint_matrix_updates,
        )
        self._waiting = self._waiting[~is_over]
        self._parameters.lp_algorithm = LP_ALGORITHM_DUAL_SIMPLEX
        return bool(self._solver.update(update))

    def _give(
        self, some: Indices, constraints: LinearConstraintsProto, entries: SparseDoubleMatrixProto
    ) -> None:
        """Write down rows, numbered on from those that the solver has."""
        ids = len(self._given) + np.arange(len(some))
        self._given = np.concatenate([self._given, some])
        constraints.ids.extend(ids.tolist())
        constraints.lower_bounds.extend(self._lower[some].tolist())
        constraints.upper_bounds.extend(self._upper[some].tolist())
        part = self._matrix[some]
        entries.row_ids.extend(np.repeat(ids, np.diff(part.indptr)).tolist())
        entries.column_ids.extend(part.indices.tolist())
        entries.coefficients.extend(part.data.tolist())
