"""What a feeder may feed in at most.

A grid company limits what comes back from a feeder: what sun, batteries and sources give, less
what is drawn there. What is given by plan keeps to it. What is fed in anyway, by the sun, may be
more; then nothing gives by plan, and whatever can take energy at another time does so now.
`feeding` is its constraint family.
"""

from dataclasses import dataclass

import numpy as np

from smart_charging.arrays import Array
from smart_charging.errors import ProblemError
from smart_charging.taps import Tap

_LINES = (None, 1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeedLimit:
    """What a feeder may feed in.

    Attributes:
        most_w: The most; infinite where nothing is limited: [slot].
        base_w: What it is expected to carry that is not planned, less what the sun gives: [slot].
        line: Of which line; None: of all together.
    """

    feeder: str
    most_w: Array
    base_w: Array
    line: int | None = None


def share_on_line(tap: Tap, line: int | None) -> float:
    """The share of a load's power that it has on a line: that of what is in phase with its voltage.

    Args:
        tap: What an ampere of it puts on the lines; of what nobody knows which lines it uses,
            nothing is surely on one of them.
        line: Which line; None: all of them.
    """
    if line is None:
        return 1.0
    if not tap.is_angle_known:
        return 0.0
    in_phase = [phasor.real for phasor in tap.phasors]
    return in_phase[line - 1] / sum(in_phase)


def check_feed_limits(limits: tuple[FeedLimit, ...], known: set[str], slots: int) -> None:
    """Refuse limits that contradict themselves.

    Raises:
        ProblemError: Naming the field.
    """
    for limit in limits:
        where = f"feed_limits[{limit.feeder}]"
        if limit.feeder not in known:
            raise ProblemError(f"{where}.feeder", f"no feeder is called {limit.feeder!r}")
        if limit.line not in _LINES:
            raise ProblemError(f"{where}.line", f"expected 1, 2 or 3, got {limit.line}")
        for name in ("most_w", "base_w"):
            array: Array = getattr(limit, name)
            if array.shape != (slots,):
                message = f"expected the shape {(slots,)}, got {array.shape}"
                raise ProblemError(f"{where}.{name}", message)
        if np.isnan(limit.most_w).any() or (limit.most_w < 0).any():
            raise ProblemError(f"{where}.most_w", "expected 0 W or more")
        if not np.isfinite(limit.base_w).all():
            raise ProblemError(f"{where}.base_w", "expected finite numbers")
