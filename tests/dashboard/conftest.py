"""A site that is shown, and a browser to look at it, one for all tests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.dashboard.looks import LOOKS, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab, chromium, serving
from tests.dashboard.views import site_view


@pytest.fixture
def room() -> FakeRoom:
    """The site of the views."""
    return FakeRoom(site_view())


@pytest.fixture(params=LOOKS, ids=lambda one: f"{one['color_scheme']}-{one['viewport']['width']}")
def look(request: pytest.FixtureRequest) -> Look:
    """On a phone and on a screen, light and dark."""
    chosen: Look = request.param
    return chosen


@pytest_asyncio.fixture(loop_scope="session")
async def server(room: FakeRoom) -> AsyncIterator[Server]:
    """A server that shows it."""
    async with serving(room) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A browser; its loop is that of all tests that use it."""
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def new_tab(browser: Browser) -> AsyncIterator[NewTab]:
    """Opens tabs that share nothing with others; takes a browser context's options."""
    async with AsyncExitStack() as contexts:

        async def open_tab(**options: Any) -> Tab:
            context = await contexts.enter_async_context(await browser.new_context(**options))
            return Tab(await context.new_page())

        yield open_tab


@pytest_asyncio.fixture(loop_scope="session")
async def tab(new_tab: NewTab) -> Tab:
    """One such tab."""
    return await new_tab()
