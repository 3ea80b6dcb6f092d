"""Requests that name their order are carried out once."""

import asyncio
from datetime import timedelta
from typing import Any, Final

import httpx2

from csms.domain.commands import ResetStation
from tests.api.rig import Api

NAMED: Final = {"Idempotency-Key": "order 17"}
COMMANDS: Final = "/api/v1/stations/G-01/commands"
RESET: Final = {"command": "reset"}


async def order(api: Api, body: Any = RESET, path: str = COMMANDS) -> httpx2.Response:
    return await api.client.post(path, json=body, headers=NAMED)


async def test_order_that_is_given_again_is_answered_and_not_carried_out(api: Api) -> None:
    await api.charge()
    first, second = [await order(api) for _ in range(2)]
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert len(api.office.gateway.of(ResetStation)) == 1


async def test_key_of_another_order_is_a_conflict(api: Api) -> None:
    await api.charge()
    await order(api)
    answer = await order(api, {"command": "reset", "kind": "soft"})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:chargeflex:order-used"
    assert len(api.office.gateway.of(ResetStation)) == 1


async def test_key_means_an_order_at_one_path_only(api: Api) -> None:
    await api.charge()
    await order(api)
    answer = await order(api, path="/api/v1/stations/G-02/commands")
    assert answer.status_code == 200
    assert {name for name, _ in api.office.gateway.of(ResetStation)} == {"G-01", "G-02"}


async def test_station_is_not_given_another_command_under_a_key_by_another_path(api: Api) -> None:
    await api.charge()
    await order(api)
    body = {"stations": ["G-01"], "command": {"command": "clear_cache"}}
    [told] = (await order(api, body, "/api/v1/commands")).json()
    assert told["problem"]["type"] == "urn:chargeflex:order-used"


async def test_after_a_day_a_key_means_another_order(api: Api) -> None:
    await api.charge()
    await order(api)
    api.office.clock.turn(timedelta(hours=24).total_seconds())
    answer = await order(api, {"command": "reset", "kind": "soft"})
    assert answer.status_code == 200
    assert len(api.office.gateway.of(ResetStation)) == 2


async def test_order_that_is_under_way_is_not_begun_again(api: Api) -> None:
    await api.charge()
    gate = api.office.gateway.shut("G-01")
    orders = [asyncio.create_task(order(api)) for _ in range(2)]
    done, waiting = await asyncio.wait(orders, return_when=asyncio.FIRST_COMPLETED)
    [refused] = done
    assert refused.result().status_code == 409
    assert refused.result().json()["type"] == "urn:chargeflex:order-under-way"
    gate.set()
    [carried_out] = waiting
    assert (await carried_out).status_code == 200


async def test_what_was_refused_may_be_tried_again_under_its_key(api: Api) -> None:
    await api.charge()
    assert (await order(api, {"command": "reset", "kind": "gentle"})).status_code == 422
    assert (await order(api)).status_code == 200


async def test_whoever_shows_other_credentials_gets_no_answer_of_others(api: Api) -> None:
    await api.charge()
    await order(api)
    headers = {**NAMED, "Authorization": "Bearer other"}
    answer = await api.client.post(COMMANDS, json=RESET, headers=headers)
    assert "idempotent-replayed" not in answer.headers


async def test_answer_that_holds_a_secret_is_not_kept(api: Api) -> None:
    path = "/api/v1/unknown-stations/X-99/adoption"
    first, second = [await order(api, {"site_id": "fjordgata"}, path) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 409)


async def test_key_that_is_too_long_is_refused(api: Api) -> None:
    answer = await api.client.delete("/api/v1/jobs/1", headers={"Idempotency-Key": "x" * 101})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Idempotency-Key: expected 1 to 100 characters, got 101"
