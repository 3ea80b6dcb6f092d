import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.password import canonical, check_password


@pytest.mark.parametrize("password", ["x" * 16, "Aa1*-_=:+|@." * 3, "f" * 40])
def test_password_may_have_16_to_40_plain_characters(password: str) -> None:
    check_password(password)  # OCPP 2.0.1 A00.FR.205


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("x" * 15, "password: expected 16 to 40 characters, got 15"),
        ("x" * 41, "password: expected 16 to 40 characters, got 41"),
        ("pass word pass word", "password: expected letters, digits and punctuation of ASCII"),
        ("pässwörd" * 3, "password: expected letters, digits and punctuation of ASCII"),
    ],
)
def test_password_that_no_station_can_have_is_refused_and_not_repeated(
    password: str, said: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_password(password)
    assert str(caught.value).startswith(said)
    assert password not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (b"00112233445566778899aabbccddeeff00112233",) * 2,
        (b"00112233445566778899aabbccddeeff00112233", b"00112233445566778899AABBCCDDEEFF00112233"),
        (
            b"00112233445566778899aabbccddeeff00112233",
            b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff\x00\x11\x22\x33",
        ),
        (b"Correct-Horse-Battery",) * 2,
    ],
    ids=["digits", "other case", "bytes", "text"],
)
def test_key_counts_the_same_as_digits_and_as_bytes(written: bytes, sent: bytes) -> None:
    # OCPP-J 1.6 §6.2.1
    assert canonical(written) == canonical(sent)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"Correct-Horse-Battery", b"correct-horse-battery"),
        (b"aabbccdd", b"AABBCCDD"),  # too short for a key
        (b"0" * 33, b"0" * 34),
    ],
)
def test_texts_are_told_apart_letter_by_letter(one: bytes, other: bytes) -> None:
    assert canonical(one) != canonical(other)
