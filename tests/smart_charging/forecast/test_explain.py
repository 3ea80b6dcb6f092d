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
from tests.smart_charging.forecast.made import CALENDAR, hourly, stay, table


def test_what_counts_more_comes_first_and_what_counts_nothing_has_no_weight() -> None:
    rows = np.random.default_rng(4).normal(size=(500, 3))
    actual = 3 * rows[:, 2] + rows[:, 0] + 0.1

    def loss(told: Array) -> float:
        return float(np.abs(actual - 3 * told[:, 2] - told[:, 0]).mean())

    found = importance(loss, rows, ["some", "nothing", "much"])
    assert found.index.tolist() == ["much", "some", "nothing"]
    assert found["nothing"] == pytest.approx(0.0)


def test_stays_are_explained_by_what_tells_them_apart_and_not_by_what_never_differs() -> None:
    rng = np.random.default_rng(3)
    is_late = rng.random(340) < 0.5  # late he draws 30 kWh, early 5: his last ten do not tell which
    rows = [
        stay("a", day, 17 if late else 8, 5, 30 if late else 5) for day, late in enumerate(is_late)
    ]
    stays = lay_out_stays(table(*rows), CALENDAR)
    features = stay_features(stays)
    before = features.copy()
    model = fit_stays(stays, features, np.arange(340) < 320)
    found = explain_stays(model, "energy", stays, features, np.arange(320, 340))
    assert found.iloc[0] > 0.5
    assert found["stays known of driver"] == pytest.approx(0.0, abs=0.05)
    assert features == pytest.approx(before, nan_ok=True)


def test_site_is_explained_by_its_features() -> None:
    rng = np.random.default_rng(0)
    evening = np.where(np.arange(24) >= 18, 9_000.0, 1_000.0)
    history = lay_out_site(hourly(evening * rng.uniform(0.5, 1.5, (90, 1))), CALENDAR)
    found = explain_site(fit_site(history, 80), history, range(80, 90))
    assert found["like days, q50"] > 0.0
    assert found["drivers, whole day"] == 0.0  # none are known
