"""The simulator's limits as a tree of feeders.

The simulator has a list of limits, each on the magnitude of a weighted sum of the stations'
phasors. Its names tell which ones belong together: "Third Floor Panel I_a", "... I_b" and "... I_c"
are the lines of one feeder, "Transformer Secondary A" and "Transformer Primary A" the two sides of
a transformer, and a name without a line ("CC Pod") stands for stations between the same two lines.
Who feeds whom is read from the matrix: the stations of a feeder are some of its parent's.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.acnsim.foreign import Network
from benchmarks.acnsim.foresight import Lines
from benchmarks.acnsim.stays import MOST_A, VOLTAGE_V
from smart_charging.feeder import Feeder
from smart_charging.network import Loads, lay_out
from smart_charging.resources import Evse
from smart_charging.taps import Tap, Transformer, pair_tap
from smart_charging.vehicle import Demand

_OF_A_LINE: Final = re.compile(r"(.+?) (?:I_)?([abc])", re.IGNORECASE)
_PRIMARY: Final = re.compile(r"(?:(.+) )?Primary", re.IGNORECASE)
_PAIRS: Final = {30: (1, 2), -90: (2, 3), 150: (3, 1)}
"""The lines between which a station hangs, by the angle of its current in degrees."""
_SAME: Final = 1e-6
_ANY: Final = datetime(2019, 1, 1, tzinfo=UTC)


class TreeError(Exception):
    """A limit of the simulator is not in the tree, or not as it is in the simulator.

    Attributes:
        name: Of the limit.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"expected the tree to limit what {name!r} limits in the simulator")
        self.name = name


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A feeder of the tree.

    Attributes:
        limit_a: [line]
        rows: Which of the simulator's limits stands for each line; None: it has no limit.
        stations: All below it.
    """

    key: str
    parent: str | None
    limit_a: NDArray[np.float64]
    rows: tuple[int | None, ...]
    stations: frozenset[int]
    transformer: Transformer | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A site as the planning library sees it.

    Attributes:
        branches: Parents before their children.
        feeder_of: By station.
        tap_of: By station.
    """

    branches: tuple[Branch, ...]
    feeder_of: dict[str, str]
    tap_of: dict[str, Tap]

    def feeders(self, slots: int) -> tuple[Feeder, ...]:
        """The feeders with limits that are the same in all slots."""
        nothing_a = np.zeros((3, slots))
        return tuple(
            Feeder(
                key=branch.key,
                parent=branch.parent,
                limit_a=np.repeat(branch.limit_a[:, None], slots, axis=1),
                uncontrolled_a=nothing_a,
                transformer=branch.transformer,
            )
            for branch in self.branches
        )


def lines_of(network: Network) -> Lines:
    """All limits of a site of the simulator."""
    turn = np.exp(1j * np.deg2rad(np.asarray(network._phase_angles, dtype=float)))  # noqa: SLF001
    return Lines(
        names=tuple(network.constraint_index),
        phasors=np.asarray(network.constraint_matrix, dtype=float) * turn,
        limit_a=np.asarray(network.magnitudes, dtype=float),
        stations=tuple(network.station_ids),
        angles_deg=tuple(round(float(a)) for a in network._phase_angles),  # noqa: SLF001
    )


def tree_of(lines: Lines) -> Tree:
    """Find the tree behind a list of limits."""
    groups: dict[str, dict[int, int]] = {}
    for row, name in enumerate(lines.names):
        match = _OF_A_LINE.fullmatch(name)
        if match:
            groups.setdefault(match[1], {})["abc".index(match[2].lower())] = row
        else:
            groups[name] = _both_lines(lines, row)
    found = [_branch(lines, key, groups) for key in groups]
    found.sort(key=lambda branch: (-len(branch.stations), branch.transformer is None))
    branches: list[Branch] = []
    for branch in found:
        above = [one for one in branches if one.stations >= branch.stations]
        parent = above[-1].key if above else None
        branches.append(replace(branch, parent=parent))
    return Tree(
        branches=tuple(branches),
        feeder_of={
            station: [branch.key for branch in branches if i in branch.stations][-1]
            for i, station in enumerate(lines.stations)
        },
        tap_of={
            station: pair_tap(*_PAIRS[angle])
            for station, angle in zip(lines.stations, lines.angles_deg, strict=True)
        },
    )


def _both_lines(lines: Lines, row: int) -> dict[int, int]:
    """The two lines of a limit on stations that all hang between these."""
    angles = {lines.angles_deg[i] for i in np.flatnonzero(lines.phasors[row])}
    (pair,) = {_PAIRS[angle] for angle in angles}
    return {line - 1: row for line in pair}


def _branch(lines: Lines, key: str, groups: dict[str, dict[int, int]]) -> Branch:
    rows = groups[key]
    stations = np.flatnonzero(np.abs(lines.phasors[list(rows.values())]).max(axis=0))
    limit_a = np.full(3, lines.limit_a[list(rows.values())].max())
    for line, row in rows.items():
        limit_a[line] = lines.limit_a[row]
    return Branch(
        key=key,
        parent=None,
        limit_a=limit_a,
        rows=tuple(rows.get(line) for line in range(3)),
        stations=frozenset(stations.tolist()),
        transformer=_transformer(lines, key, groups),
    )


def _transformer(lines: Lines, key: str, groups: dict[str, dict[int, int]]) -> Transformer | None:
    """Read a delta-wye transformer's ratio: primary A carries (secondary A - C) / ratio."""
    match = _PRIMARY.fullmatch(key)
    if match is None:
        return None
    secondary = groups[f"{match[1]} Secondary" if match[1] else "Secondary"]
    across_a = np.abs(lines.phasors[secondary[0]] - lines.phasors[secondary[2]]).sum()
    primary_a = np.abs(lines.phasors[groups[key][0]]).sum()
    return Transformer(ratio=float(across_a / primary_a), is_delta_wye=True)


def check_tree(tree: Tree, lines: Lines) -> None:
    """Make sure that the tree's currents are the simulator's, on random currents.

    Raises:
        TreeError: They are not.
    """
    rates_a = np.random.default_rng(1).uniform(0.0, MOST_A, (len(lines.stations), 20))
    evses = tuple(_any_evse(tree, station) for station in lines.stations)
    network = lay_out(tree.feeders(1), Loads(evses, (), ()), 1, risk=0.0)
    ours_a = np.abs(network.evses.known @ rates_a)
    theirs_a = np.abs(lines.phasors @ rates_a)
    seen = set()
    for i, branch in enumerate(tree.branches):
        for line, row in enumerate(branch.rows):
            if row is not None:
                seen.add(row)
                if not np.allclose(ours_a[3 * i + line], theirs_a[row], atol=_SAME):
                    raise TreeError(lines.names[row])
    for row in set(range(len(lines.names))) - seen:
        raise TreeError(lines.names[row])


def _any_evse(tree: Tree, station: str) -> Evse:
    return Evse(
        key=station,
        feeder=tree.feeder_of[station],
        tap=tree.tap_of[station],
        w_per_a=VOLTAGE_V,
        max_a=MOST_A,
        demand=Demand(energy_wh=0.0, departs_at=_ANY),
    )
