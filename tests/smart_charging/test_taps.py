"""What an ampere puts on each line, against the voltages between the lines."""

import cmath
import math

import pytest

from smart_charging.taps import Tap, pair_tap, unknown_tap, wye_tap

PLUS_30 = complex(0.8660254037844386, 0.5)
MINUS_30 = complex(0.8660254037844386, -0.5)
AHEAD_RAD = {1: 0.0, 2: -2 * math.pi / 3, 3: 2 * math.pi / 3}


def absolute(tap: Tap) -> list[complex]:
    """Turn what is written relative to each line's voltage to one common angle."""
    return [phasor * cmath.rect(1.0, AHEAD_RAD[line]) for line, phasor in enumerate(tap.phasors, 1)]


@pytest.mark.parametrize(
    ("lines", "phasors"),
    [
        ((1,), (1, 0, 0)),
        ((2,), (0, 1, 0)),
        ((3,), (0, 0, 1)),
        ((1, 3), (1, 0, 1)),
        ((3, 1, 2), (1, 1, 1)),
    ],
)
def test_vehicle_with_a_neutral_loads_its_lines_in_phase(
    lines: tuple[int, ...], phasors: tuple[complex, ...]
) -> None:
    tap = wye_tap(lines)
    assert tap.phasors == phasors
    assert tap.is_angle_known
    assert tap.magnitudes == phasors


@pytest.mark.parametrize(
    ("first", "second", "phasors"),
    [
        (1, 2, (PLUS_30, MINUS_30, 0)),
        (2, 3, (0, PLUS_30, MINUS_30)),
        (3, 1, (MINUS_30, 0, PLUS_30)),
    ],
)
def test_vehicle_between_two_lines_leads_on_one_and_lags_on_the_next(
    first: int, second: int, phasors: tuple[complex, ...]
) -> None:
    for tap in (pair_tap(first, second), pair_tap(second, first)):
        assert tap.phasors == pytest.approx(phasors)
        assert tap.is_angle_known


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 3), (3, 1), (2, 1), (3, 2), (1, 3)])
def test_current_of_a_pair_comes_in_on_one_line_and_goes_out_on_the_other(
    first: int, second: int
) -> None:
    currents = absolute(pair_tap(first, second))
    assert abs(currents[first - 1] + currents[second - 1]) == pytest.approx(0.0, abs=1e-12)
    voltages = {line: cmath.rect(1.0, rad) for line, rad in AHEAD_RAD.items()}
    between = voltages[first] - voltages[second]
    assert cmath.phase(currents[first - 1] / between) == pytest.approx(0.0, abs=1e-12)


def test_magnitude_of_a_pair_is_one_on_its_two_lines() -> None:
    assert pair_tap(1, 2).magnitudes == (1.0, 1.0, 0.0)
    assert pair_tap(1, 3).magnitudes == (1.0, 0.0, 1.0)


def test_vehicle_of_unknown_phases_has_magnitudes_and_no_angle() -> None:
    tap = unknown_tap((1, 3))
    assert tap.magnitudes == (1.0, 0.0, 1.0)
    assert not tap.is_angle_known


def test_tap_without_lines_loads_nothing() -> None:
    assert wye_tap(()).magnitudes == (0.0, 0.0, 0.0)
