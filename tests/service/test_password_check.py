import asyncio

import pytest

from csms.service import password_check
from csms.service.password_check import PasswordCheck, TooManyWaitError

RIGHT = b"Correct-Horse-Battery"
WRONG = b"correct-horse-battery"


async def test_hash_of_a_password_is_salted_and_found_again() -> None:
    check = PasswordCheck()
    one, other = [await check.hash(RIGHT.decode()) for _ in range(2)]
    assert one.startswith("$argon2id$")
    assert one != other  # A01.FR.08
    assert await check.find("G-01", RIGHT, [one]) == one
    assert await check.find("G-01", RIGHT, [other, one]) == other
    assert await check.find("G-01", WRONG, [one, other]) is None


async def test_password_that_was_right_costs_no_argon2_again() -> None:
    check = PasswordCheck()
    kept = await check.hash(RIGHT.decode())
    assert check.recall("G-01", RIGHT, [kept]) is None
    await check.find("G-01", RIGHT, [kept])
    assert check.reckoned == 1
    assert check.recall("G-01", RIGHT, [kept]) == kept
    assert check.recall("G-01", WRONG, [kept]) is None
    assert check.recall("G-02", RIGHT, [kept]) is None
    assert check.reckoned == 1


async def test_password_that_was_changed_is_not_recalled() -> None:
    check = PasswordCheck()
    old, new = [await check.hash(text) for text in ("Correct-Horse-Battery", "x" * 20)]
    await check.find("G-01", RIGHT, [old])
    assert check.recall("G-01", RIGHT, [new]) is None
    assert check.recall("G-01", RIGHT, []) is None


async def test_key_is_recalled_in_every_spelling() -> None:
    check = PasswordCheck()
    kept = await check.hash("aa" * 20)
    assert await check.find("G-01", b"\xaa" * 20, [kept]) == kept
    assert check.recall("G-01", b"AA" * 20, [kept]) == kept


@pytest.mark.parametrize("kept", ["", "plain text", "$argon2id$v=19$m=19456,t=2,p=1$broken"])
async def test_what_is_no_hash_belongs_to_no_password(kept: str) -> None:
    assert await PasswordCheck().find("G-01", RIGHT, [kept]) is None


async def test_password_of_any_length_costs_no_work() -> None:
    check = PasswordCheck()
    assert await check.find("G-01", b"x" * 201, ["$argon2id$"]) is None
    assert check.reckoned == 0


async def test_one_that_would_wait_for_too_many_others_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(password_check, "_MOST_WAITING", 2)
    check = PasswordCheck(at_once=1)
    kept = await check.hash(RIGHT.decode())
    found = await asyncio.gather(
        *(check.find(name, RIGHT, [kept]) for name in ("A", "B", "C")), return_exceptions=True
    )
    assert found[:2] == [kept, kept]
    assert isinstance(found[2], TooManyWaitError)
    assert await check.find("C", RIGHT, [kept]) == kept
