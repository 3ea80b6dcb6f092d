"""The journal while it is being written: when it writes, what it deletes, what it cannot keep."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from csms.domain.exchange import Wanted
from csms.journal import journal as module
from csms.journal.journal import Journal, JournalSettings
from csms.journal.segments import segments_in
from tests.journal.messages import NOON, append, exchange
from tests.service.rig import FakeClock


@asynccontextmanager
async def running(journal: Journal) -> AsyncIterator[None]:
    task = asyncio.create_task(journal.run())
    await asyncio.sleep(0)  # it begins
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def ids(journal: Journal) -> list[str]:
    return [found.entry.message_id for found in await journal.find(Wanted(), 100)]


async def test_message_can_be_found_as_soon_as_it_was_noted(tmp_path: Path) -> None:
    journal = Journal(JournalSettings(folder=tmp_path), FakeClock())
    journal.note(exchange(1))
    assert await ids(journal) == ["1"]


async def test_no_more_are_found_than_were_asked_for(tmp_path: Path) -> None:
    journal = Journal(JournalSettings(folder=tmp_path), FakeClock())
    for number in range(5):
        journal.note(exchange(number))
    found = await journal.find(Wanted(), 2)
    assert [one.entry.message_id for one in found] == ["4", "3"]


async def test_what_was_noted_last_is_written_when_the_program_ends(tmp_path: Path) -> None:
    journal = Journal(JournalSettings(folder=tmp_path), FakeClock())
    async with running(journal):
        journal.note(exchange(1))
    assert len(segments_in(tmp_path)) == 1


async def test_hours_that_are_too_old_are_deleted(tmp_path: Path) -> None:
    hours = [NOON - timedelta(days=8), NOON - timedelta(days=6), NOON]
    append(tmp_path, [exchange(at=at) for at in hours])
    journal = Journal(JournalSettings(folder=tmp_path, keep_days=7), FakeClock())
    await journal._tidy_up()
    assert [segment.begins_at for segment in segments_in(tmp_path)] == hours[1:]


async def test_oldest_hours_are_deleted_where_all_take_too_much_room(tmp_path: Path) -> None:
    hours = [NOON - timedelta(hours=2), NOON - timedelta(hours=1), NOON]
    append(tmp_path, [exchange(at=at) for at in hours])
    journal = Journal(JournalSettings(folder=tmp_path, most_mb=0), FakeClock())
    await journal._tidy_up()
    assert [segment.begins_at for segment in segments_in(tmp_path)] == hours[2:]


async def test_messages_that_the_disk_does_not_take_are_counted_and_the_next_are_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "journal"
    folder.write_text("a file is in the way")
    journal = Journal(JournalSettings(folder=folder), FakeClock())
    journal.note(exchange(1))
    with caplog.at_level(logging.ERROR):
        await journal.write()
    assert journal.lost == 1
    assert "messages are not kept in the journal" in caplog.text
    folder.unlink()
    journal.note(exchange(2))
    assert await ids(journal) == ["2"]
    assert (journal.kept, journal.lost) == (1, 1)


async def test_messages_beyond_the_most_that_may_wait_are_counted_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST", 2)
    journal = Journal(JournalSettings(folder=tmp_path), FakeClock())
    for number in range(3):
        journal.note(exchange(number))
    assert journal.lost == 1
    assert await ids(journal) == ["1", "0"]
