"""What drives a forecast."""

import numpy as np
import pytest

from smart_charging.arrays import Array
from smart_charging.forecast.explain import explain_site, explain_stays, importance
from smart_charging.forecast.site import fit_site
from smart_charging.forecast.site_features import lay_out_site
from smart_charging.forecast.stay import fit_stays
from smart_charging.forecast.stay_features import stay_features
from smart_charging.forecast.stay_table import lay_out_stays
from tests.smart_charging.forecast.made import CALENDAR, hourly, two_drivers


def test_what_counts_more_comes_first_and_what_counts_nothing_has_no_weight() -> None:
    rows = np.random.default_rng(4).normal(size=(500, 3))
    actual = 3 * rows[:, 2] + rows[:, 0] + 0.1

    def loss(told: Array) -> float:
        return float(np.abs(actual - 3 * told[:, 2] - told[:, 0]).mean())

    found = importance(loss, rows, ["some", "nothing", "much"])
    assert found.index.tolist() == ["much", "some", "nothing"]
    assert found["nothing"] == pytest.approx(0.0)


def test_stays_are_explained_by_whose_they_are_and_not_by_what_never_differs() -> None:
    stays = lay_out_stays(two_drivers(190), CALENDAR)
    features = stay_features(stays)
    before = features.copy()
    model = fit_stays(stays, features, stays.left_h < 24.0 * 170)
    late = np.flatnonzero(stays.came_h >= 24.0 * 170)
    found = explain_stays(model, "energy", stays, features, late)
    assert found.iloc[0] > 0.5
    assert found["holiday"] == 0.0  # there was none in these weeks
    assert features == pytest.approx(before, nan_ok=True)


def test_site_is_explained_by_its_features() -> None:
    rng = np.random.default_rng(0)
    evening = np.where(np.arange(24) >= 18, 9_000.0, 1_000.0)
    history = lay_out_site(hourly(evening * rng.uniform(0.5, 1.5, (90, 1))), CALENDAR)
    found = explain_site(fit_site(history, 80), history, range(80, 90))
    assert found["like days, q50"] > 0.0
    assert found["drivers, whole day"] == 0.0  # none are known
