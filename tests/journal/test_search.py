"""Looking for messages in files of the journal, and what a crash leaves of these."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.exchange import Wanted
from csms.journal.lines import line_of
from csms.journal.search import find
from csms.journal.segments import Writer, segments_in
from tests.journal.messages import NOON, after, append, exchange


def ids(folder: Path, **wanted: Any) -> list[str]:
    """Message ids of what is found, in the order in which it is."""
    return [found.entry.message_id for found in find(folder, Wanted(**wanted))]


def fill(folder: Path) -> None:
    """Six messages in two hours, of two stations."""
    append(folder, [exchange(1), exchange(2, station_id="G-02", at=after(1))])
    append(
        folder,
        [
            exchange(3, at=after(2), action="Authorize", error="SecurityError"),
            exchange(4, at=after(61), is_from_station=False, action="Reset", call='"Hard"'),
        ],
    )
    append(folder, [exchange(5, station_id="G-02", at=after(62)), exchange(6, at=after(63))])


def test_newest_message_is_found_first(tmp_path: Path) -> None:
    fill(tmp_path)
    assert ids(tmp_path) == ["6", "5", "4", "3", "2", "1"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"station_id": "G-02"}, ["5", "2"]),
        ({"action": "Authorize"}, ["3"]),
        ({"by": "csms"}, ["4"]),
        ({"message_id": "2"}, ["2"]),
        ({"is_error": True}, ["3"]),
        ({"is_error": False}, ["6", "5", "4", "2", "1"]),
        ({"text": "Hard"}, ["4"]),
        ({"since": after(61)}, ["6", "5", "4"]),
        ({"until": after(1)}, ["1"]),
        ({"since": after(1), "until": after(62), "station_id": "G-01"}, ["4", "3"]),
        ({"station_id": "G-03"}, []),
    ],
)
def test_only_what_is_wanted_is_found(
    tmp_path: Path, wanted: dict[str, Any], found: list[str]
) -> None:
    fill(tmp_path)
    assert ids(tmp_path, **wanted) == found


def test_pages_follow_each_other_without_a_gap(tmp_path: Path) -> None:
    fill(tmp_path)
    every = list(find(tmp_path, Wanted()))
    for place, found in enumerate(every):
        rest = [one.entry.message_id for one in every[place + 1 :]]
        assert ids(tmp_path, before=found.cursor) == rest


def test_page_stays_what_it_was_when_more_is_written(tmp_path: Path) -> None:
    append(tmp_path, [exchange(1), exchange(2)])
    (newest, _) = find(tmp_path, Wanted())
    append(tmp_path, [exchange(3, at=after(3))])
    assert ids(tmp_path, before=newest.cursor) == ["1"]


def test_cursor_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="before: expected a cursor of an earlier page"):
        list(find(tmp_path, Wanted(before="yesterday")))


def test_nothing_is_found_where_nothing_was_written(tmp_path: Path) -> None:
    assert ids(tmp_path / "nowhere") == []


def test_many_messages_of_an_hour_are_found_again(tmp_path: Path) -> None:
    append(tmp_path, [exchange(number, at=after(number / 100)) for number in range(1_200)])
    assert len(segments_in(tmp_path)[0].blocks()) == 3
    assert ids(tmp_path) == [str(number) for number in reversed(range(1_200))]


@pytest.mark.parametrize("torn", ["lines", "index"])
def test_block_that_was_not_written_to_its_end_is_passed_over_and_cut_off(
    tmp_path: Path, torn: str
) -> None:
    append(tmp_path, [exchange(1)])
    name = "2026-01-14T12"
    suffix = {"lines": ".jsonl.zst", "index": ".index.jsonl"}[torn]
    with (tmp_path / f"{name}{suffix}").open("ab") as file:
        file.write(b'{"offset":')
    assert ids(tmp_path) == ["1"]
    append(tmp_path, [exchange(2)])
    assert ids(tmp_path) == ["2", "1"]


def test_message_of_another_zone_stands_in_its_hour_of_utc(tmp_path: Path) -> None:
    append(tmp_path, [exchange(1, at=datetime.fromisoformat("2026-01-14T14:30:00+02:00"))])
    assert [segment.begins_at for segment in segments_in(tmp_path)] == [NOON]


def test_writer_goes_on_where_it_ended(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    for number in range(5):
        writer.append([line_of(exchange(number, at=after(30 * number)))])
    assert ids(tmp_path) == ["4", "3", "2", "1", "0"]
    assert [len(segment.blocks()) for segment in segments_in(tmp_path)] == [2, 2, 1]


def test_writer_goes_on_after_a_fault_where_the_last_whole_block_ends(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.append([line_of(exchange(1))])
    index = tmp_path / "2026-01-14T12.index.jsonl"
    whole = index.read_bytes()
    index.unlink()
    index.mkdir()
    with pytest.raises(OSError, match="directory"):
        writer.append([line_of(exchange(2))])
    index.rmdir()
    index.write_bytes(whole)
    writer.append([line_of(exchange(3))])
    assert ids(tmp_path) == ["3", "1"]
