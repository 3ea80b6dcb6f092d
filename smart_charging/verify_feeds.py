"""The verifier's rule for what feeders feed in, in the problem's own words (see `verify`)."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.feed_limit import FeedLimit, share_on_line
from smart_charging.problem import ChargingProblem

TOLERANCE_W: Final = 1.0


def broken_feed_limits(problem: ChargingProblem, limits_a: Array, store_a: Array) -> Iterator[str]:
    """Rule (10): nothing gives by plan where more is fed in than may be, but a source that has to.

    Args:
        problem: What is planned.
        limits_a: What vehicles draw; below 0: feed back: [evse, slot].
        store_a: What stores take; below 0: give: [store, slot].
    """
    parents = {feeder.key: feeder.parent for feeder in problem.feeders}
    for limit in problem.feed_limits:
        carried_w, given_w = limit.base_w.copy(), np.zeros(len(limit.base_w))
        for power_w, may_stop in _powers(problem, limit, parents, (limits_a, store_a)):
            carried_w += power_w
            given_w -= np.minimum(power_w, 0.0) if may_stop else 0.0
        over_w = -carried_w - limit.most_w
        for slot in np.flatnonzero((over_w > TOLERANCE_W) & (given_w > TOLERANCE_W)):
            line = "" if limit.line is None else f" L{limit.line}"
            yield (
                f"{limit.feeder}{line} feeds in {over_w[slot]:.0f} W too much in slot {slot}, "
                f"while {given_w[slot]:.0f} W are given by plan"
            )


def _powers(
    problem: ChargingProblem,
    limit: FeedLimit,
    parents: dict[str, str | None],
    amps: tuple[Array, Array],
) -> Iterator[tuple[Array, bool]]:
    """What each that hangs below puts on the feeder's line: [slot]; and whether it may stop."""
    limits_a, store_a = amps
    for evse, row in zip(problem.evses, limits_a, strict=True):
        if _is_below(evse.feeder, limit.feeder, parents):
            yield share_on_line(evse.tap, limit.line) * evse.w_per_a * row, True
    for store, row in zip(problem.stores, store_a, strict=True):
        if _is_below(store.feeder, limit.feeder, parents):
            power_w = share_on_line(store.tap, limit.line) * store.w_per_a * row
            yield power_w, store.standby is None


def _is_below(feeder: str | None, above: str, parents: dict[str, str | None]) -> bool:
    while feeder is not None and feeder != above:
        feeder = parents[feeder]
    return feeder is not None
