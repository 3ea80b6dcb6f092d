"""The journal of messages over the API: search, pages, export, and what a bad request is told."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from csms.api.app import Visitors, create_api
from csms.domain.access import AccessMode
from csms.journal.journal import Journal, JournalSettings
from tests.api.rig import Api
from tests.journal.messages import after, exchange


@pytest.fixture
def journal(tmp_path: Path, api: Api) -> Journal:
    return Journal(JournalSettings(folder=tmp_path / "journal"), api.office.clock)


@pytest.fixture
async def client(api: Api, journal: Journal) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application that has a journal."""
    app = create_api(
        replace(api.context, journal=journal),
        render_metrics=lambda: b"",
        visitors=Visitors(mode=AccessMode.OPEN),
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms/api/v1") as opened:
        yield opened


async def get(client: httpx2.AsyncClient, status: int = 200, **query: Any) -> Any:
    response = await client.get("/messages", params=query)
    assert response.status_code == status, response.text
    return response.json()


async def test_message_is_told_word_for_word(client: httpx2.AsyncClient, journal: Journal) -> None:
    journal.note(exchange(7))
    (message,) = await get(client)
    assert message == {
        "cursor": "2026-01-14T12.0.0",
        "at": "2026-01-14T12:00:00Z",
        "station_id": "G-01",
        "by": "station",
        "version": "1.6",
        "action": "Heartbeat",
        "message_id": "7",
        "call": [2, "7", "Heartbeat", {}],
        "answer": [3, "7", {"currentTime": "2026-01-14T12:00:00Z"}],
        "took_ms": 100.0,
    }


async def test_messages_are_searched_and_read_page_by_page(
    client: httpx2.AsyncClient, journal: Journal
) -> None:
    for number in range(5):
        journal.note(exchange(number, at=after(number), station_id=f"G-0{number % 2}"))
    page = await get(client, station_id="G-00", limit=2)
    assert [message["message_id"] for message in page] == ["4", "2"]
    page = await get(client, station_id="G-00", limit=2, before=page[-1]["cursor"])
    assert [message["message_id"] for message in page] == ["0"]


async def test_messages_of_a_stretch_of_time_are_found(
    client: httpx2.AsyncClient, journal: Journal
) -> None:
    for number in range(5):
        journal.note(exchange(number, at=after(number)))
    page = await get(client, since="2026-01-14T12:01:00Z", until="2026-01-14T12:03:00Z")
    assert [message["message_id"] for message in page] == ["2", "1"]


async def test_export_gives_all_that_match_on_a_line_each(
    client: httpx2.AsyncClient, journal: Journal
) -> None:
    for number in range(1_200):
        journal.note(exchange(number, at=after(number / 100)))
    response = await client.get("/messages/export", params={"action": "Heartbeat"})
    assert response.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert [line["message_id"] for line in lines] == [str(n) for n in reversed(range(1_200))]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"before": "yesterday"}, "before: expected a cursor of an earlier page"),
        ({"since": "yesterday"}, "query/since: Input should be a valid datetime"),
        ({"by": "nobody"}, "query/by: Input should be 'station' or 'csms'"),
        ({"colour": "red"}, "query/colour: Extra inputs are not permitted"),
        ({"limit": 0}, "query/limit: Input should be greater than or equal to 1"),
    ],
)
async def test_bad_search_is_refused_with_the_place_and_the_cause(
    client: httpx2.AsyncClient, query: dict[str, Any], told: str
) -> None:
    assert (await get(client, 422, **query))["detail"].startswith(told)


async def test_journal_that_is_not_kept_is_not_found(api: Api) -> None:
    problem = await api.get("/messages", 404)
    assert problem["detail"].startswith("no messages are kept")
