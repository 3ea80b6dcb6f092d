"""Health, metrics, the description of the API, and errors that say where and why."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import httpx2
import jsonschema_rs
import pytest
from fastapi import APIRouter
from fastapi.openapi.models import OpenAPI
from fastapi.responses import PlainTextResponse
from prometheus_client.parser import text_string_to_metric_families

from csms.api.app import Mount, Visitors, create_api
from csms.api.dependencies import ReadSide
from csms.domain.access import AccessMode
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.storage.queries import Queries
from tests.api.rig import Api
from tests.service.rig import NOON, after, open_database

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
ROUTES: Final = {
    "put /api/v1/sites/{site_id}/weather",
    "put /api/v1/sites/{site_id}/file",
    "get /api/v1/sites/{site_id}/file",
    "get /api/v1/stations/{station_id}/timeline",
    "get /api/v1/sites/{site_id}/file/versions",
    "get /api/v1/sites/{site_id}/file/versions/{number}",
    "post /api/v1/sites/{site_id}/file/check",
    "get /api/v1/certificates/due",
    "get /api/v1/security-events",
    "get /api/v1/stations/{station_id}/certificates",
    "post /api/v1/stations/{station_id}/certificates/revoke",
    "get /api/v1/sites",
    "get /api/v1/sites/{site_id}/export",
    "get /api/v1/sites/{site_id}/alerts",
    "get /api/v1/sites/{site_id}/guard-events",
    "get /api/v1/sites/{site_id}/demand",
    "get /api/v1/sites/{site_id}/key-figures",
    "get /api/v1/stations/{station_id}/security",
    "get /api/v1/stations/{station_id}/security-events",
    "post /api/v1/stations/{station_id}/security/password",
    "put /api/v1/stations/{station_id}/security",
    "put /api/v1/stations/{station_id}/security/password",
    "get /api/v1/sites/{site_id}/view",
    "get /api/v1/sites/{site_id}/limits",
    "get /api/v1/sites/{site_id}/timetable",
    "put /api/v1/sites/{site_id}/timetable",
    "get /api/v1/sites/{site_id}/timetable.csv",
    "put /api/v1/sites/{site_id}/timetable.csv",
    "get /api/v1/sites/{site_id}/resources",
    "put /api/v1/sites/{site_id}/resources/{resource_id}/reading",
    "get /api/v1/sites/{site_id}/forecast",
    "put /api/v1/forecasts/drivers/{id_token}",
    "delete /api/v1/forecasts/drivers/{id_token}",
    "put /api/v1/sites/{site_id}/feeders/{feeder_id}/limits/{party}",
    "put /api/v1/sites/{site_id}/feeders/{feeder_id}/limits/{party}/schedule",
    "delete /api/v1/sites/{site_id}/feeders/{feeder_id}/limits/{party}",
    "get /api/v1/sites/{site_id}/live",
    "get /api/v1/sites/{site_id}/series",
    "get /api/v1/sites/{site_id}/plan",
    "get /api/v1/sites/{site_id}/plan/outlook",
    "post /api/v1/sites/{site_id}/plan/what-if",
    "put /api/v1/sites/{site_id}/feeders/{feeder_id}/load",
    "get /api/v1/stations",
    "get /api/v1/stations/{station_id}",
    "delete /api/v1/stations/{station_id}",
    "delete /api/v1/stations/{station_id}/dialect",
    "get /api/v1/stations/{station_id}/limits",
    "post /api/v1/stations/{station_id}/commands",
    "put /api/v1/stations/{station_id}/evses/{evse_number}/need",
    "put /api/v1/stations/{station_id}/evses/{evse_number}/limit",
    "get /api/v1/stations/{station_id}/evses/{evse_number}/limit",
    "get /api/v1/stations/{station_id}/evses/{evse_number}/course",
    "delete /api/v1/stations/{station_id}/evses/{evse_number}/limit",
    "put /api/v1/stations/{station_id}/evses/{evse_number}/boost",
    "delete /api/v1/stations/{station_id}/evses/{evse_number}/boost",
    "get /api/v1/transactions",
    "get /api/v1/transactions/{number}",
    "post /api/v1/commands",
    "get /api/v1/stations/{station_id}/jobs",
    "get /api/v1/grid/profile",
    "get /api/v1/grid/sites/{site_id}/feeders/{feeder_id}/flexibility/agreements",
    "post /api/v1/grid/sites/{site_id}/feeders/{feeder_id}/flexibility/agreements",
    "get /api/v1/grid/sites/{site_id}/feeders/{feeder_id}/flexibility",
    "get /api/v1/sites/{site_id}/feeders/{feeder_id}/flexibility",
    "get /api/v1/grid/sites/{site_id}/feeders/{feeder_id}/proof",
    "get /api/v1/sites/{site_id}/feeders/{feeder_id}/proof",
    "post /api/v1/grid/heartbeat",
    "put /api/v1/grid/sites/{site_id}/feeders/{feeder_id}/blocks/{kind}",
    "put /api/v1/grid/groups/{group_id}/blocks/{kind}",
    "get /api/v1/jobs/{number}",
    "get /api/v1/jobs/{number}/report",
    "get /api/v1/stations/{station_id}/notices",
    "get /api/v1/stations/{station_id}/variables",
    "get /api/v1/stations/{station_id}/external-limits",
    "get /api/v1/sites/{site_id}/prices",
    "put /api/v1/sites/{site_id}/prices",
    "get /api/v1/sites/{site_id}/costs",
    "get /api/v1/sites/{site_id}/costs/transactions",
    "get /healthz",
    "get /readyz",
    "get /metrics",
    "get /api/v1/stations/{station_id}/settings",
    "post /api/v1/stations/{station_id}/settings",
    "delete /api/v1/jobs/{number}",
    "put /api/v1/stations/{station_id}/registration",
    "get /api/v1/stations/{station_id}/local-list",
    "get /api/v1/tokens",
    "post /api/v1/tokens/import",
    "get /api/v1/tokens/{value}",
    "put /api/v1/tokens/{value}",
    "delete /api/v1/tokens/{value}",
    "get /api/v1/unknown-stations",
    "post /api/v1/unknown-stations/{station_id}/adoption",
    "put /api/v1/unknown-stations/{station_id}/refusal",
    "delete /api/v1/unknown-stations/{station_id}",
    "get /api/v1/me",
    "put /api/v1/me/language",
    "get /api/v1/users",
    "post /api/v1/users",
    "get /api/v1/users/{name}",
    "put /api/v1/users/{name}",
    "put /api/v1/users/{name}/password",
    "post /api/v1/users/{name}/disable",
    "post /api/v1/users/{name}/enable",
    "get /api/v1/keys",
    "post /api/v1/keys",
    "delete /api/v1/keys/{number}",
    "get /api/v1/audit",
    "get /api/v1/audit/export",
    "get /api/v1/own/charging",
    "put /api/v1/own/charging/{number}/need",
    "post /api/v1/own/charging/{number}/stop",
    "get /api/v1/own/transactions",
    "get /api/v1/messages",
    "get /api/v1/messages/export",
}


_DESCRIPTIONS: Final[list[str]] = []


async def described(api: Api) -> dict[str, Any]:
    """The API's own description: asked for once, as it is the same for all and costly to make."""
    if not _DESCRIPTIONS:
        response = await api.client.get("/api/v1/openapi.json")
        assert response.status_code == 200
        _DESCRIPTIONS.append(response.text)
    document: dict[str, Any] = json.loads(_DESCRIPTIONS[0])
    return document


