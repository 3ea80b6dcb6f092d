from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from csms.domain.security import (
    Cause,
    ClientCertificate,
    Credentials,
    Entry,
    Proof,
    SecurityProfile,
    SiteSecurity,
    judge_certificate,
    judge_entry,
    required_profile,
)

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
NONE, PASSWORD, TLS, CERTIFICATE = SecurityProfile
KNOWN = Credentials(station_id="G-01", changed_at=NOON)
GOOD = ClientCertificate(
    names=frozenset({"G-01"}),
    organizations=frozenset({"Fjord Charging"}),
    serial="0a",
    fingerprint="ff",
    not_after=NOON + timedelta(days=1),
)


@pytest.mark.parametrize(
    ("filed", "set_by_operator", "reached", "required"),
    [
        (NONE, None, NONE, NONE),
        (PASSWORD, None, NONE, PASSWORD),
        (TLS, PASSWORD, NONE, PASSWORD),  # who sets it knows what the file says
        (NONE, CERTIFICATE, NONE, CERTIFICATE),
        (NONE, None, TLS, TLS),  # never again below what it has come with
        (CERTIFICATE, PASSWORD, TLS, TLS),
    ],
)
def test_required_profile_is_what_is_set_and_never_below_what_was_reached(
    filed: SecurityProfile,
    set_by_operator: SecurityProfile | None,
    reached: SecurityProfile,
    required: SecurityProfile,
) -> None:
    known = replace(KNOWN, profile=set_by_operator, reached=reached)
    assert required_profile(known, filed) is required


def by(profile: SecurityProfile, hashed: str) -> Entry:
    """A station was let in by a password."""
    return Entry(profile=profile, password_hash=hashed)


@pytest.mark.parametrize(
    ("entry", "cause"),
    [
        (by(TLS, "old"), None),
        (by(TLS, "next"), None),
        (by(TLS, "gone"), Cause.PASSWORD_CHANGED),
        (by(PASSWORD, "old"), Cause.PROFILE_RAISED),
        (Entry(), Cause.PROFILE_RAISED),
        (Entry(profile=CERTIFICATE, certificate=GOOD), None),
        (Entry(profile=CERTIFICATE, certificate=replace(GOOD, not_after=NOON)), None),
    ],
)
def test_connection_stays_while_what_it_was_made_by_is_enough(
    entry: Entry, cause: Cause | None
) -> None:
    old, new = "old", "next"
    known = replace(KNOWN, password_hash=old, next_hash=new)
    assert judge_entry(entry, known, TLS) is cause


def test_connection_of_a_station_of_which_nothing_is_kept_stays_if_nothing_is_required() -> None:
    assert judge_entry(Entry(), None, NONE) is None
    assert judge_entry(by(PASSWORD, "x"), None, NONE) is (Cause.PASSWORD_CHANGED)


def test_files_count_for_a_station_of_which_nothing_is_kept() -> None:
    assert required_profile(None, TLS) is TLS


def test_file_says_a_profile_for_all_stations_or_for_single_ones() -> None:
    security = SiteSecurity(profile=PASSWORD, by_station={"G-02": CERTIFICATE})
    assert [security.of(one) for one in ("G-01", "G-02")] == [PASSWORD, CERTIFICATE]
    assert SiteSecurity().of("G-01") is None


@pytest.mark.parametrize(
    ("certificate", "operator", "cause"),
    [
        (GOOD, None, None),
        (GOOD, "Fjord Charging", None),
        (GOOD, "Fjord", Cause.WRONG_CERTIFICATE),  # another operator
        (replace(GOOD, organizations=frozenset()), "Fjord Charging", Cause.WRONG_CERTIFICATE),
        (replace(GOOD, names=frozenset({"G-02"})), None, Cause.WRONG_CERTIFICATE),
        (replace(GOOD, names=frozenset({"a serial", "G-01"})), None, None),
        (replace(GOOD, not_after=NOON), None, Cause.EXPIRED_CERTIFICATE),
        (replace(GOOD, is_revoked=True), None, Cause.REVOKED_CERTIFICATE),
    ],
)
def test_certificate_proves_its_bearer_only_if_everything_fits(
    certificate: ClientCertificate, operator: str | None, cause: Cause | None
) -> None:
    # OCPP 2.0.1 A00.FR.403-407
    assert judge_certificate(certificate, "G-01", operator, NOON) is cause


def test_passwords_and_hashes_are_not_shown() -> None:
    known = replace(KNOWN, password_hash="$argon2id$x")  # noqa: S106 - a hash
    shown = f"{Proof(password=b'correct horse')} {known}"
    assert "horse" not in shown
    assert "argon2id" not in shown


def test_password_that_was_sent_counts_beside_the_old_one() -> None:
    assert KNOWN.hashes == ()
    known = replace(KNOWN, password_hash="old", next_hash="new")  # noqa: S106 - hashes
    assert known.hashes == ("old", "new")
