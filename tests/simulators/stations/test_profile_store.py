"""Stacking rules, worked by hand (OCPP 1.6 §3.13, 2.0.1 K01)."""

from datetime import timedelta
from typing import Any

import pytest

from simulators.stations.charging_profiles import FOREVER, Kind, Period, Profile, Purpose, Unit
from simulators.stations.profile_store import (
    Criteria,
    Limit,
    ProfileRefusedError,
    ProfileStore,
    SameLevel,
    composite,
    tightest,
)
from tests.simulators.stations.builders import NOON

BOTH = pytest.mark.parametrize("same_level", list(SameLevel))


def flat(profile_id: int, limit: float, **changes: Any) -> Profile:
    fields: dict[str, Any] = {
        "evse_number": 1,
        "purpose": Purpose.TX_DEFAULT,
        "stack_level": 0,
        "kind": Kind.ABSOLUTE,
        "unit": Unit.AMPERE,
        "periods": (Period(0, limit),),
        "starts_at": NOON - timedelta(days=1),
        **changes,
    }
    return Profile(profile_id=profile_id, **fields)


def store_with(same_level: SameLevel, *profiles: Profile) -> ProfileStore:
    store = ProfileStore(same_level, max_profiles=10)
    for profile in profiles:
        store.install(profile)
    return store


def limit_of(store: ProfileStore, evse: int = 1, minutes: float = 0) -> float | None:
    rate = store.evse_rate(evse, NOON + timedelta(minutes=minutes), NOON).rate
    return rate.limit if rate else None


@BOTH
def test_no_profile_means_no_limit(same_level: SameLevel) -> None:
    assert limit_of(store_with(same_level)) is None


@BOTH
def test_transaction_profile_prevails_over_a_lower_default(same_level: SameLevel) -> None:
    store = store_with(same_level, flat(1, 6.0), flat(2, 20.0, purpose=Purpose.TX))
    assert limit_of(store) == 20.0


@BOTH
def test_highest_level_wins_though_it_allows_more(same_level: SameLevel) -> None:
    store = store_with(same_level, flat(1, 6.0), flat(2, 13.0, stack_level=3))
    assert limit_of(store) == 13.0


@BOTH
def test_expired_transaction_profile_gives_way_to_the_default(same_level: SameLevel) -> None:
    tx = flat(2, 20.0, purpose=Purpose.TX, starts_at=NOON, duration_s=900)
    store = store_with(same_level, flat(1, 6.0), tx)
    assert limit_of(store, minutes=14.9) == 20.0
    assert limit_of(store, minutes=15) == 6.0


@BOTH
def test_expired_level_gives_way_to_the_one_below(same_level: SameLevel) -> None:
    until = NOON + timedelta(minutes=15)
    store = store_with(
        same_level,
        flat(1, 6.0, purpose=Purpose.TX),
        flat(2, 20.0, purpose=Purpose.TX, stack_level=1, valid_to=until),
    )
    assert limit_of(store, minutes=14.9) == 20.0
    assert limit_of(store, minutes=15) == 6.0


@BOTH
def test_next_change_is_the_first_of_any_profile_that_could_take_over(
    same_level: SameLevel,
) -> None:
    store = store_with(
        same_level,
        flat(1, 6.0, starts_at=NOON + timedelta(minutes=50)),
        flat(2, 9.0, stack_level=1, starts_at=NOON + timedelta(minutes=20)),
    )
    found = store.evse_rate(1, NOON, NOON)
    assert found.rate is None
    assert found.until == NOON + timedelta(minutes=20)


@BOTH
def test_same_id_replaces_the_profile(same_level: SameLevel) -> None:
    store = store_with(same_level, flat(1, 6.0), flat(1, 8.0, stack_level=2))
    assert len(store) == 1
    assert limit_of(store) == 8.0


def test_in_16_the_same_level_replaces_the_profile() -> None:
    store = store_with(SameLevel.REPLACES, flat(1, 6.0), flat(2, 8.0))
    assert len(store) == 1
    assert limit_of(store) == 8.0


def test_in_201_the_same_level_is_refused() -> None:
    store = store_with(SameLevel.CLASHES, flat(1, 6.0))
    with pytest.raises(ProfileRefusedError) as refusal:
        store.install(flat(2, 8.0))
    assert refusal.value.reason == "DuplicateProfile"
    assert limit_of(store) == 6.0


def test_in_201_the_same_level_is_taken_for_another_time() -> None:
    store = store_with(SameLevel.CLASHES, flat(1, 6.0, valid_to=NOON))
    store.install(flat(2, 8.0, valid_from=NOON))
    assert limit_of(store, minutes=-1) == 6.0
    assert limit_of(store) == 8.0


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)])
def test_in_201_a_default_for_all_clashes_with_one_for_an_evse(first: int, second: int) -> None:
    store = store_with(SameLevel.CLASHES, flat(1, 6.0, evse_number=first))
    with pytest.raises(ProfileRefusedError, match="profile 1 already has level 0"):
        store.install(flat(2, 8.0, evse_number=second))


