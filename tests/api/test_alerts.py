"""What needs somebody's eyes, wherever it is kept, in one list and page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from csms.domain.guard_event import GuardEvent, GuardEventKind
from tests.api.rig import Api
from tests.service.rig import NOON

PATH = "/sites/fjordgata/alerts"


async def note(api: Api) -> None:
    """Two cuts at one instant, and an excess before them."""
    cut = GuardEvent(kind=GuardEventKind.CUT, at=NOON, cause="Too much", feeder_id="intake")
    over = GuardEvent(
        kind=GuardEventKind.OVER_LIMIT,
        at=NOON - timedelta(minutes=5),
        cause="Vehicles had not yet followed",
        feeder_id="level-1",
    )
    async with api.office.open_uow() as uow:
        cuts = [cut, replace(cut, feeder_id="level-2")]
        await uow.guard_events.add("fjordgata", [over, *cuts])
        await uow.commit()


async def test_alerts_of_all_kinds_stand_in_one_list_the_newest_first(api: Api) -> None:
    await note(api)
    told = await api.get(PATH)
    assert [(one["kind"], one["at"], one["feeder_id"]) for one in told] == [
        ("cut", "2026-01-14T12:00:00Z", "level-2"),
        ("cut", "2026-01-14T12:00:00Z", "intake"),
        ("over_limit", "2026-01-14T11:55:00Z", "level-1"),
    ]
    assert told[2]["text"] == "Vehicles had not yet followed"


async def test_pages_follow_each_other_also_within_an_instant(api: Api) -> None:
    await note(api)
    path, seen = f"/api/v1{PATH}?limit=1", []
    for _ in range(3):
        answer = await api.client.get(path)
        [one] = answer.json()
        seen.append(one["cursor"])
        path = answer.headers["link"].partition("<")[2].partition(">")[0]
    assert len(set(seen)) == 3
    answer = await api.client.get(path)
    assert (answer.json(), "link" in answer.headers) == ([], False)


@pytest.mark.parametrize(
    ("asked", "count"),
    [("kind=over_limit", 1), ("station=G-01", 0), ("from=2026-01-14T12:00Z", 2)],
)
async def test_alerts_are_looked_for(api: Api, asked: str, count: int) -> None:
    await note(api)
    assert len(await api.get(f"{PATH}?{asked}")) == count


@pytest.mark.parametrize("asked", ["cursor=x", "cursor=2026-01-14T12:00:00/1", "kind=nothing"])
async def test_what_cannot_be_looked_for_is_refused(api: Api, asked: str) -> None:
    problem = await api.get(f"{PATH}?{asked}", 422)
    assert problem["detail"].startswith(f"{asked.partition('=')[0]}: expected one")
