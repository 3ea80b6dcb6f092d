import pytest

from simulators.supply import Earthing, Supply

TN, IT = Supply(Earthing.TN), Supply(Earthing.IT)


@pytest.mark.parametrize(
    ("supply", "lines", "watts"),
    [(TN, 1, 230.0), (TN, 2, 460.0), (TN, 3, 690.0), (IT, 2, 230.0), (IT, 3, 398.37)],
)
def test_an_ampere_carries_what_its_lines_make_of_it(
    supply: Supply, lines: int, watts: float
) -> None:
    assert supply.watts_per_ampere(lines) == pytest.approx(watts, abs=0.01)


@pytest.mark.parametrize(
    ("supply", "wired", "usable", "used"),
    [
        (TN, 3, 1, 1),
        (TN, 3, 2, 2),
        (TN, 1, 3, 1),
        (TN, 3, 3, 3),
        (IT, 3, 1, 2),
        (IT, 3, 2, 2),
        (IT, 2, 3, 2),
        (IT, 3, 3, 3),
    ],
)
def test_in_an_it_grid_a_vehicle_without_three_phases_hangs_between_two_lines(
    supply: Supply, wired: int, usable: int, used: int
) -> None:
    assert supply.lines_used(wired, usable) == used


@pytest.mark.parametrize(
    ("supply", "lines", "phases"), [(TN, 1, 1), (TN, 3, 3), (IT, 2, 1), (IT, 3, 3)]
)
def test_two_lines_of_an_it_grid_are_one_phase(supply: Supply, lines: int, phases: int) -> None:
    assert supply.phase_count(lines) == phases
