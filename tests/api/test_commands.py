"""Commands over HTTP: what can be sent, to whom, what comes of it, and what is refused."""

import json
from typing import Any

import jsonschema_rs
import pytest

from csms.api.command_body import describe_commands
from csms.domain.authorization import IdToken
from csms.domain.charging_profile import (
    ChargingProfile,
    CompositeSchedule,
    ProfilePeriod,
    ProfilePurpose,
)
from csms.domain.command_names import COMMANDS
from csms.domain.commands import (
    ClearProfiles,
    Command,
    CommandStatus,
    CompositeOutcome,
    DataOutcome,
    MonitorResult,
    MonitorsOutcome,
    Outcome,
    ReadCompositeSchedule,
    ReadSettings,
    ReportKind,
    RequestInventory,
    Reserve,
    ResetKind,
    ResetStation,
    SetProfile,
    SettingsOutcome,
    StartCharging,
    StartOutcome,
    StopCharging,
    TriggerReport,
    WriteSetting,
)
from csms.domain.station import RateUnit
from tests.api.rig import Api
from tests.api.test_app import DRAFT, described
from tests.service.rig import NOON, after
from tests.service.sites import connect

JSON = {"content-type": "application/json; charset=utf-8"}
PROFILE: dict[str, Any] = {
    "profile_id": 7,
    "purpose": "station_max",
    "stack_level": 0,
    "unit": "A",
    "periods": [{"start_s": 0, "limit": 16}],
    "starts_at": "2026-01-14T13:00:00+01:00",
}
SENT: dict[str, tuple[dict[str, Any], Command[Any]]] = {
    "start": (
        {"id_token": {"value": "04A2", "kind": "Central"}, "evse_number": 1},
        StartCharging(id_token=IdToken("04A2", "Central"), remote_start_id=1, evse_number=1),
    ),
    "stop": ({"transaction": "tx-1"}, StopCharging("tx-1")),
    "reset": ({"kind": "hard"}, ResetStation(ResetKind.HARD)),
    "trigger": (
        {"kind": "meter_values", "evse_number": 1},
        TriggerReport(kind=ReportKind.METER_VALUES, evse_number=1),
    ),
    "read_settings": (
        {"names": ["rate_units", "Own.Name"]},
        ReadSettings(("rate_units", "Own.Name")),
    ),
    "write_setting": ({"name": "Own.Name", "value": "1"}, WriteSetting("Own.Name", "1")),
    "clear_profiles": (
        {"purpose": "tx", "evse_number": 0},
        ClearProfiles(purpose=ProfilePurpose.TX, evse_number=0),
    ),
    "composite_schedule": (
        {"evse_number": 1, "unit": "A"},
        ReadCompositeSchedule(evse_number=1, duration_s=3600, unit=RateUnit.AMPERE),
    ),
    "reserve": (
        {"id_token": {"value": "04A2"}, "expires_at": "2026-01-14T13:00:00Z", "evse_number": 1},
        Reserve(id_token=IdToken("04A2"), expires_at=after(60), reservation_id=1, evse_number=1),
    ),
    "request_inventory": ({}, RequestInventory(request_id=1)),
    "set_profile": (
        {"evse_number": 0, "profile": PROFILE},
        SetProfile(
            evse_number=0,
            profile=ChargingProfile(
                profile_id=7,
                purpose=ProfilePurpose.STATION_MAX,
                stack_level=0,
                unit=RateUnit.AMPERE,
                periods=(ProfilePeriod(0, 16.0),),
                starts_at=NOON,
            ),
        ),
    ),
}


@pytest.fixture(autouse=True)
def _are_connected(api: Api) -> None:
    connect(api.office.live, "G-01", "G-02")


@pytest.mark.parametrize("name", SENT)
async def test_command_is_sent_to_the_station(api: Api, name: str) -> None:
    fields, command = SENT[name]
    result = await api.command("G-02", command=name, **fields)
    assert api.office.gateway.sent == [("G-02", command)]
    assert (result["status"], result["detail"]) == ("accepted", "")
    assert result["job"] == 1


