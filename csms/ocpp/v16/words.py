"""What the topics share: the words of answers, tokens, numbers, texts."""

from typing import Final

from csms.domain.authorization import IdToken
from csms.domain.commands import CommandStatus, Outcome
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.schemas import Payload

_PLAIN: Final = {
    "Accepted": CommandStatus.ACCEPTED,
    "NotFound": CommandStatus.UNKNOWN,
    "NotImplemented": CommandStatus.NOT_SUPPORTED,
    "NotSupported": CommandStatus.NOT_SUPPORTED,
    "RebootRequired": CommandStatus.REBOOT_REQUIRED,
    "Rejected": CommandStatus.REJECTED,
    "Scheduled": CommandStatus.SCHEDULED,
    "Unknown": CommandStatus.UNKNOWN,
    "Unlocked": CommandStatus.ACCEPTED,
}
"""Words of answers that say no more than the status (§7, security whitepaper §6)."""
_TELLING: Final = {
    "AcceptedCanceled": CommandStatus.ACCEPTED,
    "Failed": CommandStatus.REJECTED,
    "Faulted": CommandStatus.REJECTED,
    "InvalidCertificate": CommandStatus.REJECTED,
    "Occupied": CommandStatus.REJECTED,
    "RevokedCertificate": CommandStatus.REJECTED,
    "Unavailable": CommandStatus.REJECTED,
    "UnknownMessageId": CommandStatus.UNKNOWN,
    "UnknownVendorId": CommandStatus.UNKNOWN,
    "UnlockFailed": CommandStatus.REJECTED,
    "VersionMismatch": CommandStatus.REJECTED,
}
"""Words that say more, and so are kept beside the status.

`Failed` is a refusal here: the station says for certain that it has not done it.
"""
_LONGEST_TOKEN: Final = 20


def read_status(word: str) -> tuple[CommandStatus, str]:
    """Read an answer's word: its status, and the word itself where it says more than that."""
    plain = _PLAIN.get(word)
    return (_TELLING[word], word) if plain is None else (plain, "")


def decode_status(_command: object, answer: Payload) -> Outcome:
    """A confirmation that has a status and no more."""
    status, word = read_status(answer.status)
    return Outcome(status=status, answer=word)


def decode_done(_command: object, _answer: Payload) -> Outcome:
    """A confirmation without fields: the station can only agree."""
    return Outcome(status=CommandStatus.ACCEPTED)


def write_token(token: IdToken) -> str:
    """Write a token; its kind goes unsaid (§7.28)."""
    return write_text(token.value, _LONGEST_TOKEN, "a token")


def write_text(text: str, most: int, what: str) -> str:
    """Write a text of limited length, and do not repeat one that is too long: it may be secret."""
    if len(text) > most:
        raise NotExpressibleError(
            f"OCPP 1.6 expects {what} of at most {most} characters, got {len(text)}"
        )
    return text


def write_transaction(transaction: str) -> int:
    """Write a transaction's id, which is a number that we gave it (§6.46)."""
    try:
        number = int(transaction)
    except ValueError:
        number = None
    if number is None or str(number) != transaction:
        raise NotExpressibleError(f"OCPP 1.6 expects a transaction's number, got {transaction!r}")
    return number


def write_number(number: int | None, what: str) -> int:
    """Write a number that the sender of a command has to give it."""
    if number is None:
        raise NotExpressibleError(f"OCPP 1.6 expects the number of {what}, none was given")
    return number


def write_place(evse_number: int, connector_number: int | None) -> int:
    """Write which connector: 1.6 numbers connectors as we number EVSEs (§3.8)."""
    if connector_number is not None:
        raise NotExpressibleError(
            "OCPP 1.6 knows a connector by the number of its EVSE: "
            f"expected no number of a connector, got {connector_number}"
        )
    return evse_number


def refuse_group(group: IdToken | None) -> None:
    """Refuse a group where 1.6 has no field for one."""
    if group is not None:
        raise NotExpressibleError("OCPP 1.6 expects no group of the token here")
