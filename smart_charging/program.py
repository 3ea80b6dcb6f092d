"""Linear programs as arrays.

Building a model object by object costs 20 to 50 times what its arrays cost; so columns and rows
are gathered as arrays and handed over whole.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.basis import NO_NAME
from smart_charging.sparse import rows_of


class Columns:
    """Variables: value in the objective, bounds, names (see `basis`)."""

    def __init__(self) -> None:
        self.count = 0
        self.values: list[Array] = []
        self.lower: list[Array] = []
        self.upper: list[Array] = []
        self.whole: list[Flags] = []
        self.names: list[Indices] = []

    def add(
        self,
        values: Array,
        lower: float | Array,
        upper: float | Array,
        *,
        names: Indices | int = NO_NAME,
        is_whole: bool = False,
    ) -> Indices:
        """Add one variable per value; return their indices, in the shape of the values."""
        count = values.size
        for gathered, given in ((self.lower, lower), (self.upper, upper)):
            gathered.append(np.broadcast_to(np.asarray(given, dtype=float), values.shape).ravel())
        self.values.append(values.ravel())
        self.whole.append(np.full(count, is_whole))
        self.names.append(np.broadcast_to(names, values.shape).ravel())
        first, self.count = self.count, self.count + count
        return np.arange(first, self.count).reshape(values.shape)


class Rows:
    """Constraints: bounds, names, and coefficients as (row, column, value)."""

    def __init__(self) -> None:
        self.count = 0
        self.lower: list[Array] = []
        self.upper: list[Array] = []
        self.names: list[Indices] = []
        self.rare: list[Flags] = []
        self.at_row: list[Indices] = []
        self.at_column: list[Indices] = []
        self.coefficients: list[Array] = []

    def add(
        self,
        lower: float | Array,
        upper: float | Array,
        count: int,
        *,
        names: Indices | int = NO_NAME,
        is_rare: bool = False,
    ) -> Indices:
        """Add constraints, of which few bind if they are rare; return their indices."""
        for gathered, given in ((self.lower, lower), (self.upper, upper)):
            gathered.append(np.broadcast_to(np.asarray(given, dtype=float), (count,)))
        self.names.append(np.broadcast_to(names, (count,)))
        self.rare.append(np.full(count, is_rare))
        first, self.count = self.count, self.count + count
        return np.arange(first, self.count)

    def put(self, rows: Indices, columns: Indices, coefficients: float | Array) -> None:
        """Set coefficients; the three are broadcast against each other."""
        values = np.asarray(coefficients, dtype=float)
        shape = np.broadcast_shapes(rows.shape, columns.shape, values.shape)
        self.at_row.append(_spread(rows, shape))
        self.at_column.append(_spread(columns, shape))
        self.coefficients.append(_spread(values, shape))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """Columns and rows, put together.

    Attributes:
        values: What a unit of each variable is worth: [column].
        lower: [column]
        upper: [column]
        is_whole: [column]
        names: [column]
        least: [row]
        most: [row]
        row_names: [row]
        is_rare: Whether few of its like bind: [row].
        matrix: [row, column]
    """

    values: Array
    lower: Array
    upper: Array
    is_whole: Flags
    names: Indices
    least: Array
    most: Array
    row_names: Indices
    is_rare: Flags
    matrix: csr_matrix

    def only(self, on: Flags) -> "Program":
        """The same with some rows only: [row]."""
        return replace(
            self,
            least=self.least[on],
            most=self.most[on],
            row_names=self.row_names[on],
            is_rare=self.is_rare[on],
            matrix=rows_of(self.matrix, on),
        )


def put_together(columns: Columns, rows: Rows) -> Program:
    """Put columns and rows together, of which there is at least one column."""
    at = _joined(rows.at_row, int), _joined(rows.at_column, int)
    coefficients = _joined(rows.coefficients, float)
    return Program(
        values=_joined(columns.values, float),
        lower=_joined(columns.lower, float),
        upper=_joined(columns.upper, float),
        is_whole=_joined(columns.whole, bool),
        names=_joined(columns.names, int),
        least=_joined(rows.lower, float),
        most=_joined(rows.upper, float),
        row_names=_joined(rows.names, int),
        is_rare=_joined(rows.rare, bool),
        matrix=csr_matrix((coefficients, at), shape=(rows.count, columns.count)),
    )


def _spread(given: Any, shape: tuple[int, ...]) -> Any:  # noqa: ANN401 - numbers or indices
    """Broadcast what is not of a shape, and lay it out in one line."""
    return (given if given.shape == shape else np.broadcast_to(given, shape)).ravel()


def _joined(parts: list[Any], kind: type) -> Any:  # noqa: ANN401 - numbers or flags
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)