def operations_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


async def test_description_is_valid_openapi(api: Api) -> None:
    document = await described(api)
    OpenAPI.model_validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == "ChargeFlex"
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": DRAFT, **schema})


async def test_description_names_every_route_and_says_what_it_is_for(api: Api) -> None:
    operations = operations_of(await described(api))
    assert set(operations) == ROUTES
    for name, operation in operations.items():
        assert operation["description"], name
        assert operation["tags"], name
    identifiers = [operation["operationId"] for operation in operations.values()]
    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.parametrize(
    "path",
    [
        "/sites",
        "/sites/{site_id}/view",
        "/sites/{site_id}/series",
        "/sites/{site_id}/alerts",
        "/sites/{site_id}/guard-events",
        "/sites/{site_id}/demand",
        "/sites/{site_id}/key-figures",
        "/sites/{site_id}/plan",
        "/stations",
        "/stations/{station_id}",
        "/stations/{station_id}/limits",
        "/transactions",
    ],
)
async def test_answers_are_as_the_description_says(api: Api, path: str) -> None:
    await api.charge()
    await api.plan()
    await note_cut(api)
    document = await described(api)
    operation = document["paths"][f"/api/v1{path}"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    answer = await api.get(path.format(site_id="fjordgata", station_id="G-01"))
    assert answer
    jsonschema_rs.validate({**schema, "components": document["components"]}, answer)


async def note_cut(api: Api) -> None:
    """Let the guard of the limits have something to tell."""
    event = GuardEvent(kind=GuardEventKind.CUT, at=NOON, cause="Too much", feeder_id="intake")
    async with api.office.open_uow() as uow:
        await uow.guard_events.add("fjordgata", [event])
        await uow.commit()


async def test_errors_are_as_the_description_says(api: Api) -> None:
    document = await described(api)
    for path, status in (("/sites/nowhere/view", "404"), ("/transactions?limit=0", "422")):
        answer = await api.get(path, int(status))
        for operation in operations_of(document).values():
            [(kind, content)] = operation["responses"][status]["content"].items()
            assert kind == "application/problem+json"
            schema = {**content["schema"], "components": document["components"]}
            jsonschema_rs.validate(schema, answer)
            assert not jsonschema_rs.is_valid(schema, {"title": "Not Found"})


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/api/v1/nothing", 404, "Not Found"),
        ("DELETE", "/api/v1/sites", 405, "Method Not Allowed"),
        ("GET", "/api/v1/sites/nowhere/view", 404, "Not Found"),
        ("GET", "/api/v1/transactions?limit=0", 422, "Unprocessable Entity"),
    ],
)
async def test_every_error_is_a_problem_that_names_its_cause(
    api: Api, method: str, path: str, status: int, title: str
) -> None:
    response = await api.client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["title"]) == (status, title)
    assert problem["detail"]


