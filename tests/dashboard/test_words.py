"""Figures and times, as Python prints them and as the browser patches them."""

# ruff: noqa: RUF001 - pages are set with true dashes, minus and times signs

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
import pytest

from csms.dashboard import words
from csms.domain.imposed_limit import LimitParty
from csms.domain.need import NeedSource
from csms.service.site_view import (
    EvseState,
    EvseView,
    FeederView,
    ImposedView,
    Level,
    NeedView,
    PlanView,
    ReservedView,
)
from tests.dashboard.rig import Server, Tab
from tests.dashboard.views import CHARGING, NOON, PAUSED, PLAN, after, evse, feeder, imposed

OSLO: Final = ZoneInfo("Europe/Oslo")
HEURISTIC: Final = replace(PLAN, is_heuristic=True, detail="the solver was late", short_wh=0.0)
FIGURES: Final = [
    (words.tenths, 0.0, "0.0"),
    (words.tenths, 31.96, "32.0"),
    (words.tenths, 0.25, "0.3"),
    (words.tenths, -0.75, "−0.8"),
    (words.tenths, -0.04, "0.0"),
    (words.kilo, 7_360.0, "7.4"),
    (words.kilo, 949.0, "0.9"),
    (words.amps, 16.0, "16"),
    (words.amps, 6.52, "6.5"),
]
NEEDS: Final = [
    (evse("A-1"), ""),
    (evse("A-1", energy_wh=5_240.0), "5.2 kWh"),
    (CHARGING, "5.2 of 20 kWh by 17:00, stated"),
    (PAUSED, "0.0 of 7 kWh by Thu 13:00, assumed"),
    (
        evse("A-1", need=NeedView(energy_wh=1_250, departs_at=NOON, source=NeedSource.HISTORY)),
        "– of 1.3 kWh by 13:00, from history",
    ),
]
SOURCES: Final = [
    (NeedView(energy_wh=7_000, departs_at=NOON, source=NeedSource.ASSUMED), "assumed"),
    (
        NeedView(
            energy_wh=18_000,
            departs_at=after(60),
            source=NeedSource.FORECAST,
            energy_between_wh=(14_040, 22_000),
            departs_between=(after(30), after(24 * 60)),
        ),
        "forecast, eight in ten: 14.0 to 22.0 kWh · leaves 13:30 to Thu 13:00",
    ),
    (
        NeedView(
            energy_wh=18_000,
            departs_at=after(60),
            source=NeedSource.HISTORY,
            departs_between=(after(0), after(90)),
        ),
        "from history, eight in ten: leaves 13:00 to 14:30",
    ),
    (
        NeedView(
            energy_wh=18_000,
            departs_at=after(60),
            source=NeedSource.FORECAST,
            energy_source=NeedSource.STATED,
            departure_source=NeedSource.FORECAST,
            departs_between=(after(0), after(90)),
        ),
        "energy stated, departure forecast, eight in ten: leaves 13:00 to 14:30",
    ),
]
PLANS: Final = [
    (None, "The first plan is being made", "No plan yet"),
    (
        PLAN,
        "Planned 12:59:00 by the optimiser in 37 ms, next at 13:04",
        "0.9 kWh short, 23.8 kWh planned",
    ),
    (
        HEURISTIC,
        "Planned 12:59:00 by the fallback rule because the solver was late, next at 13:04",
        "Everyone gets what they need",
    ),
]
RESERVED: Final = ReservedView(vehicles=3, until_at=after(5 * 60), energy_wh=22_040.0)
RESERVES: Final = [
    (None, ""),
    (PLAN, ""),
    (replace(PLAN, reserved=RESERVED), "Reserved: 3 vehicles expected until 18:00, 22.0 kWh"),
    (
        replace(PLAN, reserved=replace(RESERVED, vehicles=1, until_at=after(1440))),
        "Reserved: 1 vehicle expected until Thu 13:00, 22.0 kWh",
    ),
]
NOTES: Final = [
    (feeder("Row A"), ""),
    (feeder("Row A", uncontrolled_source="reckoned"), "Building load: reckoned"),
    (feeder("Row A", level=Level.TIGHT), ""),
    (
        feeder("Row A", level=Level.OVERCOMMITTED, uncontrolled_source="measured"),
        "More may be drawn than the limit · Building load: measured",
    ),
    (feeder("Row A", level=Level.OVER), "Over its limit"),
    (
        feeder("Row A", rising_a=(24.26, 30.0, 40.0), uncontrolled_source="measured"),
        "Room comes back gradually: up to 24.3 A now · Building load: measured",
    ),
]
LIMITS: Final = [
    (imposed(), "Limited to 3 × 20 A by the operator until it is lifted"),
    (
        imposed(LimitParty.GRID_COMPANY, until_at=after(90), words="the cable is hot"),
        "Limited to 3 × 20 A by the grid company until 14:30: the cable is hot",
    ),
    (
        imposed(amps=(20.0, 16.5, 0.0), from_at=after(20 * 60), until_at=after(30 * 24 * 60)),
        "Limited to 20 / 16.5 / 0 A by the operator from Thu 09:00 until 2026-02-13 13:00",
    ),
]
INSTANTS: Final = [
    (after(0), "13:00:00", "13:00"),
    (after(11 * 60 + 0.5), "00:00:30", "00:00"),
    (after(20 * 60), "09:00:00", "Thu 09:00"),
]


