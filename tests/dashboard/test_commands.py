"""The page that sends commands: its form is made from the API's own description."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx2
import pytest

from csms.domain.authorization import IdToken
from csms.domain.commands import (
    ChangeAvailability,
    CommandStatus,
    Outcome,
    ReadSettings,
    Reserve,
    ResetStation,
)
from csms.domain.commands.control import ResetKind
from csms.domain.errors import CommandForbiddenError
from csms.service.command_desk import Sent
from tests.dashboard.looks import TOO_WIDE, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab, dashboard_app

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH: Final = "/sites/yard/commands"
KIND: Final = "[data-f=kind]"


async def opened(new_tab: NewTab, server: Server, query: str = "", **options: Any) -> Tab:
    """The page, with its form."""
    tab = await new_tab(timezone_id="Europe/Oslo", **options)
    await tab.page.goto(f"{server.url}{PATH}{query}")
    await tab.page.wait_for_selector("#command:not([hidden])")
    return tab


async def rows(tab: Tab) -> list[list[str]]:
    """What was answered."""
    await tab.page.wait_for_selector(".command-results:not([hidden])")
    lines = await tab.page.locator("tbody tr").all()
    return [await line.locator("th, td").all_text_contents() for line in lines]


async def test_a_command_goes_to_the_charger_that_was_chosen(
    new_tab: NewTab, server: Server, room: FakeRoom
) -> None:
    tab = await opened(new_tab, server, "?station=A-2")
    await tab.page.select_option(KIND, "read_settings")
    await tab.page.fill("[name=names]", "heartbeat_interval_s\n\nHeartbeatInterval \n")
    await tab.page.click(".command-go")
    assert await rows(tab) == [["A-2", "accepted", "", "7"]]
    expected = ReadSettings(names=("heartbeat_interval_s", "HeartbeatInterval"))
    assert room.desk.sent == [(("A-2",), expected)]
    assert tab.complaints == []


async def test_what_may_do_harm_is_asked_first(
    new_tab: NewTab, server: Server, room: FakeRoom
) -> None:
    tab = await opened(new_tab, server, "?station=A-2")
    await tab.page.select_option(KIND, "reset")
    await tab.page.select_option("[name=kind]", "hard")
    await tab.page.check('[value="B-1"]')
    await tab.page.click(".command-go")
    question = "2 chargers restart. What charges there may end."
    assert await tab.page.inner_text(".limit-question") == question
    await tab.page.click("text=Back")
    assert not await tab.page.is_visible(".limit-question")
    assert room.desk.sent == []
    await tab.page.click(".command-go")
    await tab.page.click("text=Reset: do it")
    assert [line[0] for line in await rows(tab)] == ["A-2", "B-1"]
    assert room.desk.sent == [(("A-2", "B-1"), ResetStation(kind=ResetKind.HARD))]


async def test_each_charger_s_answer_is_told(
    new_tab: NewTab, server: Server, room: FakeRoom
) -> None:
    refused = Outcome(status=CommandStatus.REJECTED, answer="Rejected", detail="<b>busy</b>")
    room.desk.answers["A-1"] = Sent(refused, 8)
    room.desk.answers["B-1"] = CommandForbiddenError(
        "change_availability", "it contends with the plan's limits"
    )
    tab = await opened(new_tab, server)
    await tab.page.select_option(KIND, "change_availability")
    await tab.page.select_option("[name=is_operative]", "false")
    await tab.page.check("[data-f=all]")
    await tab.page.click(".command-go")
    await tab.page.click(".command-go")
    answers = await rows(tab)
    assert answers[0] == ["A-1", "rejected", "Rejected, <b>busy</b>", "8"]
    assert answers[1] == ["A-2", "accepted", "", "7"]
    assert "it contends with the plan's limits" in answers[2][1]
    [(whom, command)] = room.desk.sent
    assert (whom, command) == (("A-1", "A-2", "B-1"), ChangeAvailability(is_operative=False))


async def test_nested_fields_and_instants_are_read(
    new_tab: NewTab, server: Server, room: FakeRoom
) -> None:
    tab = await opened(new_tab, server, "?station=A-1")
    await tab.page.select_option(KIND, "reserve")
    await tab.page.fill("[name=value] >> nth=0", "04A2B3C4")
    await tab.page.fill("[name=expires_at]", "2026-01-14T18:30")
    await tab.page.fill("[name=evse_number]", "1")
    await tab.page.click(".command-go")
    await rows(tab)
    [(_, command)] = room.desk.sent
    expires_at = datetime(2026, 1, 14, 17, 30, tzinfo=UTC)
    assert command == Reserve(id_token=IdToken("04A2B3C4"), expires_at=expires_at, evse_number=1)


async def test_what_is_wrong_is_told_with_its_place(
    new_tab: NewTab, server: Server, room: FakeRoom
) -> None:
    tab = await opened(new_tab, server)
    await tab.page.click(".command-go")
    assert await tab.page.inner_text(".command-told") == "Choose at least one charger."
    await tab.page.check('[value="A-1"]')
    await tab.page.select_option(KIND, "set_monitors")
    await tab.page.fill("[name=monitors]", "{all of them")
    await tab.page.click(".command-go")
    await tab.page.wait_for_selector("text=$.command.monitors: Expected")
    assert room.desk.sent == []


async def test_every_command_has_a_form(new_tab: NewTab, server: Server) -> None:
    tab = await opened(new_tab, server)
    options = await tab.page.locator(f"{KIND} option").all()
    kinds = [await option.get_attribute("value") for option in options]
    assert len(kinds) == 43
    for kind in kinds:
        await tab.page.select_option(KIND, kind)
        assert await tab.page.text_content("[data-f=about]")
    assert tab.complaints == []


async def test_page_fits_and_complains_of_nothing(
    new_tab: NewTab, server: Server, look: Look
) -> None:
    tab = await opened(new_tab, server, "", **look)
    await tab.page.select_option(KIND, "set_profile")
    assert await tab.page.evaluate(TOO_WIDE) == []
    assert tab.complaints == []


async def test_a_site_that_is_not_there_takes_no_commands(room: FakeRoom) -> None:
    transport = httpx2.ASGITransport(app=dashboard_app(room))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        answer = await client.get("/sites/nowhere/commands")
    assert answer.status_code == 404
    assert "There is no site called “nowhere”." in answer.text
