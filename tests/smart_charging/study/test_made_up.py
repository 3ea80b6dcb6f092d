"""Base load, sun and fallbacks have the statistics that they promise."""

import numpy as np
import pytest

from smart_charging.study.grid import Grid
from smart_charging.study.silence import Silence, Silent, fallbacks_a
from smart_charging.study.solar import Sun, solar_w
from smart_charging.study.winter import Winter, winter_load
from tests.smart_charging.study.rig import TN, grid

WEEKS = 6 * 672


def test_winter_has_the_peak_and_the_load_factor_asked_for() -> None:
    made = winter_load(Winter(peak_w=280e3), WEEKS)
    assert made.total_w.max() == pytest.approx(280e3)
    assert made.total_w.mean() == pytest.approx(0.59 * 280e3)
    assert made.total_w.min() > 0.1 * 280e3
    assert made.heating_w.mean() / made.total_w.mean() == pytest.approx(0.5, abs=0.02)


def test_winter_peaks_in_the_evening_and_weekends_differ() -> None:
    total_w = winter_load(Winter(peak_w=1.0), WEEKS).total_w.reshape(6, 7, 24, 4).mean(axis=3)
    by_hour = total_w.mean(axis=(0, 1))
    assert by_hour.argmax() in range(17, 21)
    assert by_hour.argmin() in range(1, 5)
    workdays, weekend = total_w[:, :5].mean(axis=(0, 1)), total_w[:, 5:].mean(axis=(0, 1))
    assert weekend[11] > workdays[11]
    assert workdays[7] > weekend[7]


def test_a_seed_gives_the_same_winter() -> None:
    one, same, other = (winter_load(Winter(peak_w=1.0, seed=s), 672).total_w for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)


def test_the_sun_is_low_in_november_and_high_in_june() -> None:
    november = solar_w(Sun(peak_w=1.0, day_of_year=308), WEEKS).reshape(-1, 96)
    june = solar_w(Sun(peak_w=1.0, day_of_year=160), WEEKS).reshape(-1, 96)
    assert (november[:, : 6 * 4] == 0).all()
    assert (november[:, 19 * 4 :] == 0).all()
    assert 0 < november.mean() < 0.2 * june.mean()
    assert june.max() < 1.0


def test_a_twentieth_of_the_chargers_is_silent_for_some_hours() -> None:
    silent = Silent(Silence(share=0.05, seed=1), 2, 500)
    seen = []
    for _ in range(600):
        seen.append(silent.now)
        silent.move_on()
    states = np.stack(seen)
    assert states.mean() == pytest.approx(0.05, abs=0.005)
    falls = (~states[:-1] & states[1:]).sum()
    assert states[1:].sum() / falls == pytest.approx(16, abs=2)  # steps: four hours


def test_a_fallback_of_6_a_is_given_where_it_fits_for_all() -> None:
    """30 A with 10 A beside: 20 A carry three chargers on L1, or two and one on three lines."""
    feeder = grid(30.0, 4, base_a=10.0)
    chargers = np.array([[3, 0, 0, 0], [4, 0, 0, 0], [2, 0, 0, 1], [2, 2, 2, 2]], dtype=float)
    assert fallbacks_a(feeder, chargers).tolist() == [6.0, 0.0, 6.0, 0.0]


def test_room_of_tomorrow_is_expected_as_it_was_today() -> None:
    """The base load of step s is s; at step 100 the room of step 101 is that of step 5."""
    feeder = Grid(wiring=TN, limit_a=np.full(200, 300.0), base_a=np.arange(200.0))
    assert feeder.room_a(100).tolist() == [200.0] * 3
    assert feeder.expected_room_a(100, 2)[0].tolist() == [295.0, 294.0]
    assert feeder.expected_room_a(2, 2)[0].tolist() == [297.0, 296.0]  # the first day
