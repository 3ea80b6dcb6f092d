"""Looks for the largest number of users that a policy can serve.

Populations are nested, so that more users are never served better, up to the noise of single stays;
the edge is where the goal is first missed. Several candidates are tried in one pass over the weeks,
in all populations at once, and the next pass tries those between the last that met the goal and the
first that missed it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np

from smart_charging.study.engine import Case, Served

ENOUGH: Final = 0.99
"""Of the energy, or of the stays."""

_TRIED: Final = 7
_WIDE: Final = 1.5

Evaluate: TypeAlias = Callable[[Sequence[Case]], Mapping[Case, Served]]


class Goal(StrEnum):
    """What has to be met, with no line over its limit in any step.

    ENERGY: 99 % of all energy by departure. STAYS: 99 % of all stays get at least 90 %.
    """

    ENERGY = "energy"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Bracket:
    """Where the edge is: `low` users are served, `high` are not (or more than there are)."""

    low: int
    high: int

    @property
    def is_closed(self) -> bool:
        """Whether there is nothing in between."""
        return self.high - self.low <= 1

    def candidates(self) -> tuple[int, ...]:
        """What to try next, rising."""
        if self.high - self.low - 1 <= _TRIED:
            return tuple(range(self.low + 1, self.high))
        spaced = np.geomspace if self.high > _WIDE * max(self.low, 1) else np.linspace
        steps = spaced(max(self.low, 1), self.high, _TRIED + 2)[1:-1]
        return tuple(sorted({round(float(step)) for step in steps}))

    def narrowed(self, served: Mapping[int, Served], goal: Goal) -> "Bracket":
        """Where the edge is after some numbers have been tried: below the first that missed."""
        low, high = self.low, self.high
        for users in sorted(served):
            if not low < users < high:
                continue
            if not meets(served[users], goal):
                return Bracket(low, users)
            low = users
        return Bracket(low, high)


def meets(served: Served, goal: Goal) -> bool:
    """Whether a goal is met."""
    share = served.share if goal is Goal.ENERGY else served.well_served_share
    return served.over_as == 0.0 and share >= ENOUGH


def find_capacity(
    evaluate: Evaluate, seeds: int, most: int, goals: Iterable[Goal]
) -> dict[Goal, tuple[int, ...]]:
    """Find the largest number of users in each population: by goal, [seed].

    Args:
        evaluate: Tells what becomes of cases.
        seeds: How many populations.
        most: No population is larger.
        goals: What has to be met, each for itself.
    """
    brackets = {(goal, seed): Bracket(0, most + 1) for goal in goals for seed in range(seeds)}
    known: dict[Case, Served] = {}
    while True:
        wanted = {
            Case(seed, users)
            for (_, seed), bracket in brackets.items()
            for users in bracket.candidates()
        }
        if not wanted:
            break
        missing = sorted(wanted - known.keys(), key=lambda case: (case.seed, case.users))
        known.update(evaluate(missing) if missing else {})
        for (goal, seed), bracket in brackets.items():
            served = {case.users: one for case, one in known.items() if case.seed == seed}
            brackets[goal, seed] = bracket.narrowed(served, goal)
    found: dict[Goal, tuple[int, ...]] = {}
    for goal in dict.fromkeys(goal for goal, _ in brackets):
        found[goal] = tuple(brackets[goal, seed].low for seed in range(seeds))
    return found
