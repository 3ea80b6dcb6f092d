from typing import Any

import pytest

from csms.domain.authorization import Authorization, IdToken, TokenStatus
from csms.domain.certificates import CertificateVerdict, StatusQuery
from csms.domain.commands import (
    ClearCache,
    Command,
    CommandStatus,
    ListEntry,
    ListUpdate,
    ListVersionOutcome,
    Outcome,
    ReadListVersion,
    SendLocalList,
)
from csms.domain.display import DisplayText
from csms.domain.events import AuthorizationAsked, ContractShown, StationEvent
from tests.ocpp.golden import V201, exchange
from tests.ocpp.v201.exchanges import (
    ACCEPTED,
    HASH,
    HASH_384,
    NEW_YEAR,
    PEM,
    TOKEN,
    assert_not_expressible,
    assert_sent,
    assert_told,
    told,
)

CONTRACT = IdToken("NO*ABC", "eMAID")

SENT: list[tuple[str, Command[Any], Outcome]] = [
    ("ClearCache", ClearCache(), ACCEPTED),
    (
        "GetLocalListVersion",
        ReadListVersion(),
        ListVersionOutcome(status=CommandStatus.ACCEPTED, version=12),
    ),
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
            ),
        ),
        ACCEPTED,
    ),
    (
        "SendLocalList.changes",
        SendLocalList(
            version=13,
            update=ListUpdate.DIFFERENTIAL,
            entries=(
                ListEntry(id_token=TOKEN),
                ListEntry(id_token=CONTRACT, verdict=Authorization(status=TokenStatus.BLOCKED)),
            ),
        ),
        Outcome(status=CommandStatus.REJECTED, answer="VersionMismatch"),
    ),
    (
        "SendLocalList.empty",
        SendLocalList(version=14),
        Outcome(status=CommandStatus.REJECTED, answer="Failed", detail="OutOfStorage"),
    ),
]

TOLD: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "Authorize",
        AuthorizationAsked(station_id="G-01", id_token=TOKEN),
        Authorization(status=TokenStatus.ACCEPTED, group="FLEET", expires_at=NEW_YEAR),
    ),
    (
        "Authorize.unknown",
        AuthorizationAsked(station_id="G-01", id_token=IdToken("")),
        Authorization(status=TokenStatus.UNKNOWN),
    ),
    (
        "Authorize.contract",
        ContractShown(
            station_id="G-01",
            id_token=CONTRACT,
            certificate=PEM,
            queries=(
                StatusQuery(certificate=HASH, responder_url="http://ocsp.example"),
                StatusQuery(certificate=HASH_384, responder_url="http://ocsp2.example"),
            ),
        ),
        Authorization(
            status=TokenStatus.ACCEPTED,
            group="NO*XYZ",
            group_kind="eMAID",
            priority=-2,
            languages=("nb-NO", "en"),
            evse_numbers=(1, 2),
            message=DisplayText(content="Welcome", language="en"),
            certificate=CertificateVerdict.ACCEPTED,
        ),
    ),
    (
        "Authorize.revoked",
        AuthorizationAsked(station_id="G-01", id_token=CONTRACT),
        Authorization(
            status=TokenStatus.INVALID,
            languages=("nb",),
            certificate=CertificateVerdict.REVOKED,
        ),
    ),
]


@pytest.mark.parametrize(("name", "command", "outcome"), SENT, ids=[one[0] for one in SENT])
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_sent(name, command, outcome)


@pytest.mark.parametrize(("name", "event", "reply"), TOLD, ids=[one[0] for one in TOLD])
def test_call_is_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    assert_told(name, event, reply)


def test_token_keeps_its_spelling_and_its_kind() -> None:
    token = told("Authorize", idToken={"idToken": "no*abc", "type": "eMAID"}).id_token
    assert (token.value, token.kind) == ("no*abc", "eMAID")


def answered(reply: Authorization) -> dict[str, Any]:
    incoming = V201.decode_call("G-01", exchange("v201", "Authorize").call)
    return incoming.encode_reply(reply)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (TokenStatus.ACCEPTED, "Accepted"),
        (TokenStatus.BLOCKED, "Blocked"),
        (TokenStatus.CONCURRENT_TRANSACTION, "ConcurrentTx"),
        (TokenStatus.EXPIRED, "Expired"),
        (TokenStatus.INVALID, "Invalid"),
        (TokenStatus.NO_CREDIT, "NoCredit"),
        (TokenStatus.NOT_AT_THIS_KIND_OF_EVSE, "NotAllowedTypeEVSE"),
        (TokenStatus.NOT_AT_THIS_LOCATION, "NotAtThisLocation"),
        (TokenStatus.NOT_AT_THIS_TIME, "NotAtThisTime"),
        (TokenStatus.UNKNOWN, "Unknown"),
    ],
)
def test_every_verdict_has_a_word(status: TokenStatus, word: str) -> None:
    assert answered(Authorization(status=status)) == {"idTokenInfo": {"status": word}}


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        (CertificateVerdict.ACCEPTED, "Accepted"),
        (CertificateVerdict.CHAIN_ERROR, "CertChainError"),
        (CertificateVerdict.CONTRACT_CANCELLED, "ContractCancelled"),
        (CertificateVerdict.EXPIRED, "CertificateExpired"),
        (CertificateVerdict.NONE_AVAILABLE, "NoCertificateAvailable"),
        (CertificateVerdict.REVOKED, "CertificateRevoked"),
        (CertificateVerdict.SIGNATURE_ERROR, "SignatureError"),
    ],
)
def test_every_verdict_on_a_certificate_has_a_word(verdict: CertificateVerdict, word: str) -> None:
    reply = Authorization(status=TokenStatus.INVALID, certificate=verdict)
    assert answered(reply) == {"idTokenInfo": {"status": "Invalid"}, "certificateStatus": word}


def test_driver_reads_no_more_than_two_languages() -> None:
    reply = Authorization(status=TokenStatus.ACCEPTED, languages=("nb", "nn", "en"))
    verdict = answered(reply)["idTokenInfo"]
    assert verdict == {"status": "Accepted", "language1": "nb", "language2": "nn"}


def test_full_list_takes_no_token_off() -> None:
    # D01.FR.17: that is what a differential one does
    full = SendLocalList(version=1, entries=(ListEntry(id_token=TOKEN),))
    why = "expected a verdict on 04…C4, which a full list cannot take off"
    assert_not_expressible(full, why)


def test_station_without_a_list_has_version_0() -> None:
    # D01.FR.18
    outgoing = V201.encode_command(ReadListVersion())
    outcome = ListVersionOutcome(status=CommandStatus.ACCEPTED, version=0)
    assert outgoing.decode_result({"versionNumber": 0}) == outcome
