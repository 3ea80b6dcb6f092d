"""What a feeder should draw best.

A grid company says what it would like best, or has agreed that a feeder takes at least so much. It
is a wish and no limit: it stands below promised energy, and above energy beyond the promise, cost
and peak. `aiming` is its constraint family.
"""

from dataclasses import dataclass

import numpy as np

from smart_charging.arrays import Array
from smart_charging.errors import ProblemError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """What is wanted of a feeder.

    Attributes:
        wanted_w: What it should carry, in all; not a number where nothing is wanted: [slot].
        base_w: What it is expected to carry that is not planned: [slot].
        is_least: Whether more is as good.
    """

    feeder: str
    wanted_w: Array
    base_w: Array
    is_least: bool = False


def check_targets(targets: tuple[Target, ...], known: set[str], slots: int) -> None:
    """Refuse targets that contradict themselves.

    Raises:
        ProblemError: Naming the field.
    """
    for target in targets:
        where = f"targets[{target.feeder}]"
        if target.feeder not in known:
            raise ProblemError(f"{where}.feeder", f"no feeder is called {target.feeder!r}")
        for name in ("wanted_w", "base_w"):
            array: Array = getattr(target, name)
            if array.shape != (slots,):
                message = f"expected the shape {(slots,)}, got {array.shape}"
                raise ProblemError(f"{where}.{name}", message)
        if not np.all(np.isfinite(target.base_w)) or np.any(np.isinf(target.wanted_w)):
            raise ProblemError(where, "expected finite numbers")
