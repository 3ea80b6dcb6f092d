"""A generator takes its time to start, ramps, runs for a least time, and burns fuel."""

import pytest

from simulators.resources.generator import GeneratorModel, SimulatedGenerator

MODEL = GeneratorModel(
    power_w=8_000.0, least_w=2_000.0, starts_s=20.0, min_run_s=60.0, ramp_w_per_s=500.0
)


def lived(wanted_w: list[float], seconds: float = 10.0) -> tuple[SimulatedGenerator, list[float]]:
    one = SimulatedGenerator(MODEL)
    return one, [one.step(watts, seconds) for watts in wanted_w]


def test_it_comes_up_after_its_start_and_ramps() -> None:
    one, given = lived([8_000.0] * 4)
    assert given == [0.0, 5_000.0, 8_000.0, 8_000.0]
    assert (one.starts, one.runs_s) == (1, 30.0)


def test_start_that_is_called_off_gives_nothing() -> None:
    one, given = lived([8_000.0, 0.0, 8_000.0])
    assert given == [0.0, 0.0, 0.0]
    assert one.starts == 2


def test_it_runs_at_its_least_until_it_may_stop() -> None:
    _, given = lived([3_000.0] * 2 + [0.0] * 6)
    assert given == [0.0, 3_000.0, *[2_000.0] * 5, 0.0]


def test_it_gives_no_less_than_its_least_and_no_more_than_its_power() -> None:
    assert lived([500.0] * 3)[1][-1] == 2_000.0
    assert lived([9_000.0] * 4)[1][-1] == 8_000.0


def test_it_burns_a_quarter_of_its_fuel_without_load() -> None:
    one = SimulatedGenerator(MODEL)
    one.given_w, one.runs_s = 8_000.0, 60.0
    one.step(8_000.0, 3_600.0)
    assert one.burnt_wh == pytest.approx(8_000.0 / 0.3)
    half = SimulatedGenerator(MODEL)
    half.given_w, half.runs_s = 4_000.0, 60.0
    half.step(4_000.0, 3_600.0)
    assert half.burnt_wh == pytest.approx(8_000.0 / 0.3 * 0.625)


def test_one_that_cannot_start_gives_nothing_until_it_can() -> None:
    one = SimulatedGenerator(MODEL)
    one.cannot_start = True
    assert [one.step(8_000.0, 10.0) for _ in range(5)] == [0.0] * 5
    one.cannot_start = False
    assert one.step(8_000.0, 10.0) == 5_000.0


def test_one_that_runs_goes_on_though_it_could_not_start() -> None:
    one, _ = lived([8_000.0] * 3)
    one.cannot_start = True
    assert one.step(8_000.0, 10.0) == 8_000.0


def test_one_that_starts_late_comes_up_so_much_later() -> None:
    one = SimulatedGenerator(MODEL)
    one.starts_later_s = 20.0
    assert [one.step(8_000.0, 10.0) for _ in range(4)] == [0.0, 0.0, 0.0, 5_000.0]


def test_one_that_trips_stops_before_it_may_and_has_to_start_again() -> None:
    one, _ = lived([8_000.0] * 3)
    one.trip()
    assert (one.given_w, one.runs_s) == (0.0, 0.0)
    assert [one.step(8_000.0, 10.0) for _ in range(2)] == [0.0, 5_000.0]
    assert one.starts == 2
