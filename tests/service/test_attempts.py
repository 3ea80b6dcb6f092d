"""Who has tried to connect: what is remembered of it, and how much at the most."""

from datetime import datetime, timedelta

import pytest

from csms.domain.attempt import Attempt, tried_profile
from csms.domain.security import ClientCertificate, Proof, SecurityProfile
from csms.domain.station import StationModel
from csms.service.attempts import MOST_KEPT, Attempts
from tests.service.rig import NOON, after

OFFER = ("ocpp2.0.1", "ocpp1.6")
PROOF = Proof(address="192.0.2.7", password=b"secret", offered=OFFER)


def names(attempts: Attempts) -> list[str]:
    return [one.station_id for one in attempts.newest_first()]


def noted(attempts: Attempts, name: str, at: datetime = NOON, address: str = "192.0.2.7") -> None:
    attempts.note(name, Proof(address=address), "it is a stranger", at)


def test_all_that_is_known_of_an_attempt_is_remembered() -> None:
    attempts = Attempts()
    attempts.note("G-01", PROOF, "its password is wrong", NOON)
    attempts.note("G-01", Proof(address="192.0.2.8"), "it brings no password", after(5))
    assert attempts.newest_first() == [
        Attempt(
            station_id="G-01",
            cause="it brings no password",
            address="192.0.2.8",
            offered=(),
            profile=SecurityProfile.NONE,
            first_at=NOON,
            last_at=after(5),
            count=2,
        )
    ]


@pytest.mark.parametrize(
    ("proof", "profile"),
    [
        (Proof(), 0),
        (Proof(has_tls=True), 0),
        (PROOF, 1),
        (Proof(has_tls=True, password=b"secret"), 2),
        (
            Proof(
                has_tls=True,
                certificate=ClientCertificate(
                    names=frozenset({"G-01"}),
                    organizations=frozenset(),
                    serial="1",
                    fingerprint="2",
                    not_after=after(60),
                ),
            ),
            3,
        ),
    ],
)
def test_security_profile_that_was_tried_is_told_by_what_was_brought(
    proof: Proof, profile: int
) -> None:
    assert tried_profile(proof) == profile


def test_last_one_comes_first() -> None:
    attempts = Attempts()
    for name in ("A", "B", "A"):
        noted(attempts, name)
    assert names(attempts) == ["A", "B"]


def test_made_up_names_from_one_address_push_nobody_out() -> None:
    attempts = Attempts()
    noted(attempts, "REAL", address="192.0.2.9")
    for second in range(600):
        for number in range(100):
            noted(attempts, f"X-{second}-{number}", NOON + timedelta(seconds=second))
    # thirty at once, and one more every other second
    assert 329 <= len(names(attempts)) - 1 <= 331
    assert attempts.of("REAL") is not None


def test_no_more_than_a_thousand_are_remembered_and_the_oldest_falls_out() -> None:
    attempts = Attempts()
    for number in range(MOST_KEPT + 5):
        noted(attempts, f"X-{number}", address=f"198.51.{number // 250}.{number % 250}")
    assert len(names(attempts)) == MOST_KEPT == 1000
    assert names(attempts)[-1] == "X-5"


def test_refused_ones_do_not_fall_out() -> None:
    attempts = Attempts()
    noted(attempts, "FOE")
    attempts.refuse("FOE")
    for number in range(MOST_KEPT + 5):
        noted(attempts, f"X-{number}", address=f"198.51.{number // 250}.{number % 250}")
    assert attempts.is_refused("FOE")


def test_what_cannot_be_shown_is_written_out() -> None:
    attempts = Attempts()
    noted(attempts, "/ocpp/\udcff" + "x" * 200)
    (name,) = names(attempts)
    assert name == r"/ocpp/\udcff" + "x" * 88
    attempts.introduce(name, StationModel(vendor="A\0cme", model="Box"))
    known = attempts.of(name)
    assert known is not None
    assert known.model == StationModel(vendor=r"A\x00cme", model="Box")


def test_only_what_has_changed_is_written() -> None:
    attempts = Attempts()
    noted(attempts, "A")
    noted(attempts, "B")
    first = attempts.take_changes()
    assert sorted(one.station_id for one in first.changed) == ["A", "B"]
    assert attempts.take_changes().changed == ()
    noted(attempts, "B", after(1))
    attempts.forget("A")
    second = attempts.take_changes()
    assert [(one.station_id, one.count) for one in second.changed] == [("B", 2)]
    assert second.gone == ("A",)
    attempts.give_back(second)
    assert attempts.take_changes() == second
