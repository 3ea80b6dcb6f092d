"""The exact currents of a tree of feeders: the one piece of physics that is not approximated.

On a line of a feeder flows the magnitude of the sum of all phasors whose angle is known, plus the
magnitudes of those whose angle is not: loads of unknown phases and uncontrolled loads.

A vehicle may draw less than it is allowed. As long as all phasors on a line lie within 90 degrees
of each other, a smaller current is never more for the line. Behind a delta-wye transformer they
may not; then the largest sum over all subsets of the loads counts, of those that feed back too.
"""

import cmath
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np

from smart_charging.arrays import Array, ComplexArray
from smart_charging.feeder import Feeder
from smart_charging.taps import Phasors, Tap

_RIGHT_ANGLE: Final = math.pi / 2 + 1e-9
_NOTHING: Final = 1e-12
_ADDS_UP_A: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Current of one EVSE over time: `amps` is [slot]."""

    feeder: str
    tap: Tap
    amps: Array


Flows: TypeAlias = defaultdict[Phasors, Array]
"""Amperes by what an ampere puts on the lines: [slot]."""


def line_currents(
    feeders: Sequence[Feeder], loads: Iterable[Load], risk: float | None = 0.01
) -> dict[str, Array]:
    """Add up all loads and uncontrolled loads, up the tree.

    Args:
        feeders: Parents before their children.
        loads: Loads of EVSEs, each at a feeder of the tree, none below 0.
        risk: With what probability forecasts of uncontrolled load may be exceeded; None: there is
            no uncontrolled load.

    Returns:
        The most that flows if any load may be smaller than given, by feeder: [line, slot].
    """
    slots = feeders[0].limit_a.shape[1] if feeders else 0
    known, unknown = _at_feeders(feeders, loads, slots)
    currents = {}
    for feeder in reversed(feeders):
        background_a = 0.0 if risk is None else feeder.background_a(risk)
        beneath_a = unknown[feeder.key] + background_a
        flows, magnitude_a = _at_primary(feeder, known[feeder.key], beneath_a)
        currents[feeder.key] = _most(flows, slots) + magnitude_a
        if feeder.parent is not None:
            for phasors, amps in flows.items():
                known[feeder.parent][phasors] = known[feeder.parent][phasors] + amps
            unknown[feeder.parent] += magnitude_a
    return {feeder.key: currents[feeder.key] for feeder in feeders}


def currents_both_ways(
    feeders: Sequence[Feeder], drawn: Sequence[Load], fed: Sequence[Load], risk: float
) -> dict[str, Array]:
    """Add up what is drawn and what is fed back, where they can be more than either alone.

    What is fed back is turned round. It mostly lies opposite to what is drawn and takes off it;
    behind a delta-wye transformer it may add to it, and then loads of unknown angle do so too.

    Args:
        feeders: See `line_currents`.
        drawn: Loads that draw.
        fed: Loads that feed back, none below 0 either.
        risk: See `line_currents`.

    Returns:
        The most that flows, 0 where it is no more than one of both alone, by feeder: [line, slot].
    """
    known = [load for load in drawn if load.tap.is_angle_known]
    back = [load for load in fed if load.tap.is_angle_known]
    turned = [Load(load.feeder, load.tap.turned, load.amps) for load in back]
    both_a = line_currents(feeders, known + turned, None)
    drawn_a, fed_a = line_currents(feeders, known, None), line_currents(feeders, back, None)
    unknown = [load for load in (*drawn, *fed) if not load.tap.is_angle_known]
    unknown_a = line_currents(feeders, unknown, risk)
    most = {}
    for key, both in both_a.items():
        adds_up = both > np.maximum(drawn_a[key], fed_a[key]) + _ADDS_UP_A
        most[key] = np.where(adds_up, both + unknown_a[key], 0.0)
    return most


def ancestors(feeders: Sequence[Feeder]) -> Mapping[str, tuple[str, ...]]:
    """Each feeder's way to the root, itself first."""
    ways: dict[str, tuple[str, ...]] = {}
    for feeder in feeders:
        above = ways[feeder.parent] if feeder.parent is not None else ()
        ways[feeder.key] = (feeder.key, *above)
    return ways


