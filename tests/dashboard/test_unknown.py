"""Stations that have tried to connect: shown with the cause, and adopted by a click."""

from dataclasses import replace
from typing import Final

import pytest

from csms.domain.errors import AdoptionRefusedError
from csms.domain.security import Proof
from csms.domain.station import StationModel
from tests.dashboard.looks import PHONE, TOO_WIDE
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab, serving
from tests.dashboard.views import NOON, site_view, with_evse

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIST: Final = ".unknown"
FIRST: Final = ".unknown-list li:first-child"
PROOF: Final = Proof(address="192.0.2.7", offered=("ocpp1.6",), password=b"secret")


def knock(room: FakeRoom, name: str, cause: str = "its password is wrong") -> None:
    room.adoption.attempts.note(name, PROOF, cause, NOON)


async def test_list_is_not_there_while_nobody_has_tried(tab: Tab, server: Server) -> None:
    await tab.open(server.url)
    assert not await tab.page.is_visible(LIST)
    assert tab.complaints == []


async def test_who_has_tried_is_shown_with_the_cause(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    knock(room, "NEW-1")
    knock(room, "NEW-1")
    room.adoption.attempts.introduce("NEW-1", StationModel(vendor="Acme", model="Box"))
    await tab.open(server.url)
    await tab.says(f"{FIRST} h3", "NEW-1")
    assert await tab.text(f"{FIRST} [data-f=cause]") == "Its password is wrong"
    assert await tab.text(f"{FIRST} .unknown-about") == (
        "Acme Box · from 192.0.2.7 with a password · speaks ocpp1.6 · 2 times, last "
        "14 Jan 2026, 13:00"
    )
    assert tab.complaints == []


async def test_a_click_adopts_and_the_password_is_told_once(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    knock(room, "A/B ü")
    await tab.open(server.url)
    await tab.page.click(f"{FIRST} .adopt")
    await tab.says(
        ".unknown-told",
        "A/B ü belongs to yard now. Enter this password at the station, it is not shown "
        "again: made-for-it",
    )
    assert room.adoption.adopted == [("A/B ü", "yard")]
    await tab.page.wait_for_selector(FIRST, state="detached")
    assert tab.complaints == []


async def test_why_a_station_cannot_be_adopted_is_told(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    knock(room, "NEW-1")
    room.adoption.fault = AdoptionRefusedError("NEW-1", "all 2 places for guests are taken")
    await tab.open(server.url)
    await tab.page.click(f"{FIRST} .adopt")
    await tab.says(
        ".unknown-told",
        "Station 'NEW-1' cannot be adopted: all 2 places for guests are taken",
    )
    assert await tab.text(f"{FIRST} h3") == "NEW-1"


async def test_station_is_refused_and_forgotten(tab: Tab, server: Server, room: FakeRoom) -> None:
    knock(room, "NEW-1")
    await tab.open(server.url)
    await tab.page.click(f"{FIRST} [data-f=refuse]")
    await tab.says(f"{FIRST} [data-f=cause]", "An operator has refused it")
    assert not await tab.page.is_visible(f"{FIRST} [data-f=refuse]")
    await tab.page.click(f"{FIRST} [data-f=forget]")
    await tab.page.wait_for_selector(LIST, state="hidden")
    assert tab.complaints == []


async def test_who_has_named_no_station_cannot_be_adopted(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    knock(room, "/ocpp/", "its path names no station")
    await tab.open(server.url)
    await tab.says(f"{FIRST} h3", "/ocpp/")
    assert not await tab.page.is_visible(f"{FIRST} .adopt")


async def test_site_is_chosen_where_there_are_several(tab: Tab) -> None:
    other = replace(site_view(), site_id="depot", name="Depot")
    room = FakeRoom(site_view(), other)
    knock(room, "NEW-1")
    async with serving(room) as server:
        await tab.page.goto(server.url)
        await tab.page.select_option(f"{FIRST} select", "depot")
        await tab.page.click(f"{FIRST} .adopt")
        await tab.page.wait_for_selector(f"{FIRST}", state="detached")
    assert room.adoption.adopted == [("NEW-1", "depot")]


async def test_list_fits_on_a_phone(new_tab: NewTab, server: Server, room: FakeRoom) -> None:
    knock(room, "x" * 48, "it is in no site file, and no password has been set for it")
    tab = await new_tab(viewport=PHONE)
    await tab.open(server.url)
    await tab.page.wait_for_selector(FIRST)
    assert await tab.page.evaluate(TOO_WIDE) == []


async def test_long_list_is_cut(tab: Tab, server: Server, room: FakeRoom) -> None:
    for number in range(23):
        knock(room, f"NEW-{number}")
    await tab.open(server.url)
    await tab.says(".unknown-more", "And 3 more: /api/v1/unknown-stations")
    assert await tab.page.locator(".unknown-list li").count() == 20


async def test_sheet_tells_profile_waiting_commands_and_what_was_closed(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    closed = "5.3 kWh, closed here: its station has booted, and the connector is free"
    more = {"security_profile": 2, "waiting": 3, "closed": closed}
    room.show(with_evse(site_view(), "A-1/1", **more))
    await tab.open(server.url)
    await tab.page.click('[data-key="A-1/1"]')
    assert await tab.text(".details-closed p") == closed
    rows = await tab.page.locator(".details dl > div").all_inner_texts()
    told = [" ".join(row.split()) for row in rows]
    assert "Security Profile 2: password and TLS" in told
    assert "Commands waiting 3" in told
    room.show(with_evse(site_view(), "A-1/1", closed=None))
    await tab.page.wait_for_selector(".details-closed", state="hidden")
    assert tab.complaints == []