OUTCOMES: dict[str, tuple[Outcome, dict[str, Any]]] = {
    "refused": (
        Outcome(status=CommandStatus.REJECTED, detail="busy", answer="Rejected"),
        {"status": "rejected", "detail": "busy", "answer": "Rejected"},
    ),
    "started": (
        StartOutcome(status=CommandStatus.ACCEPTED, transaction="tx-1"),
        {"status": "accepted", "transaction": "tx-1"},
    ),
    "settings": (
        SettingsOutcome(
            status=CommandStatus.ACCEPTED, values={"a": "1"}, unknown=frozenset({"c", "b"})
        ),
        {"status": "accepted", "values": {"a": "1"}, "unknown": ["b", "c"], "read_only": []},
    ),
    "no schedule": (CompositeOutcome(status=CommandStatus.REJECTED), {"status": "rejected"}),
    "schedule": (
        CompositeOutcome(
            status=CommandStatus.ACCEPTED,
            schedule=CompositeSchedule(
                evse_number=1,
                unit=RateUnit.AMPERE,
                starts_at=NOON,
                duration_s=600,
                periods=(ProfilePeriod(0, 16.0), ProfilePeriod(300, 6.0)),
            ),
        ),
        {
            "status": "accepted",
            "schedule": {
                "evse_number": 1,
                "unit": "A",
                "starts_at": "2026-01-14T12:00:00Z",
                "duration_s": 600,
                "periods": [{"start_s": 0, "limit": 16.0}, {"start_s": 300, "limit": 6.0}],
                "goes_on": False,
            },
        },
    ),
    "monitor that was not set": (
        MonitorsOutcome(
            status=CommandStatus.REJECTED,
            results=(MonitorResult(is_accepted=False, answer="Rejected"),),
        ),
        {
            "status": "rejected",
            "results": [{"is_accepted": False, "answer": "Rejected", "detail": ""}],
        },
    ),
    "data of a vendor": (
        DataOutcome(status=CommandStatus.ACCEPTED, data={"a": None}),
        {"status": "accepted", "data": {"a": None}},
    ),
}


@pytest.mark.parametrize(("outcome", "told"), OUTCOMES.values(), ids=OUTCOMES.keys())
async def test_what_came_of_a_command_is_told_as_the_description_says(
    api: Api, outcome: Outcome, told: dict[str, Any]
) -> None:
    api.office.gateway.reply = lambda _station_id, _command: outcome
    result = await api.command("G-02", command="reset")
    assert result == {"detail": "", "answer": "", "job": 1, **told}
    components = {"components": {"schemas": describe_commands()}}
    result_schema = {"$ref": "#/components/schemas/CommandResult", **components}
    jsonschema_rs.validate({"$schema": DRAFT, **result_schema}, result)


def profile(**more: Any) -> dict[str, Any]:
    return {"command": "set_profile", "evse_number": 0, "profile": {**PROFILE, **more}}


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing": ({}, "$", "required field `command`: expected one of cancel_reservation, change"),
    "unknown": (
        {"command": "explode"},
        "$.command",
        "Invalid value 'explode': expected one of cancel_reservation, change_availability, clear",
    ),
    "token missing": ({"command": "start"}, "$", "missing required field `id_token`"),
    "token as a text": (
        {"command": "start", "id_token": "04A2"},
        "$.id_token",
        "Expected `object`, got `str`",
    ),
    "token empty": (
        {"command": "start", "id_token": {"value": ""}},
        "$.id_token.value",
        "length >= 1",
    ),
    "token too long": (
        {"command": "start", "id_token": {"value": "x" * 37}},
        "$.id_token.value",
        "length <= 36",
    ),
    "kind unknown": ({"command": "reset", "kind": "gentle"}, "$.kind", "Invalid enum value"),
    "another key": ({"command": "reset", "force": True}, "$.force", "there is no such field"),
    "another key further in": (
        profile(periods=[{"start_s": 0, "limit": 6, "phase": 1}]),
        "$.profile.periods[0].phase",
        "there is no such field",
    ),
    "too long": (
        {"command": "composite_schedule", "evse_number": 1, "duration_s": 604_801},
        "$.duration_s",
        "<= 604800",
    ),
    "no number": (
        profile(periods=[{"start_s": 0, "limit": 6}, {"start_s": "60", "limit": 6}]),
        "$.profile.periods[1].start_s",
        "Expected `int`, got `str`",
    ),
    "no time zone": (
        profile(starts_at="2026-01-14T12:00:00"),
        "$.profile.starts_at",
        "expected an instant with its offset",
    ),
}


