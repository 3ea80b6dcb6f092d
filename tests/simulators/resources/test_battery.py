"""A battery loses on each way, takes less when it is nearly full, and is never overdrawn."""

import pytest

from simulators.resources.battery import BatteryModel, SimulatedBattery

MODEL = BatteryModel(
    capacity_wh=10_000.0, charge_w=5_000.0, discharge_w=4_000.0, efficiency=0.9, idle_w=0.0
)


def test_a_tenth_is_lost_on_each_way() -> None:
    battery = SimulatedBattery(MODEL, 1_000.0)
    assert battery.step(2_000.0, 3_600.0) == 2_000.0
    assert battery.stored_wh == pytest.approx(2_800.0)
    assert battery.step(-900.0, 3_600.0) == -900.0
    assert battery.stored_wh == pytest.approx(1_800.0)
    assert battery.given_wh == pytest.approx(900.0)


def test_it_gives_and_takes_what_it_can() -> None:
    battery = SimulatedBattery(MODEL, 5_000.0)
    assert battery.step(99_000.0, 60.0) == 5_000.0
    assert battery.step(-99_000.0, 60.0) == -4_000.0


def test_empty_battery_gives_nothing_and_full_one_takes_nothing() -> None:
    assert SimulatedBattery(MODEL, 0.0).step(-4_000.0, 60.0) == 0.0
    assert SimulatedBattery(MODEL, 10_000.0).step(5_000.0, 60.0) == 0.0


def test_it_takes_less_when_it_is_nearly_full() -> None:
    # half of the last twentieth is left
    assert SimulatedBattery(MODEL, 9_750.0).step(5_000.0, 60.0) == pytest.approx(2_500.0)


def test_its_power_changes_gradually() -> None:
    battery = SimulatedBattery(MODEL, 5_000.0)
    assert battery.step(5_000.0, 1.0) == 2_000.0
    assert battery.step(5_000.0, 1.0) == 4_000.0
