from base64 import b64encode

import pytest

from csms.gateway.proof import names_of, read_password


def basic(pair: bytes) -> str:
    return "Basic " + b64encode(pair).decode()


@pytest.mark.parametrize(
    ("header", "password"),
    [
        (None, None),
        (basic(b"G-01:correct horse"), b"correct horse"),
        (basic(b"G-01:with:colons"), b"with:colons"),
        (basic(b"G-01:"), b""),
        (basic(b"G-01:\x00\xff\x80"), b"\x00\xff\x80"),  # a 1.6 key as it is
        ("basic " + b64encode(b"G-01:x").decode(), b"x"),
        ("  BASIC   " + b64encode(b"G-01:x").decode() + " ", b"x"),
        (basic(b"G-01:xy").rstrip("="), b"xy"),
        (basic(b"G-02:correct horse"), b""),
        (basic(b"g-01:correct horse"), b""),
        (basic(b"G-01"), b""),
        (basic(b"G-01;correct horse"), b""),
        ("Basic !!!", b""),
        ("Basic", b""),
        ("Basic ÅÅÅÅ", b""),
        ("Bearer abc", b""),
        (f"{basic(b'G-01:x')}, {basic(b'G-01:y')}", b""),
    ],
)
def test_password_is_read_or_is_one_that_is_never_right(
    header: str | None, password: bytes | None
) -> None:
    assert read_password(header, ("G-01",)) == password


@pytest.mark.parametrize(
    ("path", "station_id", "names"),
    [
        ("/ocpp/G-01", "G-01", ("G-01",)),
        ("/ocpp/A%2FB?x=/y", "A/B", ("A/B", "A%2FB")),
    ],
)
def test_user_name_is_the_identity_in_either_spelling(
    path: str, station_id: str, names: tuple[str, ...]
) -> None:
    assert names_of(path, station_id) == names  # A00.FR.204


def test_identity_with_a_colon_is_no_riddle() -> None:
    assert read_password(basic(b"NO:01:x:y"), ("NO:01",)) == b"x:y"
