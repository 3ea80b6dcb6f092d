"""The best plan of a linear program, and the one place that knows OR-Tools.

HiGHS solves a program that is new, by the dual simplex and without presolve: these programs have
little to presolve, and it is two to four times as fast. A program whose like has been solved before
begins where that ended (see `basis`). OR-Tools hands on no basis to HiGHS, so that is Glop's. It
gets the rows that are not rare, and of the rare ones those that bound, with their neighbours; then
those are added that its answer breaks, until there are none. Rows that are left out take nothing
away, so that is the optimum of the whole program.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from ortools.math_opt.callback_pb2 import CallbackRegistrationProto
from ortools.math_opt.core.python import solver
from ortools.math_opt.model_parameters_pb2 import ModelSolveParametersProto
from ortools.math_opt.model_pb2 import ModelProto
from ortools.math_opt.parameters_pb2 import (
    EMPHASIS_OFF,
    LP_ALGORITHM_DUAL_SIMPLEX,
    SOLVER_TYPE_GLOP,
    SOLVER_TYPE_HIGHS,
    SolveParametersProto,
    SolverInitializerProto,
)
from ortools.math_opt.result_pb2 import (
    TERMINATION_REASON_OPTIMAL,
    SolveResultProto,
    TerminationReasonProto,
)
from pybind11_abseil.status import StatusNotOk  # type: ignore[import-untyped]

from smart_charging.arrays import Array
from smart_charging.basis import Basis, Ends, Status, Statuses, balance, fit_to_bounds
from smart_charging.errors import SolverError
from smart_charging.program import Columns, Program, Rows, put_together
from smart_charging.sparse import entries_of

_GAP: Final = 1e-4
"""Where some variables are whole, this close to the bound is good enough."""
_WARM: Final = 0.5
"""Of the time allowed, for a program that begins where another ended; the rest is to begin anew."""
_BROKEN: Final = 1e-7
"""A row that is exceeded by no more is kept: less than what limits are lowered by."""


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The best values of all variables.

    Attributes:
        values: By column.
        duals: What the objective gains per unit by which a row's bound is loosened, by row;
            empty where some variables are whole.
        objective: What the objective is.
        bound: No other values give more than this.
        basis: Where the search ended; None where that is not known.
    """

    values: Array
    duals: Array
    objective: float
    bound: float
    basis: Basis | None = None


def maximise(
    columns: Columns, rows: Rows, time_limit_s: float, start: Basis | None = None
) -> Optimum:
    """Find values of all variables that maximise the objective.

    Args:
        columns: The variables.
        rows: The constraints.
        time_limit_s: Give up after that.
        start: Where a similar program ended.

    Raises:
        SolverError: No optimum was found in time.
    """
    if not columns.count:
        return Optimum(np.zeros(0), np.zeros(rows.count), 0.0, 0.0)
    program = put_together(columns, rows)
    if start is None:
        return _anew(program, time_limit_s)
    try:
        return _from(start, program, _WARM * time_limit_s)
    except SolverError:
        return _anew(program, (1 - _WARM) * time_limit_s)


def _anew(program: Program, time_limit_s: float) -> Optimum:
    parameters = SolveParametersProto(presolve=EMPHASIS_OFF)
    if program.is_whole.any():
        parameters = SolveParametersProto(relative_gap_tolerance=_GAP)
    result = _solved(program, SOLVER_TYPE_HIGHS, parameters, time_limit_s)
    best = result.solutions[0]
    basis = None
    if not program.is_whole.any():
        basis = _basis(program, *_statuses(result))
    return Optimum(
        values=np.array(best.primal_solution.variable_values.values),
        duals=np.array(best.dual_solution.dual_values.values),
        objective=best.primal_solution.objective_value,
        bound=result.termination.objective_bounds.dual_bound,
        basis=basis,
    )


