"""Blocks of a capacity profile, and what they leave to a feeder."""

from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Any

import pytest

from csms.domain.grid_profile import (
    BlockPhase,
    CapacityBlock,
    CapacityUnit,
    LimitStep,
    is_sayable,
    limit_course,
    line_amps,
    stretched,
)
from csms.domain.site import Earthing, PhaseAmps
from tests.domain.sites import small_site
from tests.service.rig import NOON, after

TN = small_site()
IT = replace(TN, earthing=Earthing.IT)
W, KW, A = CapacityUnit.W, CapacityUnit.KW, CapacityUnit.A
SITE_FILE = (63.0, 63.0, 63.0)


def block(
    capacity: float = 40.0, minutes: tuple[float, float | None] = (0, 60), **more: Any
) -> Any:
    start, end = minutes
    fields = {"unit": A, "start_at": after(start), "end_at": None if end is None else after(end)}
    return CapacityBlock(capacity=capacity, **{**fields, **more})


def course(*blocks: CapacityBlock, now: datetime = NOON, hours: float = 36) -> list[Any]:
    theirs = [(one, line_amps(one, TN)) for one in blocks]
    steps = limit_course(theirs, now, after(60 * hours), SITE_FILE)
    return [(one.amps[0], minutes(one.start_at), minutes(one.end_at)) for one in steps]


def minutes(instant: datetime | None) -> float | None:
    return None if instant is None else (instant - NOON).total_seconds() / 60


@pytest.mark.parametrize(
    ("site", "capacity", "unit", "phase", "amps"),
    [
        (TN, 40.0, A, BlockPhase.ALL, (40.0, 40.0, 40.0)),
        (TN, 16.25, A, BlockPhase.TWO, (inf, 16.25, inf)),
        (TN, 27_600.0, W, BlockPhase.ALL, (40.0, 40.0, 40.0)),
        (TN, 27.65, KW, BlockPhase.UNKNOWN, (40.0, 40.0, 40.0)),  # 40.07 A
        (TN, 9_200.0, W, BlockPhase.THREE, (inf, inf, 40.0)),
        (IT, 40_000.0, W, BlockPhase.ALL, (100.4, 100.4, 100.4)),  # by the root of 3
        (IT, 40.0, A, BlockPhase.ONE, (40.0, inf, inf)),
        (TN, 0.0, KW, BlockPhase.ALL, (0.0, 0.0, 0.0)),
    ],
)
def test_capacity_is_an_upper_bound_of_currents(
    site: Any, capacity: float, unit: CapacityUnit, phase: BlockPhase, amps: PhaseAmps
) -> None:
    assert line_amps(block(capacity, unit=unit, phase=phase), site) == amps


def test_a_share_of_a_capacity_is_rounded_down() -> None:
    assert line_amps(block(100.0), TN, 1 / 3) == (33.3, 33.3, 33.3)
    assert line_amps(block(69_000.0, unit=W), TN, 0.25) == (25.0, 25.0, 25.0)


def test_without_a_neutral_a_line_has_no_power() -> None:
    assert not is_sayable(block(unit=W, phase=BlockPhase.ONE), IT)
    assert is_sayable(block(unit=W, phase=BlockPhase.ALL), IT)
    assert is_sayable(block(unit=A, phase=BlockPhase.ONE), IT)
    assert is_sayable(block(unit=W, phase=BlockPhase.ONE), TN)


def test_blocks_follow_each_other_and_alike_ones_are_one() -> None:
    blocks = [block(40, (0, 15)), block(40, (15, 30)), block(30, (30, 45)), block(50, (60, 75))]
    assert course(*blocks) == [(40.0, 0, 30), (30.0, 30, 45), (50.0, 60, 75)]


def test_where_blocks_overlap_the_lowest_counts() -> None:
    assert course(block(40, (0, 60)), block(30, (20, 40))) == [
        (40.0, 0, 20),
        (30.0, 20, 40),
        (40.0, 40, 60),
    ]


def test_what_is_over_is_left_out_and_what_runs_keeps_its_start() -> None:
    assert course(block(40, (-60, -30)), block(30, (-15, 15))) == [(30.0, -15, 15)]
    assert course(block(40, (-60, 0))) == []


def test_a_block_without_an_end_goes_on() -> None:
    assert course(block(40, (0, None)), block(30, (20, 40))) == [
        (40.0, 0, 20),
        (30.0, 20, 40),
        (40.0, 40, None),
    ]


def test_what_begins_too_far_ahead_waits() -> None:
    assert course(block(40, (0, 90)), block(30, (61, 90)), hours=1) == [(40.0, 0, 90)]


def test_a_line_of_which_nothing_is_said_has_its_own_limit() -> None:
    blocks = [block(16, phase=BlockPhase.ONE), block(20, (30, 60), phase=BlockPhase.THREE)]
    theirs = [(one, line_amps(one, TN)) for one in blocks]
    assert limit_course(theirs, NOON, after(90), SITE_FILE) == (
        LimitStep(amps=(16.0, 63.0, 63.0), start_at=NOON, end_at=after(30)),
        LimitStep(amps=(16.0, 63.0, 20.0), start_at=after(30), end_at=after(60)),
    )


def test_the_last_blocks_can_be_stretched() -> None:
    first, second = block(40, (0, 30)), block(30, (30, 60))
    assert stretched([first, second]) == (first, block(30, (30, None)))
    assert stretched([first, block(30, (0, None))]) == (first, block(30, (0, None)))
    assert stretched([]) == ()
