"""The exact currents of a tree of feeders: the one piece of physics that is not approximated.

On a line of a feeder flows the magnitude of the sum of all phasors whose angle is known, plus the
magnitudes of those whose angle is not: loads of unknown phases and uncontrolled loads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smart_charging.problem import Array, Feeder
from smart_charging.taps import Tap


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Current of one EVSE over time: `amps` is [slot]."""

    feeder: str
    tap: Tap
    amps: Array


def line_currents(feeders: Sequence[Feeder], loads: Iterable[Load]) -> dict[str, Array]:
    """Add up all loads and uncontrolled loads, up the tree.

    Args:
        feeders: Parents before their children.
        loads: Loads of EVSEs, each at a feeder of the tree.

    Returns:
        Current by feeder: [line, slot].
    """
    shape = feeders[0].limit_a.shape if feeders else (3, 0)
    phasors = {feeder.key: np.zeros(shape, dtype=complex) for feeder in feeders}
    magnitudes = {feeder.key: feeder.uncontrolled_a.copy() for feeder in feeders}
    for load in loads:
        if load.tap.is_angle_known:
            phasors[load.feeder] += np.outer(np.array(load.tap.phasors), load.amps)
        else:
            magnitudes[load.feeder] += np.outer(np.array(load.tap.magnitudes), load.amps)
    for feeder in reversed(feeders):
        if feeder.parent is not None:
            phasors[feeder.parent] += phasors[feeder.key]
            magnitudes[feeder.parent] += magnitudes[feeder.key]
    return {key: _total(phasors[key], magnitudes[key]) for key in phasors}


def ancestors(feeders: Sequence[Feeder]) -> Mapping[str, tuple[str, ...]]:
    """Each feeder's way to the root, itself first."""
    ways: dict[str, tuple[str, ...]] = {}
    for feeder in feeders:
        above = ways[feeder.parent] if feeder.parent is not None else ()
        ways[feeder.key] = (feeder.key, *above)
    return ways


def _total(phasors: NDArray[np.complex128], magnitudes: Array) -> Array:
    total: Array = np.abs(phasors) + magnitudes
    return total
