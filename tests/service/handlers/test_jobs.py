"""How far stations have come with what they were asked for, and what they report of it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from csms.domain import commands
from csms.domain.commands import Command
from csms.domain.device_model import (
    Attribute,
    Component,
    Mutability,
    Variable,
    VariableName,
)
from csms.domain.jobs import NewJob
from csms.domain.notices import JobKind, JobProgressed, JobStage, MessagesTold, VariablesTold
from csms.service.handlers.jobs import _ASKED_BY
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, Office, after, open_office


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, small_site(place("G-01", "level-1", 6.0))) as opened:
        opened.clock.instant = after(1)
        yield opened


async def asked(office: Office, *kinds: str) -> None:
    """Keep jobs, numbered from 1 on."""
    async with office.open_uow() as uow:
        for kind in kinds:
            job = NewJob(station_id="G-01", kind=kind, command={}, made_at=NOON)
            await uow.jobs.add(job)
        await uow.commit()


async def progressed(
    office: Office, kind: JobKind, stage: JobStage, word: str, **more: Any
) -> None:
    await office.handle(JobProgressed(station_id="G-01", kind=kind, stage=stage, word=word, **more))


async def stages(office: Office) -> list[tuple[str | None, str | None, bool]]:
    rows = await office.rows("SELECT stage, word, finished_at FROM station_job ORDER BY number")
    return [(row["stage"], row["word"], row["finished_at"] is not None) for row in rows]


def test_kinds_of_jobs_come_from_commands_that_there_are() -> None:
    names = {
        kind.__struct_config__.tag
        for kind in vars(commands).values()
        if isinstance(kind, type) and issubclass(kind, Command)
    }
    assert set(_ASKED_BY) == set(JobKind)
    assert {name for some in _ASKED_BY.values() for name in some} <= names


async def test_job_is_found_by_its_number(office: Office) -> None:
    await asked(office, "fetch_log", "fetch_log")
    await progressed(office, JobKind.LOG, JobStage.RUNNING, "Uploading", request_id=1)
    assert await stages(office) == [("running", "Uploading", False), (None, None, False)]
    await progressed(office, JobKind.LOG, JobStage.DONE, "Uploaded", request_id=1)
    assert await stages(office) == [("done", "Uploaded", True), (None, None, False)]


async def test_where_no_number_is_told_the_newest_job_that_runs_is_meant(office: Office) -> None:
    await asked(office, "update_firmware", "update_firmware", "fetch_diagnostics")
    await progressed(office, JobKind.FIRMWARE, JobStage.FAILED, "DownloadFailed")
    assert await stages(office) == [
        (None, None, False),
        ("failed", "DownloadFailed", True),
        (None, None, False),
    ]
    await progressed(office, JobKind.FIRMWARE, JobStage.RUNNING, "Installing")
    await progressed(office, JobKind.DIAGNOSTICS, JobStage.DONE, "Uploaded")
    assert await stages(office) == [
        ("running", "Installing", False),
        ("failed", "DownloadFailed", True),
        ("done", "Uploaded", True),
    ]


async def test_station_that_is_idle_has_not_come_further_with_a_job(office: Office) -> None:
    await asked(office, "update_firmware")
    for request_id in (None, 1):
        await progressed(office, JobKind.FIRMWARE, JobStage.IDLE, "Idle", request_id=request_id)
        assert await stages(office) == [(None, None, False)]


async def test_report_on_a_job_that_nobody_knows_is_kept_all_the_same(office: Office) -> None:
    await progressed(office, JobKind.LOG, JobStage.DONE, "Uploaded", request_id=99)
    await progressed(office, JobKind.FIRMWARE, JobStage.DONE, "Installed")
    rows = await office.rows("SELECT kind FROM station_notice")
    assert [row["kind"] for row in rows] == ["job_progress"] * 2


async def test_where_published_firmware_is_to_be_had_is_kept_with_the_job(office: Office) -> None:
    await asked(office, "publish_firmware")
    places = ("http://10.0.0.1/fw", "ftp://anna:geheim@10.0.0.1/fw")
    await progressed(
        office, JobKind.PUBLISHING, JobStage.DONE, "Published", request_id=1, locations=places
    )
    [row] = await office.rows("SELECT result FROM station_job")
    assert row["result"] == "http://10.0.0.1/fw ftp://…@10.0.0.1/fw"
    [kept] = await office.rows("SELECT body FROM station_notice")
    assert json.loads(kept["body"])["locations"] == row["result"].split()


def part(seq_no: int, *variables: Variable, has_more: bool = False) -> VariablesTold:
    return VariablesTold(
        station_id="G-01",
        request_id=1,
        seq_no=seq_no,
        at=NOON,
        variables=variables,
        has_more=has_more,
    )


def variable(name: str, value: str, mutability: Mutability = Mutability.READ_ONLY) -> Variable:
    return Variable(
        name=VariableName(component=Component(name="SecurityCtrlr"), name=name),
        attributes=(Attribute(value=value, mutability=mutability),),
    )


async def test_report_in_parts_is_finished_with_its_last_part(office: Office) -> None:
    await asked(office, "request_inventory")
    await office.handle(part(0, has_more=True))
    assert await stages(office) == [("running", "", False)]
    await office.handle(part(1))
    assert await stages(office) == [("done", "", True)]


async def test_report_without_numbered_parts_is_finished_likewise(office: Office) -> None:
    await asked(office, "request_messages")
    for has_more, stage in ((True, "running"), (False, "done")):
        told = MessagesTold(station_id="G-01", request_id=1, messages=(), has_more=has_more)
        await office.handle(told)
        assert (await stages(office))[0][0] == stage


async def test_variables_are_kept_without_values_that_nobody_is_to_read(office: Office) -> None:
    secret = variable("BasicAuthPassword", "geheim", Mutability.WRITE_ONLY)
    await office.handle(part(0, variable("Identity", "G-01"), secret))
    rows = await office.rows("SELECT variable, value FROM station_variable ORDER BY variable")
    assert [(row["variable"], row["value"]) for row in rows] == [
        ("BasicAuthPassword", None),
        ("Identity", "G-01"),
    ]
    [kept] = await office.rows("SELECT body FROM station_notice")
    assert "geheim" not in kept["body"]
    assert len(json.loads(kept["body"])["variables"]) == 2
