"""Fees and prices worked out by hand, and what holds for every fee."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smart_charging.errors import ProblemError
from smart_charging.tariff import (
    DemandCharge,
    Piece,
    StepFee,
    Tariff,
    check_tariff,
    energy_cost,
    hour_shares,
    hourly_means_w,
)

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
MOST_W: Final = 650_000.0

STEPS: Final = (
    (2_000.0, 80.0),
    (5_000.0, 150.0),
    (10_000.0, 250.0),
    (15_000.0, 370.0),
    (20_000.0, 490.0),
    (25_000.0, 610.0),
    (50_000.0, 1_040.0),
    (75_000.0, 1_630.0),
    (100_000.0, 2_230.0),
    (150_000.0, 3_220.0),
    (200_000.0, 4_410.0),
    (300_000.0, 6_380.0),
    (400_000.0, 8_760.0),
    (500_000.0, 11_140.0),
    (math.inf, 13_510.0),
)
"""NOK without VAT, of Nettselskapet AS from 2022-07-01 (https://nettselskapet.as/nettleie-2022/)."""

FIRST_DAY: Final = StepFee(steps=STEPS)
FOURTH_DAY: Final = StepFee(steps=STEPS, day_peaks_w=(4_200.0, 3_800.0, 5_100.0))
CHARGE: Final = DemandCharge(per_kw=50.0, peak_w=12_000.0)


def are_pieces(pieces: tuple[Piece, ...], *expected: tuple[float, float]) -> bool:
    """Whether pieces have these widths and prices."""
    pairs = [(piece.width_w, piece.per_kw) for piece in pieces]
    return pairs == [pytest.approx(pair) for pair in expected]


@pytest.mark.parametrize(
    ("peak_w", "fee"),
    [
        (0.0, 80.0),
        (2_000.0, 80.0),
        (2_001.0, 150.0),
        (5_000.0, 150.0),
        (5_001.0, 250.0),
        (25_001.0, 1_040.0),
        (100_000.0, 2_230.0),
        (500_000.0, 11_140.0),
        (500_001.0, 13_510.0),
        (5_000_000.0, 13_510.0),
    ],
)
def test_step_holds_up_to_and_with_its_limit(peak_w: float, fee: float) -> None:
    assert FIRST_DAY.fee(peak_w) == fee


@pytest.mark.parametrize(
    ("peak_w", "fee"),
    [
        (0.0, 150.0),  # (5100 + 4200 + 3800) / 3 = 4367
        (3_800.0, 150.0),
        (5_700.0, 150.0),  # (5100 + 4200 + 5700) / 3 = 5000
        (5_701.0, 250.0),
        (20_700.0, 250.0),  # (5100 + 4200 + 20 700) / 3 = 10 000
        (20_701.0, 370.0),
    ],
)
def test_mean_of_the_three_highest_days_decides(peak_w: float, fee: float) -> None:
    assert FOURTH_DAY.fee(peak_w) == fee


def test_low_days_do_not_count() -> None:
    fee = StepFee(steps=STEPS, day_peaks_w=(1_000.0, 9_000.0, 2_000.0, 8_000.0, 7_000.0))
    assert fee.fee(0.0) == 250.0  # (9 + 8 + 7) / 3 = 8 kW
    assert fee.free_w() == 13_000.0  # (9 + 8 + 13) / 3 = 10 kW


def test_early_in_the_month_the_days_that_there_are_count() -> None:
    second_day = StepFee(steps=STEPS, day_peaks_w=(4_200.0,))
    assert second_day.fee(5_800.0) == 150.0  # (4200 + 5800) / 2 = 5000
    assert second_day.fee(5_801.0) == 250.0
    assert second_day.free_w() == 5_800.0


def test_what_today_has_seen_is_paid_for() -> None:
    fee = replace(FOURTH_DAY, peak_today_w=6_000.0)
    assert fee.fee(0.0) == 250.0  # (5100 + 4200 + 6000) / 3 = 5100
    assert (fee.added_fee(6_000.0), fee.added_fee(20_700.0), fee.added_fee(20_701.0)) == (0, 0, 120)
    assert fee.free_w() == 20_700.0


def test_only_the_highest_hour_counts_where_one_day_is_averaged() -> None:
    fee = replace(FOURTH_DAY, count=1)
    assert (fee.fee(0.0), fee.fee(10_000.0), fee.fee(10_001.0)) == (250.0, 250.0, 370.0)
    assert fee.free_w() == 10_000.0


def test_last_fee_holds_beyond_a_finite_last_limit() -> None:
    fee = StepFee(steps=((2_000.0, 80.0), (5_000.0, 150.0)))
    assert (fee.fee(5_000.0), fee.fee(9_000.0)) == (150.0, 150.0)
    assert fee.thresholds_w(9_000.0) == (2_000.0,)


def test_rounding_does_not_leave_a_step() -> None:
    fee = StepFee(steps=STEPS, day_peaks_w=(4_700.1, 5_100.2))
    assert fee.free_w() == pytest.approx(5_199.7)
    assert fee.added_fee(fee.free_w()) == 0.0
    assert fee.added_fee(5_199.7) == 0.0
    assert fee.added_fee(5_199.71) == 100.0


def test_thresholds_are_the_peaks_below_the_most_at_which_a_step_is_not_yet_left() -> None:
    assert FOURTH_DAY.thresholds_w(50_000.0) == (5_700.0, 20_700.0, 35_700.0)
    assert FOURTH_DAY.thresholds_w(20_700.0) == (5_700.0,)
    assert FOURTH_DAY.thresholds_w(5_000.0) == ()
    assert FOURTH_DAY.free_w() == 5_700.0


def test_beyond_the_last_step_everything_is_free() -> None:
    fee = StepFee(steps=STEPS, peak_today_w=600_000.0)
    assert fee.free_w() == math.inf
    assert fee.thresholds_w(MOST_W) == ()
    assert fee.pieces(MOST_W) == (Piece(width_w=MOST_W, per_kw=0.0),)


def test_pieces_of_steps_touch_them_from_below() -> None:
    # Added: 0 up to 2 kW, 960 at 50, 1550 at 75, 2150 at 100. From 2 to 50: 960 / 48 kW.
    assert are_pieces(
        FIRST_DAY.pieces(100_000.0),
        (2_000.0, 0.0),
        (48_000.0, 20.0),
        (25_000.0, 23.6),
        (25_000.0, 24.0),
    )


def test_pieces_end_at_the_fee_of_the_most() -> None:
    # 170 at 10 kW: 170 / 8 kW from 2 kW on; 290 at 11 kW, as up to 15 kW.
    assert are_pieces(
        FIRST_DAY.pieces(11_000.0), (2_000.0, 0.0), (8_000.0, 21.25), (1_000.0, 120.0)
    )


def test_pieces_of_the_past_are_free() -> None:
    # 100 at 20.7 kW, 15 kW beyond 5.7 kW; 220 at 35.7 kW, 15 kW beyond that.
    assert are_pieces(
        FOURTH_DAY.pieces(35_700.0), (5_700.0, 0.0), (15_000.0, 100 / 15), (15_000.0, 8.0)
    )


def test_demand_charge_prices_what_is_beyond_the_highest_so_far() -> None:
    assert (CHARGE.fee(0.0), CHARGE.fee(10_000.0), CHARGE.fee(15_000.0)) == (600.0, 600.0, 750.0)
    assert (CHARGE.added_fee(12_000.0), CHARGE.added_fee(15_000.0)) == (0.0, 150.0)
    assert CHARGE.free_w() == 12_000.0
    assert CHARGE.thresholds_w(20_000.0) == (12_000.0,)
    assert CHARGE.thresholds_w(12_000.0) == ()


def test_pieces_of_a_demand_charge_are_two() -> None:
    assert are_pieces(CHARGE.pieces(20_000.0), (12_000.0, 0.0), (8_000.0, 50.0))
    assert are_pieces(CHARGE.pieces(9_000.0), (9_000.0, 0.0))
    assert are_pieces(replace(CHARGE, peak_w=0.0).pieces(5_000.0), (5_000.0, 50.0))
    assert CHARGE.pieces(0.0) == ()


def test_power_without_a_price_is_free() -> None:
    nothing = DemandCharge(per_kw=0.0, peak_w=12_000.0)
    assert nothing.free_w() == math.inf
    assert nothing.pieces(20_000.0) == (Piece(width_w=20_000.0, per_kw=0.0),)


def test_energy_is_priced_by_the_slot() -> None:
    tariff = Tariff(per_kwh=np.array([1.5, -0.2, 2.0]), base_w=np.array([500.0, 500.0, 500.0]))
    power_w = np.array([4_000.0, 6_000.0, 1_000.0])
    # 1 kWh at 1.50, 3 kWh at -0.20, 2 kWh at 2.00
    assert energy_cost(tariff, power_w, (900, 1800, 7200)) == pytest.approx(4.9)


def test_quarters_make_up_an_hour() -> None:
    power_w = np.array([1_000.0, 2_000.0, 3_000.0, 4_000.0, 8_000.0])
    means_w = hourly_means_w(power_w, (900, 900, 900, 900, 3600), NOON)
    assert means_w.tolist() == [2_500.0, 8_000.0]


def test_slots_across_hours_count_by_time_and_the_ends_by_what_is_covered() -> None:
    starts_at = NOON + timedelta(minutes=45)
    slots_s = (1800, 3600)  # 12:45 to 13:15 to 14:15
    assert hour_shares(slots_s, starts_at).tolist() == [[1.0, 0.0], [0.25, 0.75], [0.0, 1.0]]
    means_w = hourly_means_w(np.array([4_000.0, 8_000.0]), slots_s, starts_at)
    assert means_w.tolist() == [4_000.0, 7_000.0, 8_000.0]


def test_long_slot_fills_several_hours() -> None:
    assert hour_shares((7200,), NOON).tolist() == [[1.0], [1.0]]


def test_slot_may_begin_within_a_second() -> None:
    starts_at = NOON + timedelta(minutes=59, seconds=59.5)
    assert hour_shares((1,), starts_at).tolist() == [[1.0], [1.0]]
    assert hour_shares((1, 1), starts_at).tolist() == [[1.0, 0.0], [1 / 3, 2 / 3]]


def test_hours_are_those_of_the_clock_in_the_given_time_zone() -> None:
    half_past = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert hour_shares((1800, 1800), NOON).tolist() == [[0.5, 0.5]]
    assert hour_shares((1800, 1800), half_past).tolist() == [[1.0, 0.0], [0.0, 1.0]]


SOUND: Final = Tariff(per_kwh=np.array([1.0, -1.0]), base_w=np.array([0.0, 500.0]))


def said_of(**change: Any) -> str:
    with pytest.raises(ProblemError) as raised:
        check_tariff(replace(SOUND, **change), 2)
    assert str(raised.value).startswith(f"{raised.value.field}: ")
    return str(raised.value)


@pytest.mark.parametrize("capacity", [None, CHARGE, FIRST_DAY, FOURTH_DAY])
def test_sound_tariff_passes(capacity: DemandCharge | StepFee | None) -> None:
    check_tariff(replace(SOUND, capacity=capacity), 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"per_kwh": np.ones(3)}, "tariff.per_kwh: expected the shape (2,), got (3,)"),
        ({"per_kwh": np.array([1.0, math.nan])}, "tariff.per_kwh: expected finite numbers"),
        ({"base_w": np.ones((2, 1))}, "tariff.base_w: expected the shape (2,), got (2, 1)"),
        ({"base_w": np.array([1.0, math.inf])}, "tariff.base_w: expected finite numbers"),
    ],
)
def test_slots_of_a_tariff_are_checked(change: dict[str, Any], said: str) -> None:
    assert said_of(**change) == said


