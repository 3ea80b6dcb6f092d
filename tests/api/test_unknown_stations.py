"""Stations that have tried to connect, by REST."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from csms.domain.attempt import StrangerPolicy
from csms.domain.security import Proof
from csms.service.requirements import OPEN, SecurityPolicy
from tests.api.rig import Api, api_site, open_api

REFUSE = replace(OPEN, strangers=StrangerPolicy.REFUSE)
PROOF = Proof(address="192.0.2.7", offered=("ocpp2.0.1", "ocpp1.6"))
ENTRY = {
    "station_id": "NEW-1",
    "cause": "it is in no site file, and strangers are refused",
    "address": "192.0.2.7",
    "offered": ["ocpp2.0.1", "ocpp1.6"],
    "profile": 0,
    "first_at": "2026-01-14T12:00:00Z",
    "last_at": "2026-01-14T12:00:00Z",
    "count": 1,
    "is_waiting": False,
    "is_refused": False,
    "site_id": None,
    "can_be_adopted": True,
    "vendor": None,
    "model": None,
    "serial": None,
    "firmware": None,
}


@pytest.fixture
async def api(database_file: Path) -> AsyncIterator[Api]:
    async with open_api(database_file, api_site(), REFUSE) as opened:
        yield opened


@pytest.fixture
async def guarded(database_file: Path) -> AsyncIterator[Api]:
    policy = SecurityPolicy(strangers=StrangerPolicy.REFUSE)
    async with open_api(database_file, api_site(), policy) as opened:
        yield opened


async def knocks(api: Api, station_id: str = "NEW-1") -> bool:
    return (await api.office.security.door.admit(station_id, PROOF)).is_granted


async def test_attempts_are_listed_the_last_one_first(api: Api) -> None:
    assert await api.get("/unknown-stations") == []
    assert not await knocks(api)
    assert await api.get("/unknown-stations") == [ENTRY]
    api.office.security.door.turned_away("/ocpp/", PROOF, "its path names no station")
    first, second = await api.get("/unknown-stations")
    assert (first["station_id"], first["can_be_adopted"]) == ("/ocpp/", False)
    assert second == ENTRY


async def test_station_is_adopted_and_let_in(api: Api) -> None:
    await knocks(api)
    answer = await api.client.post(
        "/api/v1/unknown-stations/NEW-1/adoption", json={"site_id": "fjordgata"}
    )
    assert answer.json() == {
        "station_id": "NEW-1",
        "site_id": "fjordgata",
        "profile": 0,
        "password": None,
    }
    assert await knocks(api)
    assert (await api.get("/stations/NEW-1"))["is_guest"]
    assert await api.get("/unknown-stations") == []


async def test_made_password_is_told_once(guarded: Api) -> None:
    await knocks(guarded)
    answer = await guarded.client.post(
        "/api/v1/unknown-stations/NEW-1/adoption", json={"site_id": "fjordgata"}
    )
    told = answer.json()
    assert (told["profile"], len(told["password"])) == (1, 40)
    assert (await guarded.get("/stations/NEW-1/security"))["has_password"]


@pytest.mark.parametrize(
    ("station_id", "body", "status", "detail"),
    [
        ("G-01", {"site_id": "fjordgata"}, 409, "site 'fjordgata' knows it already"),
        ("NEW-1", {"site_id": "nowhere"}, 404, "no site is called 'nowhere'"),
        ("NEW-1", {"site_id": "fjordgata", "password": "short"}, 422, "at least 16"),
        ("NEW-1", {}, 422, "site_id"),
    ],
)
async def test_adoption_that_cannot_be_says_why(
    api: Api, station_id: str, body: dict[str, str], status: int, detail: str
) -> None:
    path = f"/api/v1/unknown-stations/{station_id}/adoption"
    answer = await api.client.post(path, json=body)
    assert answer.status_code == status
    assert detail in answer.json()["detail"]


async def test_foreign_page_can_adopt_nobody(api: Api) -> None:
    path, body = "/api/v1/unknown-stations/NEW-1/adoption", b'{"site_id": "fjordgata"}'
    for headers in ({}, {"content-type": "text/plain"}):
        answer = await api.client.post(path, content=body, headers=headers)
        assert answer.status_code == 422
    assert not await knocks(api)


async def test_refused_station_stays_out_and_is_shown_so(api: Api) -> None:
    await knocks(api)
    await api.put("/unknown-stations/NEW-1/refusal", {})
    (entry,) = await api.get("/unknown-stations")
    assert entry["is_refused"]


async def test_station_with_a_slash_in_its_name_can_be_forgotten(api: Api) -> None:
    await knocks(api, "A/B")
    answer = await api.client.delete("/api/v1/unknown-stations/A%2FB")
    assert answer.status_code == 204
    assert await api.get("/unknown-stations") == []
    answer = await api.client.delete("/api/v1/unknown-stations/A%2FB")
    assert answer.status_code == 404
