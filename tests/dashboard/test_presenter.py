"""What the first state of a page says."""

# ruff: noqa: RUF001 - pages are set with true dashes, minus and times signs

from dataclasses import replace
from typing import Final

import pytest

from csms.dashboard.presenter import (
    GuardLine,
    LimitRow,
    LineBar,
    present_line,
    present_site,
    site_path,
)
from csms.domain.guard_event import GuardEventKind
from csms.domain.imposed_limit import LimitParty
from csms.service.site_view import EvseState, GuardEventView, GuardView, Level
from tests.dashboard.views import (
    after,
    bare_view,
    evse,
    imposed,
    site_view,
    with_evse,
    with_feeder,
)


def test_the_site_is_told_in_its_own_time() -> None:
    page = present_site(site_view(clock_rate=60.0))
    assert (page.time, page.rate) == ("13:00:00", "60× time")
    assert (page.power, page.energy_today) == ("11.0", "48.3")
    assert (page.short, page.is_short) == ("0.9 kWh short, 23.8 kWh planned", True)
    assert page.path == "/sites/yard"


def test_real_time_needs_no_remark() -> None:
    assert present_site(site_view()).rate == ""


def test_feeders_hang_below_the_one_that_feeds_them() -> None:
    [intake] = present_site(site_view()).feeders
    assert (intake.name, intake.limit, intake.note) == (
        "Intake",
        "3 × 63 A",
        "Building load: measured",
    )
    assert [child.name for child in intake.children] == ["Row A", "Row B"]


def test_a_limit_that_differs_by_line_is_told_by_line() -> None:
    view = with_feeder(site_view(), "row-a", limit_a=(40.0, 32.5, 25.0))
    assert present_site(view).feeders[0].children[0].limit == "40 / 32.5 / 25 A"


def test_what_others_limit_a_feeder_to_is_told_beside_its_limit() -> None:
    limits = (
        imposed(until_at=after(90), words="the cable is hot"),
        imposed(LimitParty.GRID_COMPANY, amps=(30.0, 30.0, 25.0), from_at=after(30)),
    )
    view = with_feeder(site_view(), "row-a", limit_a=(20.0, 20.0, 20.0), imposed=limits)
    row = present_site(view).feeders[0].children[0]
    assert row.limit == "3 × 20 A"
    assert [one.text for one in row.limits] == [
        "Limited to 3 × 20 A by the operator until 14:30: the cable is hot",
        "Limited to 30 / 30 / 25 A by the grid company from 13:30 until it is lifted",
    ]


def test_what_a_profile_says_cannot_be_lifted() -> None:
    profile = imposed(LimitParty.GRID_COMPANY, by="Nett AS", until_at=after(60))
    view = with_feeder(site_view(), "row-a", imposed=(imposed(), profile))
    assert present_site(view).feeders[0].children[0].limits == (
        LimitRow("Limited to 3 × 20 A by the operator until it is lifted", can_be_lifted=True),
        LimitRow("Limited to 3 × 20 A by Nett AS until 14:00", can_be_lifted=False),
    )


def test_only_the_line_that_binds_wears_the_feeders_level() -> None:
    [intake] = present_site(site_view()).feeders
    assert [line.level for line in intake.lines] == [Level.TIGHT, Level.OK, Level.OK]
    assert intake.lines[0] == LineBar(
        number=1,
        level=Level.TIGHT,
        load="50.4",
        free="0.5",
        text="L1: 50.4 A drawn of 63 A, 0.5 A not given out; building load 12.6 A",
        uncontrolled_length="18.0%",
        load_length="72.0%",
        allowed_length="89.3%",
    )


def test_a_load_beyond_the_limit_passes_the_mark_and_ends_at_the_edge() -> None:
    view = with_feeder(site_view(), "row-a", load_a=(42.0, 80.0, 0.0))
    lines = present_site(view).feeders[0].children[0].lines
    assert [line.load_length for line in lines] == ["94.5%", "100.0%", "0.0%"]


def test_a_connector_says_state_power_limit_energy_and_why() -> None:
    tile = present_site(site_view()).connectors.tiles[0]
    assert (tile.name, tile.word, tile.power) == ("A-1", "Charging", "11.0")
    assert (tile.current, tile.current_length, tile.limit_length) == (
        "16.0 of 16 A",
        "50.0%",
        "50.0%",
    )
    assert tile.energy == "5.2 of 20 kWh by 17:00, stated"
    assert tile.reason == "Intake is full on L1 until 14:30"


