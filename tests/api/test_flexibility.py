"""What feeders can shed and take, over HTTP."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from csms.domain.grid_proof import Measured, ProofQuarter
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


async def test_what_is_offered_can_be_taken_and_is_measured(api: Api) -> None:
    await api.charge()
    need = {"energy_wh": 60_000, "departs_at": "2026-01-14T20:00:00Z"}
    await api.put("/stations/G-01/evses/1/need", need)
    await api.plan()
    path = f"/grid{PATH}/agreements"
    assert await ask(api, "GET", path) == []
    offers = await api.get(PATH)
    offer = next(one for one in offers["shed"] if one["change_w"] < -1000)
    body = {"duration_s": offer["duration_s"], "shed_w": 1000}
    made = await ask(api, "POST", path, body)
    assert (made["start_at"], made["shed_w"]) == (offers["starts_at"], 1000)
    assert (made["measured_w"], made["delivered_w"]) == (None, None)
    assert await ask(api, "GET", path) == [made]
    assert await ask(api, "GET", f"{path}?limit=1&before={made['number'] + 1}") == [made]
    assert await ask(api, "GET", f"{path}?before={made['number']}") == []
    quarter = ProofQuarter(
        feeder_id="level-1",
        starts_at=datetime.fromisoformat(made["start_at"]),
        limited_by="Nett AS",
        limit_a=(20.0, 20.0, 20.0),
        measured=Measured(
            seconds=900.0, load_as=(900.0, 0.0, 0.0), peak_a=(1.0, 0.0, 0.0), margin_a=19.0
        ),
    )
    async with api.office.open_uow() as uow:
        await uow.grid_proof.put("fjordgata", [quarter])
        await uow.commit()
    [told] = await ask(api, "GET", path)
    assert (told["measured_s"], told["measured_w"]) == (900.0, 230)
    assert told["delivered_w"] == told["base_w"] - 230
    profile = await ask(api, "GET", "/grid/profile")
    assert [one["kind"] for one in profile["profile"]] == ["agreed"]


async def test_what_is_not_offered_cannot_be_taken(api: Api) -> None:
    await api.charge()
    await api.plan()
    path, body = f"/grid{PATH}/agreements", {"duration_s": 900, "shed_w": 90_000}
    problem = await ask(api, "POST", path, body, status=409)
    assert "expected what feeder fjordgata/level-1 offers" in problem["detail"]
    for wrong in (
        {"duration_s": 900},
        {**body, "shed_w": 0},
        {**body, "absorb_w": 100},
        {**body, "why": "hot"},
    ):
        await ask(api, "POST", path, wrong, status=422)
    await ask(api, "POST", path, body, token=None, status=401)
    await ask(api, "POST", path.replace("level-1", "level-2"), body, status=403)
