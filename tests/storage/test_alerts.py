"""What needs somebody's eyes at a site, found wherever it is kept."""

from typing import Any

from csms.domain.alert import AlertsFound, AlertsWanted
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.jobs import JobStep, NewJob
from csms.domain.notice_kinds import NoticeKind
from csms.domain.notices import JobStage
from csms.domain.security_event import Origin, SecurityEvent
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import SITE, put_site
from tests.storage.test_jobs import answer, job
from tests.storage.test_notices import notice


def security(kind: str, minutes: float, station_id: str | None = "G-01") -> SecurityEvent:
    at, origin = after(minutes), Origin.STATION
    return SecurityEvent(station_id=station_id, kind=kind, at=at, detail="", origin=origin)


def event(kind: GuardEventKind, minutes: float, **more: Any) -> GuardEvent:
    return GuardEvent(kind=kind, at=after(minutes), cause="Because", **more)


async def fill(database: Database) -> None:
    """Something of each sort at the site, and beside each what is no alert or of another site."""
    await put_site(database)
    async with SqlUnitOfWork(database) as uow:
        over = event(GuardEventKind.OVER_LIMIT, 1, feeder_id="intake")
        stuck = event(GuardEventKind.UNSTEERABLE, 2, station_id="G-02")
        back = event(GuardEventKind.METER_BACK, 3, feeder_id="intake")
        await uow.guard_events.add(SITE.site_id, [over, stuck, back])
        await uow.guard_events.add("elsewhere", [over])
        for kind, station, minutes in (
            (NoticeKind.LIMITS_IGNORED, "G-01", 1),
            (NoticeKind.TRANSACTION_CLOSED, "G-02", 2),
            (NoticeKind.NEEDS, "G-01", 3),
            (NoticeKind.ALERTS, "FOREIGN", 4),
        ):
            await uow.notices.add(notice(kind=kind, station_id=station, received_at=after(minutes)))
        await settle(uow, job(), "failed", 1)
        await settle(uow, job(station_id="G-02"), "timed_out", 2)
        await settle(uow, job(), "accepted", 3)
        number = await uow.jobs.add(job())
        step = JobStep(stage=JobStage.FAILED, word="UploadFailure", at=after(4))
        await uow.jobs.advance("G-01", number or 0, step)
        for one in (
            security("TamperDetectionActivated", 1),
            security("StartupOfTheDevice", 2),
            security("InvalidTLSVersion", 3, None),
        ):
            await uow.security.note_security_event(one)
        await uow.commit()


async def settle(uow: SqlUnitOfWork, one: NewJob, status: str, minutes: float) -> None:
    number = await uow.jobs.add(one)
    await uow.jobs.settle(number or 0, answer(status=status, at=after(minutes)))


async def found(database: Database, limit: int = 10, **wanted: Any) -> AlertsFound:
    asked = {"since": NOON, **wanted}
    return await Queries(database).alerts(AlertsWanted(site_id=SITE.site_id, **asked), limit)


def outline(alerts: AlertsFound) -> list[list[Any]]:
    return [
        [one.kind.value for one in alerts.guard],
        [row["kind"] for row in alerts.notices],
        [row["status"] or row["word"] for row in alerts.commands],
        [row["kind"] for row in alerts.security],
    ]


async def test_alerts_of_a_site_are_told_the_newest_first(database: Database) -> None:
    await fill(database)
    assert outline(await found(database)) == [
        ["unsteerable", "over_limit"],
        ["transaction_closed", "limits_ignored"],
        ["UploadFailure", "timed_out", "failed"],
        ["TamperDetectionActivated"],
    ]
    assert outline(await found(database, limit=1)) == [
        ["unsteerable"],
        ["transaction_closed"],
        ["UploadFailure"],
        ["TamperDetectionActivated"],
    ]


async def test_alerts_of_one_kind_are_told(database: Database) -> None:
    await fill(database)
    assert outline(await found(database, kind="over_limit")) == [["over_limit"], [], [], []]
    assert outline(await found(database, kind="limits_ignored")) == [[], ["limits_ignored"], [], []]
    commands = [[], [], ["UploadFailure", "timed_out", "failed"], []]
    assert outline(await found(database, kind="command")) == commands
    security_events = [[], [], [], ["TamperDetectionActivated"]]
    assert outline(await found(database, kind="security")) == security_events
    assert outline(await found(database, kind="needs")) == [[], [], [], []]


async def test_alerts_of_one_station_and_since_an_instant_are_told(database: Database) -> None:
    await fill(database)
    of_one = await found(database, station_id="G-02")
    assert outline(of_one) == [["unsteerable"], ["transaction_closed"], ["timed_out"], []]
    assert outline(await found(database, station_id="FOREIGN")) == [[], [], [], []]
    lately = await found(database, since=after(2))
    assert outline(lately) == [
        ["unsteerable"],
        ["transaction_closed"],
        ["UploadFailure", "timed_out"],
        [],
    ]