@pytest.mark.parametrize(("body", "at", "message"), WRONG.values(), ids=WRONG.keys())
async def test_wrong_command_is_refused_with_place_and_cause_and_not_sent(
    api: Api, body: dict[str, Any], at: str, message: str
) -> None:
    problem = await api.command("G-02", 422, **body)
    [fault] = problem["errors"]
    assert fault["at"] == at
    assert message in fault["message"]
    assert problem["detail"] == f"{at}: {fault['message']}"
    assert api.office.gateway.sent == []


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "\x00"])
async def test_body_that_is_no_command_is_refused(api: Api, body: str) -> None:
    for path in ("/stations/G-02/commands", "/commands"):
        response = await api.client.post(f"/api/v1{path}", content=body, headers=JSON)
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["errors"][0]["at"] == "$"


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_body_that_a_foreign_page_could_send_is_refused(api: Api, kind: str) -> None:
    for path in ("/stations/G-02/commands", "/commands"):
        response = await api.client.post(
            f"/api/v1{path}", content='{"command": "reset"}', headers={"content-type": kind}
        )
        assert response.status_code == 415
        assert "expected content-type application/json" in response.json()["detail"]
    assert api.office.gateway.sent == []


FORBIDDEN: dict[str, tuple[dict[str, Any], int, str]] = {
    "limits of the plan": (
        profile(purpose="tx"),
        409,
        "set_profile: it contends with the plan's limits: expected the id of a transaction",
    ),
    "profile of the plan": (profile(profile_id=1001), 422, "profile.profile_id: expected an id"),
    "number of a job": (
        {"command": "request_inventory", "request_id": 5},
        422,
        "request_id: expected none",
    ),
    "password": (
        {"command": "write_setting", "name": "AuthorizationKey", "value": "x"},
        409,
        "write_setting: keys and security profiles are changed by /stations/{id}/security",
    ),
}


