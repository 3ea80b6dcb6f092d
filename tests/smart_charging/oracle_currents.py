"""Currents on the lines of a tree of feeders, from first principles and by brute force.

Phasors are absolute here: at a root the voltage of L1 stands at 0 degrees, that of L2 at -120, that
of L3 at +120. The first winding of a delta-wye transformer lies between L1 and L2 of the primary
side, so its secondary voltage is in phase with their difference, and its current comes in on L1 and
goes out on L2. Any load may be absent: all subsets are tried.
"""

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

import numpy as np

from smart_charging.arrays import Array
from smart_charging.feeder import Feeder
from smart_charging.problem import ChargingProblem
from smart_charging.taps import Tap

_Phasors: TypeAlias = tuple[complex, complex, complex]
_AT_ROOT: Final = tuple(cmath.rect(1.0, math.radians(degrees)) for degrees in (0, -120, 120))


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """Current of one load over time: `amps` is [slot]."""

    feeder: str
    tap: Tap
    amps: Array


def worst_a(
    asked: ChargingProblem, draws: Sequence[Draw], *, with_background: bool = True
) -> dict[str, Array]:
    """The most that each feeder's lines can carry if any load may be absent: [line, slot]."""
    shape = (3, len(asked.slots_s))
    worst = {}
    for feeder in asked.feeders:
        known: list[_Phasors] = []
        amps: list[Array] = []
        magnitude_a = np.zeros(shape)
        for draw in draws:
            way = _way(asked, draw.feeder, feeder.key)
            if way and draw.tap.is_angle_known:
                known.append(_seen(_absolute(asked, draw), way))
                amps.append(draw.amps)
            elif way:
                sizes = _magnitudes(np.abs(np.array(draw.tap.phasors)).reshape(3, 1), way)
                magnitude_a += sizes * draw.amps
        for below in asked.feeders if with_background else ():
            way = _way(asked, below.key, feeder.key)
            if way:
                magnitude_a += _magnitudes(_background_a(below, asked.policy.risk), way)
        worst[feeder.key] = _longest(known, amps, shape) + magnitude_a
    return worst


def _way(asked: ChargingProblem, start: str, end: str) -> list[Feeder]:
    """The feeders from one up to another; empty if the other does not lie above it."""
    feeders = {one.key: one for one in asked.feeders}
    way, at = [feeders[start]], start
    while at != end:
        above = feeders[at].parent
        if above is None:
            return []
        at = above
        way.append(feeders[at])
    return way


def _absolute(asked: ChargingProblem, draw: Draw) -> _Phasors:
    """An ampere of a load at the voltages that it has."""
    feeders = {one.key: one for one in asked.feeders}
    turns, at = 0, feeders[draw.feeder]
    while True:
        turns += at.transformer is not None and at.transformer.is_delta_wye
        if at.parent is None:
            break
        at = feeders[at.parent]
    one, two, three = _AT_ROOT
    for _ in range(turns):
        one, two, three = one - two, two - three, three - one
    p, q, r = draw.tap.phasors
    return p * one / abs(one), q * two / abs(two), r * three / abs(three)


def _seen(current: _Phasors, way: list[Feeder]) -> _Phasors:
    """What a current is on the lines of the last feeder of a way."""
    one, two, three = current
    for feeder in way:
        turns = feeder.transformer
        if turns is None:
            continue
        one, two, three = one / turns.ratio, two / turns.ratio, three / turns.ratio
        if turns.is_delta_wye:
            one, two, three = one - three, two - one, three - two
    return one, two, three


def _magnitudes(amps: Array, way: list[Feeder]) -> Array:
    """The same for currents of which only magnitudes are known: [line, slot]."""
    for feeder in way:
        turns = feeder.transformer
        if turns is None:
            continue
        amps = amps / turns.ratio
        if turns.is_delta_wye:
            amps = amps + amps[[2, 0, 1]]
    return amps


def _background_a(feeder: Feeder, risk: float) -> Array:
    load_a = feeder.uncontrolled_a.copy()
    if feeder.forecast is None:
        return load_a
    levels, amps = feeder.forecast.levels, feeder.forecast.amps
    above = next((k for k, level in enumerate(levels) if level >= 1.0 - risk), len(levels) - 1)
    if above == 0 or levels[above] <= 1.0 - risk:
        load_a += amps[above]
        return load_a
    share = (1.0 - risk - levels[above - 1]) / (levels[above] - levels[above - 1])
    load_a += amps[above - 1] * (1 - share) + amps[above] * share
    return load_a


def _longest(known: list[_Phasors], amps: list[Array], shape: tuple[int, int]) -> Array:
    """The longest sum of any subset: [line, slot]."""
    longest = np.zeros(shape)
    if not known:
        return longest
    subsets = np.array(list(product((0.0, 1.0), repeat=len(known))))
    for line in range(3):
        flows = np.array([phasors[line] for phasors in known])[:, None] * np.array(amps)
        longest[line] = np.abs(subsets @ flows).max(axis=0)
    return longest
