"""Commands of operators under their numbers, and what came of them.

A command is written down before it is sent, and its number is that of its row: a number is given
once, also after a restart, and no report comes in for a job that is not known.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, TypeVar

import msgspec

from csms.clock import Clock
from csms.domain.altered import altered
from csms.domain.command_names import write_command
from csms.domain.commands import (
    CancelReservation,
    Command,
    CommandStatus,
    FetchDiagnostics,
    FileOutcome,
    Job,
    Outcome,
    Reserve,
    StartCharging,
    StartOutcome,
)
from csms.domain.identity import StationId
from csms.domain.jobs import HeldJob, JobAnswer, NewJob, ReservationEnd
from csms.domain.kept_answer import KEPT_FOR
from csms.domain.notices import JobStage
from csms.domain.outbox import Settled, subject_of
from csms.domain.redaction import without_secrets
from csms.domain.request_errors import OrderUsedError
from csms.service.unit_of_work import OpenUnitOfWork

CommandT = TypeVar("CommandT", bound=Command[Any])

_NUMBERED: Final[Mapping[type[Command[Any]], str]] = {
    Job: "request_id",
    Reserve: "reservation_id",
    StartCharging: "remote_start_id",
}
"""Commands that are sent with a number, and the field that takes it."""


_KIND: Final = "command"
_GIVEN_UP: Final = "AcceptedCanceled"
"""What a station answers that gives up an earlier job of the kind (2.0.1 L01.FR.24, N01.FR.12)."""


class KeyKnownError(Exception):
    """An order with that key was given before."""


class JobBook:
    """Keeps jobs.

    Args:
        open_uow: Opens units of work.
        clock: The time.

    Attributes:
        has_news: Set when something may wait, or end by itself, that did not before.
    """

    def __init__(self, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self.has_news = asyncio.Event()
        self._open_uow = open_uow
        self._clock = clock

    async def given_before(
        self, station_id: StationId, command: Command[Any], key: str
    ) -> Settled | None:
        """What has come of the order with a key.

        Raises:
            OrderUsedError: It was another command.
        """
        async with self._open_uow() as uow:
            settled = await uow.jobs.find(station_id, key)
        if settled is not None and settled.command != _told(command):
            raise OrderUsedError
        return settled

    async def enter(
        self, station_id: StationId, command: CommandT, key: str | None = None
    ) -> tuple[int, CommandT]:
        """Write a command down; return its number, and what to send.

        A number that the command has already stays.

        Raises:
            KeyKnownError: An order with that key was given before.
        """
        fields = _told(command)
        kind = fields.pop(_KIND)
        job = NewJob(
            station_id=station_id,
            kind=kind,
            command=fields,
            made_at=self._clock.now(),
            key=key,
        )
        async with self._open_uow() as uow:
            if key is not None:
                await uow.jobs.free_key(station_id, key, before=job.made_at - KEPT_FOR)
            number = await uow.jobs.add(job)
            await uow.commit()
        if number is None:
            raise KeyKnownError(key)
        field = next((one for kind, one in _NUMBERED.items() if isinstance(command, kind)), None)
        if field is not None and getattr(command, field) is None:
            command = altered(command, **{field: number})
        return number, command

    async def hold(
        self, number: int, station_id: StationId, command: Command[Any], wait_s: float
    ) -> Outcome:
        """Let a command wait for its station."""
        now = self._clock.now()
        expires_at = now + timedelta(seconds=wait_s)
        detail = f"for the station to come, until {expires_at:%Y-%m-%dT%H:%M:%SZ}"
        held = HeldJob(
            station_id=station_id,
            command=write_command(command),
            subject=subject_of(command),
            expires_at=expires_at,
            detail=detail,
        )
        async with self._open_uow() as uow:
            await uow.jobs.hold(number, held, now)
            await uow.commit()
        self.has_news.set()
        outcome: Outcome = command.unanswered(CommandStatus.WAITING, detail)
        return outcome

    async def cancel(self, number: int) -> bool:
        """Let a command wait no longer; return False if it does not."""
        async with self._open_uow() as uow:
            is_cancelled = await uow.jobs.cancel(number, self._clock.now())
            await uow.commit()
        self.has_news.set()
        return is_cancelled

    async def settle(
        self, station_id: StationId, number: int, command: Command[Any], outcome: Outcome
    ) -> None:
        """Keep what came of sending it."""
        answer = JobAnswer(
            status=outcome.status.value,
            answer=outcome.answer,
            detail=outcome.detail,
            result=_result(outcome),
            at=self._clock.now(),
            is_finished=_is_finished(command, outcome),
        )
        if isinstance(command, Reserve) and outcome.is_accepted:
            until = command.expires_at
            answer = replace(answer, stage=JobStage.RUNNING, expires_at=until)
        async with self._open_uow() as uow:
            await uow.jobs.settle(number, answer)
            if outcome.answer == _GIVEN_UP:
                await uow.jobs.give_up_older(number, answer.answer, answer.at)
            if isinstance(command, CancelReservation) and outcome.is_accepted:
                reserved, how = command.reservation_id, ReservationEnd.CANCELLED
                await uow.jobs.end_reservation(station_id, reserved, how, answer.at)
            await uow.commit()
        self.has_news.set()


def _told(command: Command[Any]) -> dict[str, Any]:
    """A command as it is kept, with its name."""
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(without_secrets(command)))
    return told


def _result(outcome: Outcome) -> str | None:
    match outcome:
        case FileOutcome():
            return outcome.file
        case StartOutcome():
            return outcome.transaction
    return None


def _is_finished(command: Command[Any], outcome: Outcome) -> bool:
    """Whether nothing is to come after an answer, or the lack of one.

    A 1.6 station that names no file has no diagnostics (1.6 §5.9).
    """
    if outcome.is_certain and not outcome.is_accepted:
        return True
    if isinstance(command, Reserve):
        return not outcome.is_accepted
    if isinstance(command, FetchDiagnostics):
        return outcome.is_accepted and _result(outcome) is None
    return not isinstance(command, Job)
