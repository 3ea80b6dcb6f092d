"""The page of a site's file: read, checked as it is written, applied, gone back to."""

# ruff: noqa: RUF001 - pages are set with true times signs

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx2
import pytest
import pytest_asyncio

from csms.domain.errors import Fault, SettingsError, SiteFileError
from csms.domain.site_change import SiteChange
from csms.domain.site_version import NewSiteVersion, SiteVersion
from csms.service.site_editing import SiteFile, SitePreview
from tests.dashboard.looks import TOO_WIDE_BUT_LISTS, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab, dashboard_app, serving
from tests.dashboard.views import NOON, after

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH: Final = "/sites/yard/site"
TEXT: Final = "site: yard\n"
LOWER: Final = "site: yard\nlimit_a: 50\n"
CHANGE: Final = SiteChange("Limit of Intake: 3 × 63 A → 3 × 50 A")
VERSIONS: Final = [
    SiteVersion(
        2, NewSiteVersion(site_id="yard", at=after(5), who="kari", text=TEXT, changes=("b",))
    ),
    SiteVersion(1, NewSiteVersion(site_id="yard", at=NOON, who="ola", text=LOWER, changes=("a",))),
]


@pytest.fixture
def edited(room: FakeRoom) -> FakeRoom:
    """The site, whose file could have a lower limit."""
    room.site_files.versions = VERSIONS
    room.site_files.preview_of = {
        TEXT: SitePreview(changes=(), effects=(), diff=(), needs_restart=False),
        LOWER: SitePreview(
            changes=(CHANGE,),
            effects=("Intake: up to 13 A a line less from now on for A-1",),
            diff=("@@ -1 +1,2 @@", " site: yard", "+limit_a: 50"),
            needs_restart=False,
        ),
        "site: [\n": SettingsError(Path("yard.yaml"), (Fault(1, "site", "expected text"),)),
    }
    return room


@pytest_asyncio.fixture(loop_scope="session")
async def shown(edited: FakeRoom) -> AsyncIterator[Server]:
    """A server that shows it."""
    async with serving(edited, reads=edited.site_files) as server:
        yield server


async def page_of(room: FakeRoom) -> str:
    """The page as a browser without scripts gets it."""
    transport = httpx2.ASGITransport(app=dashboard_app(room, room.site_files))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        return (await client.get(PATH)).text


async def opened(new_tab: NewTab, server: Server, **look: object) -> Tab:
    tab = await new_tab(**look)
    await tab.page.goto(f"{server.url}{PATH}")
    await tab.page.wait_for_selector(".file-text:not([readonly])")
    return tab


async def test_without_scripts_the_file_is_read_with_who_changed_it(edited: FakeRoom) -> None:
    page = await page_of(edited)
    assert "site: yard\n</textarea>" in page
    assert "/etc/yard.yaml" in page
    for words in ("kari", "2026-01-14 13:05:00", "ola"):
        assert words in page
    assert page.count("The file says this") == 1


async def test_what_does_not_run_yet_and_what_is_wrong_is_said(edited: FakeRoom) -> None:
    edited.site_files.file = SiteFile(path="f", text=TEXT, digest="d", waiting=(CHANGE,))
    assert f"<li>{CHANGE.text}</li>" in await page_of(edited)
    faults = (Fault(7, "feeders[0].limit_a", "expected a number"),)
    edited.site_files.file = SiteFile(path="f", text=TEXT, digest="d", faults=faults)
    assert "Line 7, <code>feeders[0].limit_a</code>: expected a number" in await page_of(edited)
    edited.site_files.fault = SiteFileError("yard", "the server does not know its file")
    assert "yard: the server does not know its file" in await page_of(edited)


async def test_a_change_is_told_and_then_applied(
    new_tab: NewTab, edited: FakeRoom, shown: Server
) -> None:
    tab = await opened(new_tab, shown)
    assert await tab.page.is_disabled("[data-f=apply]")
    await tab.page.fill(".file-text", LOWER)
    await tab.says(".file-check [role=status]", "It can be used, and would be taken at once.")
    await tab.says(".file-changes", f"{CHANGE.text} at once")
    await tab.says("[data-f=effects]", "Intake: up to 13 A a line less from now on for A-1")
    await tab.page.click("[data-f=apply]")
    await tab.page.wait_for_selector("main[data-digest=d2]")
    assert edited.site_files.applied == [(LOWER, "d1", "anybody")]
    assert tab.complaints == []


async def test_a_fault_leads_to_its_line(new_tab: NewTab, shown: Server) -> None:
    tab = await opened(new_tab, shown)
    await tab.page.fill(".file-text", "site: [\n")
    await tab.says(".file-check [role=status]", "It cannot be used: one thing is wrong")
    await tab.page.click(".file-faults button")
    chosen = "getSelection().toString()"
    assert await tab.page.evaluate(chosen) == "site: ["
    assert await tab.page.is_disabled("[data-f=apply]")


async def test_an_older_version_is_checked_before_it_is_gone_back_to(
    new_tab: NewTab, shown: Server
) -> None:
    tab = await opened(new_tab, shown)
    await tab.page.click("[data-version='1']")
    await tab.says(".file-changes", f"{CHANGE.text} at once")
    assert await tab.page.input_value(".file-text") == LOWER
    await tab.page.click("[data-f=reset]")
    await tab.says(".file-check [role=status]", "That is what the file says, and what runs.")


async def test_the_file_fits_every_window(new_tab: NewTab, shown: Server, look: Look) -> None:
    tab = await opened(new_tab, shown, **look)
    await tab.page.fill(".file-text", LOWER)
    await tab.page.wait_for_selector(".file-changes li")
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    width = look["viewport"]["width"]
    assert await tab.page.evaluate("document.documentElement.scrollWidth") == width
