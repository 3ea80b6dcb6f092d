import pytest
from msgspec import convert

from csms.domain.certificate import CertificateKind, CertificateState, StationCertificate
from csms.domain.commands import (
    CommandStatus,
    Outcome,
    SettingName,
    SettingsOutcome,
    VariableResult,
    VariablesOutcome,
    WriteSetting,
)
from csms.domain.device_model import VariableName
from csms.domain.security import Proof
from tests.api.rig import Api
from tests.service.rig import NOON, after

SECRET = "Correct-Horse-Battery"  # noqa: S105 - to be tried
BLANK = {
    "required": 0,
    "filed": 0,
    "set_by_operator": None,
    "reached": 0,
    "has_password": False,
    "has_next_password": False,
    "changed_at": None,
}


async def test_station_shows_how_it_has_to_prove_itself_and_no_secret(api: Api) -> None:
    assert await api.get("/stations/G-01/security") == BLANK
    await api.put("/stations/G-01/security/password", {"password": SECRET})
    assert await api.get("/stations/G-01/security") == {
        **BLANK,
        "has_password": True,
        "changed_at": "2026-01-14T12:00:00Z",
    }


async def test_list_of_stations_shows_who_is_believed(api: Api) -> None:
    await api.put("/stations/G-02/security", {"profile": 1}, 200)
    listed = {one["id"]: one["security_profile"] for one in await api.get("/stations")}
    assert listed == {"G-01": 0, "G-02": 1}
    assert (await api.get("/stations/G-02"))["security_profile"] == 1


async def test_profile_is_raised_and_given_back_to_the_files(api: Api) -> None:
    raised = await api.put("/stations/G-01/security", {"profile": 1}, 200)
    assert (raised["required"], raised["set_by_operator"]) == (1, 1)
    freed = await api.put("/stations/G-01/security", {"profile": None}, 200)
    assert (freed["required"], freed["set_by_operator"]) == (0, None)


@pytest.mark.parametrize("body", [{"profile": 0}, {"profile": 3}, {"profile": 4}, {}])
async def test_profile_that_cannot_be_set_is_refused(api: Api, body: dict[str, object]) -> None:
    await api.put("/stations/G-01/security", body, 422)  # there is no TLS here


async def test_password_that_is_set_is_not_sent_and_not_shown_where_it_is_wrong(api: Api) -> None:
    await api.put("/stations/G-01/security/password", {"password": SECRET})
    assert api.office.gateway.sent == []
    problem = await api.put("/stations/G-01/security/password", {"password": "short-secret"}, 422)
    assert "short-secret" not in str(problem)


async def test_password_is_sent_to_the_station(api: Api) -> None:
    answer = await api.client.post("/api/v1/stations/G-01/security/password")
    assert answer.status_code == 200
    assert answer.json()["status"] == "accepted"
    [(_, command)] = api.office.gateway.of(WriteSetting)
    assert command.name == SettingName.BASIC_AUTH_PASSWORD
    assert command.value not in answer.text
    door = api.office.security.door
    assert (await door.admit("G-01", Proof(password=command.value.encode()))).is_granted
    assert (await api.get("/stations/G-01/security"))["reached"] == 1


async def test_password_of_ones_own_is_sent_and_a_doubt_is_a_conflict(api: Api) -> None:
    api.office.gateway.reply = lambda *_: Outcome(status=CommandStatus.TIMED_OUT)
    path = "/api/v1/stations/G-01/security/password"
    answer = await api.client.post(path, json={"password": SECRET})
    assert answer.json()["status"] == "timed_out"
    [(_, command)] = api.office.gateway.of(WriteSetting)
    assert command.value == SECRET
    assert (await api.client.post(path)).status_code == 409


@pytest.mark.parametrize(
    "name", ["AuthorizationKey", "basic_auth_password", "SecurityCtrlr.BasicAuthPassword"]
)
async def test_password_is_not_written_past_what_is_kept(api: Api, name: str) -> None:
    problem = await api.command("G-01", 409, command="write_setting", name=name, value=SECRET)
    assert "keys and security profiles are changed by" in problem["detail"]
    assert api.office.gateway.sent == []


