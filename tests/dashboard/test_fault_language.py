"""What went wrong is told in the reader's language: on pages, and to their scripts."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from csms.domain.access import Permission
from csms.language.languages import Language
from tests.dashboard.desk import SITE, Desk, open_desk
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "database_file"]

NORWEGIAN: Final = {"accept-language": "nb-NO,nb;q=0.9"}
LIMIT: Final = f"/api/v1/sites/{SITE}/feeders/level-1/limits/operator"


@pytest.fixture
async def desk(database_file: Path) -> AsyncIterator[Desk]:
    """The desk with an admin and a viewer."""
    async with open_desk(database_file, ["ola", "vera"]) as opened:
        yield opened


@pytest.mark.parametrize(
    ("headers", "language", "detail"),
    [
        ({}, "en", "site 'fjordgata' has no feeder 'roof'"),
        ({"accept-language": "de"}, "en", "site 'fjordgata' has no feeder 'roof'"),
        (NORWEGIAN, "nb", "anlegget 'fjordgata' har ingen kurs 'roof'"),
    ],
)
async def test_browser_says_in_which_language_a_script_is_told_what_went_wrong(
    desk: Desk, headers: Mapping[str, str], language: str, detail: str
) -> None:
    async with await desk.browser("ola") as client:
        path = LIMIT.replace("level-1", "roof")
        answer = await client.put(path, json={"amps": 5}, headers=headers)
        problem = answer.json()
        assert (answer.status_code, problem["detail"]) == (404, detail)
        assert answer.headers["content-language"] == language
        assert problem["type"] == "urn:chargeflex:unknown-feeder"
        client.cookies.set("language", "nb")
        answer = await client.put(path, json={"amps": 5}, headers=headers)
        assert answer.json()["detail"] == "anlegget 'fjordgata' har ingen kurs 'roof'"


async def test_values_that_cannot_be_are_told_in_the_readers_language(desk: Desk) -> None:
    async with await desk.browser("ola") as client:
        english = await client.put("/api/v1/users/ola/password", json={"password": "aaaaaaaaaa"})
        expected = "password: expected at least 5 different characters, and not the user's name"
        assert english.json()["detail"] == expected
        told = await client.put(
            "/api/v1/users/ola/password", json={"password": "aaaaaaaaaa"}, headers=NORWEGIAN
        )
        expected = "password: forventet minst 5 ulike tegn, og ikke brukerens navn"
        assert (told.status_code, told.json()["detail"]) == (422, expected)


async def test_request_that_cannot_be_read_is_told_in_one_language(desk: Desk) -> None:
    async with await desk.browser("ola") as client:
        told = await client.put(LIMIT, json={"amps": "x", "why": 1}, headers=NORWEGIAN)
        detail = told.json()["detail"]
        assert "body/why: Flere felt er ikke tillatt" in detail
        assert "Verdien må være et gyldig tall, teksten kan ikke leses som et tall" in detail
        assert told.headers["content-language"] == "nb"
        assert all(one["message"] in detail for one in told.json()["errors"])
        english = await client.put(LIMIT, json={"amps": "x", "why": 1})
        assert "body/why: Extra inputs are not permitted" in english.json()["detail"]
        mixed = await client.put(LIMIT, json={"until": "soon", "why": 1}, headers=NORWEGIAN)
        assert "body/why: Extra inputs are not permitted" in mixed.json()["detail"]
        assert mixed.headers["content-language"] == "en"


async def test_who_may_not_is_told_so_in_their_language(desk: Desk) -> None:
    await desk.side.accounts.set_language("vera", Language.NB)
    async with await desk.browser("vera") as client:
        answer = await client.put(LIMIT, json={"amps": 5})
        assert (answer.status_code, answer.json()["detail"]) == (
            403,
            "vera har ikke lov til dette: forventet tillatelsen limit.impose ved fjordgata",
        )
        page = await client.get("/users")
        assert "Vera har ikke lov til dette: forventet tillatelsen user.manage" in page.text


async def test_program_of_a_user_who_reads_norwegian_is_told_in_english(desk: Desk) -> None:
    await desk.side.accounts.set_language("ola", Language.NB)
    user = await desk.side.reads.user("ola")
    assert user is not None
    _, key = await desk.side.keys.make(user, "a program", {Permission.VIEW_SITE})
    async with desk.client(key=key) as program:
        answer = await program.get("/api/v1/sites/nowhere/view")
        assert answer.json()["detail"] == "no site is called 'nowhere'"
        asked = await program.get("/api/v1/sites/nowhere/plan/outlook?language=nb")
        assert asked.json()["detail"] == "ingen anlegg heter 'nowhere'"


async def test_form_that_cannot_be_taken_is_answered_in_the_readers_language(desk: Desk) -> None:
    async with await desk.browser("ola") as client:
        form = {"name": "Vera!", "password": "sommersol-1234", "role": "viewer"}
        page = await client.post("/users", data=form, headers=NORWEGIAN)
        assert page.status_code == 422
        assert "forventet høyst 64 av a-z, 0-9 og . _ @ + -, med en bokstav" in page.text
        form |= {"name": "vera"}
        page = await client.post("/users", data=form, headers=NORWEGIAN)
        assert "det finnes allerede en bruker som heter" in page.text
        page = await client.post("/users", data=form)
        assert "there is a user called" in page.text