def test_what_is_not_measured_is_a_dash() -> None:
    view = with_evse(site_view(), "A-1/1", power_w=None, current_a=None)
    tile = present_site(view).connectors.tiles[0]
    assert (tile.power, tile.current, tile.current_length) == ("–", "– of 16 A", "0.0%")


def test_the_evse_s_number_is_told_where_a_station_has_two() -> None:
    names = [tile.name for tile in present_site(site_view()).connectors.tiles]
    assert names == ["A-1", "B-1/2", "A-2", "B-1/1"]


@pytest.mark.parametrize(
    ("state", "is_at_rest"),
    [
        (EvseState.AVAILABLE, True),
        (EvseState.NEVER_SEEN, True),
        (EvseState.CHARGING, False),
        (EvseState.FAULTED, False),
        (EvseState.OFFLINE, False),
        (EvseState.FINISHING, False),
    ],
)
def test_a_connector_that_nobody_waits_at_is_at_rest(state: EvseState, is_at_rest: bool) -> None:
    view = with_evse(site_view(), "A-2/1", state=state)
    [tile] = [one for one in present_site(view).connectors.tiles if one.name == "A-2"]
    assert tile.is_at_rest is is_at_rest


def test_states_lie_side_by_side_on_one_bar() -> None:
    chips = [chip for chip in present_site(site_view()).chips if chip.count]
    assert [(chip.word, chip.count, chip.start, chip.length) for chip in chips] == [
        ("Charging", 1, "0.0%", "25.0%"),
        ("Paused", 1, "25.0%", "25.0%"),
        ("Available", 2, "50.0%", "50.0%"),
    ]


def test_a_site_without_chargers_and_plan_can_be_shown() -> None:
    page = present_site(bare_view())
    assert (page.connectors.tiles, page.plan, page.short) == (
        (),
        "The first plan is being made",
        "No plan yet",
    )
    assert {chip.length for chip in page.chips} == {"0.0%"}


def test_a_line_of_the_list_names_site_and_headline() -> None:
    line = present_line(replace(site_view(), site_id="a/b", name="A or B"))
    assert (line.name, line.level, line.path) == ("A or B", Level.TIGHT, "/sites/a%2Fb")


def test_a_path_is_safe_whatever_the_site_is_called() -> None:
    assert site_path("Hof & Garten?") == "/sites/Hof%20%26%20Garten%3F"


def test_an_evse_of_zero_amperes_divides_nothing() -> None:
    view = replace(site_view(), evses={"X/1": evse("X", max_a=0.0, current_a=(1.0, 0.0, 0.0))})
    assert present_site(view).connectors.tiles[0].current_length == "0.0%"


CUT: Final = GuardEventView(
    kind=GuardEventKind.CUT,
    at=after(-1),
    title="Limits cut",
    text="Intake L2, 70.2 A of 63 A",
    cause="Too much",
)


def test_nothing_that_the_guard_did_is_no_banner_and_no_line() -> None:
    page = present_site(site_view())
    assert (page.banner, page.banner_level, page.guard, page.guard_last) == ("", Level.OK, (), "")


def test_what_the_guard_did_is_told_in_the_site_s_time_the_newest_first() -> None:
    over = replace(CUT, kind=GuardEventKind.OVER_LIMIT, at=after(-60 * 24), title="Over the limit")
    guard = GuardView(banner="Intake L2 carries 66.2 A", level=Level.OVER, events=(CUT, over))
    page = present_site(site_view(guard=guard))
    assert (page.banner, page.banner_level) == ("Intake L2 carries 66.2 A", Level.OVER)
    assert page.guard_last == "Last: Limits cut, 2026-01-14 12:59:00"
    assert [line.at for line in page.guard] == ["2026-01-14 12:59:00", "2026-01-13 13:00:00"]
    assert page.guard[0] == GuardLine(
        kind="cut",
        datetime="2026-01-14T11:59:00+00:00",
        at="2026-01-14 12:59:00",
        title="Limits cut",
        text="Intake L2, 70.2 A of 63 A",
        cause="Too much",
    )