def _from(start: Basis, program: Program, time_limit_s: float) -> Optimum:
    """Begin where another program ended, and with the rare rows that bound in it."""
    columns, rows = _begun(start, program)
    is_in = ~program.is_rare | start.rows.has_near(program.row_names)
    parameters = SolveParametersProto(presolve=EMPHASIS_OFF, lp_algorithm=LP_ALGORITHM_DUAL_SIMPLEX)
    left_s = time_limit_s
    while True:
        part, of_part = program.only(is_in), rows[is_in]
        balance(columns, of_part)
        result = _solved(part, SOLVER_TYPE_GLOP, parameters, left_s, (columns, of_part))
        best = result.solutions[0]
        values = np.array(best.primal_solution.variable_values.values)
        columns, rows[is_in] = _statuses(result)
        is_broken = ~is_in & (program.matrix @ values > program.most + _BROKEN)
        if not is_broken.any():
            break
        is_in |= is_broken
        left_s -= result.solve_stats.solve_time.ToTimedelta().total_seconds()
    duals = np.zeros(len(rows))
    duals[is_in] = best.dual_solution.dual_values.values
    return Optimum(
        values=values,
        duals=duals,
        objective=best.primal_solution.objective_value,
        bound=result.termination.objective_bounds.dual_bound,
        basis=_basis(program, columns, rows),
    )


def _begun(start: Basis, program: Program) -> tuple[Statuses, Statuses]:
    """Where columns and rows are in the beginning; whatever is new is at its better bound."""
    better = np.where(program.values > 0, Status.AT_UPPER, Status.AT_LOWER).astype(np.int8)
    columns = start.columns.at(program.names, better)
    loose = np.full(len(program.least), Status.BASIC, dtype=np.int8)
    rows = start.rows.at(program.row_names, loose)
    return (
        fit_to_bounds(columns, program.lower, program.upper),
        fit_to_bounds(rows, program.least, program.most),
    )


def _basis(program: Program, columns: Statuses, rows: Statuses) -> Basis:
    every = np.ones(len(columns), dtype=bool)
    return Basis(
        columns=Ends.of(program.names, columns, every),
        rows=Ends.of(program.row_names, rows, rows != Status.BASIC),
    )


def _statuses(result: SolveResultProto) -> tuple[Statuses, Statuses]:
    basis = result.solutions[0].basis
    return (
        np.array(basis.variable_status.values, dtype=np.int8),
        np.array(basis.constraint_status.values, dtype=np.int8),
    )


def _solved(
    program: Program,
    kind: int,
    parameters: SolveParametersProto,
    time_limit_s: float,
    start: tuple[Statuses, Statuses] | None = None,
) -> SolveResultProto:
    """Solve to the optimum.

    Raises:
        SolverError: None was found in time.
    """
    parameters.time_limit.FromMicroseconds(max(1, round(time_limit_s * 1e6)))
    try:
        # What `mathopt.solve` calls with a model built object by object, which takes longer.
        result = solver.solve(
            _model(program),
            kind,
            SolverInitializerProto(),
            parameters,
            _beginning(start),
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
    return result


def _beginning(start: tuple[Statuses, Statuses] | None) -> ModelSolveParametersProto:
    parameters = ModelSolveParametersProto()
    if start is not None:
        basis = parameters.initial_basis
        for written, statuses in zip(
            (basis.variable_status, basis.constraint_status), start, strict=True
        ):
            written.ids.extend(range(len(statuses)))
            written.values.extend(statuses.tolist())
    return parameters


def _model(program: Program) -> ModelProto:
    """Hand over a program whole."""
    model = ModelProto()
    columns, rows = range(len(program.values)), range(len(program.least))
    model.variables.ids.extend(columns)
    model.variables.lower_bounds.extend(program.lower.tolist())
    model.variables.upper_bounds.extend(program.upper.tolist())
    model.variables.integers.extend(program.is_whole.tolist())
    model.objective.maximize = True
    model.objective.linear_coefficients.ids.extend(columns)
    model.objective.linear_coefficients.values.extend(program.values.tolist())
    model.linear_constraints.ids.extend(rows)
    model.linear_constraints.lower_bounds.extend(program.least.tolist())
    model.linear_constraints.upper_bounds.extend(program.most.tolist())
    row, column, coefficient = entries_of(program.matrix)
    model.linear_constraint_matrix.row_ids.extend(row.tolist())
    model.linear_constraint_matrix.column_ids.extend(column.tolist())
    model.linear_constraint_matrix.coefficients.extend(coefficient.tolist())
    return model
