"""Forms of profiles: their order, and what may stand above what."""

import pytest

from csms.domain.charging_profile import ProfilePurpose
from csms.domain.profile_form import (
    PLAIN_DEFAULT,
    PLAIN_TX,
    Place,
    ProfileForm,
    Style,
    parse_form,
    standing_forms,
    timed_forms,
)

TX, TX_DEFAULT = ProfilePurpose.TX, ProfilePurpose.TX_DEFAULT
STATION_MAX = ProfilePurpose.STATION_MAX
DEFAULT_OF_ALL = ProfileForm(TX_DEFAULT, Place.STATION, is_standing=True)
MAX_OF_ALL = ProfileForm(STATION_MAX, Place.STATION, is_standing=True)


def slots(forms: list[ProfileForm] | tuple[ProfileForm, ...]) -> list[str]:
    """The slots in order, each once."""
    return list(dict.fromkeys(f"{form.purpose}@{form.place}" for form in forms))


@pytest.mark.parametrize(
    ("is_single", "expected"),
    [
        (True, ["tx_default@evse", "tx_default@station", "station_max@station"]),
        (False, ["tx_default@evse", "tx_default@station"]),
    ],
)
def test_fallback_is_a_default_first_and_a_maximum_only_where_nobody_shares_it(
    is_single: bool, expected: list[str]
) -> None:
    forms = standing_forms(is_single=is_single)
    assert slots(forms) == expected
    assert forms[0] == PLAIN_DEFAULT
    assert all(form.is_standing for form in forms)


@pytest.mark.parametrize(
    ("fallback", "max_level", "is_single", "expected"),
    [
        (PLAIN_DEFAULT, 5, True, ["tx@evse", "tx_default@evse", "station_max@station"]),
        (PLAIN_DEFAULT, 5, False, ["tx@evse", "tx_default@evse"]),
        (PLAIN_DEFAULT, 0, True, ["tx@evse"]),
        (DEFAULT_OF_ALL, 5, True, ["tx@evse", "tx_default@station", "station_max@station"]),
        (DEFAULT_OF_ALL, 5, False, ["tx@evse"]),
        (MAX_OF_ALL, 5, True, ["station_max@station"]),
        (MAX_OF_ALL, 0, True, []),
    ],
)
def test_limit_is_in_a_form_that_lies_above_its_fallback(
    fallback: ProfileForm, max_level: int, is_single: bool, expected: list[str]
) -> None:
    forms = timed_forms(fallback, max_level, is_single=is_single)
    assert slots(forms) == expected
    assert not any(form.is_standing for form in forms)


def test_only_limits_of_a_transaction_end_with_it() -> None:
    assert not PLAIN_TX.outlives_transactions
    assert ProfileForm(TX_DEFAULT).outlives_transactions
    assert ProfileForm(STATION_MAX, Place.STATION).outlives_transactions


def test_form_is_read_as_it_is_written() -> None:
    assert str(PLAIN_TX) == "timed tx@evse: plain"
    assert str(MAX_OF_ALL) == "standing station_max@station: plain"
    for purpose in (TX, TX_DEFAULT, STATION_MAX):
        for place in Place:
            for style in Style:
                for is_standing in (True, False):
                    form = ProfileForm(purpose, place, style, is_standing)
                    assert parse_form(str(form)) == form