async def test_failure_is_a_problem_that_tells_nothing_of_the_inside(api: Api) -> None:
    context = replace(api.context, reads=cast("ReadSide", None))
    app = create_api(context, render_metrics=lambda: b"", visitors=Visitors(mode=AccessMode.OPEN))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        response = await client.get("/api/v1/stations")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "the server has failed at this; its log says why",
        "errors": [],
    }


async def test_path_that_has_other_methods_names_them(api: Api) -> None:
    response = await api.client.delete("/api/v1/sites")
    assert response.headers["allow"] == "GET"


@pytest.mark.parametrize("body", ["{", "", "[1, 2", "\x00", '{"current_a": [1, 2, 3]'])
async def test_body_that_is_not_json_is_refused(api: Api, body: str) -> None:
    path = "/api/v1/sites/fjordgata/feeders/intake/load"
    headers = {"content-type": "application/json"}
    response = await api.client.put(path, content=body, headers=headers)
    assert response.status_code == 422
    assert response.json()["errors"][0]["at"].startswith("body")


async def test_program_that_runs_says_so(api: Api) -> None:
    for path in ("/healthz", "/readyz"):
        response = await api.client.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_program_whose_database_does_not_answer_is_not_ready(
    api: Api, tmp_path: Path
) -> None:
    database = open_database(tmp_path / "nowhere" / "csms.db")
    context = replace(api.app.state.context, reads=Queries(database))
    app = create_api(context, render_metrics=lambda: b"", visitors=Visitors(mode=AccessMode.OPEN))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        response = await client.get("/readyz")
        assert response.status_code == 503
        assert response.json() == {"status": "the database does not answer"}
        assert (await client.get("/healthz")).status_code == 200
    await database.close()


