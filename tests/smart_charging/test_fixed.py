"""Currents that are not planned: their sum, and the worst that they are in a direction."""

import cmath
import math

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from smart_charging.fixed import Fixed

UP, DOWN = cmath.rect(1.0, math.pi / 6), cmath.rect(1.0, -math.pi / 2)


def two_lines() -> Fixed:
    """10 A up and 6 A down on the first of two lines, 4 A more up on it, 4 A on the second."""
    phasors = csr_matrix(np.array([[UP, DOWN, UP], [0, 0, 1]]))
    return Fixed.of(phasors, np.array([[10.0], [6.0], [4.0]]))


def test_loads_of_one_direction_on_a_line_are_one() -> None:
    fixed = two_lines()
    assert sorted(zip(fixed.row.tolist(), fixed.amps[:, 0].tolist(), strict=True)) == [
        (0, 6.0),
        (0, 14.0),
        (1, 4.0),
    ]


def test_sum_has_directions_and_magnitude_has_not() -> None:
    fixed = two_lines()
    assert fixed.total()[:, 0] == pytest.approx([14 * UP + 6 * DOWN, 4.0])
    assert fixed.magnitude()[:, 0] == pytest.approx([20.0, 4.0])


def test_whatever_points_away_may_be_absent() -> None:
    # the second load lies 120 degrees from the first
    along = two_lines().along(np.array([UP, -1.0]))
    assert along[:, 0] == pytest.approx([14.0, 0.0])
    assert two_lines().along(np.array([DOWN, 1.0]))[:, 0] == pytest.approx([6.0, 4.0])


def test_turned_currents_flow_the_other_way_on_the_lines_that_are_asked_for() -> None:
    turned = two_lines().turned(np.array([True, False]))
    assert turned.total()[:, 0] == pytest.approx([-14 * UP - 6 * DOWN, 0.0])


def test_both_together_are_their_sum() -> None:
    both = two_lines().beside(two_lines())
    assert both.magnitude()[:, 0] == pytest.approx([40.0, 8.0])


def test_nothing_is_nothing_on_every_line() -> None:
    nothing = Fixed.of(csr_matrix(np.zeros((3, 0), dtype=complex)), np.zeros((0, 2)))
    assert nothing.total().tolist() == [[0.0, 0.0]] * 3
    assert not nothing.flows.any()
