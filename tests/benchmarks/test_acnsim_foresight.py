import numpy as np
import pytest

from benchmarks.acnsim.foresight import Lines, best_energy_wh
from benchmarks.acnsim.stays import Stay

AMPERE_WH = 208.0 / 12
"""What an ampere carries in a period."""


def stay(station: str, arrives: int, departs: int, amperes: float) -> Stay:
    """A stay that wants so many amperes for a period."""
    return Stay(
        key=station,
        station=station,
        arrives=arrives,
        departs=departs,
        stated=departs,
        energy_wh=amperes * AMPERE_WH,
    )


def lines(limit_a: float, *angles_deg: int) -> Lines:
    """One line, on which stations A, B, ... are."""
    turn = np.exp(1j * np.deg2rad(np.array(angles_deg, dtype=float)))
    return Lines(
        names=("Line",),
        phasors=turn[None, :],
        limit_a=np.array([limit_a]),
        stations=tuple("ABC"[: len(angles_deg)]),
        angles_deg=angles_deg,
    )


def test_nobody_gets_more_than_he_wants() -> None:
    stays = [stay("A", 0, 4, 50.0)]

    assert best_energy_wh(stays, lines(40.0, 30)) == pytest.approx(50.0 * AMPERE_WH)


def test_whoever_can_wait_is_served_when_the_other_has_gone() -> None:
    stays = [stay("A", 0, 1, 32.0), stay("B", 0, 2, 40.0)]

    served_wh = best_energy_wh(stays, lines(32.0, 30, 30))

    assert served_wh == pytest.approx((32.0 + 32.0) * AMPERE_WH)


def test_currents_at_an_angle_add_up_to_less_than_their_sum() -> None:
    stays = [stay("A", 0, 1, 32.0), stay("B", 0, 1, 32.0)]

    served_wh = best_energy_wh(stays, lines(30.0, 30, -30))

    # Two currents 60 degrees apart: |a + b| = sqrt(3) a = 30 A.
    assert served_wh == pytest.approx(2 * 30.0 / np.sqrt(3) * AMPERE_WH, rel=1e-4)
    assert served_wh >= 2 * 30.0 / np.sqrt(3) * AMPERE_WH * (1 - 1e-9)