@pytest.mark.parametrize(
    ("capacity", "said"),
    [
        (DemandCharge(per_kw=-1.0), "per_kw: expected a finite number, not below 0, got -1"),
        (replace(CHARGE, peak_w=math.nan), "peak_w: expected a finite number, not below 0, got"),
        (replace(FIRST_DAY, day_peaks_w=(1.0, -1.0)), "day_peaks_w: expected a finite number"),
        (replace(FIRST_DAY, peak_today_w=math.inf), "peak_today_w: expected a finite number"),
        (replace(FIRST_DAY, count=0), "count: expected at least 1 day, got 0"),
    ],
)
def test_fee_is_checked(capacity: DemandCharge | StepFee, said: str) -> None:
    assert said_of(capacity=capacity).startswith(f"tariff.capacity.{said}")


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((), "expected at least one step"),
        (((0.0, 1.0), (5.0, 2.0)), "expected limits above 0 W, each above the one before"),
        (((5.0, 1.0), (5.0, 2.0)), "expected limits above 0 W, each above the one before"),
        (((5.0, 1.0), (math.nan, 2.0)), "expected limits above 0 W, each above the one before"),
        (((math.inf, 1.0), (math.inf, 2.0)), "expected limits above 0 W, each above the one"),
        (((5.0, 2.0), (9.0, 2.0)), "expected fees, each above the one before"),
        (((5.0, -1.0), (9.0, 2.0)), "expected a finite number, not below 0, got -1"),
        (((5.0, 1.0), (9.0, math.nan)), "expected a finite number, not below 0, got nan"),
    ],
)
def test_steps_are_checked(steps: tuple[tuple[float, float], ...], said: str) -> None:
    told = said_of(capacity=StepFee(steps=steps))
    assert told.startswith(f"tariff.capacity.steps: {said}")


