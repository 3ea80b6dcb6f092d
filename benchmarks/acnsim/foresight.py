"""The bound: the most energy that perfect foresight could deliver to vehicles with ideal batteries.

A linear program over all stays and periods. |sum of phasors| <= limit is asked for by tangents of
the circle, spread over the sector in which the phasors of a line lie. As all tangents lie outside
the circle, the optimum is a true upper bound. More of them lower it by less than 0.05 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from benchmarks.acnsim.stays import MOST_A, PERIOD_H, VOLTAGE_V, Stay

_TANGENTS: Final = 13


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Everything in a site that has a limit.

    Attributes:
        names: Of the lines.
        phasors: What an ampere of each station puts on each line: [line, station].
        limit_a: [line]
        stations: In the order of the columns.
        angles_deg: Of the stations' currents.
    """

    names: tuple[str, ...]
    phasors: NDArray[np.complex128]
    limit_a: NDArray[np.float64]
    stations: tuple[str, ...]
    angles_deg: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Program:
    """Variables: amperes of a stay in a period."""

    stay: NDArray[np.int64]
    period: NDArray[np.int64]
    phasors: NDArray[np.complex128]
    needed_a: NDArray[np.float64]
    limit_a: NDArray[np.float64]
    hot: NDArray[np.bool_]


def best_energy_wh(stays: Sequence[Stay], lines: Lines) -> float:
    """No schedule delivers more than this."""
    program = _lay_out(stays, lines)
    return _solve(program, _tangents(program)) * VOLTAGE_V * PERIOD_H


_Tangent: TypeAlias = tuple[int, int, complex]
"""Line, period, direction."""


def _lay_out(stays: Sequence[Stay], lines: Lines) -> _Program:
    column = {station: i for i, station in enumerate(lines.stations)}
    counts = [stay.departs - stay.arrives for stay in stays]
    stay = np.repeat(np.arange(len(stays)), counts)
    period = np.concatenate([np.arange(one.arrives, one.departs) for one in stays])
    station = np.array([column[one.station] for one in stays])[stay]
    phasors = lines.phasors[:, station]
    shape = (len(lines.limit_a), int(period.max()) + 1)
    most = np.zeros(shape)
    for line, row in enumerate(np.abs(phasors)):
        most[line] = np.bincount(period, row * MOST_A, shape[1])
    return _Program(
        stay=stay,
        period=period,
        phasors=phasors,
        needed_a=np.array([one.energy_wh for one in stays]) / (VOLTAGE_V * PERIOD_H),
        limit_a=lines.limit_a,
        hot=most > lines.limit_a[:, None],
    )


def _tangents(program: _Program) -> list[_Tangent]:
    """Tangents across the sector in which the phasors of each line lie, in every hot period."""
    tangents = []
    for line in np.flatnonzero(program.hot.any(axis=1)).tolist():
        some = program.phasors[line][np.abs(program.phasors[line]) > 0]
        middle = some.sum() / abs(some.sum())
        angles = np.angle(some / middle)
        for angle in np.unique(np.linspace(angles.min(), angles.max(), _TANGENTS).round(9)):
            direction = complex(middle * np.exp(1j * angle))
            tangents += [(line, t, direction) for t in np.flatnonzero(program.hot[line]).tolist()]
    return tangents


def _solve(program: _Program, tangents: Sequence[_Tangent]) -> float:
    count, stays = len(program.stay), len(program.needed_a)
    order = np.argsort(program.period, kind="stable")
    edges = np.searchsorted(program.period[order], np.arange(program.hot.shape[1] + 1))
    rows, columns, values = [program.stay], [np.arange(count)], [np.ones(count)]
    for number, (line, period, direction) in enumerate(tangents):
        members = order[edges[period] : edges[period + 1]]
        along = (program.phasors[line, members] * direction.conjugate()).real
        rows.append(np.full(len(members), stays + number))
        columns.append(members)
        values.append(along)
    limits = program.limit_a[[line for line, _, _ in tangents]]
    matrix = csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(stays + len(tangents), count),
    )
    matrix.eliminate_zeros()
    best = linprog(  # type: ignore[call-overload]  # stubs without sparse
        -np.ones(count),
        A_ub=matrix,
        b_ub=np.concatenate([program.needed_a, limits]),
        bounds=(0.0, MOST_A),
        method="highs-ipm",
    )
    return -float(best.fun)
