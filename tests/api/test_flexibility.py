"""What feeders can shed and take, over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.rig import Api, open_api
from tests.api.test_grid import OTHER, OWN, ask
from tests.service.grid_companies import KRAFT, NETT

PATH = "/sites/fjordgata/feeders/level-1/flexibility"


@pytest.fixture
async def api(database_file: Path) -> AsyncIterator[Api]:
    """The API of a site that two grid companies may limit."""
    async with open_api(database_file, companies=(NETT, KRAFT)) as opened:
        yield opened


async def test_answer_has_an_offer_for_each_duration(api: Api) -> None:
    await api.charge()
    await api.plan()
    told = await api.get(PATH)
    assert (told["site_id"], told["feeder_id"]) == ("fjordgata", "level-1")
    assert told["planned_at"] == "2026-01-14T12:10:00Z"
    for offers in (told["shed"], told["absorb"]):
        assert [one["duration_s"] for one in offers] == [900, 1800, 3600, 7200, 14_400]
    first = told["shed"][0]
    assert first["change_w"] <= 0
    assert len(first["limit_a"]) == 3
    assert told["absorb"][0]["limit_a"] is None
    assert await ask(api, "GET", f"/grid{PATH}") == told


async def test_before_the_first_plan_the_cause_is_told(api: Api) -> None:
    problem = await api.get(PATH, 409)
    assert problem["detail"] == (
        "what feeder fjordgata/level-1 can shed is not known: no plan has been made yet"
    )


async def test_a_company_is_told_of_its_own_feeders_only(api: Api) -> None:
    path = "/grid/sites/fjordgata/feeders/level-2/flexibility"
    await ask(api, "GET", path, token=OTHER, status=403)
    await ask(api, "GET", f"/grid{PATH}", token=None, status=401)
    await ask(api, "GET", f"/grid{PATH}", token=OWN, status=409)


@pytest.mark.parametrize("path", ["/sites/no/feeders/intake", "/sites/fjordgata/feeders/no"])
async def test_what_is_not_there_can_shed_nothing(api: Api, path: str) -> None:
    await api.get(f"{path}/flexibility", 404)
