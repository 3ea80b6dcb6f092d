"""The file of a site, over HTTP: read, checked, changed, gone back to."""

# ruff: noqa: RUF001 - words are set with true times signs

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from csms.settings.site_file import site_of
from tests.api.rig import Api, open_api
from tests.settings.test_site_file import VALID

PATH = "/sites/fjordgata/file"
LOWER = VALID.replace("limit_a: 63", "limit_a: 50")


@pytest.fixture
async def api(database_file: Path) -> AsyncIterator[Api]:
    """The API of the site of a file."""
    file = database_file.parent / "site.yaml"
    file.write_text(VALID)
    async with open_api(database_file, site_of(file, VALID)) as opened:
        yield opened


async def test_a_file_is_checked_changed_and_gone_back_to(api: Api) -> None:
    told = await api.get(PATH)
    assert (told["text"], told["waiting"], told["faults"]) == (VALID, [], [])
    answer = await api.client.post(f"/api/v1{PATH}/check", json={"text": LOWER})
    assert [one["text"] for one in answer.json()["changes"]] == [
        "Limit of intake: 3 × 63 A → 3 × 50 A"
    ]
    assert api.office.live.site.feeders[0].limit.default[0] == 63.0
    applied = await api.put(PATH, {"text": LOWER, "digest": told["digest"]}, 200)
    assert (applied["number"], applied["needs_restart"]) == (2, False)
    assert api.office.live.site.feeders[0].limit.default[0] == 50.0
    late = await api.put(PATH, {"text": VALID, "digest": told["digest"]}, 409)
    assert "says something else by now" in late["detail"]
    assert [one["number"] for one in await api.get(f"{PATH}/versions")] == [2, 1]
    first = await api.get(f"{PATH}/versions/1")
    assert (first["text"], first["who"]) == (VALID, "found in the file")
    await api.put(PATH, {"text": first["text"], "digest": applied["digest"]}, 200)
    assert api.office.live.site.feeders[0].limit.default[0] == 63.0
    await api.get(f"{PATH}/versions/9", 404)


async def test_what_cannot_be_used_is_told_line_by_line(api: Api) -> None:
    broken = VALID.replace("limit_a: 63", "limit_a: none")
    answer = await api.client.post(f"/api/v1{PATH}/check", json={"text": broken})
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert (fault["line"], fault["at"]) == (6, "feeders[0].limit_a")
    await api.get("/sites/nowhere/file", 404)
