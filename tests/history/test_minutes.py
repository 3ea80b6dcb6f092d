"""Roll-up of readings to minutes: what a register gained counts once, where it belongs."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pytest

from csms.history.minutes import MINUTE_US, Minutes, Readings, roll_minutes

START: Final = 29_000_000
"""A minute since 1970 to count from."""
NAN: Final = math.nan
NOTHING: Final[Mapping[str, float]] = {}


def roll(*rows: tuple[float, Mapping[str, float]], evses: Sequence[int] | None = None) -> Minutes:
    """Roll up readings, given as minutes after the start and what they tell."""

    def told(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([row[1].get(name, NAN) for row in rows])

    return roll_minutes(
        Readings(
            evse=np.array(evses or [0] * len(rows), dtype=np.int64),
            at_us=np.array([int((START + row[0]) * MINUTE_US) for row in rows], dtype=np.int64),
            register_wh=told("register_wh"),
            power_w=told("power_w"),
            current_a=np.stack([told(f"l{line}_a") for line in (1, 2, 3)]),
            soc_pct=told("soc_pct"),
        )
    )


def energies(*registers: tuple[float, float]) -> dict[int, float]:
    """Energy by minutes after the start, of registers by minutes after it."""
    minutes = roll(*((at, {"register_wh": wh}) for at, wh in registers))
    at = (minutes.minute - START).tolist()
    return dict(zip(at, np.round(minutes.energy_wh, 9).tolist(), strict=True))


def test_gain_within_a_minute_belongs_to_it() -> None:
    assert energies((0.0, 1000.0), (0.5, 1010.0), (0.75, 1015.0)) == {0: 15.0}


def test_gain_across_minutes_is_spread_evenly_over_the_time() -> None:
    assert energies((0.5, 1000.0), (2.5, 1100.0)) == {0: 25.0, 1: 50.0, 2: 25.0}


def test_reading_on_the_stroke_of_a_minute_gives_nothing_to_that_minute() -> None:
    assert energies((0.0, 1000.0), (1.0, 1060.0)) == {0: 60.0, 1: 0.0}


def test_gain_over_more_than_an_hour_counts_where_it_was_read() -> None:
    assert energies((0.0, 1000.0), (60.0, 1060.0)) == {**dict.fromkeys(range(60), 1.0), 60: 0.0}
    assert energies((0.0, 1000.0), (61.0, 1061.0)) == {0: 0.0, 61: 61.0}


def test_register_that_stands_still_gains_nothing() -> None:
    assert energies((0.0, 1000.0), (1.0, 1000.0), (3.0, 1000.0)) == {0: 0.0, 1: 0.0, 3: 0.0}


def test_first_reading_gains_nothing_whatever_it_shows() -> None:
    assert energies((0.0, 5000.0)) == {0: 0.0}


def test_register_that_begins_anew_counts_from_where_it_fell_to() -> None:
    found = energies((0.0, 5000.0), (1.0, 0.0), (2.0, 10.0), (3.0, 30.0))
    assert found == {0: 0.0, 1: 10.0, 2: 20.0, 3: 0.0}


def test_new_meter_may_begin_anywhere_below() -> None:
    assert energies((0.0, 5000.0), (1.0, 700.0), (1.5, 710.0)) == {0: 0.0, 1: 10.0}


@pytest.mark.parametrize("zeros", [1, 2, 5])
def test_register_that_falls_and_comes_back_counts_only_what_it_gained(zeros: int) -> None:
    dips = [(1.0 + i / 10, 0.0) for i in range(zeros)]
    found = energies((0.0, 5000.0), *dips, (1.75, 5010.0))
    assert sum(found.values()) == 10.0


def test_register_that_comes_back_after_falling_twice_counts_only_what_it_gained() -> None:
    found = energies((0.0, 5000.0), (0.1, 100.0), (0.2, 0.0), (0.3, 5010.0))
    assert sum(found.values()) == 10.0


def test_transactions_that_overlap_with_a_register_each_count_nothing_twice() -> None:
    found = energies(
        (0.0, 5000.0), (0.1, 0.0), (0.2, 5010.0), (0.3, 10.0), (0.4, 5020.0), (0.5, 20.0)
    )
    assert sum(found.values()) == 20.0  # of the one that had counted higher


def test_transactions_that_overlap_on_one_register_count_it_once() -> None:
    found = energies((0.0, 5000.0), (0.1, 5000.0), (0.5, 5010.0), (0.5, 5010.0), (0.9, 5020.0))
    assert found == {0: 20.0}


def test_every_evse_counts_for_itself() -> None:
    rows = ((0.0, {"register_wh": 100.0}), (1.0, {"register_wh": 160.0}))
    more = ((0.0, {"register_wh": 900.0}), (2.0, {"register_wh": 920.0}))
    found = roll(*rows, *more, evses=(0, 0, 1, 1))
    assert found.evse.tolist() == [0, 0, 1, 1, 1]
    assert (found.minute - START).tolist() == [0, 1, 0, 1, 2]
    assert found.energy_wh.tolist() == [60.0, 0.0, 10.0, 10.0, 0.0]
    assert found.register_wh[[0, 1, 2, 4]].tolist() == [100.0, 160.0, 900.0, 920.0]


def test_power_and_currents_have_their_mean_and_highest_of_those_that_were_told() -> None:
    found = roll(
        (0.1, {"power_w": 1000.0, "l1_a": 6.0}),
        (0.2, {"power_w": 4000.0, "l1_a": 10.0, "l2_a": 16.0}),
        (0.3, {}),
        (1.5, {"power_w": 500.0}),
    )
    assert found.power_mean_w.tolist() == [2500.0, 500.0]
    assert found.power_max_w.tolist() == [4000.0, 500.0]
    assert found.current_mean_a[:, 0].tolist() == pytest.approx([8.0, 16.0, NAN], nan_ok=True)
    assert found.current_max_a[:, 0].tolist() == pytest.approx([10.0, 16.0, NAN], nan_ok=True)
    assert found.readings.tolist() == [3, 1]
    assert np.isnan(found.energy_wh).all()  # no register tells of any


def test_state_of_charge_is_the_last_one_told() -> None:
    found = roll((0.1, {"soc_pct": 40.0}), (0.5, {"soc_pct": 41.0}), (0.9, {}), (1.0, {}))
    assert found.soc_pct.tolist() == pytest.approx([41.0, NAN], nan_ok=True)


def test_last_register_is_told_with_where_it_fell_from() -> None:
    found = roll((0.1, {"register_wh": 500.0}), (0.5, {"register_wh": 20.0}), (0.9, {}), (1.0, {}))
    assert found.register_wh.tolist() == pytest.approx([20.0, NAN], nan_ok=True)
    assert found.register_top_wh.tolist() == pytest.approx([500.0, NAN], nan_ok=True)
    assert found.register_us.tolist() == [int((START + 0.5) * MINUTE_US), 0]


def test_minutes_that_only_have_a_share_of_energy_tell_of_nothing_else() -> None:
    found = roll((0.0, {"register_wh": 0.0}), (3.0, {"register_wh": 30.0}))
    assert found.energy_wh.tolist() == [10.0, 10.0, 10.0, 0.0]
    assert found.readings.tolist() == [1, 0, 0, 1]
    assert np.isnan(found.power_mean_w).all()
    assert found.register_wh.tolist() == pytest.approx([0.0, NAN, NAN, 30.0], nan_ok=True)


def test_no_readings_make_no_minutes() -> None:
    assert roll().minute.tolist() == []
