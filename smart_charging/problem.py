"""The planning problem: a tree of feeders, EVSEs in it, and what their vehicles need.

Time is cut into slots of any length; every quantity that changes over time is given per slot.
A problem checks itself when it is made.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from smart_charging.errors import ProblemError
from smart_charging.taps import Tap

Array: TypeAlias = NDArray[np.float64]

_EPSILON: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feeder:
    """A node of the electrical tree.

    Attributes:
        key: Its name.
        parent: The feeder that feeds it, None at a root. Parents come before their children.
        limit_a: The most that each line may carry: [line, slot].
        uncontrolled_a: Load directly at this feeder that is not planned: [line, slot]. It adds
            in magnitude, as its angle is not known. Feeders above carry it as well.
    """

    key: str
    parent: str | None
    limit_a: Array
    uncontrolled_a: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a vehicle is to get.

    Attributes:
        energy_wh: Energy still to deliver.
        extra_wh: Energy that it may take beyond that, if there is room to spare.
        served_wh: Energy that it has already got; fairness looks at the share of the whole.
        departs_at: When it leaves.
        arrives_at: When it comes; None: it is there.
        weight: Importance beside others; 1 is ordinary.
    """

    energy_wh: float
    departs_at: datetime
    arrives_at: datetime | None = None
    extra_wh: float = 0.0
    served_wh: float = 0.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evse:
    """An EVSE that can be given a limit.

    Attributes:
        key: Its name.
        feeder: The feeder that it hangs on.
        tap: What an ampere of it puts on the lines.
        w_per_a: Power into the vehicle per ampere.
        max_a: The most that it may be given.
        min_a: The least that is not a pause (6 A, IEC 61851-1).
        floor_a: What it may draw whether planned or not (its standing fallback).
        step_a: Limits are whole multiples of this.
        held_a: The limit that it has now.
        on_s: How long it has been charging without a pause; 0 while it is paused.
        off_s: How long it has been paused; 0 while it charges.
        is_idle: Its vehicle wants nothing just now. It gets its minimum from what nobody else
            can use, so that the vehicle can show that it wants again.
    """

    key: str
    feeder: str
    tap: Tap
    w_per_a: float
    max_a: float
    demand: Demand
    min_a: float = 6.0
    floor_a: float = 0.0
    step_a: float = 0.1
    held_a: float = 0.0
    on_s: float = 0.0
    off_s: float = 0.0
    is_idle: bool = False

    @property
    def least_a(self) -> float:
        """The least limit in whole steps that is not a pause."""
        return round(math.ceil(self.min_a / self.step_a - _EPSILON) * self.step_a, 6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reservation:
    """Current that an EVSE may draw and that cannot be steered now: it is silent, or idle.

    Attributes:
        amps: [slot]
    """

    key: str
    feeder: str
    tap: Tap
    amps: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChargingProblem:
    """Everything that a plan depends on.

    Attributes:
        starts_at: Start of the first slot.
        slots_s: Length of each slot.
        committed: How many of the first slots are about to be sent, and so must be exact.
    """

    starts_at: datetime
    slots_s: tuple[int, ...]
    feeders: tuple[Feeder, ...]
    evses: tuple[Evse, ...]
    reservations: tuple[Reservation, ...] = ()
    committed: int = 1

    def __post_init__(self) -> None:
        _check(self)

    @property
    def edges(self) -> tuple[datetime, ...]:
        """Start of every slot, and the end of the last."""
        return slot_edges(self.starts_at, self.slots_s)


class Method(StrEnum):
    """How a plan was made."""

    LINEAR_PROGRAM = "linear program"
    HEURISTIC = "heuristic"


class Cause(StrEnum):
    """What keeps an EVSE at its limit in the first slot."""

    OWN_MAXIMUM = "own maximum"
    FEEDER = "feeder"
    OTHERS_FIRST = "others first"
    LATER = "later"
    NOTHING_WANTED = "nothing wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an EVSE has its limit in the first slot.

    Attributes:
        feeder: The feeder that binds, for causes FEEDER and OTHERS_FIRST.
        line: Its line, 1 to 3.
        until: When the plan gives more, None if it does not within the horizon.
    """

    cause: Cause
    feeder: str | None = None
    line: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvsePlan:
    """The limits of one EVSE.

    Attributes:
        limits_a: [slot]; exact in the committed slots, an outlook in the others.
        expected_wh: Energy by departure, if all goes as planned.
        short_wh: What is missing of the energy to deliver.
    """

    key: str
    limits_a: tuple[float, ...]
    expected_wh: float
    short_wh: float
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingPlan:
    """A plan for all EVSEs of a problem.

    Attributes:
        evses: In the order of the problem's.
        detail: Why the heuristic was used; empty for the linear program.
    """

    starts_at: datetime
    slots_s: tuple[int, ...]
    evses: tuple[EvsePlan, ...]
    committed: int
    method: Method
    detail: str = ""

    @property
    def edges(self) -> tuple[datetime, ...]:
        """Start of every slot, and the end of the last."""
        return slot_edges(self.starts_at, self.slots_s)


def slot_edges(starts_at: datetime, slots_s: tuple[int, ...]) -> tuple[datetime, ...]:
    """Start of every slot, and the end of the last."""
    return tuple(starts_at + timedelta(seconds=s) for s in accumulate(slots_s, initial=0))


def _check(problem: ChargingProblem) -> None:
    """Refuse a problem that contradicts itself."""
    slots = len(problem.slots_s)
    if slots == 0 or min(problem.slots_s) <= 0:
        raise ProblemError("slots_s", "expected at least one slot, each longer than 0 s")
    if not 1 <= problem.committed <= slots:
        raise ProblemError("committed", f"expected 1 to {slots}, got {problem.committed}")
    if problem.starts_at.tzinfo is None:
        raise ProblemError("starts_at", "expected an instant with a time zone")
    known: set[str] = set()
    for feeder in problem.feeders:
        _check_feeder(feeder, known, slots)
        known.add(feeder.key)
    _check_names("evses", [evse.key for evse in problem.evses])
    for evse in problem.evses:
        _check_evse(evse, known)
    for reservation in problem.reservations:
        where = f"reservations[{reservation.key}]"
        _check_array(f"{where}.amps", reservation.amps, (slots,))
        if reservation.feeder not in known:
            raise ProblemError(f"{where}.feeder", f"no feeder is called {reservation.feeder!r}")


def _check_feeder(feeder: Feeder, known: set[str], slots: int) -> None:
    where = f"feeders[{feeder.key}]"
    if feeder.key in known:
        raise ProblemError(where, "expected each feeder once")
    if feeder.parent is not None and feeder.parent not in known:
        raise ProblemError(f"{where}.parent", "expected a feeder that comes before this one")
    _check_array(f"{where}.limit_a", feeder.limit_a, (3, slots))
    _check_array(f"{where}.uncontrolled_a", feeder.uncontrolled_a, (3, slots))


def _check_array(where: str, array: Array, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ProblemError(where, f"expected the shape {shape}, got {array.shape}")
    if not np.all(np.isfinite(array)) or np.any(array < 0):
        raise ProblemError(where, "expected finite amperes, none below 0")


def _check_names(where: str, names: list[str]) -> None:
    for first, second in pairwise(sorted(names)):
        if first == second:
            raise ProblemError(where, f"expected each name once, got {first!r} twice")


def _check_evse(evse: Evse, known: set[str]) -> None:
    where = f"evses[{evse.key}]"
    if evse.feeder not in known:
        raise ProblemError(f"{where}.feeder", f"no feeder is called {evse.feeder!r}")
    for name in ("w_per_a", "step_a"):
        if not 0 < getattr(evse, name) < np.inf:
            raise ProblemError(f"{where}.{name}", "expected a finite number above 0")
    for name in ("max_a", "min_a", "floor_a", "held_a", "on_s", "off_s"):
        if not 0 <= getattr(evse, name) < np.inf:
            raise ProblemError(f"{where}.{name}", "expected a finite number, not below 0")
    if not any(evse.tap.magnitudes):
        raise ProblemError(f"{where}.tap", "expected at least one line")
    _check_demand(f"{where}.demand", evse.demand)


def _check_demand(where: str, demand: Demand) -> None:
    for name in ("energy_wh", "extra_wh", "served_wh", "weight"):
        if not 0 <= getattr(demand, name) < np.inf:
            raise ProblemError(f"{where}.{name}", "expected a finite number, not below 0")
    for name in ("arrives_at", "departs_at"):
        instant = getattr(demand, name)
        if instant is not None and instant.tzinfo is None:
            raise ProblemError(f"{where}.{name}", "expected an instant with a time zone")
