from datetime import UTC, datetime

import pytest

from csms.domain.authorization import (
    AdmissionPolicy,
    Authorization,
    IdToken,
    TokenRecord,
    TokenStatus,
    judge,
)

NOW = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
TOKEN = IdToken("04A2B3C4")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("04a2b3c4", "04A2B3C4"),
        ("Ab", "aB"),
        (" 04A2B3C4 ", "04A2B3C4"),
        ("", ""),
    ],
)
def test_tokens_that_differ_in_case_or_outer_blanks_are_one_token(one: str, other: str) -> None:
    assert IdToken(one) == IdToken(other)
    assert hash(IdToken(one)) == hash(IdToken(other))


def test_tokens_of_other_characters_are_other_tokens() -> None:
    assert IdToken("04A2B3C4") != IdToken("04A2B3C5")


def test_the_kind_of_a_token_does_not_make_it_another_one() -> None:
    # 1.6 tells no kind, so a driver would be a stranger at stations of the other version.
    assert IdToken("04A2B3C4", "ISO14443") == IdToken("04A2B3C4", "Central")


def test_token_keeps_the_station_spelling() -> None:
    token = IdToken("04a2B3c4")
    assert token.value == "04a2B3c4"
    assert token.key == "04A2B3C4"


@pytest.mark.parametrize(
    ("value", "masked"), [("04A2B3C4", "04…C4"), ("123456", "12…56"), ("12345", "…"), ("", "…")]
)
def test_masked_token_shows_no_more_than_its_ends(value: str, masked: str) -> None:
    assert IdToken(value).masked == masked


def test_everyone_may_charge_where_the_policy_says_so() -> None:
    verdict = judge(None, AdmissionPolicy.EVERYONE, NOW)
    assert verdict == Authorization(status=TokenStatus.ACCEPTED)
    assert verdict.is_accepted


def test_unlisted_token_is_invalid_where_only_listed_ones_may_charge() -> None:
    verdict = judge(None, AdmissionPolicy.LISTED_TOKENS, NOW)
    assert verdict == Authorization(status=TokenStatus.INVALID)
    assert not verdict.is_accepted


@pytest.mark.parametrize("policy", AdmissionPolicy)
def test_listed_token_may_charge_under_any_policy(policy: AdmissionPolicy) -> None:
    record = TokenRecord(token=TOKEN, group="FLEET")
    assert judge(record, policy, NOW) == Authorization(status=TokenStatus.ACCEPTED, group="FLEET")


@pytest.mark.parametrize(
    "status",
    [
        TokenStatus.BLOCKED,
        TokenStatus.CONCURRENT_TRANSACTION,
        TokenStatus.EXPIRED,
        TokenStatus.INVALID,
        TokenStatus.UNKNOWN,
    ],
)
@pytest.mark.parametrize("policy", AdmissionPolicy)
def test_what_the_operator_said_outranks_the_policy(
    policy: AdmissionPolicy, status: TokenStatus
) -> None:
    verdict = judge(TokenRecord(token=TOKEN, status=status), policy, NOW)
    assert verdict == Authorization(status=status)
    assert not verdict.is_accepted


@pytest.mark.parametrize(
    ("expires_at", "status"),
    [
        (datetime(2026, 1, 14, 12, 0, 1, tzinfo=UTC), TokenStatus.ACCEPTED),
        (datetime(2026, 1, 14, 12, 0, 0, tzinfo=UTC), TokenStatus.EXPIRED),
        (datetime(2025, 1, 14, 12, 0, 0, tzinfo=UTC), TokenStatus.EXPIRED),
    ],
)
def test_token_expires_at_its_instant(expires_at: datetime, status: TokenStatus) -> None:
    record = TokenRecord(token=TOKEN, expires_at=expires_at)
    verdict = judge(record, AdmissionPolicy.EVERYONE, NOW)
    assert verdict == Authorization(status=status, expires_at=expires_at)


def test_blocked_token_stays_blocked_after_it_has_expired() -> None:
    past = datetime(2025, 1, 1, tzinfo=UTC)
    record = TokenRecord(token=TOKEN, status=TokenStatus.BLOCKED, expires_at=past)
    assert judge(record, AdmissionPolicy.EVERYONE, NOW).status is TokenStatus.BLOCKED