DEMAND: Final = (
    *("expected_watts", "coverage_ratio", "pinball_ratio", "baseline_pinball_ratio"),
    *("bias_ratio", "drifting"),
)
KEY_FIGURES: Final = (
    *("energy_watt_hours", "peak_watts", "peak_quarter_watts", "plugged_ratio", "charging_ratio"),
    *("availability_ratio", "plug_ins", "plug_in_success_ratio", "departures"),
    *("unmet_watt_hours", "met_ratio", "cost", "co2_grams", "energy_error_watt_hours"),
    *("energy_bias_watt_hours", "stay_error_seconds", "stay_bias_seconds"),
)


async def test_metrics_are_read_by_prometheus(api: Api) -> None:
    await api.charge()
    await api.plan()
    response = await api.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {one.name: one for one in text_string_to_metric_families(response.text)}
    ours = {name: one.type for name, one in families.items() if name.startswith("chargeflex_")}
    assert ours == {
        "chargeflex_asyncio_tasks": "gauge",
        "chargeflex_build_info": "gauge",
        "chargeflex_call_handling_seconds": "histogram",
        "chargeflex_calls_refused": "counter",
        "chargeflex_charging_power_watts": "gauge",
        "chargeflex_co2_grams_per_kwh": "gauge",
        "chargeflex_price_per_kwh": "gauge",
        "chargeflex_prices_age_seconds": "gauge",
        "chargeflex_prices_ahead_seconds": "gauge",
        "chargeflex_prices_missing": "gauge",
        "chargeflex_command_seconds": "histogram",
        "chargeflex_commit_seconds": "summary",
        "chargeflex_journal_messages": "counter",
        "chargeflex_mqtt_connected": "gauge",
        "chargeflex_mqtt_connections": "counter",
        "chargeflex_mqtt_messages_refused": "counter",
        "chargeflex_mqtt_messages_sent": "counter",
        "chargeflex_mqtt_messages_taken": "counter",
        "chargeflex_connections_opened": "counter",
        "chargeflex_connectors": "gauge",
        "chargeflex_event_loop_lag_seconds": "histogram",
        "chargeflex_feeder_allowed_amperes": "gauge",
        "chargeflex_feeder_limit_amperes": "gauge",
        "chargeflex_feeder_load_amperes": "gauge",
        "chargeflex_forecast_answers": "gauge",
        "chargeflex_forecast_drifts": "gauge",
        "chargeflex_forecast_energy_bias_watthours": "gauge",
        "chargeflex_forecast_energy_loss_watthours": "gauge",
        "chargeflex_forecast_held_ratio": "gauge",
        "chargeflex_forecast_model_made_timestamp_seconds": "gauge",
        "chargeflex_forecast_stay_bias_seconds": "gauge",
        "chargeflex_forecast_stay_loss_seconds": "gauge",
        "chargeflex_guard_events": "counter",
        "chargeflex_over_limit_seconds": "counter",
        "chargeflex_plan_seconds": "histogram",
        "chargeflex_plan_solve_seconds": "gauge",
        **{f"chargeflex_demand_{name}": "gauge" for name in DEMAND},
        "chargeflex_feeder_full_chance": "gauge",
        "chargeflex_shed_watts": "gauge",
        **{f"chargeflex_site_{name}": "gauge" for name in KEY_FIGURES},
        "chargeflex_stations_connected": "gauge",
        "chargeflex_units_of_work": "counter",
        "chargeflex_units_of_work_under_way": "gauge",
    }
    assert {"process_resident_memory_bytes", "python_gc_collections", "python_info"} <= set(
        families
    )
    assert all(family.documentation for family in families.values())

    def value(family: str, **labels: str) -> float:
        [found] = [
            sample.value
            for sample in families[f"chargeflex_{family}"].samples
            if labels.items() <= sample.labels.items()
        ]
        return float(found)

    assert value("connectors", site="fjordgata", state="charging") == 1
    assert value("connectors", site="fjordgata", state="offline") == 0
    assert value("charging_power_watts", site="fjordgata") == 0  # its meter tells no power
    assert value("feeder_load_amperes", feeder="level-1", line="L2") == 15
    assert value("feeder_limit_amperes", feeder="intake", line="L3") == 63
    assert value("feeder_allowed_amperes", feeder="level-1", line="L1") == 32


