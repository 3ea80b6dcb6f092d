"""What is remembered of how a make takes profiles, and what follows from it."""

from csms.domain.charging_profile import ProfilePurpose
from csms.domain.dialect import Dialect, StationMake, make_of
from csms.domain.profile_form import PLAIN_DEFAULT, PLAIN_TX, ProfileForm, Style
from csms.domain.station import StationModel

BARE_TX = ProfileForm(ProfilePurpose.TX, style=Style.BARE)


def test_all_forms_are_worth_a_try_at_first() -> None:
    assert Dialect().is_open(PLAIN_TX, "G-01")


def test_fallback_is_given_up_when_it_was_refused_once_and_a_limit_of_a_transaction_twice() -> None:
    dialect = Dialect().refused(PLAIN_DEFAULT, "no").refused(PLAIN_TX, "no")
    assert not dialect.is_open(PLAIN_DEFAULT, "G-01")
    assert dialect.is_open(PLAIN_TX, "G-01")
    assert not dialect.refused(PLAIN_TX, "no").is_open(PLAIN_TX, "G-01")


def test_form_that_was_taken_once_is_not_given_up_for_refusals() -> None:
    dialect = Dialect().refused(PLAIN_TX, "no").accepted(PLAIN_TX)
    for _ in range(3):
        dialect = dialect.refused(PLAIN_TX, "no")
    assert dialect.is_open(PLAIN_TX, "G-01")
    assert dialect.of(PLAIN_TX).refusals == 0


def test_refusals_do_not_change_what_is_known_for_ever() -> None:
    dialect = Dialect().refused(PLAIN_DEFAULT, "no")
    assert dialect.refused(PLAIN_DEFAULT, "still no") is dialect
    accepted = Dialect().accepted(PLAIN_TX)
    assert accepted.accepted(PLAIN_TX) is accepted


def test_who_ignores_a_purpose_ignores_it_however_it_is_written() -> None:
    dialect = Dialect().accepted(PLAIN_TX).ignored(PLAIN_TX, "G-01")
    assert not dialect.is_open(BARE_TX, "G-01")
    assert dialect.is_open(PLAIN_DEFAULT, "G-01")
    assert dialect.is_open(PLAIN_TX, "G-02")
    assert not dialect.ignored(BARE_TX, "G-02").is_open(PLAIN_TX, "G-03")


def test_station_is_pardoned_and_others_are_not() -> None:
    dialect = Dialect().ignored(PLAIN_TX, "G-01").ignored(PLAIN_TX, "G-02").pardoned("G-01")
    assert dialect.is_open(PLAIN_TX, "G-01")
    assert not dialect.is_open(PLAIN_TX, "G-02")


def test_make_is_known_once_a_station_has_said_what_it_speaks() -> None:
    model = StationModel(vendor="Acme", model="Post 22")
    assert make_of(model, None) is None
    expected = StationMake(protocol="1.6", vendor="Acme", model="Post 22", firmware="")
    assert make_of(model, "1.6") == expected
