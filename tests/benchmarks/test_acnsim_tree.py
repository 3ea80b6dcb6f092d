from dataclasses import replace

import numpy as np
import pytest

from benchmarks.acnsim.foresight import Lines
from benchmarks.acnsim.tree import TreeError, check_tree, tree_of

AB, BC, CA = 30, -90, 150


def site() -> Lines:
    """A delta-wye transformer that feeds three stations directly and two behind a pod."""
    angles_deg = (AB, BC, CA, AB, AB)
    turn = np.exp(1j * np.deg2rad(np.array(angles_deg, dtype=float)))
    ab, bc, ca = (np.array([angle == pair for angle in angles_deg]) for pair in (AB, BC, CA))
    secondary = [1.0 * ab - ca, 1.0 * bc - ab, 1.0 * ca - bc]
    a, b, c = secondary
    primary = [(a - c) / 4, (b - a) / 4, (c - b) / 4]
    pod = np.array([0.0, 0.0, 0.0, 1.0, 1.0])
    names = [f"{side} {line}" for side in ("Secondary", "Primary") for line in "ABC"]
    return Lines(
        names=(*names, "Pod"),
        phasors=np.array([*secondary, *primary, pod]) * turn,
        limit_a=np.array([100.0] * 3 + [40.0] * 3 + [50.0]),
        stations=("1", "2", "3", "4", "5"),
        angles_deg=angles_deg,
    )


def test_the_tree_is_read_from_the_stations_behind_each_limit() -> None:
    tree = tree_of(site())

    assert [(branch.key, branch.parent) for branch in tree.branches] == [
        ("Primary", None),
        ("Secondary", "Primary"),
        ("Pod", "Secondary"),
    ]
    assert tree.feeder_of == {
        "1": "Secondary",
        "2": "Secondary",
        "3": "Secondary",
        "4": "Pod",
        "5": "Pod",
    }


def test_a_transformers_ratio_is_read_from_its_two_sides() -> None:
    transformer = tree_of(site()).branches[0].transformer

    assert transformer is not None
    assert transformer.is_delta_wye
    assert transformer.ratio == pytest.approx(4.0)


def test_the_trees_currents_are_the_simulators() -> None:
    lines = site()

    check_tree(tree_of(lines), lines)


def test_a_tree_with_other_currents_is_refused() -> None:
    lines = site()
    tree = tree_of(lines)
    other = replace(lines, phasors=lines.phasors * np.where(np.arange(7) == 6, 2.0, 1.0)[:, None])

    with pytest.raises(TreeError, match="Pod"):
        check_tree(tree, other)