PEAKS_W: Final = st.floats(0.0, MOST_W)


@st.composite
def step_fees(draw: st.DrawFn) -> StepFee:
    """Any rising steps, the last with or without a limit, and any month."""
    count = draw(st.integers(1, 6))
    limits_w = sorted(draw(st.sets(st.integers(1, 500_000), min_size=count, max_size=count)))
    fees = sorted(draw(st.sets(st.integers(0, 20_000), min_size=count, max_size=count)))
    last_w = draw(st.sampled_from([float(limits_w[-1]), math.inf]))
    return StepFee(
        steps=tuple(zip([*map(float, limits_w[:-1]), last_w], map(float, fees), strict=True)),
        day_peaks_w=tuple(draw(st.lists(PEAKS_W, max_size=5))),
        peak_today_w=draw(PEAKS_W),
        count=draw(st.integers(1, 4)),
    )


CHARGES: Final = st.builds(DemandCharge, per_kw=st.floats(0.0, 500.0), peak_w=PEAKS_W)
FEES: Final = step_fees() | CHARGES


def filled(pieces: tuple[Piece, ...], peak_w: float) -> float:
    """What a peak costs if the pieces are filled in order."""
    cost = 0.0
    for piece in pieces:
        part_w = min(peak_w, piece.width_w)
        cost += part_w / 1000 * piece.per_kw
        peak_w -= part_w
    return cost


