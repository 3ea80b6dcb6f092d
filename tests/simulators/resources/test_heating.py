"""Rooms and tanks warm up and cool down as physics says, and thermostats come first."""

import math

import pytest

from simulators.resources.heating import HeatModel, SimulatedHeating, air_to_water

ROOM = HeatModel(
    wh_per_k=2_000.0,
    w_per_k=100.0,
    band_c=(19.0, 23.0),
    heater_w=3_000.0,
    least_w=1_000.0,
    gain=air_to_water,
    min_on_s=600.0,
    min_off_s=600.0,
)
TANK = HeatModel(
    wh_per_k=350.0, w_per_k=0.0, band_c=(55.0, 75.0), heater_w=3_000.0, is_outside=False
)


def test_room_cools_down_by_half_the_way_in_the_time_that_physics_says() -> None:
    # 2,000 Wh/K and 100 W/K: half of 40 K is lost after 20 h ln 2
    room = SimulatedHeating(ROOM, 40.0)
    for _ in range(round(20 * math.log(2.0) * 60)):
        room.step(0.0, 0.0, 0.0, 60.0)
        room.off_s = 0.0
    assert room.temperature_c == pytest.approx(20.0, abs=0.05)


def test_heat_pump_gives_more_than_it_takes_and_less_in_the_cold() -> None:
    assert (air_to_water(0.0), air_to_water(-10.0)) == (3.2, 2.5)
    room = SimulatedHeating(ROOM, 20.0)
    assert room.step(2_000.0, 0.0, 0.0, 3_600.0) == 2_000.0
    # 6,400 Wh in, 2,000 Wh lost: 2.2 K
    assert room.temperature_c == pytest.approx(22.2)


def test_hot_water_is_drawn_from_a_tank() -> None:
    tank = SimulatedHeating(TANK, 65.0)
    tank.step(0.0, -10.0, 3_500.0, 3_600.0)
    assert tank.temperature_c == pytest.approx(55.0)


def test_thermostat_comes_before_what_is_ordered() -> None:
    cold, hot = SimulatedHeating(TANK, 54.9), SimulatedHeating(TANK, 75.0)
    assert cold.step(0.0, 0.0, 0.0, 60.0) == 3_000.0
    assert hot.step(3_000.0, 0.0, 0.0, 60.0) == 0.0


def test_heater_that_is_told_nothing_heats_from_the_bottom_to_the_middle() -> None:
    tank = SimulatedHeating(TANK, 65.1)
    powers = [tank.step(None, 0.0, 7_000.0, 60.0) for _ in range(30)]
    assert powers[0] == 0.0
    assert 3_000.0 in powers


def test_compressor_stays_on_and_off_for_its_time() -> None:
    room = SimulatedHeating(ROOM, 21.0)
    assert room.step(2_000.0, 0.0, 0.0, 300.0) == 2_000.0
    assert room.step(0.0, 0.0, 0.0, 300.0) == 1_000.0  # not off yet: its least
    assert room.step(0.0, 0.0, 0.0, 300.0) == 0.0
    assert room.step(3_000.0, 0.0, 0.0, 300.0) == 0.0  # off for five minutes only
    assert room.step(3_000.0, 0.0, 0.0, 300.0) == 3_000.0
