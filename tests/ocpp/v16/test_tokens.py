from datetime import UTC, datetime
from typing import Any

import pytest

from csms.domain.authorization import Authorization, IdToken, TokenStatus
from csms.domain.commands import (
    CancelReservation,
    ClearCache,
    Command,
    CommandStatus,
    ListEntry,
    ListUpdate,
    ListVersionOutcome,
    Outcome,
    ReadListVersion,
    Reserve,
    SendLocalList,
)
from csms.domain.events import AuthorizationAsked
from tests.ocpp.golden import V16, exchange
from tests.ocpp.v16.exchanges import (
    ACCEPTED,
    NOON,
    REJECTED,
    TOKEN,
    TWO,
    assert_understood_and_answered,
    assert_written_and_understood,
    decoded,
    refusal,
)

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
BAD = IdToken("0BAD")
LONG = "x" * 21
LONG_TOKEN = "OCPP 1.6 expects a token of at most 20 characters, got 21"  # noqa: S105
ASKED: list[tuple[str, AuthorizationAsked, Authorization]] = [
    (
        "Authorize",
        AuthorizationAsked(station_id="G-01", id_token=TOKEN),
        Authorization(status=TokenStatus.ACCEPTED, group="FLEET", expires_at=NEW_YEAR),
    ),
    (
        "Authorize.unknown",
        AuthorizationAsked(station_id="G-01", id_token=IdToken("")),
        Authorization(status=TokenStatus.UNKNOWN),  # 1.6 has no such word (§7.2)
    ),
]
EXCHANGES: list[tuple[str, Command[Any], Outcome]] = [
    ("ClearCache", ClearCache(), ACCEPTED),
    (
        "SendLocalList",
        SendLocalList(
            version=12,
            entries=(
                ListEntry(
                    id_token=TOKEN,
                    verdict=Authorization(
                        status=TokenStatus.ACCEPTED, group="FLEET", expires_at=NEW_YEAR
                    ),
                ),
                ListEntry(id_token=BAD, verdict=Authorization(status=TokenStatus.BLOCKED)),
            ),
        ),
        ACCEPTED,
    ),
    (
        "SendLocalList.differential",
        SendLocalList(
            version=13,
            update=ListUpdate.DIFFERENTIAL,
            entries=(
                ListEntry(id_token=BAD),
                ListEntry(
                    id_token=IdToken("0DD0"), verdict=Authorization(status=TokenStatus.UNKNOWN)
                ),
            ),
        ),
        Outcome(status=CommandStatus.REJECTED, answer="VersionMismatch"),
    ),
    (
        "SendLocalList.empty",
        SendLocalList(version=14),
        Outcome(status=CommandStatus.REJECTED, answer="Failed"),
    ),
    (
        "GetLocalListVersion",
        ReadListVersion(),
        ListVersionOutcome(status=CommandStatus.ACCEPTED, version=12),
    ),
    (
        "GetLocalListVersion.unsupported",
        ReadListVersion(),
        ListVersionOutcome(status=CommandStatus.ACCEPTED, version=-1),
    ),
    (
        "ReserveNow",
        Reserve(
            id_token=TOKEN,
            expires_at=TWO,
            reservation_id=31,
            evse_number=1,
            group=IdToken("FLEET"),
        ),
        ACCEPTED,
    ),
    (
        "ReserveNow.any",
        Reserve(id_token=TOKEN, expires_at=TWO, reservation_id=32),
        Outcome(status=CommandStatus.REJECTED, answer="Occupied"),
    ),
    ("CancelReservation", CancelReservation(31), ACCEPTED),
    ("CancelReservation.unknown", CancelReservation(32), REJECTED),
]


@pytest.mark.parametrize(("name", "event", "reply"), ASKED, ids=[name for name, _, _ in ASKED])
def test_call_is_understood_and_answered(
    name: str, event: AuthorizationAsked, reply: Authorization
) -> None:
    assert_understood_and_answered(name, event, reply)


@pytest.mark.parametrize(
    ("name", "command", "outcome"), EXCHANGES, ids=[name for name, _, _ in EXCHANGES]
)
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_written_and_understood(name, command, outcome)


def test_token_keeps_its_spelling_and_has_the_kind_that_1_6_means() -> None:
    token = decoded("Authorize", {"idTag": "04a2b3c4"}).id_token
    assert (token.value, token.kind) == ("04a2b3c4", "ISO14443")


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (TokenStatus.ACCEPTED, "Accepted"),
        (TokenStatus.BLOCKED, "Blocked"),
        (TokenStatus.CONCURRENT_TRANSACTION, "ConcurrentTx"),
        (TokenStatus.EXPIRED, "Expired"),
        (TokenStatus.INVALID, "Invalid"),
        (TokenStatus.UNKNOWN, "Invalid"),
    ],
)
def test_every_verdict_has_a_word(status: TokenStatus, word: str) -> None:
    incoming = V16.decode_call("G-01", exchange("v16", "Authorize").call)
    answer = incoming.encode_reply(Authorization(status=status))
    assert answer == {"idTagInfo": {"status": word}}


def test_driver_of_a_group_that_1_6_has_no_room_for_is_let_in() -> None:
    incoming = V16.decode_call("G-01", exchange("v16", "Authorize").call)
    answer = incoming.encode_reply(Authorization(status=TokenStatus.ACCEPTED, group=LONG))
    assert answer == {"idTagInfo": {"status": "Accepted"}}


GOOD = Authorization(status=TokenStatus.ACCEPTED)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            Reserve(id_token=TOKEN, expires_at=NOON),
            "OCPP 1.6 expects the number of the reservation, none was given",
        ),
        (
            Reserve(id_token=TOKEN, expires_at=NOON, reservation_id=1, connector_kind="cType2"),
            "OCPP 1.6 cannot reserve by the kind of connector",
        ),
        (Reserve(id_token=IdToken(LONG), expires_at=NOON, reservation_id=1), LONG_TOKEN),
        (
            Reserve(id_token=TOKEN, expires_at=NOON, reservation_id=1, group=IdToken(LONG)),
            LONG_TOKEN,
        ),
        (
            SendLocalList(version=1, entries=(ListEntry(id_token=TOKEN),)),
            "OCPP 1.6 expects a verdict for every token of a full list",
        ),
        (
            SendLocalList(
                version=1,
                entries=(
                    ListEntry(id_token=IdToken("04a2"), verdict=GOOD),
                    ListEntry(id_token=IdToken("04A2"), verdict=GOOD),
                ),
            ),
            "OCPP 1.6 expects every token of a local list only once",
        ),
        (
            SendLocalList(version=1, entries=(ListEntry(id_token=IdToken(LONG), verdict=GOOD),)),
            LONG_TOKEN,
        ),
        (
            SendLocalList(
                version=1,
                entries=(
                    ListEntry(
                        id_token=TOKEN,
                        verdict=Authorization(status=TokenStatus.ACCEPTED, group=LONG),
                    ),
                ),
            ),
            "OCPP 1.6 expects a token's group of at most 20 characters, got 21",
        ),
    ],
)
def test_what_1_6_has_no_words_for_is_not_sent_nor_repeated(
    command: Command[Any], why: str
) -> None:
    assert refusal(command) == why
