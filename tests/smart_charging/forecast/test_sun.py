"""What a roof will give: a clear sky by pvlib, corrected by what was measured."""

from datetime import UTC, datetime

import numpy as np
import pytest

from smart_charging.forecast.sun import PvArray, Seen, clear_sky_w, corrected_w, usual_share

TRONDHEIM = PvArray(latitude=63.4, longitude=10.4, peak_w=10_000.0)
HOURS = (3_600,) * 24


def test_clear_summer_day_in_trondheim() -> None:
    given_w = clear_sky_w(TRONDHEIM, datetime(2026, 6, 17, tzinfo=UTC), HOURS)
    assert given_w.shape == (24,)
    assert 7_500.0 < given_w.max() < 9_000.0
    assert given_w.argmax() in (10, 11)  # the sun is highest at 11:20 UTC
    assert given_w[23] == 0.0
    assert 75_000.0 < given_w.sum() < 95_000.0


def test_clear_winter_day_gives_a_tenth_for_a_few_hours() -> None:
    given_w = clear_sky_w(TRONDHEIM, datetime(2026, 1, 14, tzinfo=UTC), HOURS)
    assert np.count_nonzero(given_w) in (5, 6)
    assert given_w.max() < 3_000.0


def test_inverter_gives_no_more_than_it_can() -> None:
    small = PvArray(latitude=63.4, longitude=10.4, peak_w=10_000.0, max_w=5_000.0)
    assert clear_sky_w(small, datetime(2026, 6, 17, tzinfo=UTC), HOURS).max() == 5_000.0


def test_what_is_seen_now_fades_into_what_is_usual() -> None:
    # 0.2 comes through now, 0.6 usually; after three hours a third of the difference is left
    clear_w, seen = np.full(24, 1_000.0), Seen(measured_w=200.0, clear_w=1_000.0)
    corrected = corrected_w(clear_w, HOURS, seen, 0.6, 1_000.0)
    assert corrected[0] == pytest.approx(600.0 - 400.0 * 0.8465, abs=0.1)  # half an hour
    assert corrected[2] == pytest.approx(600.0 - 400.0 * 0.4346, abs=0.1)
    assert corrected[23] == pytest.approx(600.0, abs=1.0)


def test_dusk_does_not_tell_how_clear_the_sky_is() -> None:
    clear_w = np.full(24, 1_000.0)
    dusk = Seen(measured_w=0.0, clear_w=10.0)
    assert corrected_w(clear_w, HOURS, dusk, 0.6, 1_000.0).tolist() == [600.0] * 24
    assert usual_share([dusk], 1_000.0) == 0.6


def test_usual_share_is_energy_over_energy() -> None:
    past = [Seen(measured_w=100.0, clear_w=1_000.0), Seen(measured_w=400.0, clear_w=500.0)]
    assert usual_share(past, 1_000.0) == pytest.approx(1 / 3)