@pytest.mark.parametrize(("body", "status", "detail"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
async def test_command_that_is_not_for_operators_is_a_problem_with_the_cause(
    api: Api, body: dict[str, Any], status: int, detail: str
) -> None:
    problem = await api.command("G-02", status, **body)
    assert problem["detail"].startswith(detail)
    assert api.office.gateway.sent == []


async def test_command_to_a_station_that_nobody_knows_is_not_found(api: Api) -> None:
    problem = await api.command("X-99", 404, command="reset")
    assert problem["detail"] == "no station is called 'X-99'"


async def bulk(api: Api, status: int = 200, **body: object) -> Any:
    response = await api.client.post("/api/v1/commands", json=body)
    assert response.status_code == status, response.text
    return response.json()


async def test_command_is_sent_to_all_stations_that_are_named_once_each(api: Api) -> None:
    results = await bulk(api, stations=["G-02", "G-01", "G-02"], command={"command": "reset"})
    assert [one["station_id"] for one in results] == ["G-02", "G-01"]
    assert [one["result"]["status"] for one in results] == ["accepted", "accepted"]
    assert sorted(api.office.gateway.sent) == [
        ("G-01", ResetStation()),
        ("G-02", ResetStation()),
    ]


async def test_command_is_sent_to_all_stations_of_a_site_under_numbers_of_their_own(
    api: Api,
) -> None:
    await api.office.sites.admit("visitor")
    results = await bulk(api, site="fjordgata", command={"command": "request_inventory"})
    assert [one["station_id"] for one in results] == ["G-01", "G-02", "visitor"]
    numbers = {one["station_id"]: one["result"]["job"] for one in results}
    assert sorted(numbers.values()) == [1, 2, 3]
    sent = {name: command.request_id for name, command in api.office.gateway.of(RequestInventory)}
    assert sent == numbers


async def test_one_station_that_cannot_be_asked_keeps_no_other_from_it(api: Api) -> None:
    await api.charge()
    results = await bulk(
        api, stations=["X-99", "G-01", "G-02"], command={"command": "clear_profiles"}
    )
    assert [one.get("problem", {}).get("status") for one in results] == [404, 422, None]
    assert results[0]["problem"]["detail"] == "no station is called 'X-99'"
    assert results[2]["result"]["status"] == "accepted"
    assert [name for name, _ in api.office.gateway.sent] == ["G-02"]


WRONG_BULKS: dict[str, tuple[dict[str, Any], str]] = {
    "nobody": ({"command": {"command": "reset"}}, "$"),
    "both": ({"command": {"command": "reset"}, "stations": [], "site": "fjordgata"}, "$"),
    "no command": ({"site": "fjordgata"}, "$"),
    "another key": ({"command": {"command": "reset"}, "sites": ["fjordgata"]}, "$"),
    "wrong command": (
        {"command": {"command": "reset", "kind": "gentle"}, "site": "fjordgata"},
        "$.command.kind",
    ),
    "unknown command": (
        {"command": {"command": "explode"}, "site": "fjordgata"},
        "$.command.command",
    ),
}


@pytest.mark.parametrize(("body", "at"), WRONG_BULKS.values(), ids=WRONG_BULKS.keys())
async def test_wrong_command_to_many_is_refused_and_sent_to_nobody(
    api: Api, body: dict[str, Any], at: str
) -> None:
    problem = await bulk(api, 422, **body)
    assert problem["errors"][0]["at"] == at
    assert api.office.gateway.sent == []


async def test_command_to_a_site_that_there_is_not_is_not_found(api: Api) -> None:
    problem = await bulk(api, 404, site="nowhere", command={"command": "reset"})
    assert problem["detail"] == "no site is called 'nowhere'"


async def test_every_command_is_described_with_what_it_is_for(api: Api) -> None:
    schemas = (await described(api))["components"]["schemas"]
    assert len(COMMANDS) == 43
    for name, place in schemas["Command"]["discriminator"]["mapping"].items():
        schema = schemas[place.rpartition("/")[2]]
        assert schema["properties"]["command"]["enum"] == [name]
        assert "command" in schema["required"]
        assert schema["description"]
    assert set(schemas["Command"]["discriminator"]["mapping"]) == set(COMMANDS)


@pytest.mark.parametrize("name", SENT)
async def test_command_fits_its_description(api: Api, name: str) -> None:
    document = await described(api)
    schema = {"$ref": "#/components/schemas/Command", "components": document["components"]}
    fields, _ = SENT[name]
    jsonschema_rs.validate({"$schema": DRAFT, **schema}, {"command": name, **fields})


async def test_names_that_two_descriptions_share_mean_the_same(api: Api) -> None:
    schemas = (await described(api))["components"]["schemas"]
    ours = json.loads(json.dumps(describe_commands()))
    for name, schema in ours.items():
        assert set(schemas[name].get("enum", ())) == set(schema.get("enum", ())), name
        assert schemas[name].get("properties") == schema.get("properties"), name


CLOSED: dict[str, Any] = {"command": "change_availability", "is_operative": False}


async def test_command_to_a_station_that_is_away_waits_and_can_be_followed_and_taken_back(
    api: Api,
) -> None:
    api.office.live.stations["G-01"].is_connected = False
    waiting = await api.command("G-01", 202, **CLOSED)
    assert (waiting["status"], waiting["job"]) == ("waiting", 1)
    job = await api.get("/jobs/1")
    assert (job["status"], job["expires_at"]) == ("waiting", "2026-01-15T12:00:00Z")
    response = await api.client.delete("/api/v1/jobs/1")
    assert response.status_code == 204
    assert (await api.get("/jobs/1"))["status"] == "cancelled"
    response = await api.client.delete("/api/v1/jobs/1")
    assert response.status_code == 409
    assert response.json()["detail"] == "job 1 does not wait for its station"


async def test_operator_says_how_long_a_command_may_wait(api: Api) -> None:
    api.office.live.stations["G-01"].is_connected = False
    response = await api.client.post(
        "/api/v1/stations/G-01/commands", json={"command": "reset"}, params={"wait_s": 60}
    )
    assert response.status_code == 202
    assert (await api.get("/jobs/1"))["expires_at"] == "2026-01-14T12:01:00Z"


async def test_order_with_a_key_is_carried_out_once(api: Api) -> None:
    headers = {"Idempotency-Key": "order 17"}
    answers = [
        await api.client.post("/api/v1/stations/G-01/commands", json=CLOSED, headers=headers)
        for _ in range(2)
    ]
    assert [answer.json()["job"] for answer in answers] == [1, 1]
    assert len(api.office.gateway.sent) == 1
