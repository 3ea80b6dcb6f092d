import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from csms.domain.security_event import Origin, OwnEvent, SecurityEvent
from csms.service import security_journal
from csms.service.security_journal import SecurityJournal
from tests.service.rig import NOON, Office, open_office

WRONG = OwnEvent.FAILED_TO_AUTHENTICATE


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file) as opened:
        yield opened


async def entries(office: Office) -> list[tuple[Any, ...]]:
    rows = await office.rows("SELECT station_id, kind, detail FROM security_event ORDER BY number")
    return [tuple(row.values()) for row in rows]


async def test_what_a_station_tells_is_kept_once_however_often_it_tells_it(office: Office) -> None:
    journal = SecurityJournal(office.open_uow, office.clock)
    event = SecurityEvent(
        station_id="G-01", kind="FirmwareUpdated", at=NOON, detail="2.0", origin=Origin.STATION
    )
    for _ in range(2):
        await journal.note_security_event(event)
    assert await entries(office) == [("G-01", "FirmwareUpdated", "2.0")]


async def test_same_thing_is_written_once_a_minute_and_counted_in_between(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    journal = SecurityJournal(office.open_uow, office.clock)
    caplog.set_level(logging.WARNING)
    for _ in range(4):
        await journal.notice(WRONG, "its password is wrong", station_id="G-01", address="192.0.2.7")
        office.clock.turn(19)
    office.clock.turn(60)
    await journal.notice(WRONG, "its password is wrong", station_id="G-01", address="192.0.2.7")
    assert await entries(office) == [
        ("G-01", WRONG, "its password is wrong, from 192.0.2.7"),
        (
            "G-01",
            WRONG,
            "its password is wrong, from 192.0.2.7, and 3 times since the entry before",
        ),
    ]
    assert len(caplog.records) == 2


async def test_other_stations_and_other_kinds_are_written_beside_it(office: Office) -> None:
    journal = SecurityJournal(office.open_uow, office.clock)
    await journal.notice(WRONG, "x", station_id="G-01")
    await journal.notice(WRONG, "x", station_id="G-02")
    await journal.notice(OwnEvent.BELOW_PROFILE, "x", station_id="G-02")
    await journal.notice(WRONG, "x", address="192.0.2.7")
    await journal.notice(WRONG, "x", address="192.0.2.7")
    assert [row[:2] for row in await entries(office)] == [
        ("G-01", WRONG),
        ("G-02", WRONG),
        ("G-02", OwnEvent.BELOW_PROFILE),
        ("", WRONG),
    ]


async def test_no_more_is_written_in_an_hour_than_there_is_use_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security_journal, "_MOST_AN_HOUR", 3)
    journal = SecurityJournal(office.open_uow, office.clock)
    for number in range(9):
        await journal.notice(WRONG, "x", address=f"192.0.2.{number}")
    assert len(await entries(office)) == 3
    office.clock.turn(3600)
    await journal.notice(WRONG, "x", address="192.0.2.100")
    assert len(await entries(office)) == 4


async def test_events_are_dropped_after_400_days(office: Office) -> None:
    journal = SecurityJournal(office.open_uow, office.clock)
    await journal.notice(WRONG, "old", station_id="G-01")
    office.clock.turn(399 * 86_400)
    await journal.notice(WRONG, "new", station_id="G-01")
    await journal.drop_old()
    assert len(await entries(office)) == 2
    office.clock.turn(2 * 86_400)
    await journal.drop_old()
    assert await entries(office) == [("G-01", WRONG, "new")]
