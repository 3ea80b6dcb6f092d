"""How the planner deals out the next quarter of an hour on one feeder, without solving a program.

The planner (aim `ready`, most energy first) asks: who has to charge now, so that all who are there
get most together by the time they leave? On one feeder that has an answer in closed form.

Let everybody charge as late as they can. That loads the lines that vehicles hang on alone by
L[row](t), and vehicles on three lines add A(t), both summed up over time. A row with room C(t),
summed up, cannot serve what is above it at its worst moment:

    lost[row] = max over t of  L[row](t) + k[row] A(t) - C(t),  if above 0

and nothing can do better, as A is the least that vehicles on three lines need by t. So long as
whatever these draw now, Z, obeys  L[row](t) + k[row] Z - C(t) <= lost[row] for all t, nothing more
is lost. Hence

1. vehicles on three lines that have to charge in this step do so: an ampere that they miss is
   missed on three lines;
2. then whoever has least time to spare comes first, but vehicles on three lines get no more than
   the Z above: what they take beyond has to be made up for on the fullest line, while the others
   may be idle later;
3. what is left goes to anybody, in the same order.

What is known of departures and energy is put in the place of the truth.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.study.sharing import by_way, fits, in_order
from smart_charging.study.wiring import THREE_LINES, WAYS

HORIZON: Final = 96
"""Steps that are looked ahead: 24 hours, as the planner does."""

_NOTHING_A: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Who is there and what is known of them: [case, vehicle].

    Attributes:
        wanted_a: What each takes in this step if it can.
        max_a: The most that it ever takes.
        need: Steps at full current that it needs, as far as known.
        left: Steps until it leaves, as far as known; this one is included.
        way: How it hangs on the lines.
        room_a: Of this step: [case, row].
        later_a: Of the steps after it, as far as known: [row, step].
        coefficients: [row, way]
    """

    wanted_a: Array
    max_a: Array
    need: Array
    left: Array
    way: Indices
    room_a: Array
    later_a: Array
    coefficients: Array


def deal(standing: Standing) -> Array:
    """Deal out the room of this step: [case, vehicle]."""
    wanted_a, way = standing.wanted_a, standing.way
    loads = standing.coefficients
    given_a = wanted_a.copy()
    tight = np.flatnonzero(~fits(wanted_a, way, standing.room_a, loads))
    if len(tight):
        given_a[tight] = _deal_tight(_only(standing, tight))
    return given_a


def latest(standing: Standing) -> Array:
    """What is drawn up to each edge if all charge as late as they can: [case, way, edge].

    Each vehicle's part is 0 up to its latest start, and rises by its current until it leaves. The
    second differences of that are not 0 at two instants, each of which lies between two edges.
    Amperes times steps.
    """
    cases, _ = standing.need.shape
    wants = standing.wanted_a > _NOTHING_A
    runs = np.clip(standing.need, 0.0, standing.left)
    size = HORIZON + 3
    place = (np.arange(cases)[:, None] * WAYS + standing.way) * size
    turns = np.zeros(cases * WAYS * size)
    for at, sign in ((standing.left - runs, 1.0), (standing.left, -1.0)):
        instant = np.clip(at, 0.0, float(HORIZON))
        edge = np.floor(instant).astype(int)
        slope = np.where(wants, sign * standing.max_a, 0.0)
        for more, part in ((1, 1.0 - (instant - edge)), (2, instant - edge)):
            turns += np.bincount((place + edge + more).ravel(), (slope * part).ravel(), len(turns))
    drawn: Array = np.cumsum(np.cumsum(turns.reshape(cases, WAYS, size), axis=2), axis=2)
    return drawn[:, :, : HORIZON + 1]


def most_on_three_lines(standing: Standing) -> Array:
    """What vehicles on three lines may take now without loss to anybody, in amperes: [case]."""
    drawn = latest(standing)
    loads = standing.coefficients
    room_a = np.concatenate(
        [
            standing.room_a[:, :, None],
            np.broadcast_to(standing.later_a, (len(drawn), *standing.later_a.shape)),
        ],
        axis=2,
    )
    open_a = np.concatenate([np.zeros((*room_a.shape[:2], 1)), np.cumsum(room_a, axis=2)], axis=2)
    alone = np.einsum("rw,cwt->crt", loads[:, :THREE_LINES], drawn[:, :THREE_LINES]) - open_a
    three = loads[:, THREE_LINES, None] * drawn[:, None, THREE_LINES]
    lost = np.maximum((alone + three).max(axis=2), 0.0)
    spare = (lost[:, :, None] - alone[:, :, 1:]).min(axis=2) / loads[:, THREE_LINES]
    must: Array = drawn[:, THREE_LINES, 1]
    most: Array = np.maximum(spare.min(axis=1), must)
    return most


def _only(standing: Standing, cases: Indices) -> Standing:
    return Standing(
        wanted_a=standing.wanted_a[cases],
        max_a=standing.max_a[cases],
        need=standing.need[cases],
        left=standing.left[cases],
        way=standing.way[cases],
        room_a=standing.room_a[cases],
        later_a=standing.later_a,
        coefficients=standing.coefficients,
    )


def _deal_tight(standing: Standing) -> Array:
    wanted_a, way, loads = standing.wanted_a, standing.way, standing.coefficients
    spare = standing.left - standing.need
    is_three = way == THREE_LINES
    must_a = np.where(is_three, standing.max_a * np.clip(1.0 - spare, 0.0, 1.0), 0.0)
    given_a = in_order(np.minimum(wanted_a, must_a), spare, way, standing.room_a, loads)
    drawn = by_way(given_a, way)
    capped = np.vstack([loads, np.eye(WAYS)[THREE_LINES]])
    may_a = most_on_three_lines(standing) - drawn[:, THREE_LINES]
    room_a = np.column_stack([standing.room_a - drawn @ loads.T, np.maximum(may_a, 0.0)])
    given_a += in_order(wanted_a - given_a, spare, way, room_a, capped)
    room_a = standing.room_a - by_way(given_a, way) @ loads.T
    return given_a + in_order(wanted_a - given_a, spare, way, room_a, loads)
