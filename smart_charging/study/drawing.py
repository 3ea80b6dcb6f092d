"""Populations of any size from few real users: a nested bootstrap.

Users are drawn with replacement, one after the other, and each one's life is shifted by whole
weeks, so that two draws of the same user are not there at the same time. Vehicles with one phase
are put on a random one. The population of n users is the first n draws: a larger one has all the
users of a smaller one, and more.

Time is cut into quarters of an hour, and stays begin and end at the nearest edge, none shorter than
one step: nobody is there for a part of a step, in which others could not use what is left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.study.users import WEEK_S, User
from smart_charging.study.wiring import THREE_LINES, Wiring

STEP_S: Final = 900
STEPS_PER_WEEK: Final = 7 * 86_400 // STEP_S
STEPS_PER_H: Final = 4
_SINGLE_PHASE_A: Final = 32.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How populations are drawn.

    Attributes:
        users: Of how many draws the largest population consists.
        weeks: How long the study is.
        single_phase_share: Of the vehicles with three phases, the share that charges with one
            phase instead, at up to 32 A: what if more vehicles were such?
    """

    users: int
    weeks: int = 6
    single_phase_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """A drawn population, as columns by stay, in the order of arrival.

    Attributes:
        user: Which draw: the population of n users has those below n.
        origin: The user drawn, and which of its stays: [stay, 2].
        arrives: The first step in which it is there.
        departs: The first step in which it is not; may lie beyond the end.
        wanted_wh: What can be reached at all, at full current.
        unavoidable_wh: What is wanted beyond that, and missed by any policy.
        max_a: The most that the vehicle takes.
        way: How it hangs on the lines (see `wiring`).
        is_judged: It leaves before the end. Others are served, but do not count.
        way_of_user: [draw]
    """

    user: Indices
    origin: Indices
    arrives: Indices
    departs: Indices
    wanted_wh: Array
    unavoidable_wh: Array
    max_a: Array
    way: Indices
    is_judged: Flags
    way_of_user: Indices


def draw_population(
    users: Sequence[User], drawing: Drawing, wiring: Wiring, seed: int
) -> Population:
    """Draw a population.

    Args:
        users: Whom to draw from; only those who come within the studied weeks count.
        drawing: How.
        wiring: What they hang on.
        seed: One seed always gives the same population.

    Raises:
        ValueError: Nobody comes within the studied weeks.
    """
    length_s, steps = drawing.weeks * WEEK_S, drawing.weeks * STEPS_PER_WEEK
    active = [i for i, user in enumerate(users) if user.stays_within(length_s)]
    if not active:
        raise ValueError(f"nobody comes within the {drawing.weeks} weeks")
    # A stream for each, so that a smaller drawing is the beginning of a larger one.
    streams = [np.random.default_rng([seed, column]) for column in range(4)]
    drawn = np.array(active)[streams[0].integers(len(active), size=drawing.users)]
    shifts = streams[1].integers(drawing.weeks, size=drawing.users) * STEPS_PER_WEEK
    lines = streams[2].integers(3, size=drawing.users)
    is_less = streams[3].random(drawing.users) < drawing.single_phase_share
    columns: list[tuple[float, ...]] = []
    ways = np.empty(drawing.users, dtype=int)
    for draw, which in enumerate(drawn.tolist()):
        user = users[which]
        is_three = user.line_count == 3 and not is_less[draw]
        ways[draw] = THREE_LINES if is_three else lines[draw]
        max_a = user.max_a if is_three or user.line_count == 1 else _SINGLE_PHASE_A
        columns += (
            ((first + shifts[draw]) % steps, draw, which, place, count, energy_wh, max_a)
            for place, first, count, energy_wh in _in_steps(user, length_s)
        )
    first, user_of, whose, place_of, count, energy_wh, amps = np.array(sorted(columns)).T
    way = ways[user_of.astype(int)]
    wanted_wh = np.minimum(energy_wh, amps * wiring.w_per_a[way] * count / STEPS_PER_H)
    return Population(
        user=user_of.astype(int),
        origin=np.column_stack([whose, place_of]).astype(int),
        arrives=first.astype(int),
        departs=(first + count).astype(int),
        wanted_wh=wanted_wh,
        unavoidable_wh=energy_wh - wanted_wh,
        max_a=amps,
        way=way,
        is_judged=first + count <= steps,
        way_of_user=ways,
    )


def _in_steps(user: User, length_s: float) -> Iterator[tuple[int, int, int, float]]:
    """Which of a user's stays begin within the weeks: (place, first step, steps, Wh)."""
    for place in user.stays_within(length_s):
        stay = user.stays[place]
        first = round(stay.arrives_s / STEP_S)
        yield place, first, max(1, round(stay.departs_s / STEP_S) - first), stay.energy_wh