async def test_metrics_tell_what_was_counted(api: Api) -> None:
    await api.charge()
    await api.plan()
    traffic = api.tallies.traffic
    traffic.connected["1.6"] = 3
    traffic.opened["1.6"] = 5
    traffic.refused["1.6", "NotSupported"] = 2
    traffic.calls["1.6", "Heartbeat"].add(0.002)
    traffic.calls["1.6", "Heartbeat"].add(0.2)
    mqtt = api.tallies.mqtt
    assert mqtt is not None
    mqtt.is_connected, mqtt.connections, mqtt.sent = True, 2, 9
    mqtt.taken["tele/main"] = 4
    mqtt.refused["tele/main", "at"] = 1
    text = (await api.client.get("/metrics")).text
    told = {
        sample.name + str(sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    call = [("action", "Heartbeat"), ("version", "1.6")]
    assert told["chargeflex_stations_connected" + str([("version", "1.6")])] == 3
    assert told["chargeflex_connections_opened_total" + str([("version", "1.6")])] == 5
    refused = [("code", "NotSupported"), ("version", "1.6")]
    assert told["chargeflex_calls_refused_total" + str(refused)] == 2
    assert told["chargeflex_call_handling_seconds_count" + str(call)] == 2
    assert told["chargeflex_call_handling_seconds_sum" + str(call)] == 0.202
    bucket = "chargeflex_call_handling_seconds_bucket"
    assert told[bucket + str([call[0], ("le", "0.1"), call[1]])] == 1
    assert told[bucket + str([call[0], ("le", "+Inf"), call[1]])] == 2
    assert told["chargeflex_units_of_work_total" + str([("outcome", "kept")])] > 0
    assert told["chargeflex_commit_seconds_count[]"] > 0
    assert told["chargeflex_journal_messages_total" + str([("outcome", "kept")])] == 7
    assert told["chargeflex_journal_messages_total" + str([("outcome", "lost")])] == 1
    assert told["chargeflex_mqtt_connected[]"] == 1
    assert told["chargeflex_mqtt_connections_total[]"] == 2
    assert told["chargeflex_mqtt_messages_sent_total[]"] == 9
    assert told["chargeflex_mqtt_messages_taken_total" + str([("topic", "tele/main")])] == 4
    wrong = [("cause", "at"), ("topic", "tele/main")]
    assert told["chargeflex_mqtt_messages_refused_total" + str(wrong)] == 1
    plan = [("method", "linear program"), ("site", "fjordgata")]
    assert told["chargeflex_plan_seconds_count" + str(plan)] == 1


async def test_before_the_first_plan_no_time_of_it_is_told(api: Api) -> None:
    families = text_string_to_metric_families((await api.client.get("/metrics")).text)
    samples = {one.name: one.samples for one in families}
    assert samples["chargeflex_plan_solve_seconds"] == []
    assert len(samples["chargeflex_connectors"]) == 11


async def test_pages_and_files_stand_beside_the_api_and_are_not_described(api: Api) -> None:
    pages = APIRouter()

    @pages.get("/", response_class=PlainTextResponse)
    async def home() -> str:
        return "the page"

    app = create_api(
        api.app.state.context,
        render_metrics=lambda: b"",
        pages=(pages,),
        mounts=(Mount("/static", PlainTextResponse("a file")),),
        visitors=Visitors(mode=AccessMode.OPEN),
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        assert (await client.get("/")).text == "the page"
        assert (await client.get("/static/any.css")).text == "a file"
        assert "/" not in (await client.get("/api/v1/openapi.json")).json()["paths"]
        assert (await client.get("/docs")).status_code == 404


async def test_instants_are_in_utc_with_a_z(api: Api) -> None:
    api.office.clock.instant = after(0.5)
    assert (await api.get("/sites/fjordgata/view"))["now"] == "2026-01-14T12:00:30Z"
