"""Prices over time: what is known, what is not, and what is assumed in its place."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.domain.errors import InvalidInputError
from csms.domain.prices import (
    PriceKind,
    PriceSeries,
    PriceSlot,
    check_price,
    series_of,
    unit_of,
    with_assumed,
)
from tests.domain.series import MIDNIGHT, hour, hourly, slot
from tests.domain.sites import OSLO

MIXED = PriceSeries((slot(0, 1, 1.0), slot(1, 1.25, 2.0), slot(1.25, 1.5, 4.0), slot(2, 3, 8.0)))
"""An hour, two quarters, half an hour of which nothing is known, an hour."""


@pytest.mark.parametrize(
    ("at", "per_kwh"),
    [(0, 1.0), (0.99, 1.0), (1, 2.0), (1.3, 4.0), (1.5, None), (2, 8.0), (3, None), (-1, None)],
)
def test_slot_of_an_instant_is_found_whatever_its_length(at: float, per_kwh: float | None) -> None:
    found = MIXED.at(hour(at))
    assert (found.per_kwh if found else None) == per_kwh


def test_mean_is_by_time_and_of_what_is_known() -> None:
    assert MIXED.mean(hour(0), hour(1.5)) == pytest.approx((1 * 1 + 0.25 * 2 + 0.25 * 4) / 1.5)
    assert MIXED.mean(hour(0.5), hour(1.25)) == pytest.approx((0.5 * 1 + 0.25 * 2) / 0.75)
    assert MIXED.mean(hour(1.25), hour(2.25)) == pytest.approx((0.25 * 4 + 0.25 * 8) / 0.5)
    assert MIXED.mean(hour(1.5), hour(2)) is None


def test_gaps_are_told() -> None:
    assert MIXED.gaps(hour(-1), hour(4)) == [
        (hour(-1), hour(0)),
        (hour(1.5), hour(2)),
        (hour(3), hour(4)),
    ]
    assert MIXED.gaps(hour(0), hour(1.5)) == []
    assert PriceSeries().gaps(hour(0), hour(1)) == [(hour(0), hour(1))]


def test_prices_are_known_until_the_first_gap() -> None:
    assert MIXED.known_until(hour(0.5)) == hour(1.5)
    assert MIXED.known_until(hour(1.7)) == hour(1.7)
    assert MIXED.known_until(hour(2.5)) == hour(3)
    assert PriceSeries().known_until(hour(0)) == hour(0)


def test_news_take_the_place_of_what_was_known_of_their_time_only() -> None:
    known = hourly(1.0, 2.0, 3.0)
    news = PriceSeries((slot(0.5, 0.75, 9.0), slot(2, 3, 7.0)))
    assert known.replaced(news).slots == (
        slot(0, 0.5, 1.0),
        slot(0.5, 0.75, 9.0),
        slot(0.75, 1, 1.0),
        slot(1, 2, 2.0),
        slot(2, 3, 7.0),
    )
    assert known.replaced(PriceSeries()) == known
    assert PriceSeries().replaced(news) == news


def test_old_prices_are_forgotten_whole() -> None:
    assert hourly(1.0, 2.0, 3.0).since(hour(1.5)) == hourly(2.0, 3.0, start=1)


def test_slots_from_outside_are_put_in_order() -> None:
    assert series_of([slot(1, 2, 2.0), slot(0, 1, 1.0)]) == hourly(1.0, 2.0)


def test_two_prices_for_an_instant_are_refused_with_the_instant() -> None:
    with pytest.raises(InvalidInputError, match=r"got two at 2026-01-14T00:00:00\+00:00"):
        series_of([slot(0, 2, 1.0), slot(1, 2, 2.0)])


def test_slot_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="until: expected an end after"):
        series_of([slot(1, 1, 1.0)])


@pytest.mark.parametrize(
    ("per_kwh", "kind", "currency", "is_fine"),
    [
        (4.5, PriceKind.ENERGY, "EUR", True),
        (-0.5, PriceKind.ENERGY, "EUR", True),
        (85.0, PriceKind.ENERGY, "EUR", False),  # for a MWh
        (60.0, PriceKind.ENERGY, "NOK", True),
        (850.0, PriceKind.ENERGY, "NOK", False),
        (float("nan"), PriceKind.ENERGY, "NOK", False),
        (0.0, PriceKind.CO2, "NOK", True),
        (-1.0, PriceKind.CO2, "NOK", False),
        (250_000.0, PriceKind.CO2, "NOK", False),  # for a MWh
    ],
)
def test_price_that_cannot_be_true_is_refused(
    per_kwh: float, kind: PriceKind, currency: str, is_fine: bool
) -> None:
    if is_fine:
        check_price(per_kwh, kind, currency)
    else:
        with pytest.raises(InvalidInputError, match="is it for a MWh"):
            check_price(per_kwh, kind, currency)


def test_units_are_written_as_people_do() -> None:
    assert unit_of(PriceKind.ENERGY, "NOK") == "NOK/kWh"
    assert unit_of(PriceKind.CO2, "NOK") == "g/kWh"


def test_missing_tomorrow_is_that_of_the_last_like_day() -> None:
    # Wednesday is known, Thursday is not: both are working days.
    filled = with_assumed(hourly(1.0, 2.0), hour(0), hour(2, day=1), OSLO)
    assert filled.slots == (
        slot(0, 1, 1.0),
        slot(1, 2, 2.0),
        slot(0, 1, 1.0, day=1, is_assumed=True),
        slot(1, 2, 2.0, day=1, is_assumed=True),
    )


def test_saturday_is_that_of_the_saturday_before_and_not_of_friday() -> None:
    known = hourly(5.0, day=-4).replaced(hourly(1.0, day=2))  # Saturday 10, Friday 16
    assert with_assumed(known, hour(0, day=3), hour(1, day=3), OSLO).slots == (
        slot(0, 1, 5.0, day=3, is_assumed=True),
    )


def test_saturday_is_that_of_the_last_day_where_no_saturday_is_known() -> None:
    assert with_assumed(hourly(1.0, day=2), hour(0, day=3), hour(1, day=3), OSLO).slots == (
        slot(0, 1, 1.0, day=3, is_assumed=True),
    )


def test_monday_is_that_of_friday() -> None:
    known = hourly(1.0, day=2).replaced(hourly(5.0, day=4))  # Friday, Sunday
    assert with_assumed(known, hour(0, day=5), hour(1, day=5), OSLO).slots == (
        slot(0, 1, 1.0, day=5, is_assumed=True),
    )


def test_what_no_day_of_two_weeks_tells_stays_a_gap() -> None:
    assert with_assumed(hourly(1.0), hour(0, day=15), hour(1, day=15), OSLO) == PriceSeries()
    assert with_assumed(hourly(1.0), hour(5, day=1), hour(6, day=1), OSLO) == PriceSeries()


def test_local_time_counts_when_the_clocks_are_turned() -> None:
    # On 2026-03-29 the clocks of Oslo skip from 02:00 to 03:00: 03:00 is 02:00 UTC the day before.
    before = datetime(2026, 3, 28, 2, tzinfo=UTC)
    known = PriceSeries(
        (PriceSlot(starts_at=before, ends_at=before + timedelta(hours=1), per_kwh=3.0),)
    )
    at = datetime(2026, 3, 29, 1, tzinfo=UTC)
    [assumed] = with_assumed(known, at, at + timedelta(hours=1), OSLO).slots
    assert (assumed.starts_at, assumed.per_kwh, assumed.is_assumed) == (at, 3.0, True)


def test_gap_within_an_hour_is_filled_to_the_minute() -> None:
    known = hourly(1.0).replaced(PriceSeries((slot(0, 0.3, 7.0, day=1),)))
    assert with_assumed(known, hour(0, day=1), hour(1, day=1), OSLO).slots == (
        slot(0, 0.3, 7.0, day=1),
        slot(0.3, 1, 1.0, day=1, is_assumed=True),
    )


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 8)), max_size=12), st.data())
def test_news_never_leave_two_prices_or_lose_other_times(
    spans: list[tuple[int, int]], data: st.DataObject
) -> None:
    known = PriceSeries()
    told: dict[int, float] = {}
    for number, (start, length) in enumerate(spans):
        known = known.replaced(PriceSeries((slot(start / 4, (start + length) / 4, number),)))
        told.update(dict.fromkeys(range(start, start + length), float(number)))
    assert series_of(known.slots) == known
    quarter = data.draw(st.integers(0, 100))
    found = known.at(MIDNIGHT + timedelta(minutes=15 * quarter))
    assert (found.per_kwh if found else None) == told.get(quarter)
