"""The language of a user's profile: on pages, in the API, in statements."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from csms.domain.audit import AuditWanted
from csms.language.languages import Language
from tests.dashboard.desk import SITE, Desk, open_desk
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "database_file"]

ENGLISH: Final = {"accept-language": "en"}
NORWEGIAN: Final = '<html lang="nb"'


@pytest.fixture
async def desk(database_file: Path) -> AsyncIterator[Desk]:
    """The desk with an admin and a viewer."""
    async with open_desk(database_file, ["ola", "vera"]) as opened:
        yield opened


async def test_language_is_chosen_on_the_account_page_and_kept(desk: Desk) -> None:
    async with await desk.browser("vera") as client:
        assert "As the browser says" in (await client.get("/account", headers=ENGLISH)).text
        went = await client.post("/account/language", data={"language": "nb"})
        assert (went.status_code, went.headers["location"]) == (303, "/account")
        page = (await client.get("/account", headers=ENGLISH)).text
        assert NORWEGIAN in page
        assert '<option value="nb" lang="nb" selected>' in page
        assert (await client.get("/api/v1/me")).json()["language"] == "nb"
    async with await desk.browser("vera") as other:  # another browser of the same user
        assert NORWEGIAN in (await other.get(f"/sites/{SITE}", headers=ENGLISH)).text
        await other.post("/account/language", data={"language": ""})
        assert NORWEGIAN not in (await other.get("/account", headers=ENGLISH)).text
    async with await desk.browser("ola") as somebody_else:
        assert NORWEGIAN not in (await somebody_else.get("/account", headers=ENGLISH)).text


async def test_what_is_chosen_at_a_browser_counts_there_before_the_profile(desk: Desk) -> None:
    await desk.side.accounts.set_language("vera", Language.NB)
    async with await desk.browser("vera") as client:
        client.cookies.set("language", "en")
        assert NORWEGIAN not in (await client.get("/account")).text
        went = await client.post("/account/language", data={"language": "nb"})
        assert any(
            one.startswith('language="";') and "Max-Age=0" in one
            for one in went.headers.get_list("set-cookie")
        )


async def test_api_keeps_the_language_and_tells_in_it_what_went_wrong(desk: Desk) -> None:
    async with await desk.browser("vera") as client:
        assert (await client.get("/api/v1/me")).json()["language"] is None
        wanted = await client.put("/api/v1/me/language", json={"language": "nb"})
        assert wanted.status_code == 204
        assert (await client.get("/api/v1/me")).json()["language"] == "nb"
        refused = await client.put("/api/v1/me/language", json={"language": "fr"})
        assert (refused.status_code, refused.json()["errors"][0]["at"]) == (422, "body/language")
        problem = await client.get("/api/v1/sites/nowhere/view")
        assert problem.json()["detail"] == "ingen anlegg heter 'nowhere'"
        assert problem.headers["content-language"] == "nb"
    entries = [one.entry for one in await desk.side.audits.find(AuditWanted(), 5)]
    told = [(one.who, one.action, one.is_done) for one in entries]
    assert told == [("vera", "set_own_language", False), ("vera", "set_own_language", True)]
    kept = await desk.side.reads.user("vera")
    assert kept is not None
    assert kept.language is Language.NB


async def test_statement_is_in_the_language_of_who_asks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.side.accounts.set_language("ola", Language.NB)
    asked: list[Language] = []
    write = desk.api.context.exports.write

    async def note(wanted, form):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        asked.append(wanted.language)
        return await write(wanted, form)

    monkeypatch.setattr(desk.api.context.exports, "write", note)
    path = f"/api/v1/sites/{SITE}/export?what=transactions&format=pdf"
    async with await desk.browser("ola") as client:
        assert (await client.get(path)).content.startswith(b"%PDF")
        assert (await client.get(f"{path}&language=en")).status_code == 200
    assert asked == [Language.NB, Language.EN]
