"""What the guard of the limits has noted, over the API: search, pages, a file, bad requests."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.service.guard_keeper import GuardKeeper
from tests.api.rig import Api
from tests.service.rig import NOON, after

PATH = "/sites/fjordgata/guard-events"


def event(minutes: float, kind: GuardEventKind = GuardEventKind.CUT, **more: Any) -> GuardEvent:
    fields = {"cause": "Too much", "feeder_id": "intake", **more}
    return GuardEvent(kind=kind, at=after(minutes), **fields)


OVER = GuardEvent(
    kind=GuardEventKind.OVER_LIMIT,
    at=NOON,
    cause="Vehicles had not yet followed",
    feeder_id="intake",
    line=2,
    amps=66.2,
    limit_a=63.0,
    lasted_s=12.04,
)


async def note(api: Api, *events: GuardEvent) -> None:
    """Let the guard note events, which are kept."""
    for one in events:
        api.office.live.guard.note(one)
    assert await GuardKeeper(api.office.sites, api.office.open_uow, api.office.clock).keep()


async def rows_of(api: Api, query: str = "", **headers: str) -> list[dict[str, str]]:
    """The rows of the file."""
    response = await api.client.get(f"/api/v1{PATH}{query}", headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(response.text)))


async def test_event_is_told_with_all_that_is_known(api: Api) -> None:
    await note(api, OVER)
    assert await api.get(PATH) == [
        {
            "cursor": 1,
            "kind": "over_limit",
            "at": "2026-01-14T12:00:00Z",
            "title": "Over the limit",
            "text": "Intake L2, 66.2 A of 63 A, for 12 s",
            "cause": "Vehicles had not yet followed",
            "feeder_id": "intake",
            "line": 2,
            "station_id": None,
            "amps": 66.2,
            "limit_a": 63.0,
            "lasted_s": 12.0,
        }
    ]


async def test_before_anything_has_happened_nothing_is_told(api: Api) -> None:
    assert await api.get(PATH) == []
    assert await rows_of(api, "?format=csv") == []


async def test_events_are_searched_and_read_page_by_page(api: Api) -> None:
    await note(
        api,
        event(1),
        event(2, GuardEventKind.METER_STALE),
        event(3),
        event(4, feeder_id="level-1"),
        event(5),
    )
    page = await api.get(f"{PATH}?kind=cut&limit=2")
    assert [one["at"] for one in page] == ["2026-01-14T12:05:00Z", "2026-01-14T12:04:00Z"]
    page = await api.get(f"{PATH}?kind=cut&limit=2&cursor={page[-1]['cursor']}")
    assert [one["at"] for one in page] == ["2026-01-14T12:03:00Z", "2026-01-14T12:01:00Z"]
    assert await api.get(f"{PATH}?kind=cut&limit=2&cursor={page[-1]['cursor']}") == []
    [one] = await api.get(f"{PATH}?feeder=level-1")
    assert one["at"] == "2026-01-14T12:04:00Z"
    some = await api.get(f"{PATH}?from=2026-01-14T12:02:00Z&to=2026-01-14T14:04:00%2B02:00")
    assert [one["at"] for one in some] == ["2026-01-14T12:03:00Z", "2026-01-14T12:02:00Z"]


async def test_without_a_word_a_hundred_are_told(api: Api) -> None:
    await note(api, *(event(minute) for minute in range(105)))
    assert len(await api.get(PATH)) == 100


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?format=csv", {}),
        ("", {"accept": "text/csv"}),
        ("?format=csv", {"accept": "application/json"}),
    ],
)
async def test_file_has_a_row_for_each_event(api: Api, query: str, headers: dict[str, str]) -> None:
    await note(api, OVER, event(1, feeder_id=None, cause='Refuses: "no", it says'))
    second, first = await rows_of(api, query, **headers)
    assert first == {
        "number": "1",
        "at": "2026-01-14T12:00:00Z",
        "local_time": "2026-01-14 13:00:00+01:00",
        "kind": "over_limit",
        "feeder": "intake",
        "line": "2",
        "station": "",
        "amps": "66.2",
        "limit_a": "63.0",
        "lasted_s": "12.0",
        "cause": "Vehicles had not yet followed",
    }
    assert (second["feeder"], second["cause"]) == ("", 'Refuses: "no", it says')


async def test_what_asks_for_json_gets_no_file(api: Api) -> None:
    await note(api, OVER)
    path = f"/api/v1{PATH}?format=json"
    response = await api.client.get(path, headers={"accept": "text/csv"})
    assert response.headers["content-type"] == "application/json"


async def test_file_has_all_that_match_or_as_many_as_are_wanted(api: Api) -> None:
    for begin in (0, 600):
        events = (event((begin + n) / 60, cause=f"{begin + n}") for n in range(600))
        await note(api, *events)
    rows = await rows_of(api, "?format=csv")
    assert [row["cause"] for row in rows] == [f"{n}" for n in range(1199, -1, -1)]
    rows = await rows_of(api, "?format=csv&limit=3")
    assert [row["cause"] for row in rows] == ["1199", "1198", "1197"]
    rows = await rows_of(api, "?format=csv&kind=restored")
    assert rows == []


async def test_no_spreadsheet_takes_the_name_of_a_station_for_a_formula(api: Api) -> None:
    await note(api, event(1, station_id='=HYPERLINK("http://x")'))
    [row] = await rows_of(api, "?format=csv")
    assert row["station"] == '\'=HYPERLINK("http://x")'


@pytest.mark.parametrize(
    ("query", "place", "words"),
    [
        ("kind=boom", "kind", "over_limit"),
        ("limit=0", "limit", "greater than or equal to 1"),
        ("limit=501", "limit", "less than or equal to 500"),
        ("cursor=x", "cursor", "valid integer"),
        ("from=yesterday", "from", "datetime"),
        ("from=2026-01-14T12:00:00", "from", "timezone"),
        ("format=xml", "format", "'json' or 'csv'"),
        ("until=2026-01-14T12:00:00Z", "until", "not permitted"),
    ],
)
async def test_bad_request_is_told_what_is_wrong(
    api: Api, query: str, place: str, words: str
) -> None:
    problem = await api.get(f"{PATH}?{query}", 422)
    [error] = problem["errors"]
    assert place in str(error)
    assert words in str(error)


async def test_stretch_that_ends_before_it_begins_is_refused(api: Api) -> None:
    problem = await api.get(f"{PATH}?from=2026-01-14T12:00:00Z&to=2026-01-14T12:00:00Z", 422)
    assert problem["detail"] == (
        "from: expected an instant before `to`, "
        "got 2026-01-14T12:00:00+00:00 to 2026-01-14T12:00:00+00:00"
    )


async def test_site_and_feeder_have_to_be_there(api: Api) -> None:
    problem = await api.get("/sites/nowhere/guard-events", 404)
    assert "nowhere" in problem["detail"]
    problem = await api.get(f"{PATH}?feeder=cellar", 404)
    assert "cellar" in problem["detail"]


async def counted(api: Api) -> dict[tuple[str, ...], float]:
    """The guard's counters, by their labels."""
    text = (await api.client.get("/metrics")).text
    return {
        (sample.labels["site"], sample.labels.get("kind") or sample.labels["feeder"]): sample.value
        for family in text_string_to_metric_families(text)
        if family.name in ("chargeflex_guard_events", "chargeflex_over_limit_seconds")
        for sample in family.samples
    }


async def test_events_and_seconds_are_counted_from_nought_on(api: Api) -> None:
    figures = await counted(api)
    assert set(figures.values()) == {0.0}
    assert ("fjordgata", "over_limit") in figures
    assert ("fjordgata", "level-2") in figures
    guard = api.office.live.guard
    for one in (OVER, event(1), event(2)):
        guard.note(one)
    guard.note(GuardEvent(**{**_fields(OVER), "at": NOON + timedelta(seconds=6), "line": 3}))
    figures = await counted(api)
    assert figures["fjordgata", "cut"] == 2.0
    assert figures["fjordgata", "over_limit"] == 2.0
    assert figures["fjordgata", "intake"] == 18.04  # 6.04 s of both lines are the same
    assert figures["fjordgata", "level-1"] == 0.0


def _fields(one: GuardEvent) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}
