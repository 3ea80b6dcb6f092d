"""Counts and durations."""

import asyncio

from csms.tally import BOUNDS_S, Durations, LoopLag
from tests.gateway.rig import in_virtual_time


def test_duration_is_counted_in_the_range_that_it_ends_in() -> None:
    taken = Durations()
    for duration_s in (0.0, 0.001, 0.0011, 4.0, 31.0):
        taken.add(duration_s)
    counts = dict(zip((*BOUNDS_S, None), taken.counts, strict=True))
    assert {bound: count for bound, count in counts.items() if count} == {
        0.001: 2,
        0.0025: 1,
        5.0: 1,
        None: 1,
    }
    assert taken.sum_s == 35.0021


@in_virtual_time
async def test_loop_that_is_never_busy_is_never_late() -> None:
    lag = LoopLag()
    watching = asyncio.ensure_future(lag.run())
    await asyncio.sleep(1.1)
    watching.cancel()
    assert lag.late.counts[0] == 4
    assert lag.late.sum_s == 0.0
