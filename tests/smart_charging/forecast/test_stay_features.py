"""What is known of a stay when it begins, and while it goes on."""

import numpy as np
import pandas as pd
import pytest

from smart_charging.arrays import Array
from smart_charging.forecast import standing
from smart_charging.forecast.standing import standing_at, standing_features
from smart_charging.forecast.stay_features import NAMES, stay_features
from smart_charging.forecast.stay_table import Stays, lay_out_stays
from tests.smart_charging.forecast.made import CALENDAR, stay, table


def laid(*rows: dict[str, object]) -> Stays:
    return lay_out_stays(table(*rows), CALENDAR)


def named(row: Array) -> "pd.Series[float]":
    return pd.Series(row, index=list(NAMES))


def test_first_stay_of_a_driver_knows_its_time_alone() -> None:
    found = named(stay_features(laid(stay("a", 4, 17.5, 14, 30)))[0])
    assert found[["hour", "weekday", "day off", "day off tomorrow"]].tolist() == [17.5, 4, 0, 1]
    assert found["stays known of driver"] == 0
    assert found.iloc[8:].isna().all()


def test_driver_is_known_by_his_stays_that_are_over() -> None:
    found = named(
        stay_features(
            laid(
                stay("a", 0, 17, 10, 30),
                stay("a", 1, 17, 12, 20),
                stay("b", 2, 9, 1, 5),
                stay("a", 3, 17, 10, 25),
            )
        )[3]
    )
    assert found["stays known of driver"] == 2
    assert found[["last energy", "last stay", "since he came", "since he left"]].tolist() == [
        20,
        12,
        48,
        36,
    ]
    assert found["mean energy of ten"] == pytest.approx(25.0)
    assert found["energy a day"] == pytest.approx(50 / 3)


def test_stay_at_another_time_of_day_counts_little() -> None:
    stays = [stay("a", day, 17, 3, 30) for day in range(3)]
    stays += [stay("a", day, 8, 3, 5) for day in range(3)]
    found = stay_features(laid(*stays, stay("a", 3, 8, 3, 0.1), stay("a", 3, 17, 3, 0.1)))
    assert named(found[6])["own energy at such a time, 50%"] == pytest.approx(5.0, abs=0.5)
    assert named(found[7])["own energy at such a time, 50%"] == pytest.approx(30.0, abs=0.5)


@pytest.mark.parametrize("lasts_h", [20.0, 200.0])
def test_nothing_of_what_is_not_over_is_known(lasts_h: float) -> None:
    def third(kwh: float, length_h: float) -> Array:
        stays = laid(
            stay("a", 0, 8, 2, 7),
            stay("a", 1, 8, length_h, kwh),
            stay("a", 1, 12, 2, 3),
            stay("a", 2, 3, 9, 99),
        )
        described: Array = stay_features(stays)[2]
        return described

    assert third(30, 20) == pytest.approx(third(60, lasts_h), nan_ok=True)


def test_only_what_is_asked_for_is_described() -> None:
    stays = laid(stay("a", 0, 17, 10, 30), stay("a", 1, 17, 12, 20))
    some, every = stay_features(stays, np.array([1])), stay_features(stays)
    assert np.isnan(some[0]).all()
    assert some[1] == pytest.approx(every[1], nan_ok=True)


def test_vehicle_that_stands_has_drawn_at_its_power_until_it_had_enough() -> None:
    stays = laid(stay("a", 0, 17, 10, 7.4), stay("b", 0, 18, 2, 7.4), stay("c", 0, 19, 0.5, 1))
    found = standing_at(stays, 1.0)
    assert found.at.tolist() == [0, 1]
    assert found.drawn_kwh == pytest.approx([3.7, 3.7])
    assert found.draws.tolist() == [True, True]
    later = standing_at(stays, 4.0)
    assert (later.drawn_kwh.tolist(), later.draws.tolist()) == ([7.4], [False])


def test_vehicle_that_stands_is_described_as_of_now() -> None:
    stays = laid(stay("a", 4, 20, 10, 7.4))  # a Friday
    now = standing_at(stays, 6.0)
    row = standing_features(stays, stay_features(stays), now)[0]
    found = pd.Series(row, index=list(standing.NAMES))
    assert found[["stands for", "hour now", "day off now", "drawn so far"]].tolist() == [
        6.0,
        2.0,
        1.0,
        7.4,
    ]
