from datetime import timedelta
from typing import Any

import pytest

from simulators.stations.charging_profiles import (
    FOREVER,
    Kind,
    Period,
    Profile,
    Purpose,
    Rate,
    Slice,
    Unit,
)
from tests.simulators.stations.builders import NOON

AN_HOUR = timedelta(hours=1)


def profile(**changes: Any) -> Profile:
    fields: dict[str, Any] = {
        "profile_id": 1,
        "evse_number": 1,
        "purpose": Purpose.TX_DEFAULT,
        "stack_level": 0,
        "kind": Kind.ABSOLUTE,
        "unit": Unit.AMPERE,
        "periods": (Period(0, 16.0), Period(1800, 10.0)),
        "starts_at": NOON,
        **changes,
    }
    return Profile(**fields)


def amps(value: float) -> Rate:
    return Rate(value, Unit.AMPERE)


def test_period_holds_until_the_next() -> None:
    assert profile().at(NOON, NOON) == Slice(amps(16.0), NOON + AN_HOUR / 2)
    assert profile().at(NOON + AN_HOUR / 2, NOON) == Slice(amps(10.0), FOREVER)


def test_schedule_says_nothing_before_its_start() -> None:
    assert profile(starts_at=NOON + AN_HOUR).at(NOON, NOON) == Slice(None, NOON + AN_HOUR)


def test_schedule_says_nothing_after_its_duration() -> None:
    ending = profile(duration_s=3600)
    assert ending.at(NOON + AN_HOUR / 2, NOON) == Slice(amps(10.0), NOON + AN_HOUR)
    assert ending.at(NOON + AN_HOUR, NOON) == Slice(None, FOREVER)


def test_period_beyond_the_duration_is_not_executed() -> None:
    ending = profile(duration_s=900)
    assert ending.at(NOON, NOON) == Slice(amps(16.0), NOON + AN_HOUR / 4)
    assert ending.at(NOON + AN_HOUR / 2, NOON) == Slice(None, FOREVER)


def test_validity_cuts_the_schedule_off() -> None:
    valid = profile(valid_from=NOON + AN_HOUR / 12, valid_to=NOON + AN_HOUR / 4)
    assert valid.at(NOON, NOON) == Slice(None, NOON + AN_HOUR / 12)
    assert valid.at(NOON + AN_HOUR / 12, NOON) == Slice(amps(16.0), NOON + AN_HOUR / 4)
    assert valid.at(NOON + AN_HOUR / 4, NOON) == Slice(None, FOREVER)


def test_relative_schedule_counts_from_the_transaction() -> None:
    relative = profile(kind=Kind.RELATIVE, starts_at=None)
    began_at = NOON - AN_HOUR / 4
    assert relative.at(NOON, began_at) == Slice(amps(16.0), NOON + AN_HOUR / 4)
    assert relative.at(NOON, NOON - AN_HOUR) == Slice(amps(10.0), FOREVER)


@pytest.mark.parametrize(("kind", "days"), [(Kind.DAILY, 1), (Kind.WEEKLY, 7)])
def test_recurring_schedule_begins_again(kind: Kind, days: int) -> None:
    recurring = profile(kind=kind, starts_at=NOON - timedelta(days=3 * days))
    assert recurring.at(NOON, NOON) == Slice(amps(16.0), NOON + AN_HOUR / 2)
    next_at = NOON + timedelta(days=days)
    assert recurring.at(NOON + AN_HOUR, NOON) == Slice(amps(10.0), next_at)


def test_recurring_schedule_pauses_after_its_duration_until_it_recurs() -> None:
    recurring = profile(
        kind=Kind.DAILY, starts_at=NOON - timedelta(days=1, hours=2), duration_s=3600
    )
    assert recurring.at(NOON, NOON) == Slice(None, NOON + timedelta(hours=22))


def test_profiles_overlap_unless_one_ends_before_the_other_begins() -> None:
    early, late = profile(valid_to=NOON), profile(valid_from=NOON)
    assert not early.overlaps(late)
    assert early.overlaps(profile())
    assert profile().overlaps(late)
