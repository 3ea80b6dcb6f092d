"""The page of the list of tokens, before any script runs and in a browser."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import pytest_asyncio

from csms.domain.authorization import AdmissionPolicy, IdToken, TokenRecord, TokenStatus
from tests.dashboard.looks import TOO_WIDE_BUT_LISTS, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab, dashboard_app, serving

PATH: Final = "/sites/yard/tokens"
CARD: Final = TokenRecord(
    token=IdToken("04a2B3C4"), group="fleet", expires_at=datetime(2027, 1, 1, tzinfo=UTC)
)
BLOCKED: Final = TokenRecord(
    token=IdToken("04FFEE01", "ISO15693"), status=TokenStatus.BLOCKED, group="fleet"
)


def listed(room: FakeRoom, *records: TokenRecord) -> None:
    """Let tokens be on the list."""
    room.tokens.records.update({one.token.key: one for one in records})


async def told(room: FakeRoom, query: str = "", status: int = 200, path: str = PATH) -> str:
    """What the page says, on one line, to a browser that runs no scripts."""
    transport = httpx2.ASGITransport(app=dashboard_app(room, room.tokens))
    headers = {"Accept": "text/html,*/*;q=0.8"}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://csms", headers=headers
    ) as client:
        answer = await client.get(f"{path}{query}")
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def test_tokens_are_listed_with_all_that_is_said_of_them(room: FakeRoom) -> None:
    listed(room, CARD, BLOCKED)
    page = await told(room)
    row = page[page.index("04a2B3C4</th>") : page.index("04FFEE01</th>")]
    for cell in ("Accepted", "fleet", "2027-01-01 01:00", "–", "ISO14443"):  # noqa: RUF001
        assert f">{cell}</td>" in row
    assert f'<a href="{PATH.replace("tokens", "transactions")}?token=04a2B3C4">' in row
    assert '<td class="token-status">Blocked</td>' in page
    assert "One list for all sites of this server. Who is not listed may charge, too" in page


async def test_token_that_was_accepted_until_lately_has_expired(room: FakeRoom) -> None:
    over = TokenRecord(token=IdToken("A"), expires_at=datetime(2026, 1, 14, 12, tzinfo=UTC))
    listed(room, over)
    assert '<td class="token-status">Expired</td>' in await told(room)


async def test_list_that_is_not_open_says_so(room: FakeRoom) -> None:
    room.admission = AdmissionPolicy.LISTED_TOKENS
    page = await told(room)
    assert "Who is not listed may not charge" in page
    assert "No token is listed." in page


async def test_long_list_is_shown_page_by_page(room: FakeRoom) -> None:
    listed(room, *(TokenRecord(token=IdToken(f"C{number:03}")) for number in range(60)))
    first = await told(room, "?begins=c")
    assert "C049</th>" in first
    assert "C050</th>" not in first
    assert 'href="?begins=c&amp;after=C049" rel="next"' in first
    second = await told(room, "?begins=c&after=C049")
    assert "C050</th>" in second
    assert '<a href="?begins=c">The first ones</a>' in second
    assert "No token of the list begins so." in await told(room, "?begins=X")


async def test_site_that_is_not_there_has_no_page_of_tokens(room: FakeRoom) -> None:
    page = await told(room, status=404, path="/sites/nowhere/tokens")
    assert "no site called “nowhere”" in page


async def test_what_a_token_is_called_brings_in_no_markup(room: FakeRoom) -> None:
    listed(room, TokenRecord(token=IdToken('x"><b>/é', "<i>"), group="<script>"))
    page = await told(room, "?begins=x%22%3E%3Cb")
    assert "<b>" not in page
    assert "<i>" not in page
    assert "<script>" not in page
    assert "token=x%22%3E%3Cb%3E%2F%C3%A9" in page


@pytest_asyncio.fixture(loop_scope="session")
async def shown(room: FakeRoom) -> AsyncIterator[Server]:
    """A server with two tokens."""
    listed(room, CARD, BLOCKED)
    async with serving(room, reads=room.tokens) as running:
        yield running


async def opened(new_tab: NewTab, shown: Server, **options: Any) -> Tab:
    """The page, once its buttons are there."""
    tab = await new_tab(timezone_id="America/New_York", **options)
    await tab.page.goto(f"{shown.url}{PATH}")
    await tab.page.wait_for_selector("#put:not([hidden])")
    return tab


TOLD: Final = ".token-told"


@pytest.mark.asyncio(loop_scope="session")
async def test_token_is_blocked_and_accepted_again_with_all_else_as_it_was(
    new_tab: NewTab, shown: Server, room: FakeRoom
) -> None:
    tab = await opened(new_tab, shown)
    await tab.page.click("[aria-label='Block 04a2B3C4']")
    await tab.says(
        TOLD,
        "04a2B3C4 is blocked from the next time that it is shown; what charges goes on.",
    )
    changed = room.tokens.records["04A2B3C4"]
    assert changed == TokenRecord(
        token=CARD.token,
        status=TokenStatus.BLOCKED,
        group="fleet",
        expires_at=datetime(2027, 1, 1, tzinfo=UTC),
    )
    await tab.page.click("[aria-label='Accept 04FFEE01']")
    await tab.says(TOLD, "04FFEE01 is accepted.")
    assert room.tokens.records["04FFEE01"].status is TokenStatus.ACCEPTED
    assert room.tokens.records["04FFEE01"].token.kind == "ISO15693"
    assert await tab.page.locator(".token-status").all_inner_texts() == ["Blocked", "Accepted"]
    assert tab.complaints == []


@pytest.mark.asyncio(loop_scope="session")
async def test_token_is_added_by_the_site_s_clock(
    new_tab: NewTab, shown: Server, room: FakeRoom
) -> None:
    tab = await opened(new_tab, shown)
    await tab.page.fill("#put [name=value]", " NO/42 x ")
    await tab.page.select_option("#put [name=status]", "NoCredit")
    await tab.page.fill("#put [name=expires]", "2026-07-01T08:00")
    await tab.page.click("text=Put on the list")
    await tab.says(TOLD, "NO/42 x is on the list.")
    assert room.tokens.records["NO/42 X"] == TokenRecord(
        token=IdToken("NO/42 x"),
        status=TokenStatus.NO_CREDIT,
        expires_at=datetime(2026, 7, 1, 6, tzinfo=UTC),
    )
    assert "NO/42 x" in await tab.page.inner_text(".records")


@pytest.mark.asyncio(loop_scope="session")
async def test_before_a_token_is_taken_off_it_is_asked_once(
    new_tab: NewTab, shown: Server, room: FakeRoom
) -> None:
    tab = await opened(new_tab, shown)
    await tab.page.click("[aria-label='Take 04FFEE01 off the list']")
    assert await tab.text(".token-ask h2") == "Take 04FFEE01 off the list?"
    await tab.page.click(".token-ask .plain")
    assert list(room.tokens.records) == ["04A2B3C4", "04FFEE01"]
    await tab.page.click("[aria-label='Take 04FFEE01 off the list']")
    await tab.page.click("text=Take it off")
    await tab.says(TOLD, "04FFEE01 is off the list.")
    assert list(room.tokens.records) == ["04A2B3C4"]


@pytest.mark.asyncio(loop_scope="session")
async def test_table_is_imported_whole_or_its_wrong_line_is_told(
    new_tab: NewTab, shown: Server, room: FakeRoom, tmp_path: Path
) -> None:
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text("value,group\nA,\nB," + "g" * 37 + "\n")
    right.write_text("value;group\nA;\nB;fleet\n")
    tab = await opened(new_tab, shown)
    await tab.page.set_input_files("[name=table]", wrong)
    await tab.page.click("#import button")
    await tab.says(TOLD, "line 3, group: String should have at most 36 characters")
    assert list(room.tokens.records) == ["04A2B3C4", "04FFEE01"]
    await tab.page.set_input_files("[name=table]", right)
    await tab.page.click("#import button")
    await tab.says(TOLD, "2 tokens were taken from the table.")
    assert room.tokens.records["B"].group == "fleet"


@pytest.mark.asyncio(loop_scope="session")
async def test_page_fits_and_complains_of_nothing(
    new_tab: NewTab, shown: Server, look: Look
) -> None:
    tab = await opened(new_tab, shown, **look)
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    await tab.page.click("[aria-label='Take 04FFEE01 off the list']")
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    assert tab.complaints == []
