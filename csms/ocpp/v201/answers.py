"""What stations answer, and what we answer with: statuses and the reasons for them (part 2 §3)."""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from csms.domain.commands import CommandStatus, Outcome
from csms.domain.notices import Agreement
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.wire import drop_absent

OutcomeT = TypeVar("OutcomeT", bound=Outcome)

_STATUS: Final = {
    "Accepted": CommandStatus.ACCEPTED,
    "AcceptedCanceled": CommandStatus.ACCEPTED,
    "Unlocked": CommandStatus.ACCEPTED,
    "Unpublished": CommandStatus.ACCEPTED,
    "Scheduled": CommandStatus.SCHEDULED,
    "RebootRequired": CommandStatus.REBOOT_REQUIRED,
    "DownloadOngoing": CommandStatus.REJECTED,
    "Duplicate": CommandStatus.REJECTED,
    "Failed": CommandStatus.REJECTED,
    "Faulted": CommandStatus.REJECTED,
    "Invalid": CommandStatus.REJECTED,
    "InvalidCertificate": CommandStatus.REJECTED,
    "NotSupportedAttributeType": CommandStatus.REJECTED,
    "NotSupportedMessageFormat": CommandStatus.REJECTED,
    "NotSupportedPriority": CommandStatus.REJECTED,
    "NotSupportedState": CommandStatus.REJECTED,
    "Occupied": CommandStatus.REJECTED,
    "OngoingAuthorizedTransaction": CommandStatus.REJECTED,
    "Rejected": CommandStatus.REJECTED,
    "RevokedCertificate": CommandStatus.REJECTED,
    "Unavailable": CommandStatus.REJECTED,
    "UnlockFailed": CommandStatus.REJECTED,
    "UnsupportedMonitorType": CommandStatus.REJECTED,
    "VersionMismatch": CommandStatus.REJECTED,
    "EmptyResultSet": CommandStatus.UNKNOWN,
    "NoFirmware": CommandStatus.UNKNOWN,
    "NoProfiles": CommandStatus.UNKNOWN,
    "NotFound": CommandStatus.UNKNOWN,
    "Unknown": CommandStatus.UNKNOWN,
    "UnknownComponent": CommandStatus.UNKNOWN,
    "UnknownConnector": CommandStatus.UNKNOWN,
    "UnknownMessageId": CommandStatus.UNKNOWN,
    "UnknownTransaction": CommandStatus.UNKNOWN,
    "UnknownVariable": CommandStatus.UNKNOWN,
    "UnknownVendorId": CommandStatus.UNKNOWN,
    "NotImplemented": CommandStatus.NOT_SUPPORTED,
    "NotSupported": CommandStatus.NOT_SUPPORTED,
}
"""All status words of all responses; none means one thing here and another there.

What a station has nothing of is unknown to it, and no report of it will follow.
"""
_PLAIN: Final = frozenset(
    {
        "Accepted",
        "NotFound",
        "NotImplemented",
        "NotSupported",
        "RebootRequired",
        "Rejected",
        "Scheduled",
        "Unknown",
    }
)
"""Words that say no more than the status that they stand for."""
_UNNAMED_REASON: Final = "Unspecified"
_LONGEST_CAUSE: Final = 512


def make_outcome(
    kind: type[OutcomeT],
    word: str,
    reason: Payload,
    **rest: Any,  # noqa: ANN401 - whatever the kind of outcome has
) -> OutcomeT:
    """Make an outcome of a status word, a StatusInfoType or None, and what else was answered."""
    answer = "" if word in _PLAIN else word
    return kind(status=_STATUS[word], answer=answer, detail=read_reason(reason), **rest)


def read_status(_command: object, answer: Payload) -> Outcome:
    """A response that has a status, perhaps a reason, and nothing else."""
    return make_outcome(Outcome, answer.status, answer.statusInfo)


def accept(_command: object, _answer: Payload) -> Outcome:
    """A response without fields, which says that the request has been understood."""
    return Outcome(status=CommandStatus.ACCEPTED)


def read_several(
    kind: type[OutcomeT],
    answers: Iterable[tuple[str, Payload]],
    **rest: Any,  # noqa: ANN401 - whatever the kind of outcome has
) -> OutcomeT:
    """Make one outcome of several words with their reasons: what the first of the worst says."""
    outcomes = [make_outcome(kind, word, reason, **rest) for word, reason in answers]
    return min(outcomes, key=_rank)


def read_reason(reason: Payload) -> str:
    """A StatusInfoType or None as a text (part 2 §2.47)."""
    if reason is None:
        return ""
    return ": ".join(filter(None, (reason.reasonCode, reason.additionalInfo)))


def write_reason(cause: str) -> JsonObject | None:
    """A cause as a StatusInfoType, under the code for causes that have none (appendix 5)."""
    if not cause:
        return None
    return {"reasonCode": _UNNAMED_REASON, "additionalInfo": cause[:_LONGEST_CAUSE]}


def encode_agreement(reply: Agreement) -> JsonObject:
    """A response that agrees or does not (GenericStatusEnumType)."""
    status = "Accepted" if reply.is_accepted else "Rejected"
    return drop_absent({"status": status, "statusInfo": write_reason(reply.cause)})


def _rank(outcome: Outcome) -> int:
    """What was not taken tells more than what needs a reboot, and that more than the rest."""
    if not outcome.is_accepted:
        return 0
    return 2 if outcome.status is CommandStatus.ACCEPTED else 1
