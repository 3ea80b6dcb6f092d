from typing import Any

import pytest

from csms.domain.authorization import IdToken
from csms.domain.commands import CancelReservation, Command, CommandStatus, Outcome, Reserve
from csms.domain.events import Acknowledged
from csms.domain.notices import ReservationEnded, ReservationEnding
from tests.ocpp.v201.exchanges import (
    ACCEPTED,
    TOKEN,
    TWO,
    assert_not_expressible,
    assert_sent,
    assert_told,
    told,
)

SENT: list[tuple[str, Command[Any], Outcome]] = [
    (
        "ReserveNow",
        Reserve(
            reservation_id=7,
            id_token=TOKEN,
            expires_at=TWO,
            evse_number=1,
            connector_kind="cType2",
            group=IdToken("FLEET", "Central"),
        ),
        Outcome(status=CommandStatus.REJECTED, answer="Occupied"),
    ),
    ("ReserveNow.any", Reserve(reservation_id=8, id_token=TOKEN, expires_at=TWO), ACCEPTED),
    ("CancelReservation", CancelReservation(7), ACCEPTED),
]


@pytest.mark.parametrize(("name", "command", "outcome"), SENT, ids=[one[0] for one in SENT])
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_sent(name, command, outcome)


def test_reservation_that_has_expired_is_over() -> None:
    ended = ReservationEnded(station_id="G-01", reservation_id=7, ending=ReservationEnding.EXPIRED)
    assert_told("ReservationStatusUpdate", ended, Acknowledged())


def test_reservation_that_was_removed_is_over() -> None:
    event = told("ReservationStatusUpdate", reservationUpdateStatus="Removed")
    assert event.ending is ReservationEnding.REMOVED


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            Reserve(id_token=TOKEN, expires_at=TWO),
            "expected a reservation_id, which the sender gives, got none",
        ),
        (
            Reserve(reservation_id=1, id_token=TOKEN, expires_at=TWO, connector_kind="Schuko"),
            "ReserveNow: connectorType: ",
        ),
    ],
)
def test_what_2_0_1_has_no_words_for_is_not_sent(command: Command[Any], why: str) -> None:
    assert_not_expressible(command, why)
