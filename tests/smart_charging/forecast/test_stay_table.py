"""Stays as arrays, and who they are of."""

import numpy as np
import pandas as pd
import pytest

from smart_charging.forecast.stay_table import StaysError, lay_out_stays, without
from smart_charging.forecast.token_hash import token_hash
from tests.smart_charging.forecast.made import CALENDAR, MONDAY, stay, table


def test_stays_are_in_order_of_arrival_and_count_hours_from_the_first_midnight() -> None:
    found = lay_out_stays(
        table(stay("b", 1, 8.5, 2, 6), stay("a", 0, 17, 14, 30, site="other")), CALENDAR
    )
    assert found.order.tolist() == [1, 0]
    assert found.first_day == MONDAY
    assert found.came_h.tolist() == [17.0, 32.5]
    assert found.stay_h.tolist() == [14.0, 2.0]
    assert found.energy_kwh.tolist() == [30.0, 6.0]
    assert [found.sites[place] for place in found.site] == ["other", "a"]


def test_stay_that_goes_on_has_no_end() -> None:
    rows = table(stay("a", 0, 17, 14, 30), stay(None, 1, 8, 1, 2))
    rows.loc[1, "unplugged_at"] = pd.NaT
    found = lay_out_stays(rows, CALENDAR)
    assert np.isinf(found.left_h).tolist() == [False, True]
    assert found.user.tolist() == [0, -1]


def test_missing_column_is_named() -> None:
    with pytest.raises(StaysError, match="power_w"):
        lay_out_stays(table(stay("a", 0, 17, 14, 30)).drop(columns="power_w"), CALENDAR)


def test_naive_instants_are_refused() -> None:
    rows = table(stay("a", 0, 17, 14, 30))
    rows["plugged_in_at"] = rows["plugged_in_at"].dt.tz_localize(None)
    with pytest.raises(StaysError, match="plugged_in_at"):
        lay_out_stays(rows, CALENDAR)


def test_hash_tells_tokens_apart_and_needs_the_key() -> None:
    one = token_hash("04A2B3", b"key")
    assert one == token_hash("04A2B3", b"key")
    assert one not in {token_hash("04A2B4", b"key"), token_hash("04A2B3", b"other")}
    assert "04A2B3" not in one


def test_driver_who_wants_it_is_forgotten() -> None:
    rows = table(stay("a", 0, 17, 14, 30), stay("b", 1, 8, 2, 6), stay("a", 2, 17, 14, 30))
    assert without(rows, "a")["token"].tolist() == ["b"]
