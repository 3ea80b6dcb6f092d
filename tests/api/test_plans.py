"""What the newest plan has ahead, and what another limit would do, over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.rig import Api, open_api

PATH = "/sites/fjordgata/plan"


@pytest.fixture
async def api(database_file: Path) -> AsyncIterator[Api]:
    """The API."""
    async with open_api(database_file) as opened:
        yield opened


async def test_outlook_has_connectors_and_feeders_slot_by_slot(api: Api) -> None:
    await api.charge()
    await api.plan()
    told = await api.get(f"{PATH}/outlook")
    one = told["evses"]["G-01/1"]
    assert len(one["limits_a"]) == len(told["edges"]) - 1
    assert (one["station_id"], one["number"], one["max_a"]) == ("G-01", 1, 32.0)
    assert set(told["feeders"]) == {"intake", "level-1", "level-2"}
    assert told["gap"] is not None
    sent = len(api.office.gateway.sent)
    answer = await api.client.post(f"/api/v1{PATH}/what-if", json={"limit_a": 30})
    assert answer.status_code == 200
    other = answer.json()
    assert (other["number"], other["feeder_id"], other["limit_a"]) == (told["number"], "intake", 30)
    assert [vehicle["evse"] for vehicle in other["vehicles"]] == ["G-01/1"]
    busy = await api.client.post(f"/api/v1{PATH}/what-if", json={"limit_a": 31})
    assert (busy.status_code, busy.headers["retry-after"]) == (429, "1")
    assert len(api.office.gateway.sent) == sent  # chargers are told nothing


async def test_before_the_first_plan_nothing_is_known(api: Api) -> None:
    await api.get(f"{PATH}/outlook", 404)
    answer = await api.client.post(f"/api/v1{PATH}/what-if", json={"limit_a": 30})
    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        "what another limit would do at site fjordgata is not known: no plan has been made yet"
    )
