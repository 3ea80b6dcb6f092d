"""Where a linear program ended, by the names of its columns and rows: where the next may begin.

A program has a name for each variable and each constraint that the next one will have again: what
it is, whose, and which of theirs. Two may happen to share one, and what a name stands for may be
another vehicle by then: a basis is only where the search begins, and changes no optimum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from smart_charging.arrays import Array, Flags, Indices

Statuses: TypeAlias = NDArray[np.int8]

NO_NAME: Final = -1
_WHO_BITS: Final = 32
_WHICH_BITS: Final = 24
_NEAR: Final = np.array([0, -2, -1, 1, 2, -1 << _WHICH_BITS, 1 << _WHICH_BITS])
"""From a chord of a line in a slot to its neighbours in time, and around the circle."""


class Kind(IntEnum):
    """What a variable or a constraint is (see `model`)."""

    CURRENT = 0
    PIECE = 1
    BEYOND = 2
    FIRST = 3
    NEED = 4
    LINE = 5


class Status(IntEnum):
    """Where a variable is, or the sum of a constraint."""

    FREE = 1
    AT_LOWER = 2
    AT_UPPER = 3
    FIXED = 4
    BASIC = 5


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Statuses by name, the names rising."""

    names: Indices
    statuses: Statuses

    @classmethod
    def of(cls, names: Indices, statuses: Statuses, some: Flags) -> "Ends":
        """Keep some of those that have a name."""
        kept = np.flatnonzero(some & (names != NO_NAME))
        kept = kept[np.argsort(names[kept], kind="stable")]
        return cls(names[kept], statuses[kept])

    def at(self, names: Indices, otherwise: Statuses) -> Statuses:
        """Look names up, and take another status for those that are not known."""
        if not len(self.names):
            return otherwise
        place = np.minimum(np.searchsorted(self.names, names), len(self.names) - 1)
        return np.where(self.names[place] == names, self.statuses[place], otherwise)

    def has_near(self, names: Indices) -> Flags:
        """Whether a name is known, or one next to it: of its owner's, or of the next owner."""
        near = np.sort((self.names[:, None] + _NEAR).ravel())
        if not len(near):
            return np.zeros(len(names), dtype=bool)
        place = np.minimum(np.searchsorted(near, names), len(near) - 1)
        return np.asarray(near[place] == names)


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Where a program ended.

    Attributes:
        columns: Of all variables that have a name.
        rows: Of those constraints with a name that were at a bound.
    """

    columns: Ends
    rows: Ends


def numbers_of(keys: Sequence[str]) -> Indices:
    """A number for each key, the same in every process."""
    return np.array([crc32(key.encode()) for key in keys], dtype=np.int64)


def names_of(kind: Kind, who: Indices, which: Indices | int) -> Indices:
    """Names of what several have several of.

    Args:
        kind: What it is.
        who: Whose: below 2 ** 32.
        which: Which of theirs: below 2 ** 24. Broadcast against `who`.
    """
    named: Indices = (((kind << _WHO_BITS) + who) << _WHICH_BITS) + which
    return named


def places_from_last(groups: Indices) -> Indices:
    """How many of its group come after each entry."""
    order = np.argsort(groups, kind="stable")
    ends = np.searchsorted(groups[order], groups, side="right")
    places = np.empty(len(groups), dtype=np.int64)
    places[order] = np.arange(len(groups))
    return np.asarray(ends - 1 - places)


def fit_to_bounds(statuses: Statuses, lower: Array, upper: Array) -> Statuses:
    """Let nobody be at a bound that it does not have."""
    has_lower, has_upper = np.isfinite(lower), np.isfinite(upper)
    at = np.select(
        [
            statuses == Status.BASIC,
            lower == upper,
            has_upper & ((statuses == Status.AT_UPPER) | ~has_lower),
            has_lower,
        ],
        [Status.BASIC, Status.FIXED, Status.AT_UPPER, Status.AT_LOWER],
        default=Status.FREE,
    )
    return at.astype(np.int8)


def balance(columns: Statuses, rows: Statuses) -> None:
    """Make as many basic as there are rows: the last that can be spared, or that come in."""
    surplus = int((columns == Status.BASIC).sum() + (rows == Status.BASIC).sum()) - len(rows)
    if surplus > 0:
        columns[np.flatnonzero(columns == Status.BASIC)[-surplus:]] = Status.AT_LOWER
    elif surplus < 0:
        rows[np.flatnonzero(rows != Status.BASIC)[surplus:]] = Status.BASIC
