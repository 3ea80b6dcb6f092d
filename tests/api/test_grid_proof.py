"""How feeders kept to their limits, over HTTP."""

import csv
from collections.abc import AsyncIterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.service.grid_parties import GridParties
from csms.service.grid_proof import GridProof
from csms.service.guard_keeper import GuardKeeper
from tests.api.rig import Api, open_api
from tests.api.test_grid import OTHER, OWN, ask
from tests.service.grid_companies import INTAKE, KRAFT, NETT, amps, send
from tests.service.rig import after

PATH = "/sites/fjordgata/feeders/intake/proof"


@pytest.fixture
async def api(database_file: Path) -> AsyncIterator[Api]:
    """The API of a site of which a quarter of an hour is recorded, with one breach."""
    async with open_api(database_file, companies=(NETT, KRAFT)) as opened:
        office = opened.office
        await send(office, amps(25), company=KRAFT, target=INTAKE)
        proof = GridProof(GridParties([KRAFT]), office.sites, office.open_uow, office.clock)
        for seconds, load_a in ((0, 10.0), (5, 10.0), (10, 26.0)):
            office.clock.instant = after(0) + timedelta(seconds=seconds)
            office.live.read_feeder("intake", office.clock.instant, (load_a, 1.0, 1.0))
            proof.look()
        await proof.keep()
        office.live.guard.note(
            GuardEvent(
                kind=GuardEventKind.OVER_LIMIT,
                at=after(0) + timedelta(seconds=5),
                cause="The building alone is too much",
                feeder_id="intake",
                line=1,
                amps=26.0,
                limit_a=25.0,
                lasted_s=5.0,
            )
        )
        await GuardKeeper(office.sites, office.open_uow, office.clock).keep()
        yield opened


QUARTER = {
    "starts_at": "2026-01-14T12:00:00Z",
    "limited_by": "Kraft AS",
    "limit_a": [25.0, 25.0, 25.0],
    "mean_a": [18.0, 1.0, 1.0],
    "peak_a": [26.0, 1.0, 1.0],
    "margin_a": -1.0,
    "measured_s": 10.0,
    "over_s": 5.0,
    "fed": None,
}


async def test_record_tells_of_each_quarter_and_each_breach(api: Api) -> None:
    told = await api.get(PATH)
    assert told == {
        "site_id": "fjordgata",
        "feeder_id": "intake",
        "quarters": [QUARTER],
        "breaches": [
            {
                "at": "2026-01-14T12:00:05Z",
                "lasted_s": 5.0,
                "line": 1,
                "amps": 26.0,
                "limit_a": 25.0,
                "cause": "The building alone is too much",
            }
        ],
    }
    assert await ask(api, "GET", f"/grid{PATH}", token=OTHER) == told


async def test_record_is_a_table_where_that_is_asked_for(api: Api) -> None:
    answer = await api.client.get(f"/api/v1{PATH}", headers={"accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(StringIO(answer.text))
    assert row == {
        "site": "fjordgata",
        "feeder": "intake",
        "starts_at": "2026-01-14T12:00:00Z",
        "local_time": "2026-01-14 13:00:00+01:00",
        "limited_by": "Kraft AS",
        **{f"limit_l{line}_a": "25.0" for line in (1, 2, 3)},
        "mean_l1_a": "18.0",
        "mean_l2_a": "1.0",
        "mean_l3_a": "1.0",
        "peak_l1_a": "26.0",
        "peak_l2_a": "1.0",
        "peak_l3_a": "1.0",
        "margin_a": "-1.0",
        "measured_s": "10.0",
        "over_s": "5.0",
        **dict.fromkeys(("fed_limited_by", "fed_limit_w", "fed_peak_w", "fed_over_s"), ""),
    }
    same = await api.client.get(f"/api/v1{PATH}", params={"format": "csv"})
    assert same.text == answer.text


async def test_record_is_of_the_time_that_is_asked_for(api: Api) -> None:
    later = await api.get(f"{PATH}?from=2026-01-14T12:15:00Z&to=2026-01-14T13:00:00Z")
    assert later["quarters"] == []
    earlier = await api.get(f"{PATH}?to=2026-01-14T13:00:00%2B01:00")
    assert earlier["quarters"] == []


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("from=2026-01-14T13:00:00Z&to=2026-01-14T12:00:00Z", "from: expected an instant before"),
        ("from=2025-01-14T13:00:00Z", "from: expected an instant before `to`, by at most 32 days"),
        ("from=yesterday", "query/from: "),
        ("since=1", "query/since: "),
    ],
)
async def test_a_time_that_cannot_be_is_refused(api: Api, query: str, place: str) -> None:
    problem = await api.get(f"{PATH}?{query}", 422)
    assert problem["detail"].startswith(place)


async def test_a_company_sees_its_own_feeders_only(api: Api) -> None:
    path = "/grid/sites/fjordgata/feeders/level-2/proof"
    problem: Any = await ask(api, "GET", path, token=OTHER, status=403)
    assert problem["detail"].startswith("expected one of feeders fjordgata/intake, ")
    await ask(api, "GET", f"/grid{PATH}", token=OWN)  # in one of its groups
    await ask(api, "GET", f"/grid{PATH}", token=None, status=401)


@pytest.mark.parametrize("path", ["/sites/no/feeders/intake", "/sites/fjordgata/feeders/no"])
async def test_what_is_not_there_has_no_record(api: Api, path: str) -> None:
    await api.get(f"{path}/proof", 404)
