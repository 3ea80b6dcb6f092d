"""The policies that a study compares, and what each of them knows."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np

from smart_charging.arrays import Array
from smart_charging.study import ours
from smart_charging.study.engine import Dealing, Instant
from smart_charging.study.grid import Grid
from smart_charging.study.outlook import Outlook
from smart_charging.study.risk import Risks
from smart_charging.study.sharing import by_way, evenly, fits, in_order

Key: TypeAlias = Callable[[Instant], Array]

_NOTHING: Final = 1e-9


class PolicyName(StrEnum):
    """What is compared, by what it knows.

    UNCONTROLLED: Nobody steers. STATIC: each charger has a fixed share of what the building leaves
    at its worst. EQUAL: equal shares of what there is, as load balancers do. FCFS: who came first.
    EDF, LLF: earliest departure, least laxity; departures and energies are known. BLIND: ours,
    with what a site file assumes of everybody. PREDICTED: ours, with a forecast. STATED: ours,
    departures and energies are known. FORESIGHT: knows all that will happen; a bound for all.
    """

    UNCONTROLLED = "uncontrolled"
    STATIC = "static"
    EQUAL = "equal"
    FCFS = "fcfs"
    EDF = "edf"
    LLF = "llf"
    BLIND = "blind"
    PREDICTED = "predicted"
    STATED = "stated"
    FORESIGHT = "foresight"


def nobody_steers(instant: Instant) -> Array:
    """Everybody takes all they can."""
    return instant.wanted_a


def static_share(grid: Grid) -> Callable[[Array], Dealing]:
    """Make a fixed share of what the building leaves at its worst, for so many chargers.

    Returns:
        From how many chargers hang on the lines in each way, [case, way], to the policy.
    """
    loads = grid.wiring.coefficients
    room_a = grid.wiring.reach * max(0.0, float((grid.limit_a - grid.base_a).min()))

    def among(chargers: Array) -> Dealing:
        share_a = (room_a / np.maximum(chargers @ loads.T, 1e-9)).min(axis=1)

        def deal(instant: Instant) -> Array:
            given_a: Array = np.minimum(instant.wanted_a, share_a[:, None])
            return given_a

        return deal

    return among


def equal_share(grid: Grid) -> Dealing:
    """The same amperes for all who want any."""
    loads = grid.wiring.coefficients

    def deal(instant: Instant) -> Array:
        return evenly(instant.wanted_a, instant.way, instant.room_a, loads)

    return deal


def one_by_one(grid: Grid, key: Key) -> Dealing:
    """As much as each can take, the smallest key first."""
    loads = grid.wiring.coefficients

    def deal(instant: Instant) -> Array:
        return in_order(instant.wanted_a, key(instant), instant.way, instant.room_a, loads)

    return deal


def arrival(instant: Instant) -> Array:
    """Who came first comes first."""
    return -instant.waited


def departure(instant: Instant) -> Array:
    """Who leaves first comes first."""
    return instant.left


def laxity(instant: Instant) -> Array:
    """For how many steps each could do without any current."""
    return instant.left - instant.need


def as_planned(grid: Grid, outlook: Outlook | None = None) -> Dealing:
    """Our own way, with what is stated (None) or expected of everybody's departure and energy."""

    def deal(instant: Instant) -> Array:
        return ours.deal(
            ours.Standing(
                wanted_a=instant.wanted_a,
                max_a=instant.max_a,
                need=outlook.need(instant) if outlook else instant.need,
                left=outlook.left(instant) if outlook else instant.left,
                way=instant.way,
                room_a=instant.room_a,
                later_a=grid.expected_room_a(instant.step, ours.HORIZON - 1),
                coefficients=grid.wiring.coefficients,
            )
        )

    return deal


def by_risk(grid: Grid, risks: Risks) -> Dealing:
    """As much as each can take, those first that lose most by waiting for the room they take up.

    An ampere is worth its power, times the risk to be cut short. It costs what it takes of rows
    that are short of room, the more the shorter each is: one on three lines, of which one is full,
    costs as much as one on that line, and brings three times as much.
    """
    loads, w_per_a = grid.wiring.coefficients, grid.wiring.w_per_a

    def deal(instant: Instant) -> Array:
        given_a = instant.wanted_a.copy()
        tight = np.flatnonzero(~fits(instant.wanted_a, instant.way, instant.room_a, loads))
        if len(tight):
            some = instant.only(tight)
            worth = w_per_a / np.maximum(_lacking(some, loads) @ loads, _NOTHING)
            key = -risks.of(some) * np.take_along_axis(worth, some.way, axis=1)
            given_a[tight] = in_order(some.wanted_a, key, some.way, some.room_a, loads)
        return given_a

    return deal


def _lacking(instant: Instant, loads: Array) -> Array:
    """Which share of what is wanted each row cannot carry: [case, row]."""
    wanted = by_way(instant.wanted_a, instant.way) @ loads.T
    lacking: Array = np.maximum(1.0 - instant.room_a / np.maximum(wanted, _NOTHING), 0.0)
    return lacking
