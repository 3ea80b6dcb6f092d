"""Looking for messages: the newest first, page by page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from csms.domain.errors import InvalidInputError
from csms.domain.exchange import Entry, Found, Wanted
from csms.journal.lines import read_line
from csms.journal.segments import Block, Segment, segments_in

_CURSOR: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d)\.(\d+)\.(\d+)")


def find(folder: Path, wanted: Wanted) -> Iterator[Found]:
    """Find messages, the newest first.

    Raises:
        InvalidInputError: The cursor is none.
    """
    before = _place(wanted.before) if wanted.before else None
    for segment in reversed(segments_in(folder)):
        if before is not None and segment.name > before[0]:
            continue
        if _may_hold(segment, wanted):
            yield from _find_in(segment, wanted, before)


def _find_in(
    segment: Segment, wanted: Wanted, before: tuple[str, int, int] | None
) -> Iterator[Found]:
    for number, block in reversed(list(enumerate(segment.blocks()))):
        if before is not None and (segment.name, number) > before[:2]:
            continue
        if not _may_be_in(block, wanted):
            continue
        for place, line in reversed(list(enumerate(segment.read(block)))):
            if before is not None and (segment.name, number, place) >= before:
                continue
            if wanted.text is not None and wanted.text.encode() not in line:
                continue
            entry = read_line(line)
            if _fits(entry, wanted):
                yield Found(f"{segment.name}.{number}.{place}", entry)


def _may_hold(segment: Segment, wanted: Wanted) -> bool:
    is_late_enough = wanted.since is None or segment.ends_at > wanted.since
    return is_late_enough and (wanted.until is None or segment.begins_at < wanted.until)


def _may_be_in(block: Block, wanted: Wanted) -> bool:
    if wanted.station_id is not None and wanted.station_id not in block.stations:
        return False
    if wanted.stations is not None and wanted.stations.isdisjoint(block.stations):
        return False
    is_late_enough = wanted.since is None or block.last_at >= wanted.since
    return is_late_enough and (wanted.until is None or block.first_at < wanted.until)


def _fits(entry: Entry, wanted: Wanted) -> bool:
    return (
        (wanted.station_id is None or entry.station_id == wanted.station_id)
        and (wanted.stations is None or entry.station_id in wanted.stations)
        and (wanted.action is None or entry.action == wanted.action)
        and (wanted.by is None or entry.by == wanted.by)
        and (wanted.message_id is None or entry.message_id == wanted.message_id)
        and (wanted.since is None or entry.at >= wanted.since)
        and (wanted.until is None or entry.at < wanted.until)
        and (wanted.is_error is None or (entry.error is not None) is wanted.is_error)
    )


def _place(cursor: str) -> tuple[str, int, int]:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise InvalidInputError("before", f"expected a cursor of an earlier page, got {cursor!r}")
    return match[1], int(match[2]), int(match[3])
