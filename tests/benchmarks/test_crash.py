"""What the benchmark of crashes finds in a database."""

import shutil
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.crash.check import Findings, check
from benchmarks.crash.stations import Station, StationV201, _messages
from csms.storage.database import Database
from tests.domain.sites import place, small_site
from tests.service.conftest import blank_file
from tests.service.rig import V16, V201, Office, open_office

__all__ = ["blank_file"]


@pytest.fixture
async def office(blank_file: Path, tmp_path: Path) -> AsyncIterator[Office]:
    path = Path(shutil.copy(blank_file, tmp_path / "csms.db"))
    site = small_site(place("G-01", "level-1", 0.0), place("G-02", "level-1", 0.0))
    async with open_office(path, site) as opened:
        yield opened


@pytest.fixture(params=[Station, StationV201], ids=["1.6", "2.0.1"])
async def station(request: pytest.FixtureRequest, office: Office) -> Station:
    """A station that has charged one vehicle and a half, and got all its answers."""
    kind: type[Station] = request.param
    found = kind("G-01", 0)
    adapter = V201 if kind is StationV201 else V16
    for message in islice(_messages(), 12):
        message.answer = await office.hear(adapter, *found.frame(message))
        found._transaction_id = message.answer.get("transactionId", found._transaction_id)
        found.told.append(message)
    return found


async def found_in(office: Office, station: Station) -> Findings:
    return await check(str(office.database.engine.url).replace("+aiosqlite", ""), [station])


async def change(database: Database, statement: str) -> None:
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql(statement)


async def test_all_that_was_told_once_is_well(office: Office, station: Station) -> None:
    station.told[3].tries = 2
    findings = await found_in(office, station)
    assert findings.are_none
    assert (findings.acknowledged, findings.repeated) == (12, 1)


async def test_message_without_an_answer_may_be_kept_or_not(
    office: Office, station: Station
) -> None:
    last = station.told[-1]
    last.answer = None
    assert (await found_in(office, station)).are_none
    last.at = last.at.replace(year=2030)
    findings = await found_in(office, station)
    assert findings.lost == []
    assert findings.unasked != []  # what is kept instead was never told


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM meter_reading WHERE at LIKE '%00:03:%'", "reading"),
        ("UPDATE meter_reading SET samples = replace(samples, '600.0', '599.0')", "reading"),
        ("UPDATE charging_transaction SET energy_wh = 0 WHERE ended_at IS NOT NULL", "end"),
        ("UPDATE charging_transaction SET ended_at = NULL", "end"),
        ("DELETE FROM charging_transaction WHERE ended_at IS NULL", "start"),
    ],
)
async def test_what_was_acknowledged_and_is_not_kept_is_lost(
    office: Office, station: Station, statement: str, what: str
) -> None:
    await change(office.database, statement)
    findings = await found_in(office, station)
    assert len(findings.lost) == 1
    assert findings.lost[0].startswith(f"G-01: {what} ")


async def test_what_is_kept_under_another_key_as_well_is_kept_twice(
    office: Office, station: Station
) -> None:
    await change(
        office.database,
        "INSERT INTO meter_reading SELECT at, station_id, evse_number, digest + 1, "
        "transaction_number, samples FROM meter_reading WHERE at LIKE '%00:03:%'",
    )
    findings = await found_in(office, station)
    assert len(findings.twice) == 1
    assert (findings.lost, findings.unasked) == ([], [])


async def test_what_nobody_told_is_found(office: Office, station: Station) -> None:
    station.told.remove(station.told[4])
    findings = await found_in(office, station)
    assert {line.split()[1] for line in findings.unasked} >= {"reading"}
    assert findings.lost == []


def test_no_two_messages_of_a_station_have_the_same_time() -> None:
    messages = list(islice(_messages(), 80))
    assert len({message.at for message in messages}) == 80
