"""Models as bytes and back."""

import io
import pickle

import numpy as np
import pytest

from smart_charging.forecast.site import SiteModel, fit_site, predict_site
from smart_charging.forecast.site_features import lay_out_site
from smart_charging.forecast.stay import StayModel, at_plug_in, fit_stays
from smart_charging.forecast.stay_features import stay_features
from smart_charging.forecast.stay_table import lay_out_stays
from smart_charging.forecast.store import StoredModelError, from_bytes, to_bytes
from tests.smart_charging.forecast.made import CALENDAR, hourly, two_drivers


def test_site_model_comes_back_as_it_was() -> None:
    values = np.random.default_rng(0).uniform(0, 9_000, (84, 24))
    history = lay_out_site(hourly(values), CALENDAR)
    model = fit_site(history)
    found = from_bytes(to_bytes(model))
    assert isinstance(found, SiteModel)
    assert (found.likeness, found.losses, found.width) == (
        model.likeness,
        model.losses,
        model.width,
    )
    row = range(84, 85)
    assert predict_site(found, history, row).tolist() == predict_site(model, history, row).tolist()


def test_stay_model_comes_back_as_it_was() -> None:
    stays = lay_out_stays(two_drivers(200), CALENDAR)
    features = stay_features(stays)
    model = fit_stays(stays, features, np.ones(len(stays.came_h), dtype=bool))
    found = from_bytes(to_bytes(model))
    assert isinstance(found, StayModel)
    assert found.stay.widths == model.stay.widths
    some = np.array([50, 51])
    for what in ("energy", "stay"):
        said = [at_plug_in(one, what, stays, features, some).tolist() for one in (found, model)]
        assert said[0] == said[1]


def archive(header: str) -> bytes:
    file = io.BytesIO()
    np.savez(file, header=np.array(header))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"nothing", "stored model"),
        (pickle.dumps({"version": 1}), "stored model"),
        (archive('{"version": 99, "model": 1}'), "version 1, got 99"),
        (archive('{"version": 1, "model": 3}'), "got int"),
        (archive('{"version": 1, "model": {"is": "Popen", "of": {}}}'), "Popen"),
    ],
)
def test_other_bytes_are_refused(data: bytes, says: str) -> None:
    with pytest.raises(StoredModelError, match=says):
        from_bytes(data)
