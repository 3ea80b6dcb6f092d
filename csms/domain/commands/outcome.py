"""What comes of a command: a refusal, a time-out and a silent station are outcomes like any other.

Whoever sends a command has to say what follows from each.
"""

from enum import StrEnum
from typing import ClassVar, Final, Generic, TypeVar

import msgspec


class CommandStatus(StrEnum):
    """What came of a command."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    REBOOT_REQUIRED = "reboot_required"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "not_supported"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    NOT_SENT = "not_sent"
    WAITING = "waiting"
    """For the station to come."""
    EXPIRED = "expired"
    """It did not come in time."""
    SUPERSEDED = "superseded"
    """A newer command about the same came before it did."""
    CANCELLED = "cancelled"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a command.

    Attributes:
        answer: The station's own word for it, where that says more than the status.
        detail: The station's reason, or what went wrong on the way.
    """

    status: CommandStatus
    answer: str = ""
    detail: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the station has taken the command."""
        return self.status in _ACCEPTED

    @property
    def is_certain(self) -> bool:
        """Whether it is known that the station did or did not take the command.

        After a time-out, a lost connection, and an answer that cannot be read, it may have
        done either.
        """
        return self.status not in _UNCERTAIN


OutcomeT_co = TypeVar("OutcomeT_co", bound=Outcome, covariant=True)


class Command(msgspec.Struct, Generic[OutcomeT_co], frozen=True, kw_only=True, tag_field="command"):
    """Base of all commands. Its tag is its name in the API."""

    outcome_type: ClassVar[type[Outcome]] = Outcome

    def unanswered(self, status: CommandStatus, detail: str) -> OutcomeT_co:
        """Build the outcome for a command to which the station gave no usable answer."""
        return self.outcome_type(status=status, detail=detail)  # type: ignore[return-value]


class Job(Command[OutcomeT_co], Generic[OutcomeT_co], frozen=True, kw_only=True):
    """Base of commands whose result comes later, in reports that carry the job's number.

    Attributes:
        request_id: The job's number; None: whoever sends it gives it one.
    """

    request_id: int | None = None


_ACCEPTED: Final = frozenset(
    {CommandStatus.ACCEPTED, CommandStatus.SCHEDULED, CommandStatus.REBOOT_REQUIRED}
)
_UNCERTAIN: Final = frozenset({CommandStatus.TIMED_OUT, CommandStatus.FAILED})
