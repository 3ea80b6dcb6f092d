"""Hours and days of a site's meter, from its quarters."""

from datetime import UTC, date, datetime, timedelta

import pytest

from csms.domain.cost import MeterQuarter
from csms.service.metered_quarters import MeteredQuarters
from tests.domain.sites import OSLO
from tests.service.rig import NOON, after


def quarter(
    at: datetime, drawn_wh: float, charged_wh: float = 0.0, covered_s: float = 900.0
) -> MeterQuarter:
    return MeterQuarter(at=at, drawn_wh=drawn_wh, charged_wh=charged_wh, covered_s=covered_s)


def test_power_is_counted_in_the_quarter_in_which_most_of_it_was() -> None:
    quarters = MeteredQuarters(OSLO)
    assert quarters.add(after(15), 6000.0, 0.0, 60.0).at == NOON
    assert quarters.add(after(15.4), 6000.0, 0.0, 60.0).at == NOON
    grown = quarters.add(after(16), 6000.0, 2400.0, 60.0)
    assert (grown.at, grown.drawn_wh, grown.charged_wh) == (after(15), 100.0, 40.0)


def test_peak_of_a_day_is_its_highest_hour_but_not_the_running_one() -> None:
    quarters = MeteredQuarters(OSLO)
    quarters.fill(quarter(after(15 * i), 1000.0 + 500.0 * i) for i in range(8))
    quarters.fill([quarter(after(120), 9000.0)])
    assert quarters.day_peaks_w(after(125)) == {date(2026, 1, 14): 3000 + 3500 + 4000 + 4500.0}
    assert quarters.day_peaks_w(after(119)) == {date(2026, 1, 14): 1000 + 1500 + 2000 + 2500.0}


def test_mean_of_an_hour_is_of_what_was_seen_and_of_five_minutes_at_least() -> None:
    quarters = MeteredQuarters(OSLO)
    quarters.fill([quarter(NOON, 500.0, covered_s=360.0)])
    assert quarters.day_peaks_w(after(60)) == {date(2026, 1, 14): pytest.approx(5000.0)}
    quarters = MeteredQuarters(OSLO)
    quarters.fill([quarter(NOON, 500.0, covered_s=240.0)])
    assert quarters.day_peaks_w(after(60)) == {}


def test_last_month_does_not_count_in_local_time() -> None:
    quarters = MeteredQuarters(OSLO)
    midnight = datetime(2026, 1, 31, 23, tzinfo=UTC)  # of February in Oslo
    before, later = midnight - timedelta(hours=1), midnight + timedelta(hours=1)
    quarters.fill([quarter(before, 9000.0), quarter(midnight, 1000.0)])
    assert quarters.day_peaks_w(later) == {date(2026, 2, 1): 4000.0}
    assert quarters.since(later) == later - timedelta(days=7)
    assert quarters.since(NOON) == datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_building_is_what_vehicles_did_not_take_at_the_same_time_of_the_last_days() -> None:
    quarters = MeteredQuarters(OSLO)
    quarters.fill(
        [
            quarter(NOON - timedelta(days=8), 9000.0),  # too long ago
            quarter(NOON - timedelta(days=2), 1000.0, 400.0),
            quarter(NOON - timedelta(days=1), 1000.0, 200.0),
            quarter(NOON - timedelta(hours=1), 5000.0, covered_s=100.0),  # hardly seen
        ]
    )
    assert quarters.usual_building_w(NOON) == {(13, 0): (600 + 800) / 2 * 4}


def test_old_quarters_are_forgotten() -> None:
    quarters = MeteredQuarters(OSLO)
    quarters.fill([quarter(NOON - timedelta(days=20), 1000.0), quarter(NOON, 1000.0)])
    quarters.add(after(16), 6000.0, 0.0, 60.0)
    assert sorted(quarters._quarters) == [NOON, after(15)]
