"""Jobs: what a station was asked for, and how far it has come with that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from csms.domain.identity import StationId
from csms.domain.notices import JobStage


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A command that is about to be sent.

    Attributes:
        kind: The command's name in the API.
        command: Its fields, without secrets.
        key: Names the order, so that it can be given again without being done again.
    """

    station_id: StationId
    kind: str
    command: Mapping[str, Any]
    made_at: datetime
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldJob:
    """A command that waits for its station.

    Attributes:
        command: All of its fields and its name; kept no longer than it waits.
        subject: What it is about: older ones about the same do not wait any longer.
    """

    station_id: StationId
    command: Mapping[str, Any]
    subject: str | None
    expires_at: datetime
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAnswer:
    """What came of sending it.

    Attributes:
        status: What came of the command.
        answer: The station's own word for that.
        result: What was told at once, such as the name of a file.
        is_finished: Whether nothing more is to come.
        stage: How far it has come by that; None: its station will tell.
        expires_at: Until when it is in force, of a reservation.
    """

    status: str
    answer: str
    detail: str
    result: str | None
    at: datetime
    is_finished: bool
    stage: JobStage | None = None
    expires_at: datetime | None = None


class ReservationEnd(StrEnum):
    """How a reservation has ended, in words of its job."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REMOVED = "removed"
    USED = "used"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStep:
    """How far a job has come by a report of its station.

    Attributes:
        word: The station's own word for the stage.
        result: What is known by now, such as where a file is to be had; None: no more than before.
    """

    stage: JobStage
    word: str
    at: datetime
    result: str | None = None

    @property
    def is_last(self) -> bool:
        """Whether nothing more is to come."""
        return self.stage in (JobStage.DONE, JobStage.FAILED)
