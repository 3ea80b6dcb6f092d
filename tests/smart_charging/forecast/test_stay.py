"""What is said of vehicles: two drivers of whom one knows what they do."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smart_charging.forecast.open_stays import forecast_open_stays
from smart_charging.forecast.standing import standing_at
from smart_charging.forecast.stay import (
    PRIOR,
    StayModel,
    What,
    actual_of,
    at_plug_in,
    fit_stays,
    naive_quantiles,
    observe_stay,
    while_standing,
)
from smart_charging.forecast.stay_features import stay_features
from smart_charging.forecast.stay_table import lay_out_stays
from tests.smart_charging.forecast.made import CALENDAR, at, stay, table, two_drivers

DAYS = 240
TABLE = two_drivers(DAYS)
STAYS = lay_out_stays(TABLE, CALENDAR)
FEATURES = stay_features(STAYS)
KNOWN = STAYS.left_h <= 24.0 * (DAYS - 21)


@pytest.fixture(scope="module")
def model() -> StayModel:
    return fit_stays(STAYS, FEATURES, KNOWN)


@pytest.mark.parametrize(("what", "off"), [("energy", 1.5), ("stay", 1.0)])
def test_each_driver_gets_what_he_is_used_to(model: StayModel, what: What, off: float) -> None:
    unseen = np.flatnonzero(~KNOWN)
    found = at_plug_in(model, what, STAYS, FEATURES, unseen)
    assert np.abs(found[:, 2] - actual_of(what, STAYS)[unseen]).mean() < off
    assert (np.diff(found, axis=1) >= 0).all()


def test_model_for_those_who_come_says_the_same_of_them(model: StayModel) -> None:
    quick = fit_stays(STAYS, FEATURES, KNOWN, tells_later=False)
    unseen = np.flatnonzero(~KNOWN)
    said = at_plug_in(quick, "stay", STAYS, FEATURES, unseen)
    assert (said == at_plug_in(model, "stay", STAYS, FEATURES, unseen)).all()
    assert model.stay.standing
    assert not quick.stay.standing


def test_nobody_known_gets_the_prior() -> None:
    stays = lay_out_stays(table(stay("a", 0, 17, 14, 30)), CALENDAR)
    features = stay_features(stays)
    found = fit_stays(stays, features, np.zeros(1, dtype=bool))
    assert at_plug_in(found, "energy", stays, features, np.array([0]))[0].tolist() == list(
        PRIOR["energy"]
    )


def test_few_stays_give_their_quantiles_to_newcomers_and_the_last_ten_to_others() -> None:
    rows = [stay("a", day, 17, 10, 10 + day) for day in range(25)]
    stays = lay_out_stays(table(*rows, stay("b", 25, 17, 10, 1), stay("a", 25, 18, 9, 1)), CALENDAR)
    features = stay_features(stays)
    found = fit_stays(stays, features, np.arange(27) < 25)
    said = at_plug_in(found, "energy", stays, features, np.array([25, 26]))
    assert said[:, 2].tolist() == [22.0, 29.5]


def test_vehicle_that_draws_no_more_will_have_what_it_has(model: StayModel) -> None:
    standing = standing_at(STAYS, 10.0, ~KNOWN)
    found = while_standing(model, "energy", STAYS, FEATURES, standing)
    assert not standing.draws.any()
    assert found == pytest.approx(np.tile(standing.drawn_kwh[:, None], (1, 5)))


def test_stay_is_never_shorter_than_it_has_been(model: StayModel) -> None:
    standing = standing_at(STAYS, 13.0, ~KNOWN)
    found = while_standing(model, "stay", STAYS, FEATURES, standing)
    assert (found >= 13.0).all()
    assert np.abs(found[:, 2] - 14.0).max() < 2.0


def test_site_where_the_naive_forecast_is_not_beaten_gets_it(model: StayModel) -> None:
    unseen = np.flatnonzero(~KNOWN)
    fallen = replace(model, energy=replace(model.energy, naive_at=("a",)))
    found = at_plug_in(fallen, "energy", STAYS, FEATURES, unseen)
    assert found.tolist() == naive_quantiles(model, "energy", STAYS, unseen).tolist()


def test_trees_do_not_stay_where_drivers_do_the_same_every_day(model: StayModel) -> None:
    # Both drivers stay for as long every time: what they did last is never wrong.
    assert model.stay.naive_at == ("a",)
    assert model.stay.losses["a"][1] < model.stay.losses["a"][0]


def test_miss_widens_a_sites_intervals_and_a_hit_narrows_them(model: StayModel) -> None:
    before = model.energy.widths.get("a", 1.0)
    quantiles = np.array([8.0, 9.0, 10.0, 11.0, 12.0])
    missed = observe_stay(model, "energy", "a", 99.0, quantiles)
    held = observe_stay(model, "energy", "a", 10.0, quantiles)
    assert missed.energy.widths["a"] == pytest.approx(before * np.exp(0.08))
    assert held.energy.widths["a"] == pytest.approx(before * np.exp(-0.02))
    assert missed.stay == model.stay


def test_open_stays_are_told_in_watt_hours_and_instants(model: StayModel) -> None:
    rows = TABLE[TABLE["plugged_in_at"] < at(DAYS - 20, 0)]
    now_at = at(DAYS - 20, 18)
    standing = table(stay("heavy", DAYS - 20, 17, 1, 3.7))
    standing["unplugged_at"] = pd.Series([pd.NaT], dtype=standing["unplugged_at"].dtype)
    both = pd.concat([rows, standing], ignore_index=True)
    both.loc[both.index[:-1], "unplugged_at"] = both["unplugged_at"][:-1].where(
        both["unplugged_at"][:-1] <= now_at, now_at
    )
    found = forecast_open_stays(model, both, CALENDAR, now_at.to_pydatetime())
    assert found.index.tolist() == [len(both) - 1]
    row = found.iloc[0]
    assert row["energy_wh_q50"] == pytest.approx(30_000, abs=3_000)
    assert abs(row["departs_at_q50"] - at(DAYS - 19, 7)) < pd.Timedelta(hours=1)
    assert row["departs_at_low"] >= now_at
    assert row["energy_wh_low"] <= row["energy_wh_q50"] <= row["energy_wh_high"]