def _at_feeders(
    feeders: Sequence[Feeder], loads: Iterable[Load], slots: int
) -> tuple[dict[str, Flows], dict[str, Array]]:
    """What hangs directly at each feeder: loads of known angle; the magnitudes of the others.

    They are added in the order of the loads, as another one would round otherwise.
    """
    alike: defaultdict[tuple[str, Phasors], list[Array]] = defaultdict(list)
    others: defaultdict[str, list[Load]] = defaultdict(list)
    for load in loads:
        if load.tap.is_angle_known:
            alike[load.feeder, load.tap.phasors].append(load.amps)
        else:
            others[load.feeder].append(load)
    known: dict[str, Flows] = {f.key: defaultdict(lambda: np.zeros(slots)) for f in feeders}
    for (key, phasors), amps in alike.items():
        known[key][phasors] = sum(amps[1:], amps[0])
    unknown = {feeder.key: np.zeros((3, slots)) for feeder in feeders}
    for key, several in others.items():
        sizes = np.array([load.tap.magnitudes for load in several])
        amps_a = np.array([load.amps for load in several])
        unknown[key] += (sizes[:, :, None] * amps_a[:, None, :]).cumsum(axis=0)[-1]
    return known, unknown


def _at_primary(feeder: Feeder, flows: Flows, magnitude_a: Array) -> tuple[Flows, Array]:
    """What a transformer makes of the currents below it."""
    turns = feeder.transformer
    if turns is None:
        return flows, magnitude_a
    shape = magnitude_a.shape[1]
    primary: Flows = defaultdict(lambda: np.zeros(shape))
    for phasors, amps in flows.items():
        turned = turns.primary(phasors, is_angle_known=True)
        primary[turned] = primary[turned] + amps
    first, second, third = magnitude_a / turns.ratio
    if turns.is_delta_wye:
        first, second, third = first + third, second + first, third + second
    return primary, np.array([first, second, third])


def _most(flows: Mapping[Phasors, Array], slots: int) -> Array:
    """The magnitude of the worst sum on each line: [line, slot]."""
    parts = _lines_of(tuple(flows))
    total = np.zeros((3, slots), dtype=complex)
    for own, amps in zip(parts.phasors, flows.values(), strict=True):
        total += own * amps
    most: Array = np.abs(total)
    if any(parts.far_subsets):
        carried = [own * amps for own, amps in zip(parts.phasors, flows.values(), strict=True)]
        for line, subsets in enumerate(parts.far_subsets):
            for subset in subsets:
                some = sum((carried[i][line] for i in subset), np.zeros(slots, dtype=complex))
                most[line] = np.maximum(most[line], np.abs(some))
    return most


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """How several flows stand on the lines.

    Attributes:
        phasors: What an ampere of each puts there: [flow, line, 1].
        far_subsets: The flows whose sum can be more than that of all, by line.
    """

    phasors: ComplexArray
    far_subsets: tuple[list[list[int]], ...]


@lru_cache(maxsize=1024)
def _lines_of(flows: tuple[Phasors, ...]) -> _Lines:
    """Find how flows stand on the lines; a site has the same few again and again."""
    phasors = np.array(flows, dtype=complex).reshape(-1, 3)
    phasors[np.abs(phasors) <= _NOTHING] = 0.0
    return _Lines(
        phasors=phasors[:, :, None],
        far_subsets=tuple(_far_subsets(column) for column in phasors.T.tolist()),
    )


def _far_subsets(phasors: list[complex]) -> list[list[int]]:
    """The subsets whose sum can be longer than that of all; none where all lie close together.

    The longest sum points in some direction and has just those phasors that have a part in it.
    Which ones these are changes only at right angles to a phasor: one direction between each two
    such angles stands for all.
    """
    angles = sorted(cmath.phase(phasor) for phasor in phasors if phasor)
    if len(angles) < 2 or _span(angles) <= _RIGHT_ANGLE:
        return []
    turns = sorted((a + side) % math.tau for a in angles for side in (math.pi / 2, -math.pi / 2))
    middles = [(one + other) / 2 for one, other in pairwise([*turns, turns[0] + math.tau])]
    return [
        [i for i, phasor in enumerate(phasors) if (phasor * cmath.rect(1.0, -middle)).real > 0]
        for middle in middles
    ]


def _span(angles: list[float]) -> float:
    """The smallest sector that holds all of these angles, which are sorted."""
    gaps = [other - one for one, other in pairwise([*angles, angles[0] + math.tau])]
    return math.tau - max(gaps)
