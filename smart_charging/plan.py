"""The plan: limits, why they are what they are, and what they lead to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from smart_charging.arrays import Array, Indices
from smart_charging.basis import Basis
from smart_charging.problem import slot_edges

NOTICEABLE_A: Final = 1.0
"""A limit is another one from here on."""


class Method(StrEnum):
    """How a plan was made."""

    LINEAR_PROGRAM = "linear program"
    COHORTS = "linear program by cohorts"
    FROM_LAST = "linear program from the last plan"
    HEURISTIC = "heuristic"


class Cause(StrEnum):
    """What keeps an EVSE at its limit."""

    OWN_MAXIMUM = "own maximum"
    FEEDER = "feeder"
    OTHERS_FIRST = "others first"
    LATER = "later"
    NOTHING_WANTED = "nothing wanted"
    AWAY = "away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an EVSE has its limit in a slot.

    Attributes:
        feeder: The feeder that binds, for causes FEEDER and OTHERS_FIRST.
        line: Its line, 1 to 3.
        until: When the plan gives noticeably more, None if it does not within the horizon.
        gain_per_a: What one more ampere of that line's limit in the slot would add to the
            objective; 0 where that is not known.
    """

    cause: Cause
    feeder: str | None = None
    line: int | None = None
    until: datetime | None = None
    gain_per_a: float = field(default=0.0, compare=False)


CAUSES: Final = tuple(Cause)
_OF_LATER: Final = (Cause.FEEDER, Cause.OTHERS_FIRST, Cause.LATER)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReasonTable:
    """Reasons of all EVSEs in all slots.

    Attributes:
        causes: Index in `CAUSES`: [evse, slot].
        rows: Row of the line (see `network`), -1 for none: [evse, slot].
        gains: See `Reason.gain_per_a`: [evse, slot].
        limits_a: [evse, slot]
        feeders: Keys, in the order of the problem's.
        edges: Start of every slot, and the end of the last.
    """

    causes: NDArray[np.int8]
    rows: Indices
    gains: Array
    limits_a: Array
    feeders: tuple[str, ...]
    edges: tuple[datetime, ...]

    def at(self, evse: int, slot: int) -> Reason:
        """Look up why an EVSE has its limit in a slot."""
        return self.of_slot(slot, [evse])[0]

    def of_slot(self, slot: int, evses: Sequence[int] | slice = slice(None)) -> list[Reason]:
        """Look up why EVSEs have their limits in a slot."""
        tables = (self.causes, self.rows, self.gains)
        columns = (table[evses, slot].tolist() for table in tables)
        rises = self._next_rises(evses, slot)
        reasons: dict[tuple[int, int, float, int], Reason] = {}  # many have the same
        return [
            reasons.get(entry) or reasons.setdefault(entry, self._reason(*entry))
            for entry in zip(*columns, rises, strict=True)
        ]

    def _reason(self, number: int, row: int, gain: float, rise: int) -> Reason:
        cause = CAUSES[number]
        if cause not in _OF_LATER:
            return Reason(cause=cause)
        until = self.edges[rise] if rise else None
        if cause is Cause.LATER:
            return Reason(cause=cause, until=until)
        feeder, line = divmod(row, 3)
        key = self.feeders[feeder]
        return Reason(cause=cause, feeder=key, line=line + 1, until=until, gain_per_a=gain)

    def _next_rises(self, evses: Sequence[int] | slice, slot: int) -> list[int]:
        """The slot in which the plan gives noticeably more than in this one; 0 for never."""
        limits_a = self.limits_a[evses]
        is_more = limits_a[:, slot:] >= limits_a[:, slot : slot + 1] + NOTICEABLE_A
        first = is_more.argmax(axis=1)
        rises: list[int] = np.where(first > 0, slot + first, 0).tolist()
        return rises


@dataclass(frozen=True, slots=True, kw_only=True)
class EvsePlan:
    """The limits of one EVSE.

    Attributes:
        limits_a: [slot]; exact in the committed slots, an outlook in the others. Below 0: the
            vehicle feeds back.
        expected_wh: Energy by departure: the mean over what may happen, if all goes as planned.
        short_wh: What is missing of the energy to deliver if the vehicle stays as it says.
        risk: The probability that something is missing when it leaves.
        reason: Why it has its limit in the first slot.
    """

    key: str
    limits_a: tuple[float, ...]
    expected_wh: float
    short_wh: float
    reason: Reason
    risk: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePlan:
    """What a store takes in each slot; below 0: what it gives back."""

    key: str
    amps: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What a plan is worth, by aim; all in the objective's own unit, and what it is in plain ones.

    Attributes:
        promised: Worth of promised energy, fairness in it included.
        extra: Worth of energy beyond the promise.
        cost: What energy and peak cost, in currency.
        peak_kw: The highest hourly power.
        bound: No plan is worth more than this; None where that is not known.
        total: What the plan is worth.
    """

    promised: float
    extra: float
    cost: float
    peak_kw: float
    total: float
    bound: float | None = None

    @property
    def gap(self) -> float | None:
        """How far below the bound the plan is, as a share of the bound."""
        if self.bound is None:
            return None
        return max(0.0, self.bound - self.total) / max(abs(self.bound), 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingPlan:
    """A plan for all EVSEs of a problem.

    Attributes:
        evses: In the order of the problem's.
        detail: Why the heuristic was used; empty for the linear program.
        reasons: Why every limit is what it is.
        gain_per_a: What one more ampere of each line's limit would add: [row, slot].
        basis: Where the linear program ended, for the next plan to begin there.
    """

    starts_at: datetime
    slots_s: tuple[int, ...]
    evses: tuple[EvsePlan, ...]
    committed: int
    method: Method
    detail: str = ""
    stores: tuple[StorePlan, ...] = ()
    objective: Objective | None = None
    reasons: ReasonTable | None = field(default=None, compare=False, repr=False)
    gain_per_a: Array | None = field(default=None, compare=False, repr=False)
    basis: Basis | None = field(default=None, compare=False, repr=False)

    @property
    def edges(self) -> tuple[datetime, ...]:
        """Start of every slot, and the end of the last."""
        return slot_edges(self.starts_at, self.slots_s)
