"""What a vehicle's current tells about it: how many lines it uses, and how much it will take."""

from typing import Final

import msgspec

from csms.domain.altered import altered
from csms.domain.site import PhaseAmps

_IN_USE_A: Final = 0.5
_TELLING_A: Final = 3.0
"""Below this a current says nothing about the lines in use."""
_SHARE_IN_USE: Final = 0.3
_VOTES_NEEDED: Final = 2
_SLACK_A: Final = 1.5
"""A vehicle that stays this far below its limit does not want more."""
_MARGIN_A: Final = 2.0
"""What it is left above what it takes, so that it can show that it wants more."""
_ROUNDS_BELOW: Final = 3


def conductors_in_use(current_a: PhaseAmps) -> tuple[int, ...]:
    """Which conductors of a station, counted from 0, carry more than a small part of a current."""
    least_a = _SHARE_IN_USE * max(current_a)
    return tuple([i for i, amps in enumerate(current_a) if amps > least_a])


class VehicleHabits(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What has been seen of the vehicle at an EVSE since it came.

    Attributes:
        line_count: Lines that it uses, None while that is not certain.
        ceiling_a: More than this it does not take just now; None: not known to stay below.
        is_content: It takes nothing although it may: it is full, or set to charge later.
    """

    line_count: int | None = None
    ceiling_a: float | None = None
    is_content: bool = False
    candidate: int = 0
    votes: int = 0
    rounds_below: int = 0

    def observe(self, current_a: PhaseAmps, limit_a: float, min_a: float) -> "VehicleHabits":
        """Learn from one reading.

        Args:
            current_a: By conductor of the station.
            limit_a: What the vehicle was allowed while it was measured.
            min_a: The least current that is not a pause.
        """
        highest_a = max(current_a)
        habits = self._observe_lines(current_a, highest_a)
        is_content = habits.is_content and highest_a <= _IN_USE_A
        if limit_a < min_a:  # paused: says nothing of what it would take
            return altered(habits, is_content=is_content, rounds_below=0)
        if highest_a > limit_a - _SLACK_A:
            return altered(habits, is_content=is_content, ceiling_a=None, rounds_below=0)
        rounds_below = min(habits.rounds_below + 1, _ROUNDS_BELOW)
        if rounds_below < _ROUNDS_BELOW:
            return altered(habits, is_content=is_content, rounds_below=rounds_below)
        return altered(
            habits,
            is_content=highest_a <= _IN_USE_A,
            ceiling_a=max(min_a, highest_a + _MARGIN_A),
            rounds_below=rounds_below,
        )

    def is_planned_as(self, other: "VehicleHabits") -> bool:
        """Whether a plan takes both for the same."""
        return self._for_plans() == other._for_plans()  # noqa: SLF001

    def stopped(self, min_a: float) -> "VehicleHabits":
        """The vehicle has ended charging by itself, while it was allowed to go on."""
        return altered(self, ceiling_a=min_a, is_content=True, rounds_below=_ROUNDS_BELOW)

    def _for_plans(self) -> tuple[int | None, int | None, bool]:
        ceiling_a = None if self.ceiling_a is None else round(self.ceiling_a)
        return self.line_count, ceiling_a, self.is_content

    def _observe_lines(self, current_a: PhaseAmps, highest_a: float) -> "VehicleHabits":
        if highest_a < _TELLING_A:
            return self
        count = len(conductors_in_use(current_a))
        if count == self.candidate == self.line_count:  # as before, which is nearly always
            return self
        votes = min(self.votes + 1, _VOTES_NEEDED) if count == self.candidate else 1
        line_count = count if votes >= _VOTES_NEEDED else self.line_count
        return altered(self, candidate=count, votes=votes, line_count=line_count)
