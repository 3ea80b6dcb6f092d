"""The connectors that a page is printed with: found, in order, so many at a time."""

from typing import Final
from zoneinfo import ZoneInfo

import pytest

from csms.dashboard.connector_list import PER_PAGE, ConnectorList, Sort, Wanted, list_connectors
from csms.service.site_view import EvseState, SiteView
from tests.dashboard.views import CHARGING, after, evse, site_view, with_evse

OSLO: Final = ZoneInfo("Europe/Oslo")


def many(count: int) -> SiteView:
    """A site of so many chargers at rest, of which the tenth charges."""
    evses = {f"S-{number}/1": evse(f"S-{number}") for number in range(1, count + 1)}
    view = site_view(evses=evses)
    return with_evse(view, "S-10/1", state=EvseState.CHARGING) if count >= 10 else view


def listed(view: SiteView, **wanted: object) -> ConnectorList:
    return list_connectors(view, Wanted(**wanted), OSLO)  # type: ignore[arg-type]


def names(view: SiteView, **wanted: object) -> list[str]:
    return [tile.name for tile in listed(view, **wanted).tiles]


def test_first_page_begins_with_those_that_charge_and_then_counts_as_people_do() -> None:
    assert names(many(200))[:12] == ["S-10", *(f"S-{number}" for number in (*range(1, 10), 11, 12))]


def test_pages_hold_all_connectors_once() -> None:
    view = many(2 * PER_PAGE + 7)
    pages = [listed(view, page=page) for page in (1, 2, 3)]
    assert [len(one.tiles) for one in pages] == [PER_PAGE, PER_PAGE, 7]
    assert len({tile.key for one in pages for tile in one.tiles}) == 2 * PER_PAGE + 7
    assert [(one.page, one.pages, one.total, one.found) for one in pages] == [
        (page, 3, 2 * PER_PAGE + 7, 2 * PER_PAGE + 7) for page in (1, 2, 3)
    ]
    assert [(one.before, one.after) for one in pages] == [
        ("", "page=2"),
        ("page=1", "page=3"),
        ("page=2", ""),
    ]


@pytest.mark.parametrize(("asked", "shown"), [(0, 1), (99, 3)])
def test_page_that_is_not_there_is_the_nearest_one(asked: int, shown: int) -> None:
    assert listed(many(2 * PER_PAGE + 7), page=asked).page == shown


def test_all_connectors_can_be_had_on_one_page() -> None:
    whole = listed(many(2 * PER_PAGE + 7), page=None)
    assert len(whole.tiles) == 2 * PER_PAGE + 7
    assert (whole.pages, whole.before, whole.after, whole.all) == (1, "", "", "")


def test_few_connectors_need_no_pages() -> None:
    few = listed(many(PER_PAGE))
    assert (few.pages, few.all) == (1, "")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"states": frozenset({EvseState.AVAILABLE})}, ["A-2", "B-1/1"]),
        ({"states": frozenset({EvseState.PAUSED, EvseState.CHARGING})}, ["A-1", "B-1/2"]),
        ({"feeder": "row-b"}, ["B-1/2", "B-1/1"]),
        ({"feeder": "intake"}, ["A-1", "B-1/2", "A-2", "B-1/1"]),
        ({"feeder": "nowhere"}, ["A-1", "B-1/2", "A-2", "B-1/1"]),
        ({"text": " FULL on l1 until 14"}, ["A-1"]),
        ({"text": "04…c4"}, ["A-1"]),
        ({"text": "row b"}, ["B-1/2", "B-1/1"]),
        ({"text": "row b", "states": frozenset({EvseState.AVAILABLE})}, ["B-1/1"]),
        ({"text": "nobody"}, []),
    ],
)
def test_connectors_are_found_as_asked(wanted: dict[str, object], found: list[str]) -> None:
    assert names(site_view(), **wanted) == found


def test_connectors_are_ordered_as_asked() -> None:
    soon = CHARGING.need
    assert soon is not None
    view = with_evse(site_view(), "A-2/1", state=EvseState.FAULTED, power_w=22_000.0)
    assert names(view, sort=Sort.NAME) == ["A-1", "A-2", "B-1/2", "B-1/1"]
    assert names(view, sort=Sort.STATE) == ["A-2", "A-1", "B-1/2", "B-1/1"]
    assert names(view, sort=Sort.POWER) == ["A-2", "A-1", "B-1/2", "B-1/1"]
    assert names(view, sort=Sort.DEPARTURE) == ["A-1", "B-1/2", "A-2", "B-1/1"]
    assert soon.departs_at == after(240)


def test_other_pages_ask_the_same_question() -> None:
    wanted = Wanted(
        states=frozenset({EvseState.OFFLINE, EvseState.FAULTED}), text="a&b", sort=Sort.POWER
    )
    assert wanted.query(2) == "state=faulted&state=offline&text=a%26b&sort=power&page=2"
    assert wanted.query(None).endswith("&page=all")
