from datetime import timedelta
from random import Random
from typing import Any

import pytest

from simulators.stations.vehicle import Hookup, Vehicle
from tests.simulators.stations.builders import NOON, session


def vehicle_of(energy_wh: float = 10_000, min_a: float = 6.0, **changes: Any) -> Vehicle:
    hookup = Hookup(w_per_a=690.0, max_a=16.0, min_a=min_a)
    return Vehicle(session(energy_wh, **changes), hookup, Random(1), NOON)  # noqa: S311


def after(seconds: float) -> Any:
    return NOON + timedelta(seconds=seconds)


def test_nothing_flows_before_anything_is_offered() -> None:
    vehicle = vehicle_of()
    vehicle.advance(after(600))
    assert vehicle.current_a == 0.0
    assert vehicle.delivered_wh == 0.0


def test_offered_current_is_drawn_after_some_seconds_and_a_ramp() -> None:
    vehicle = vehicle_of()
    vehicle.offer(16.0)
    vehicle.advance(after(4.9))
    assert vehicle.current_a == 0.0
    vehicle.advance(after(15.1))
    assert 6.0 <= vehicle.current_a <= 16.0
    vehicle.advance(after(25))
    assert vehicle.current_a == 16.0


def test_ramp_goes_two_amperes_a_second_from_the_lowest_current() -> None:
    vehicle = vehicle_of()
    vehicle.offer(16.0)
    seen: list[float] = []
    for tenth in range(300):
        vehicle.advance(after(tenth / 10))
        if not seen or seen[-1] != vehicle.current_a:
            seen.append(vehicle.current_a)
    assert seen == [0.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0]


def test_lower_limit_is_followed_within_five_seconds_but_not_at_once() -> None:
    vehicle = vehicle_of()
    vehicle.offer(16.0)
    vehicle.advance(after(60))
    vehicle.offer(10.0)
    vehicle.advance(after(61.9))
    assert vehicle.current_a == 16.0
    vehicle.advance(after(65))
    assert vehicle.current_a == 10.0


def test_second_decrease_does_not_delay_the_first() -> None:
    vehicle = vehicle_of()
    vehicle.offer(16.0)
    vehicle.advance(after(60))
    vehicle.offer(12.0)
    vehicle.advance(after(61.5))
    vehicle.offer(8.0)
    vehicle.advance(after(65))
    assert vehicle.current_a == 8.0


def test_limit_below_the_lowest_current_is_a_pause() -> None:
    vehicle = vehicle_of(min_a=8.0)
    vehicle.offer(7.9)
    vehicle.advance(after(60))
    assert vehicle.current_a == 0.0
    vehicle.offer(8.0)
    vehicle.advance(after(120))
    assert vehicle.current_a == 8.0


def test_vehicle_draws_no_more_than_its_own_charger_can() -> None:
    vehicle = vehicle_of()
    vehicle.offer(32.0)
    vehicle.advance(after(60))
    assert vehicle.current_a == 16.0


def test_energy_is_the_same_however_long_the_steps() -> None:
    fine, coarse = vehicle_of(energy_wh=80_000), vehicle_of(energy_wh=80_000)
    fine.offer(16.0)
    coarse.offer(16.0)
    for second in range(6 * 3600):
        fine.advance(after(second))
    coarse.advance(after(6 * 3600 - 1))
    assert fine.delivered_wh == pytest.approx(coarse.delivered_wh, abs=1e-6)


def test_steady_current_gives_power_times_time() -> None:
    vehicle = vehicle_of(energy_wh=50_000)
    vehicle.offer(16.0)
    vehicle.advance(after(60))
    before_wh = vehicle.delivered_wh
    vehicle.advance(after(60 + 1800))
    # 16 A x 690 W/A for half an hour
    assert vehicle.delivered_wh - before_wh == pytest.approx(5520.0)


def test_charging_stops_exactly_at_what_is_wanted() -> None:
    vehicle = vehicle_of(energy_wh=1_000)
    vehicle.offer(16.0)
    vehicle.advance(after(3600))
    assert vehicle.delivered_wh == 1_000.0
    assert vehicle.is_done
    assert vehicle.current_a == 0.0


def test_full_battery_takes_no_more() -> None:
    vehicle = vehicle_of(energy_wh=30_000, start_soc_pct=90.0)
    vehicle.offer(16.0)
    vehicle.advance(after(10 * 3600))
    assert vehicle.delivered_wh == pytest.approx(10_000.0)
    assert vehicle.soc_pct == pytest.approx(100.0)


def test_current_follows_a_tapering_battery() -> None:
    # 100 kWh that take 0.1104 of that per hour at 80 %: 11,040 W are 16 A at 690 W/A.
    vehicle = vehicle_of(energy_wh=30_000, start_soc_pct=79.9, vehicle={"taper_c_rate": 0.1104})
    by_soc = current_by_soc(vehicle)
    # To nothing over 20 %: 0.8 A each percent, taken at its end, and never below 6 A.
    assert by_soc[80] == pytest.approx(15.2)
    assert by_soc[85] == pytest.approx(11.2)
    assert by_soc[89] == pytest.approx(8.0)
    assert by_soc[99] == 6.0


def test_on_board_charger_hides_the_taper_until_the_battery_is_nearly_full() -> None:
    # The battery takes 100 kW at 80 % and 11.04 kW at 97.8 %.
    vehicle = vehicle_of(energy_wh=30_000, start_soc_pct=79.9)
    by_soc = current_by_soc(vehicle)
    assert by_soc[96] == 16.0
    assert by_soc[98] == pytest.approx(5000 / 690)


def current_by_soc(vehicle: Vehicle) -> dict[int, float]:
    vehicle.offer(16.0)
    by_soc: dict[int, float] = {}
    for minute in range(12 * 60):
        vehicle.advance(after(60 * minute))
        by_soc[int(vehicle.soc_pct + 1e-6)] = vehicle.current_a
    return by_soc


def test_opened_contactor_stops_the_current_at_once() -> None:
    vehicle = vehicle_of()
    vehicle.offer(16.0)
    vehicle.advance(after(60))
    vehicle.cut_off()
    assert vehicle.current_a == 0.0
    vehicle.advance(after(120))
    assert vehicle.current_a == 0.0


def test_one_seed_gives_one_course() -> None:
    first, second = vehicle_of(), vehicle_of()
    for vehicle in (first, second):
        vehicle.offer(16.0)
        vehicle.advance(after(12))
        vehicle.offer(9.0)
        vehicle.advance(after(15))
    assert (first.current_a, first.delivered_wh) == (second.current_a, second.delivered_wh)


def test_vehicle_that_wants_nothing_is_done_from_the_start() -> None:
    vehicle = vehicle_of(energy_wh=0.0)
    vehicle.offer(16.0)
    vehicle.advance(after(60))
    assert vehicle.is_done
    assert vehicle.current_a == 0.0
