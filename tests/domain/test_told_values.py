"""Numbers and instants as others write them."""

from datetime import UTC, datetime

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.told_values import instant_of, number_of, one_of, shown
from tests.domain.sites import OSLO

ONE = datetime(2026, 1, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-14T12:00:00Z",
        "2026-01-14T12:00Z",
        "2026-01-14T13:00:00+01:00",
        "1768392000",
        1768392000,
        1768392000000,
        1768392000.0,
    ],
)
def test_instants_are_read_as_they_are_written(value: object) -> None:
    assert instant_of("$", value) == ONE


def test_time_without_a_zone_is_refused_unless_its_zone_is_known() -> None:
    with pytest.raises(InvalidInputError, match="expected an instant with its zone"):
        instant_of("$", "2026-01-14T13:00:00")
    assert instant_of("$", "2026-01-14T13:00:00", OSLO) == ONE
    assert instant_of("$", "2026-01-14T12:00:00Z", OSLO) == ONE


@pytest.mark.parametrize("value", [True, None, "1,5", "", [], {}, "1e999", 10**400])
def test_what_is_no_number_is_refused_with_what_came(value: object) -> None:
    with pytest.raises(InvalidInputError, match=r"^\$.a: expected a number, got "):
        number_of("$.a", value)


def test_one_value_is_expected_where_one_is_wanted() -> None:
    assert one_of("$", [3]) == 3
    with pytest.raises(InvalidInputError, match="expected one value, found none"):
        one_of("$", [])
    with pytest.raises(InvalidInputError, match="expected one value, found 2"):
        one_of("$", [1, 2])


def test_long_values_are_shown_short() -> None:
    assert shown([1, 2]) == "a list of 2"
    assert len(shown("x" * 100)) == 40