@pytest.mark.parametrize(("write", "value", "text"), FIGURES)
def test_a_figure_has_one_decimal_and_a_true_minus(write: Any, value: float, text: str) -> None:
    assert write(value) == text


@pytest.mark.parametrize(("at", "with_seconds", "without"), INSTANTS)
def test_a_time_is_the_site_s_and_has_a_weekday_where_it_is_far(
    at: datetime, with_seconds: str, without: str
) -> None:
    assert words.second(at, OSLO) == with_seconds
    assert words.minute(at, OSLO, NOON) == without


@pytest.mark.parametrize(("evse", "text"), NEEDS)
def test_energy_is_what_was_got_of_what_is_needed(evse: EvseView, text: str) -> None:
    assert words.energy_line(evse, OSLO, NOON) == text


@pytest.mark.parametrize(("plan", "made", "short"), PLANS)
def test_a_plan_says_how_it_was_made_and_what_will_be_short(
    plan: PlanView | None, made: str, short: str
) -> None:
    assert words.plan_line(plan, OSLO, NOON) == made
    assert words.short_line(plan) == short


@pytest.mark.parametrize(("plan", "text"), RESERVES)
def test_a_plan_says_for_whom_it_keeps_room(plan: PlanView | None, text: str) -> None:
    assert words.reserved_line(plan, OSLO, NOON) == text


@pytest.mark.parametrize(("feeder", "text"), NOTES)
def test_a_feeder_that_is_beyond_its_limit_says_so_in_words(feeder: FeederView, text: str) -> None:
    assert words.feeder_note(feeder) == text


@pytest.mark.parametrize(("limit", "text"), LIMITS)
def test_a_limit_says_whose_it_is_until_when_and_why(limit: ImposedView, text: str) -> None:
    assert words.limit_line(limit, OSLO, NOON) == text


def test_every_state_has_a_word() -> None:
    assert set(words.STATE_WORDS) == set(EvseState)


@pytest.mark.asyncio(loop_scope="session")
async def test_the_browser_writes_all_of_it_alike(tab: Tab, server: Server) -> None:
    await tab.open(server.url)
    calls, expected = [], []
    for write, value, text in FIGURES:
        calls.append([write.__name__, value])
        expected.append(text)
    for at, with_seconds, without in INSTANTS:
        calls += [["second", {"at": at}, "Europe/Oslo"], ["minute", {"at": at}, "Europe/Oslo"]]
        expected += [with_seconds, without]
    for vehicle, text in NEEDS:
        calls.append(["energyLine", vehicle, "Europe/Oslo"])
        expected.append(text)
    for need, text in SOURCES:
        calls.append(["knownFrom", need, "Europe/Oslo"])
        expected.append(text)
    for row, text in NOTES:
        calls.append(["feederNote", row])
        expected.append(text)
    for limit, text in LIMITS:
        calls.append(["limitLine", limit, "Europe/Oslo"])
        expected.append(text)
    for plan, made, short in PLANS:
        calls += [["planLine", plan, "Europe/Oslo"], ["shortLine", plan]]
        expected += [made, short]
    for plan, text in RESERVES:
        calls.append(["reservedLine", plan, "Europe/Oslo"])
        expected.append(text)
    written = await tab.page.evaluate(
        """async ([calls, now]) => {
            const format = await import("/static/js/format.js");
            const plain = (value) => (value?.at ? new Date(value.at) : value);
            const at = new Date(now);
            return calls.map(([name, value, zone]) => format[name](plain(value), zone, at));
        }""",
        orjson.loads(orjson.dumps([calls, NOON])),
    )
    assert written == expected
