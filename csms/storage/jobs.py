"""Jobs of stations. A job's number is its row's: so it survives restarts, and is given once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select, update

from csms.domain.command_names import read_command
from csms.domain.commands import CommandStatus, Outcome, Reserve
from csms.domain.identity import StationId
from csms.domain.jobs import HeldJob, JobAnswer, JobStep, NewJob, ReservationEnd
from csms.domain.notices import JobStage
from csms.domain.outbox import Settled, Waiting
from csms.storage.notice_tables import StationJobRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_job = table_of(StationJobRow)
_RESERVE: Final = str(Reserve.__struct_config__.tag)


class JobRepository(Repository):
    """What stations were asked for under a number."""

    async def add(self, job: NewJob) -> int | None:
        """Keep a job before it is sent; return its number, None if its key is known already."""
        row = {
            "station_id": job.station_id,
            "kind": job.kind,
            "command": dict(job.command),
            "made_at": job.made_at,
            "answer": "",
            "detail": "",
            "updated_at": job.made_at,
            "key": job.key,
        }
        number: int | None = await self._insert_one(StationJobRow, row)
        return number

    async def find(self, station_id: StationId, key: str) -> Settled | None:
        """What has come of the job with a key."""
        query = select(_job).where(_job.c.station_id == station_id, _job.c.key == key)
        row = (await self._unit.execute(query)).mappings().first()
        if row is None:
            return None
        status = CommandStatus(row["status"]) if row["status"] else CommandStatus.TIMED_OUT
        outcome = Outcome(status=status, answer=row["answer"], detail=row["detail"])
        command = {"command": row["kind"], **row["command"]}
        return Settled(number=row["number"], command=command, outcome=outcome)

    async def free_key(self, station_id: StationId, key: str, before: datetime) -> None:
        """Let a key mean another order, if it was given as long ago as that."""
        old = (_job.c.station_id == station_id, _job.c.key == key, _job.c.made_at <= before)
        await self._unit.execute(update(_job).where(*old).values(key=None))

    async def hold(self, number: int, held: HeldJob, at: datetime) -> None:
        """Let a job wait for its station, in place of older ones about the same."""
        if held.subject is not None:
            older = (
                _job.c.station_id == held.station_id,
                _job.c.subject == held.subject,
                _job.c.waiting.is_not(None),
            )
            await self._end_waiting(older, CommandStatus.SUPERSEDED, f"by {number}", at)
        values = {
            "waiting": dict(held.command),
            "subject": held.subject,
            "expires_at": held.expires_at,
            "status": CommandStatus.WAITING.value,
            "detail": held.detail,
            "updated_at": at,
        }
        await self._unit.execute(update(_job).where(_job.c.number == number).values(**values))

    async def take(self, number: int, at: datetime) -> bool:
        """Take a job that waits, to send it; return False if it waits no longer."""
        waits = (_job.c.number == number, _job.c.waiting.is_not(None))
        values = {"waiting": None, "expires_at": None, "status": None, "detail": "", "sent_at": at}
        result = await self._unit.execute(update(_job).where(*waits).values(**values))
        return bool(result.rowcount)

    async def cancel(self, number: int, at: datetime) -> bool:
        """Let a job wait no longer; return False if it does not."""
        waits = (_job.c.number == number, _job.c.waiting.is_not(None))
        return await self._end_waiting(waits, CommandStatus.CANCELLED, "", at) > 0

    async def expire(self, at: datetime) -> int:
        """Let jobs wait no longer whose time is over; return how many."""
        waits = (_job.c.expires_at <= at, _job.c.waiting.is_not(None))
        detail = "the station did not come in time"
        return await self._end_waiting(waits, CommandStatus.EXPIRED, detail, at)

    async def waiting_for(self, station_id: StationId) -> list[Waiting]:
        """Jobs that wait for a station, the oldest first."""
        query = select(_job.c.number, _job.c.waiting).where(
            _job.c.station_id == station_id, _job.c.waiting.is_not(None)
        )
        rows = await self._unit.execute(query.order_by(_job.c.number))
        return [
            Waiting(
                number=row["number"],
                station_id=station_id,
                command=read_command(row["waiting"]),
            )
            for row in rows.mappings()
        ]

    async def waited_for(self) -> dict[StationId, int]:
        """Stations for which jobs wait, and how many."""
        count = func.count().label("count")
        query = select(_job.c.station_id, count).where(_job.c.waiting.is_not(None))
        rows = (await self._unit.execute(query.group_by(_job.c.station_id))).mappings()
        return {row["station_id"]: row["count"] for row in rows}

    async def close_unanswered(self, at: datetime) -> None:
        """End jobs that were being sent when the program ended: nobody knows what came of them."""
        values = {
            "status": CommandStatus.TIMED_OUT.value,
            "detail": "the server ended before an answer had come",
            "updated_at": at,
            "finished_at": at,
        }
        lost = (_job.c.status.is_(None), _job.c.finished_at.is_(None), _job.c.made_at < at)
        await self._unit.execute(update(_job).where(*lost).values(**values))

    async def settle(self, number: int, answer: JobAnswer) -> None:
        """Keep what came of sending a job."""
        values: dict[str, Any] = {
            "status": answer.status,
            "answer": answer.answer,
            "detail": answer.detail,
            "updated_at": answer.at,
        }
        if answer.result is not None:
            values["result"] = answer.result
        if answer.stage is not None:
            values |= {"stage": answer.stage.value, "expires_at": answer.expires_at}
        if answer.is_finished:
            values["finished_at"] = answer.at
        await self._unit.execute(update(_job).where(_job.c.number == number).values(**values))

    async def give_up_older(self, number: int, word: str, at: datetime) -> None:
        """End jobs of the same kind at the same station that are older and not finished."""
        this = select(_job.c.station_id, _job.c.kind).where(_job.c.number == number).subquery()
        older = (
            _job.c.number < number,
            _job.c.station_id == select(this.c.station_id).scalar_subquery(),
            _job.c.kind == select(this.c.kind).scalar_subquery(),
            _job.c.finished_at.is_(None),
        )
        values = {
            "stage": JobStage.FAILED.value,
            "word": word,
            "updated_at": at,
            "finished_at": at,
        }
        await self._unit.execute(update(_job).where(*older).values(**values))

    async def advance(self, station_id: StationId, number: int, step: JobStep) -> None:
        """Keep how far a station has come with a job of its own."""
        values: dict[str, Any] = {
            "stage": step.stage.value,
            "word": step.word,
            "updated_at": step.at,
            "finished_at": step.at if step.is_last else None,
        }
        if step.result is not None:
            values["result"] = step.result
        this = (_job.c.number == number, _job.c.station_id == station_id)
        await self._unit.execute(update(_job).where(*this).values(**values))

    async def end_reservation(
        self, station_id: StationId, number: int, how: ReservationEnd, at: datetime
    ) -> None:
        """End a station's reservation by its number, if it is one that is in force."""
        this = (_job.c.number == number, _job.c.station_id == station_id)
        await self._end_reservations(this, how, at)

    async def expire_reservations(self, at: datetime) -> None:
        """End reservations whose time is over; not every station tells it (1.6 does not)."""
        await self._end_reservations((_job.c.expires_at <= at,), ReservationEnd.EXPIRED, at)

    async def next_expiry(self) -> datetime | None:
        """When the next one that waits, or is in force, ends by itself; None: none does."""
        soonest = select(_job.c.expires_at).order_by(_job.c.expires_at)
        soonest = soonest.where(_job.c.expires_at.is_not(None)).limit(1)
        return (await self._unit.execute(soonest)).scalar_one_or_none()

    async def newest_running(self, station_id: StationId, kinds: Collection[str]) -> int | None:
        """The number of a station's newest job of some kinds that is not finished."""
        query = select(_job.c.number).where(
            _job.c.station_id == station_id,
            _job.c.kind.in_(kinds),
            _job.c.finished_at.is_(None),
        )
        newest = query.order_by(_job.c.number.desc()).limit(1)
        return (await self._unit.execute(newest)).scalar_one_or_none()

    async def _end_reservations(
        self, which: Sequence[ColumnElement[bool]], how: ReservationEnd, at: datetime
    ) -> None:
        in_force = (
            _job.c.kind == _RESERVE,
            _job.c.stage == JobStage.RUNNING.value,
            _job.c.finished_at.is_(None),
        )
        values = {
            "stage": JobStage.DONE.value,
            "word": how.value,
            "expires_at": None,
            "updated_at": at,
            "finished_at": at,
        }
        await self._unit.execute(update(_job).where(*which, *in_force).values(**values))

    async def _end_waiting(
        self, which: Sequence[ColumnElement[bool]], status: CommandStatus, detail: str, at: datetime
    ) -> int:
        values = {
            "waiting": None,
            "expires_at": None,
            "status": status.value,
            "detail": detail,
            "updated_at": at,
            "finished_at": at,
        }
        return (await self._unit.execute(update(_job).where(*which).values(**values))).rowcount
