from datetime import timedelta

import pytest

from csms.service.wrong_tries import WrongTries, network_of
from tests.service.rig import NOON, after


def test_wait_doubles_from_the_first_try_that_is_not_free() -> None:
    tries = WrongTries(free=2)
    waits = []
    for _ in range(5):
        waits.append(tries.wait("G-01", NOON).total_seconds())
        tries.note("G-01", NOON)
    assert waits == [0, 0, 2, 4, 8]


def test_wait_is_never_longer_than_five_minutes_and_ends() -> None:
    tries = WrongTries(free=1)
    for _ in range(50):
        tries.note("G-01", NOON)
    assert tries.wait("G-01", NOON) == timedelta(minutes=5)
    assert tries.wait("G-01", after(4)) == timedelta(minutes=1)
    assert tries.wait("G-01", after(5)) == timedelta(0)


def test_tries_are_counted_for_each_by_itself_and_forgotten_after_a_right_one() -> None:
    tries = WrongTries(free=1)
    tries.note("G-01", NOON)
    assert tries.wait("G-02", NOON) == timedelta(0)
    assert tries.wait("G-01", NOON) == timedelta(seconds=2)
    tries.forget("G-01")
    assert tries.wait("G-01", NOON) == timedelta(0)


def test_tries_are_forgotten_after_a_quarter_of_an_hour() -> None:
    tries = WrongTries(free=1)
    for _ in range(9):
        tries.note("G-01", NOON)
    tries.note("G-01", after(15))
    assert tries.wait("G-01", after(15)) == timedelta(seconds=2)


def test_no_more_are_remembered_than_memory_is_meant_for() -> None:
    tries = WrongTries(free=1)
    for number in range(10_001):
        tries.note(str(number), NOON)
    assert tries.wait("0", NOON) == timedelta(0)
    assert tries.wait("1", NOON) == timedelta(seconds=2)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_customer_of_ipv6_has_one_network(address: str, network: str) -> None:
    assert network_of(address) == network
