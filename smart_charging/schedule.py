"""From a row of a plan to the few periods that a station takes."""

from collections.abc import Sequence
from itertools import accumulate


def to_steps(
    limits_a: Sequence[float], slots_s: Sequence[int], live_s: int, max_steps: int
) -> tuple[tuple[int, float], ...]:
    """Write the beginning of a row as steps.

    Neighbours of one limit are one step. Where there are more steps than a station takes, the
    last ones are merged into the lowest of them: a station is never allowed more than planned.

    Args:
        limits_a: Limit per slot.
        slots_s: Length of each slot.
        live_s: How much of the row is written.
        max_steps: How many steps the station takes.

    Returns:
        (seconds after the start, amperes), the first at 0.
    """
    steps: list[tuple[int, float]] = []
    for begins_s, limit_a in zip(accumulate(slots_s, initial=0), limits_a, strict=False):
        if begins_s >= live_s:
            break
        if not steps or steps[-1][1] != limit_a:
            steps.append((begins_s, limit_a))
    kept, merged = steps[: max_steps - 1], steps[max_steps - 1 :]
    if merged:
        kept.append((merged[0][0], min(limit_a for _, limit_a in merged)))
    return tuple(kept)