def test_in_201_transaction_profiles_of_one_level_clash() -> None:
    store = store_with(SameLevel.CLASHES, flat(1, 6.0, purpose=Purpose.TX))
    with pytest.raises(ProfileRefusedError):
        store.install(flat(2, 8.0, purpose=Purpose.TX))
    store.install(flat(3, 9.0, purpose=Purpose.TX, evse_number=2))


def test_in_16_a_connectors_default_replaces_the_stations_for_it_alone() -> None:
    store = store_with(SameLevel.REPLACES, flat(1, 6.0, evse_number=0), flat(2, 10.0))
    assert limit_of(store, evse=1) == 10.0
    assert limit_of(store, evse=2) == 6.0


def test_in_16_the_replaced_default_does_not_come_back_when_its_substitute_ends() -> None:
    own = flat(2, 10.0, valid_to=NOON + timedelta(minutes=5))
    store = store_with(SameLevel.REPLACES, flat(1, 6.0, evse_number=0), own)
    assert limit_of(store, minutes=6) is None


@BOTH
def test_default_for_all_applies_to_every_evse(same_level: SameLevel) -> None:
    store = store_with(same_level, flat(1, 6.0, evse_number=0))
    assert [limit_of(store, evse=evse) for evse in (1, 2, 3)] == [6.0, 6.0, 6.0]


@BOTH
def test_transaction_profile_ends_with_its_transaction(same_level: SameLevel) -> None:
    store = store_with(
        same_level,
        flat(1, 6.0),
        flat(2, 20.0, purpose=Purpose.TX),
        flat(3, 20.0, purpose=Purpose.TX, evse_number=2),
    )
    store.end_transaction(1)
    assert limit_of(store, evse=1) == 6.0
    assert limit_of(store, evse=2) == 20.0


@BOTH
def test_full_store_refuses_another_profile_but_still_replaces(same_level: SameLevel) -> None:
    store = ProfileStore(same_level, max_profiles=1)
    store.install(flat(1, 6.0))
    with pytest.raises(ProfileRefusedError) as refusal:
        store.install(flat(2, 6.0, stack_level=1))
    assert refusal.value.reason == "TooManyElements"
    store.install(flat(1, 7.0))
    assert limit_of(store) == 7.0


@pytest.mark.parametrize(
    ("criteria", "cleared"),
    [
        (Criteria(), 3),
        (Criteria(profile_id=2), 1),
        (Criteria(profile_id=9), 0),
        (Criteria(evse_number=1), 2),
        (Criteria(stack_level=1), 1),
        (Criteria(evse_number=1, stack_level=1), 1),
        (Criteria(evse_number=0, stack_level=1), 0),
        (Criteria(purposes=frozenset({Purpose.STATION_MAX})), 1),
        (Criteria(purposes=frozenset()), 0),
    ],
)
def test_clearing_takes_what_meets_all_criteria(criteria: Criteria, cleared: int) -> None:
    store = store_with(
        SameLevel.REPLACES,
        flat(1, 6.0),
        flat(2, 8.0, stack_level=1),
        flat(3, 50.0, evse_number=0, purpose=Purpose.STATION_MAX),
    )
    assert store.clear(criteria) == cleared
    assert len(store) == 3 - cleared


def test_tightest_limit_is_the_lowest_and_lasts_until_the_first_change() -> None:
    store = store_with(
        SameLevel.REPLACES,
        flat(1, 20.0, periods=(Period(0, 20.0), Period(86_400 + 600, 5.0))),
        flat(2, 12.0, evse_number=0, purpose=Purpose.STATION_MAX),
    )
    pieces = [
        (store.evse_rate(1, NOON, NOON), lambda rate: rate.limit),
        (store.station_rate(NOON), lambda rate: rate.limit),
    ]
    assert tightest(32.0, pieces) == Limit(12.0, NOON + timedelta(minutes=10))
    assert tightest(32.0, []) == Limit(32.0, FOREVER)
    assert tightest(10.0, pieces).amps == 10.0


def test_composite_schedule_lists_changes_only() -> None:
    # 16 A; from 10 min a level above with 8 A for 10 min; then 16 A again.
    store = store_with(
        SameLevel.CLASHES,
        flat(1, 16.0),
        flat(2, 8.0, stack_level=1, starts_at=NOON + timedelta(minutes=10), duration_s=600),
    )

    def limit_at(at: Any) -> Limit:
        return tightest(32.0, [(store.evse_rate(1, at, NOON), lambda rate: rate.limit)])

    assert composite(limit_at, NOON, 3600) == ((0, 16.0), (600, 8.0), (1200, 16.0))
    assert composite(limit_at, NOON, 600) == ((0, 16.0),)