async def test_password_that_a_station_tells_is_not_passed_on(api: Api) -> None:
    values = {"basic_auth_password": SECRET, "LightIntensity": "50"}
    told = SettingsOutcome(status=CommandStatus.ACCEPTED, values=values)
    api.office.gateway.reply = lambda *_: told
    answer = await api.command("G-01", command="read_settings")
    assert answer["values"] == {"LightIntensity": "50"}


async def test_password_among_the_variables_that_a_station_tells_is_not_passed_on(
    api: Api,
) -> None:
    name = {"component": {"name": "SecurityCtrlr"}, "name": "BasicAuthPassword"}
    result = VariableResult(
        variable=convert(name, VariableName), is_accepted=True, answer="Accepted", value=SECRET
    )
    told = VariablesOutcome(status=CommandStatus.ACCEPTED, results=(result,))
    api.office.gateway.reply = lambda *_: told
    answer = await api.command("G-01", command="read_variables", variables=[{"variable": name}])
    assert "value" not in answer["results"][0]


async def test_security_events_are_paged_the_newest_first(api: Api) -> None:
    for name in ("G-01", "G-02", "G-01"):
        api.office.clock.turn(60)
        await api.office.security.note_change(name, "password set")
    every = await api.get("/security-events")
    assert [one["station_id"] for one in every] == ["G-01", "G-02", "G-01"]
    assert every[1] == {
        "number": 2,
        "station_id": "G-02",
        "kind": "ReconfigurationOfSecurityParameters",
        "at": "2026-01-14T12:02:00Z",
        "detail": "password set",
        "origin": "csms",
    }
    older = await api.get("/security-events?before=3&limit=1")
    assert [one["number"] for one in older] == [2]
    own = await api.get("/stations/G-01/security-events")
    assert [one["number"] for one in own] == [3, 1]


@pytest.mark.parametrize("path", ["security", "security-events"])
async def test_station_that_is_not_known_is_not_found(api: Api, path: str) -> None:
    await api.get(f"/stations/X-99/{path}", 404)
    assert (await api.client.post("/api/v1/stations/X-99/security/password")).status_code == 404


async def test_removed_guest_has_no_password_any_more(api: Api) -> None:
    await api.office.security.set_password("visitor", SECRET)
    await api.office.sites.admit("visitor")
    assert (await api.client.delete("/api/v1/stations/visitor")).status_code == 204
    assert not api.office.security.state("visitor").has_password


async def test_certificates_of_a_station_are_listed_with_what_became_of_them(api: Api) -> None:
    office = api.office
    certificate = StationCertificate(
        station_id="G-01",
        fingerprint="ff00",
        serial="0a",
        kind=CertificateKind.STATION,
        state=CertificateState.INSTALLED,
        issued_at=NOON,
        not_after=after(60 * 24 * 20),
    )
    async with office.open_uow() as uow:
        await uow.security.put_certificate(certificate, NOON)
        await uow.commit()
    told = {
        "fingerprint": "ff00",
        "serial": "0a",
        "kind": "ChargingStationCertificate",
        "state": "installed",
        "issued_at": "2026-01-14T12:00:00Z",
        "not_after": "2026-02-03T12:00:00Z",
        "name": "",
    }
    assert await api.get("/stations/G-01/certificates") == [told]
    assert await api.get("/stations/G-02/certificates") == []
    never = {"tries": 0, "asked_at": None, "said": "", "next_at": None}
    assert await api.get("/certificates/due") == [{**told, "station_id": "G-01", **never}]


async def test_certificates_of_a_station_are_revoked_and_the_list_is_read_again(api: Api) -> None:
    path = "/api/v1/stations/G-01/certificates/revoke"
    assert (await api.client.post(path)).json() == {"revoked": 0}
    assert api.reloads.count == 0
    await api.context.certificates.sign_for_station("G-01", "x")
    assert (await api.client.post(path)).json() == {"revoked": 1}
    assert api.reloads.count == 1
    [told] = await api.get("/stations/G-01/certificates")
    assert told["state"] == "revoked"
    [event] = await api.get("/stations/G-01/security-events")
    assert event["detail"] == "certificates revoked"
    assert (await api.client.post("/api/v1/stations/X/certificates/revoke")).status_code == 404
