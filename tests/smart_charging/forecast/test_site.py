"""What a site will draw tomorrow."""

from datetime import date

import numpy as np
import pytest

from smart_charging.forecast.cold_start import prior_load_w, with_prior
from smart_charging.forecast.conformal import interval
from smart_charging.forecast.site import (
    NAIVE,
    SiteModel,
    fit_site,
    forecast_day,
    observe_day,
    predict_site,
)
from smart_charging.forecast.site_features import expected_drivers, lay_out_site
from tests.smart_charging.forecast.made import CALENDAR, MONDAY, at, hourly, two_drivers

HOUR = np.arange(24)
EVENING = np.where(HOUR >= 18, 20_000.0, 2_000.0)


def noisy(days: int, seed: int = 0) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Evenings that are heavier every Thursday, and grow by half over the time."""
    rng = np.random.default_rng(seed)
    growth = np.linspace(1.0, 1.5, days)[:, None]
    heavy = np.where(np.arange(days) % 7 == 3, 1.6, 1.0)[:, None]
    return EVENING * growth * heavy * rng.uniform(0.8, 1.2, (days, 24))


@pytest.fixture(scope="module")
def fitted() -> tuple[SiteModel, "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"]:
    values = noisy(120)
    history = lay_out_site(hourly(values), CALENDAR)
    model = fit_site(history, 100)
    return model, predict_site(model, history, range(100, 120))


def test_forecast_beats_the_same_day_a_week_before(
    fitted: tuple[SiteModel, "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"],
) -> None:
    _, quantiles = fitted
    values = noisy(120)
    error = np.abs(values[100:] - quantiles[..., 2]).mean()
    naive = np.abs(values[100:] - values[93:113]).mean()
    assert error < 0.88 * naive  # where the future is known, 0.75 is reached


def test_method_is_the_one_with_the_least_loss(
    fitted: tuple[SiteModel, "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"],
) -> None:
    model, _ = fitted
    assert set(model.losses) == {NAIVE, "like days", "both", "trees"}
    assert model.losses[model.method] == min(model.losses.values())
    assert model.method != NAIVE


def test_what_comes_later_changes_nothing() -> None:
    values = noisy(80)
    other = values.copy()
    other[70:] = 77.0
    one, two = (lay_out_site(hourly(some), CALENDAR) for some in (values, other))
    first, second = (fit_site(history, 70) for history in (one, two))
    assert first.losses == second.losses
    row = range(70, 71)
    assert predict_site(first, one, row).tolist() == predict_site(second, two, row).tolist()


def test_day_that_comes_has_a_row_for_each_step_of_its_clock() -> None:
    history = lay_out_site(hourly(noisy(30)), CALENDAR)  # until 30 April
    found = forecast_day(fit_site(history), history, CALENDAR)
    assert found.index[0] == at(30, 0)
    assert len(found) == 24
    assert found["q50"].iloc[20] == pytest.approx(20_000 * 1.5, rel=0.4)
    assert (found["low"] <= found["q50"]).all()
    assert (found["q50"] <= found["high"]).all()


def test_days_that_come_out_wide_widen_the_intervals() -> None:
    history = lay_out_site(hourly(noisy(60)), CALENDAR)
    model = fit_site(history, 50)
    quantiles = predict_site(model, history, range(50, 51))[0]
    low, high = interval(quantiles, model.width)
    assert observe_day(model, high + 1, quantiles).width > model.width
    assert observe_day(model, (low + high) / 2, quantiles).width < model.width


def test_naive_forecast_stays_where_nothing_beats_it() -> None:
    # Each weekday has its value, and never another: a week ago is never wrong.
    values = np.repeat((np.arange(84) % 7 + 1.0)[:, None] * 1000, 24, axis=1)
    model = fit_site(lay_out_site(hourly(values), CALENDAR))
    assert model.losses[NAIVE] == pytest.approx(0.0, abs=200.0)
    assert model.losses[model.method] <= model.losses[NAIVE]


def test_driver_who_is_due_is_expected() -> None:
    found = expected_drivers(two_drivers(400), CALENDAR, MONDAY, 399)
    weekday, saturday = 392, 397  # the light driver comes on one of these alone
    assert found.expected[weekday].sum() == pytest.approx(36.0, abs=4.0)
    assert found.expected[saturday].sum() == pytest.approx(30.0, abs=4.0)
    assert found.is_in[weekday] == 1
    # He came at 17 with 3.7 kW and 30 kWh to draw: that takes until one o'clock.
    assert found.draws_kw[weekday] == pytest.approx(3.7)
    assert found.carried[weekday, 0] == pytest.approx(3.7, abs=0.1)
    assert found.carried[weekday, 6:].sum() < 1.0


def test_site_without_a_past_gets_the_stated_prior() -> None:
    prior = prior_load_w(date(2024, 4, 15), 10, "home", CALENDAR, 3600)
    assert (prior.index[0], len(prior)) == (at(0, 0), 14 * 24)
    mean_wh = prior.sum() / 14
    assert mean_wh == pytest.approx(10 * 7_400.0, rel=0.05)
    at_work = prior_load_w(date(2024, 4, 15), 10, "work", CALENDAR, 3600)
    assert at_work[: at(1, 0)].sum() > 5 * at_work[at(5, 0) : at(6, 0)].sum()


def test_prior_goes_when_the_site_is_known() -> None:
    short, long = hourly(noisy(5)), hourly(noisy(28))
    assert len(with_prior(short, 10, "home", CALENDAR)) == (14 + 5) * 24 - 1  # a day of 23 hours
    assert with_prior(long, 10, "home", CALENDAR) is long
    history = lay_out_site(with_prior(short, 10, "home", CALENDAR), CALENDAR)
    assert forecast_day(fit_site(history), history, CALENDAR)["q50"].max() > 1_000