@given(fee=FEES, most_w=PEAKS_W, share=st.floats(0.0, 1.0))
def test_hull_is_nowhere_above_the_fee(
    fee: StepFee | DemandCharge, most_w: float, share: float
) -> None:
    pieces = fee.pieces(most_w)
    thresholds_w = fee.thresholds_w(most_w)
    assume(not any(0 < share * most_w - limit_w < 0.01 for limit_w in thresholds_w))
    for peak_w in (share * most_w, *thresholds_w):
        assert filled(pieces, peak_w) <= fee.added_fee(peak_w) + 1e-6


@given(fee=FEES, most_w=PEAKS_W)
def test_hull_is_the_fee_at_both_ends(fee: StepFee | DemandCharge, most_w: float) -> None:
    pieces = fee.pieces(most_w)
    assert sum(piece.width_w for piece in pieces) == pytest.approx(most_w)
    assert filled(pieces, 0.0) == fee.added_fee(0.0) == 0.0
    assert filled(pieces, most_w) == pytest.approx(fee.added_fee(most_w), abs=1e-6)


@given(fee=FEES, most_w=PEAKS_W)
def test_price_rises_from_piece_to_piece(fee: StepFee | DemandCharge, most_w: float) -> None:
    pieces = fee.pieces(most_w)
    assert all(piece.width_w > 0 for piece in pieces)
    assert all(low.per_kw < high.per_kw for low, high in pairwise(pieces))


@given(charge=CHARGES, most_w=PEAKS_W, share=st.floats(0.0, 1.0))
def test_hull_of_a_demand_charge_is_exact(
    charge: DemandCharge, most_w: float, share: float
) -> None:
    peak_w = share * most_w
    added = charge.added_fee(peak_w)
    assert filled(charge.pieces(most_w), peak_w) == pytest.approx(added, abs=1e-6)


@given(fee=FEES, one_w=PEAKS_W, other_w=PEAKS_W)
def test_higher_peak_never_costs_less(
    fee: StepFee | DemandCharge, one_w: float, other_w: float
) -> None:
    low_w, high_w = sorted((one_w, other_w))
    assert fee.fee(0.0) <= fee.fee(low_w) <= fee.fee(high_w)


@given(fee=step_fees())
def test_step_is_left_just_beyond_each_threshold(fee: StepFee) -> None:
    for peak_w in fee.thresholds_w(MOST_W):
        assert fee.fee(peak_w) < fee.fee(peak_w + 0.01)


@given(fee=FEES)
def test_what_is_free_adds_nothing(fee: StepFee | DemandCharge) -> None:
    assert fee.added_fee(min(fee.free_w(), MOST_W)) == 0.0


@given(
    slots=st.lists(st.tuples(st.integers(1, 10_000), PEAKS_W), min_size=1, max_size=8),
    offset_s=st.integers(0, 7_199),
)
def test_hourly_means_keep_the_energy(slots: list[tuple[int, float]], offset_s: int) -> None:
    slots_s = tuple(length_s for length_s, _ in slots)
    power_w = np.array([watts for _, watts in slots])
    begins_s, ends_s = offset_s % 3600, offset_s % 3600 + sum(slots_s)
    covered_s = [
        min(ends_s, hour_s + 3600) - max(begins_s, hour_s) for hour_s in range(0, ends_s, 3600)
    ]
    means_w = hourly_means_w(power_w, slots_s, NOON + timedelta(seconds=offset_s))
    kept_ws = sum(mean_w * s for mean_w, s in zip(means_w.tolist(), covered_s, strict=True))
    assert kept_ws == pytest.approx(sum(s * watts for s, watts in slots))
    assert min(power_w) - 1e-6 <= min(means_w)
    assert max(means_w) <= max(power_w) + 1e-6
