"""Logging in, and the pages of who may what, in a browser: on a phone, and on a dark screen."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from csms.domain.access import Permission
from tests.dashboard.desk import PASSWORD, SITE, Desk, open_desk, served
from tests.dashboard.looks import LOOKS, TOO_WIDE_BUT_LISTS, Look
from tests.dashboard.rig import NewTab, Server, Tab
from tests.dashboard.test_accessibility import RULES, SERIOUS
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "database_file"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES: Final = {
    "ola": ("/users", "/users/oda", "/keys", "/audit", "/account", f"/sites/{SITE}"),
    "vera": ("/keys", f"/sites/{SITE}", f"/sites/{SITE}/chargers"),
    "kari": ("/own", "/account"),
    "nils": ("/grid-company",),
}
"""What each looks at; the first page by itself comes after the login."""


@pytest_asyncio.fixture(loop_scope="session")
async def desk(database_file: Path) -> AsyncIterator[Desk]:
    """The desk with a user of each role, something that charges, and something that was done."""
    async with open_desk(database_file, ["ola", "oda", "vera", "kari", "nils"]) as opened:
        await opened.api.charge()
        user = await opened.side.reads.user("ola")
        assert user is not None
        await opened.side.keys.make(user, "the building's meter", [Permission.REPORT_READING])
        async with await opened.browser("ola") as ola:
            path = f"/api/v1/sites/{SITE}/feeders/level-1/limits/operator"
            await ola.put(path, json={"amps": 20, "words": "the neighbours build"})
            await ola.put(path, json={"amps": -1})
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def server(desk: Desk) -> AsyncIterator[Server]:
    """It, at a port."""
    async with served(desk) as running:
        yield running


async def log_in(tab: Tab, server: Server, name: str, to: str) -> None:
    """Log in as people do."""
    await tab.page.goto(f"{server.url}{to}")
    await tab.page.fill("input[name=name]", name)
    await tab.page.fill("input[name=password]", PASSWORD)
    await tab.page.click(".command-go")
    await tab.page.wait_for_url(f"{server.url}{to}")


async def faults_of(page: Page) -> list[str]:
    """What is wider than the window, and what axe-core finds serious."""
    wide = await page.evaluate(TOO_WIDE_BUT_LISTS)
    found = await Axe().run(page, options=RULES)
    grave = [one for one in found.response["violations"] if one["impact"] in SERIOUS]
    return [*wide, *(f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in grave)]


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[-1]], ids=["phone", "screen"])
async def test_pages_fit_every_window_and_everybody_can_read_them(
    new_tab: NewTab, server: Server, look: Look
) -> None:
    faults = {}
    for name, pages in PAGES.items():
        tab = await new_tab(**look)
        await log_in(tab, server, name, pages[0])
        for path in pages:
            await tab.page.goto(f"{server.url}{path}")
            if found := await faults_of(tab.page):
                faults[name, path] = found
        assert tab.complaints == []
        await tab.page.context.clear_cookies()
        await tab.page.goto(f"{server.url}/login")
        if found := await faults_of(tab.page):
            faults[name, "/login"] = found
    assert faults == {}


async def test_user_is_added_logs_in_changes_the_password_and_leaves(
    new_tab: NewTab, server: Server
) -> None:
    admin, tab = await new_tab(), await new_tab()
    await log_in(admin, server, "ola", "/users")
    await admin.page.fill("input[name=name]", "berit")
    await admin.page.fill("input[name=password]", "first-password")
    await admin.page.check("input[value=operator]")
    await admin.page.check("input[name=where][value=some]")
    await admin.page.check(f"input[name=sites][value={SITE}]")
    await admin.page.click("text=Add the user")
    await admin.says(".access-told", "The user is added, and can log in.")

    await tab.page.goto(f"{server.url}/")
    await tab.page.fill("input[name=name]", "Berit")
    await tab.page.fill("input[name=password]", "first-passwort")
    await tab.page.click(".command-go")
    await tab.says(".access-told", "This name and this password do not belong together.")
    await tab.page.fill("input[name=password]", "first-password")
    await tab.page.click(".command-go")
    await tab.page.wait_for_selector(".who")
    await tab.page.goto(f"{server.url}/account")
    await tab.page.fill("input[name=old]", "first-password")
    await tab.page.fill("input[name=password]", "second-password")
    await tab.page.fill("input[name=again]", "second-password")
    await tab.page.click("text=Change it")
    await tab.says(".access-told", "The password is changed. Other logins of yours have ended.")

    await admin.page.goto(f"{server.url}/users/berit")
    await admin.page.click("text=Disable the user")
    await admin.says("#state-title", "Disabled")
    await tab.page.goto(f"{server.url}/account")
    assert tab.page.url == f"{server.url}/login?next=/account"


async def test_key_is_shown_once_and_revoked(new_tab: NewTab, server: Server) -> None:
    tab = await new_tab()
    await log_in(tab, server, "vera", "/keys")
    await tab.page.fill("input[name=name]", "wall screen")
    await tab.page.check("input[value='site.view']")
    await tab.page.click("text=Make the key")
    key = await tab.text(".access-made .address")
    assert key.startswith("cfx_")
    await tab.page.goto(f"{server.url}/keys")
    assert key not in await tab.page.content()
    await tab.page.click("button[aria-label='Revoke wall screen']")
    await tab.page.wait_for_selector("tr[data-level=over]")
    assert tab.complaints == []


async def test_who_only_looks_is_offered_nothing_to_change(new_tab: NewTab, server: Server) -> None:
    tab = await new_tab()
    await log_in(tab, server, "vera", f"/sites/{SITE}")
    await tab.page.wait_for_selector('.link[data-link="live"]')
    assert await tab.page.locator(".feeder-act:visible").count() == 0
    names = await tab.page.locator(".pages-groups a").all_inner_texts()
    assert [name.split()[0] for name in names] == [
        *("Now", "Plan", "Alerts", "Transactions", "Energy", "Forecast", "Grid", "Chargers"),
    ]
    assert tab.complaints == []
