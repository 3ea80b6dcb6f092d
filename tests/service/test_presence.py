"""When stations were last heard of, and how seldom that is written."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from csms.domain.events import HeartbeatReceived, StationBooted, StatusChanged
from csms.domain.station import ConnectorStatus, StationModel
from csms.service.presence import Presence
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, Office, after, open_office

BOOT = StationBooted(station_id="G-01", model=StationModel(vendor="Acme", model="Box"))
FREE = StatusChanged(
    station_id="G-01", evse_number=1, connector_number=1, status=ConnectorStatus.AVAILABLE
)


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    site = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-1", 6.0))
    async with open_office(database_file, site) as opened:
        yield opened


@pytest.fixture
def presence(office: Office) -> Presence:
    return Presence(office.sites, office.open_uow, office.clock)


async def kept(office: Office) -> dict[str, str | None]:
    rows = await office.rows("SELECT id, seen_at FROM station")
    return {row["id"]: row["seen_at"] and str(row["seen_at"])[11:19] for row in rows}


def heard_at(office: Office, station_id: str) -> datetime | None:
    return office.operations.heard_at(station_id)


async def test_any_message_shows_at_once_that_a_station_lives(office: Office) -> None:
    assert heard_at(office, "G-01") is None
    await office.handle(BOOT)
    assert heard_at(office, "G-01") == NOON
    office.clock.instant = after(3)
    await office.handle(FREE)
    assert heard_at(office, "G-01") == after(3)
    assert heard_at(office, "G-02") is None
    assert heard_at(office, "stranger") is None


async def test_it_is_kept_of_those_that_have_spoken_since(
    office: Office, presence: Presence
) -> None:
    await office.handle(BOOT)
    office.clock.instant = after(1)
    for _ in range(3):
        await office.handle(HeartbeatReceived(station_id="G-01"))
    assert await kept(office) == {"G-01": "12:00:00", "G-02": None}
    assert await presence.keep() == 1
    assert await kept(office) == {"G-01": "12:01:00", "G-02": None}
    office.clock.instant = after(2)
    await office.handle(HeartbeatReceived(station_id="G-02"))
    assert await presence.keep() == 1
    assert await kept(office) == {"G-01": "12:01:00", "G-02": "12:02:00"}
    assert await presence.keep() == 0


async def test_what_could_not_be_kept_is_kept_the_next_time(
    office: Office, presence: Presence
) -> None:
    await office.handle(HeartbeatReceived(station_id="G-01"))
    office.is_disk_full = True
    with pytest.raises(Exception, match="the disk is full"):
        await presence.keep()
    office.is_disk_full = False
    assert await presence.keep() == 1
    assert await kept(office) == {"G-01": "12:00:00", "G-02": None}


async def test_a_heartbeat_writes_nothing(office: Office) -> None:
    office.is_disk_full = True
    assert (await office.handle(HeartbeatReceived(station_id="G-01"))).at == NOON
