"""The report in a real browser: it asks for nothing, complains of nothing, and has two themes."""

from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.async_api import Page

from csms.cli.study_report import Report, page_of, write_report
from csms.domain.errors import InvalidInputError
from smart_charging.study.capacity import Goal
from smart_charging.study.confidence import Estimate
from smart_charging.study.engine import Case, Served
from smart_charging.study.policies import PolicyName
from smart_charging.study.summary import Row
from tests.dashboard.rig import chromium

SCHEMES: Final[tuple[tuple[Literal["light", "dark"], str], ...]] = (
    ("light", "rgb(251, 250, 248)"),
    ("dark", "rgb(20, 23, 27)"),
)
"""A theme, and the colour of its paper."""


def row(policy: PolicyName, users: float, scenario: str = "100 kW", over_as: float = 0.0) -> Row:
    return Row(
        scenario=scenario,
        policy=policy,
        goal=Goal.ENERGY,
        users=(int(users), int(users)),
        capacity=Estimate(users, 5.0),
        beside={PolicyName.EQUAL: Estimate(users / 142, 0.01)},
        silent_share=0.97,
        silent_over_as=0.0,
        over_as=over_as,
    )


def report(over_as: float = 0.0) -> Report:
    shares = {100: 1.0, 142: 0.99, 200: 0.96}
    tried = {
        Case(0, users): Served(
            wanted_wh=1.0,
            delivered_wh=share,
            stays=1,
            well_served=1,
            peak_share=1.0,
            over_as=0.0,
        )
        for users, share in shares.items()
    }
    return Report(
        title="A feeder <of> 100 kW",
        about=["146 users"],
        rows=[
            row(PolicyName.EQUAL, 142),
            row(PolicyName.STATED, 284, over_as=over_as),
            row(PolicyName.EQUAL, 156, "100 kW, battery=20/40"),
        ],
        tried={PolicyName.EQUAL: tried},
    )


async def test_the_page_is_whole_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "study.html"
    write_report(report(), path)
    async with chromium() as browser:
        for scheme, paper in SCHEMES:
            context = await browser.new_context(color_scheme=scheme)
            page = await context.new_page()
            complaints, asked = watched(page)
            await page.goto(path.as_uri())
            assert await page.locator("h1").inner_text() == "A feeder <of> 100 kW"
            assert await page.locator("svg").count() == 3
            lead = await page.locator(".lead").inner_text()
            assert "Equal shares host 142 users" in lead
            assert "it is 284, +100 %" in lead
            assert await background(page) == paper
            assert complaints == []
            assert asked == [path.as_uri()]
            await context.close()


def watched(page: Page) -> tuple[list[str], list[str]]:
    """What the page complains of, and what it asks for."""
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    return complaints, asked


async def background(page: Page) -> str:
    return str(await page.evaluate("getComputedStyle(document.body).backgroundColor"))


async def test_nothing_is_cut_off_on_a_telephone(tmp_path: Path) -> None:
    path = tmp_path / "study.html"
    write_report(report(), path)
    async with chromium() as browser:
        context = await browser.new_context(viewport={"width": 390, "height": 800})
        page = await context.new_page()
        await page.goto(path.as_uri())
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        await context.close()


def test_an_excess_is_told_first() -> None:
    told = page_of(report(over_as=12.5))
    assert "12.5 ampere-seconds were over a limit" in told
    assert "No line was over its limit" not in told


def test_a_page_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"nowhere/study\.html: cannot be written"):
        write_report(report(), tmp_path / "nowhere" / "study.html")
