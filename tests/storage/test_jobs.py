"""Jobs: numbered once, followed to their end."""

from typing import Any

from csms.domain.jobs import JobAnswer, JobStep, NewJob, ReservationEnd
from csms.domain.notices import JobStage
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after


def job(**more: Any) -> NewJob:
    fields: dict[str, Any] = {
        "station_id": "G-01",
        "kind": "fetch_log",
        "command": {"upload_to": "ftp://host/in"},
        "made_at": NOON,
        **more,
    }
    return NewJob(**fields)


def answer(**more: Any) -> JobAnswer:
    fields: dict[str, Any] = {
        "status": "accepted",
        "answer": "Accepted",
        "detail": "",
        "result": "log.txt",
        "at": after(1),
        "is_finished": False,
        **more,
    }
    return JobAnswer(**fields)


async def added(database: Database, *jobs: NewJob) -> list[Any]:
    async with SqlUnitOfWork(database) as uow:
        numbers = [await uow.jobs.add(one) for one in jobs]
        await uow.commit()
    return numbers


async def test_every_job_has_a_number_of_its_own(database: Database) -> None:
    assert await added(database, job(), job(station_id="G-02")) == [1, 2]
    assert await added(database, job()) == [3]


async def test_job_is_told_as_it_was_sent_before_anything_came_of_it(database: Database) -> None:
    [number] = await added(database, job())
    assert await Queries(database).job(number) == {
        "number": number,
        "station_id": "G-01",
        "kind": "fetch_log",
        "command": {"upload_to": "ftp://host/in"},
        "made_at": NOON,
        "status": None,
        "answer": "",
        "detail": "",
        "stage": None,
        "word": None,
        "result": None,
        "updated_at": NOON,
        "finished_at": None,
        "expires_at": None,
        "sent_at": None,
    }
    assert await Queries(database).job(99) is None


async def test_answer_and_steps_of_a_job_are_kept_whichever_comes_first(
    database: Database,
) -> None:
    [number] = await added(database, job())
    async with SqlUnitOfWork(database) as uow:
        running = JobStep(stage=JobStage.RUNNING, word="Uploading", at=after(0.5))
        await uow.jobs.advance("G-01", number, running)
        await uow.jobs.settle(number, answer())
        await uow.commit()
    found = await Queries(database).job(number)
    assert found is not None
    assert (found["status"], found["answer"], found["result"]) == (
        "accepted",
        "Accepted",
        "log.txt",
    )
    assert (found["stage"], found["word"], found["finished_at"]) == ("running", "Uploading", None)
    async with SqlUnitOfWork(database) as uow:
        done = JobStep(stage=JobStage.DONE, word="Uploaded", at=after(2), result="/in/log.txt")
        await uow.jobs.advance("G-01", number, done)
        await uow.commit()
    found = await Queries(database).job(number)
    assert found is not None
    assert (found["stage"], found["result"]) == ("done", "/in/log.txt")
    assert (found["finished_at"], found["updated_at"]) == (after(2), after(2))


async def test_refused_job_is_finished(database: Database) -> None:
    [number] = await added(database, job())
    async with SqlUnitOfWork(database) as uow:
        refused = answer(status="rejected", result=None, is_finished=True)
        await uow.jobs.settle(number, refused)
        await uow.commit()
    found = await Queries(database).job(number)
    assert found is not None
    assert (found["status"], found["finished_at"]) == ("rejected", after(1))


async def test_station_cannot_advance_a_job_of_another(database: Database) -> None:
    [number] = await added(database, job())
    async with SqlUnitOfWork(database) as uow:
        step = JobStep(stage=JobStage.DONE, word="Uploaded", at=after(1))
        await uow.jobs.advance("G-02", number, step)
        await uow.commit()
    found = await Queries(database).job(number)
    assert found is not None
    assert found["stage"] is None


async def test_newest_running_job_of_a_kind_is_found(database: Database) -> None:
    first, second, other, _ = await added(
        database, job(), job(), job(kind="update_firmware"), job(station_id="G-02")
    )
    async with SqlUnitOfWork(database) as uow:
        assert await uow.jobs.newest_running("G-01", ("fetch_log", "fetch_diagnostics")) == second
        await uow.jobs.settle(second, answer(is_finished=True))
        assert await uow.jobs.newest_running("G-01", ("fetch_log",)) == first
        assert await uow.jobs.newest_running("G-01", ("update_firmware",)) == other
        assert await uow.jobs.newest_running("G-01", ("publish_firmware",)) is None
        await uow.commit()


async def test_jobs_of_a_station_come_in_pages_from_the_newest(database: Database) -> None:
    await added(database, job(), job(station_id="G-02"), job(), job())
    queries = Queries(database)
    assert [one["number"] for one in await queries.jobs("G-01", None, 2)] == [4, 3]
    assert [one["number"] for one in await queries.jobs("G-01", 3, 2)] == [1]


async def test_reservations_end_once_and_only_they_do(database: Database) -> None:
    [first, second, other] = await added(
        database, job(kind="reserve"), job(kind="reserve"), job(kind="fetch_log")
    )
    running = answer(stage=JobStage.RUNNING, expires_at=after(30), result=None)
    async with SqlUnitOfWork(database) as uow:
        for number in (first, second, other):
            await uow.jobs.settle(number, running)
        await uow.jobs.end_reservation("G-01", first, ReservationEnd.USED, after(5))
        await uow.jobs.end_reservation("G-02", second, ReservationEnd.USED, after(5))
        await uow.jobs.end_reservation("G-01", other, ReservationEnd.USED, after(5))
        await uow.jobs.expire_reservations(after(29))
        await uow.commit()
    queries = Queries(database)
    told = [await queries.job(number) for number in (first, second, other)]
    assert [(one["word"], one["finished_at"]) for one in told if one] == [
        ("used", after(5)),
        (None, None),
        (None, None),
    ]
    async with SqlUnitOfWork(database) as uow:
        await uow.jobs.expire_reservations(after(30))
        await uow.commit()
    told = [await queries.job(number) for number in (first, second, other)]
    assert [one["word"] for one in told if one] == ["used", "expired", None]
