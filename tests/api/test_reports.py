"""What stations were asked for and have told, over HTTP."""

from typing import Any

import jsonschema_rs
import pytest

from csms.domain.charging_profile import CompositeSchedule, LimitSource, ProfilePeriod
from csms.domain.device_model import Attribute, Component, Mutability, Variable, VariableName
from csms.domain.notices import (
    JobKind,
    JobProgressed,
    JobStage,
    LimitTold,
    SecurityNoticed,
    VariablesTold,
)
from csms.domain.station import RateUnit
from tests.api.rig import Api
from tests.api.test_app import described
from tests.service.rig import NOON

LOG: dict[str, Any] = {"upload_to": "ftp://anna:geheim@host.example/in"}


def variable(name: str, value: str) -> Variable:
    return Variable(
        name=VariableName(component=Component(name="OCPPCommCtrlr"), name=name),
        attributes=(Attribute(value=value, mutability=Mutability.READ_ONLY),),
    )


async def tell_part(
    api: Api, seq_no: int, *variables: Variable, has_more: bool = False, job: int = 1
) -> None:
    await api.office.handle(
        VariablesTold(
            station_id="G-01",
            request_id=job,
            seq_no=seq_no,
            at=NOON,
            variables=variables,
            has_more=has_more,
        )
    )


async def test_job_is_followed_from_the_command_to_its_end(api: Api) -> None:
    number = (await api.command("G-01", command="fetch_log", **LOG))["job"]
    job = await api.get(f"/jobs/{number}")
    assert job == {
        "number": 1,
        "station_id": "G-01",
        "kind": "fetch_log",
        "command": {
            "request_id": None,
            "upload_to": "ftp://…@host.example/in",
            "kind": "diagnostics",
            "since": None,
            "until": None,
            "retries": {"count": None, "every_s": None},
        },
        "made_at": "2026-01-14T12:00:00Z",
        "status": "accepted",
        "answer": "",
        "detail": "",
        "stage": None,
        "word": None,
        "result": None,
        "updated_at": "2026-01-14T12:00:00Z",
        "finished_at": None,
        "expires_at": None,
        "sent_at": None,
    }
    api.office.clock.turn(60)
    await api.office.handle(
        JobProgressed(
            station_id="G-01",
            kind=JobKind.LOG,
            stage=JobStage.DONE,
            word="Uploaded",
            request_id=number,
        )
    )
    assert await api.get("/stations/G-01/jobs") == [
        {
            **job,
            "stage": "done",
            "word": "Uploaded",
            "updated_at": "2026-01-14T12:01:00Z",
            "finished_at": "2026-01-14T12:01:00Z",
        }
    ]
    assert await api.get("/stations/G-02/jobs") == []


async def test_report_is_put_together_and_says_what_is_missing(api: Api) -> None:
    number = (await api.command("G-01", command="request_inventory"))["job"]
    path = f"/jobs/{number}/report"
    blank = {"job": number, "station_id": "G-01", "is_complete": False, "missing": [], "parts": []}
    assert await api.get(path) == blank
    await tell_part(api, 2, variable("RetryBackOffRepeatTimes", "3"))
    await tell_part(api, 0, variable("HeartbeatInterval", "60"), has_more=True)
    report = await api.get(path)
    assert (report["is_complete"], report["missing"]) == (False, [1])
    await tell_part(api, 1, has_more=True)
    report = await api.get(path)
    assert (report["is_complete"], report["missing"]) == (True, [])
    assert [part["seq_no"] for part in report["parts"]] == [0, 1, 2]
    [told] = report["parts"][0]["body"]["variables"]
    assert told["name"]["component"]["name"] == "OCPPCommCtrlr"
    assert (await api.get(f"/jobs/{number}"))["stage"] == "running"


async def test_variables_are_found_by_names_in_any_case(api: Api) -> None:
    await tell_part(api, 0, variable("HeartbeatInterval", "60"), variable("WebSocketPing", "30"))

    async def values(query: str) -> list[str]:
        return [one["value"] for one in await api.get(f"/stations/G-01/variables?{query}")]

    assert await values("") == ["60", "30"]
    assert await values("component=ocppcommctrlr&variable=heartbeatinterval") == ["60"]
    assert await values("component=EVSE") == []


async def test_notices_are_listed_by_kind(api: Api) -> None:
    event = SecurityNoticed(station_id="G-01", kind="TamperDetectionActivated", at=NOON)
    await api.office.handle(event)
    await tell_part(api, 0)
    assert [one["kind"] for one in await api.get("/stations/G-01/notices")] == [
        "variables",
        "security",
    ]
    assert await api.get("/stations/G-01/notices?kind=security") == [
        {
            "number": 1,
            "station_id": "G-01",
            "kind": "security",
            "request_id": None,
            "seq_no": None,
            "at": "2026-01-14T12:00:00Z",
            "received_at": "2026-01-14T12:00:00Z",
            "body": {
                "kind": "TamperDetectionActivated",
                "at": "2026-01-14T12:00:00Z",
                "detail": None,
            },
        }
    ]
    assert len(await api.get("/stations/G-01/notices?before=2")) == 1
    problem = await api.get("/stations/G-01/notices?kind=gossip", 422)
    assert problem["errors"][0]["at"] == "query/kind"


async def tell_limit(api: Api) -> None:
    schedule = CompositeSchedule(
        evse_number=1,
        unit=RateUnit.AMPERE,
        starts_at=None,
        duration_s=600,
        periods=(ProfilePeriod(0, 10.0),),
    )
    told = LimitTold(
        station_id="G-01", source=LimitSource.SO, evse_number=None, schedules=(schedule,)
    )
    await api.office.handle(told)


async def test_limits_of_others_are_told(api: Api) -> None:
    assert await api.get("/stations/G-01/external-limits") == []
    await tell_limit(api)
    assert await api.get("/stations/G-01/external-limits") == [
        {
            "source": "SO",
            "evse_number": None,
            "is_grid_critical": False,
            "schedules": [
                {
                    "evse_number": 1,
                    "unit": "A",
                    "starts_at": None,
                    "duration_s": 600,
                    "periods": [{"start_s": 0, "limit": 10.0}],
                }
            ],
            "told_at": "2026-01-14T12:00:00Z",
        }
    ]


PATHS = {
    "/stations/{station_id}/jobs",
    "/jobs/{number}",
    "/jobs/{number}/report",
    "/stations/{station_id}/notices",
    "/stations/{station_id}/variables",
    "/stations/{station_id}/external-limits",
}


@pytest.mark.parametrize("path", sorted(PATHS))
async def test_answers_are_as_the_description_says(api: Api, path: str) -> None:
    await api.command("G-01", command="request_inventory")
    await tell_part(api, 0, variable("HeartbeatInterval", "60"))
    await tell_limit(api)
    document = await described(api)
    operation = document["paths"][f"/api/v1{path}"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    answer = await api.get(path.format(station_id="G-01", number=1))
    assert answer
    jsonschema_rs.validate({**schema, "components": document["components"]}, answer)


@pytest.mark.parametrize("path", sorted(PATHS))
async def test_what_nobody_knows_is_not_found(api: Api, path: str) -> None:
    problem: Any = await api.get(path.format(station_id="X-99", number=99), 404)
    assert problem["detail"] in ("no station is called 'X-99'", "there is no job 99")
