"""Settings of stations over the API, as their site wants them and as they are."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from csms.domain.settings import WantedSetting
from tests.api.rig import Api, api_site, open_api
from tests.service.sites import connect


@pytest.fixture
async def api(database_file: Path) -> AsyncIterator[Api]:
    """A site that wants one setting of its chargers."""
    wanted = (WantedSetting(name="LocalPreAuthorize", value="false"),)
    async with open_api(database_file, replace(api_site(), settings=wanted)) as opened:
        connect(opened.office.live, "G-01")
        yield opened


async def test_settings_of_a_station_that_was_never_set_up_are_not_known(api: Api) -> None:
    assert await api.get("/stations/G-01/settings") == []


async def test_settings_are_compared_and_written_on_demand(api: Api) -> None:
    response = await api.client.post("/api/v1/stations/G-01/settings")
    state = {
        "name": "LocalPreAuthorize",
        "wanted": "false",
        "told": None,
        "verdict": "written",
        "detail": "",
        "at": "2026-01-14T12:00:00Z",
    }
    assert response.json() == [state]
    assert await api.get("/stations/G-01/settings") == [state]


async def test_station_that_does_not_exist_has_no_settings(api: Api) -> None:
    problem = await api.get("/stations/X-99/settings", 404)
    assert problem["detail"] == "no station is called 'X-99'"
