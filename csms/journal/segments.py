"""Files of the journal: one for each hour, of compressed blocks, with an index beside each.

`2026-01-14T12.jsonl.zst` is a sequence of Zstandard frames, each some lines of JSON: `zstdcat` and
`grep` read it. `2026-01-14T12.index.jsonl` says of each block where it is and which stations it
tells of, so that a search passes over most. A block counts once its line of the index is whole;
what a crash leaves behind it is cut off before the next block is written.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import zstandard

from csms.journal.lines import Line

_HOUR: Final = "%Y-%m-%dT%H"
_HOUR_S: Final = 3600
_HOURS_OPEN: Final = 2
"""So many are written to at once, as calls are noted when they are answered."""
_LINES_SUFFIX: Final = ".jsonl.zst"
_INDEX_SUFFIX: Final = ".index.jsonl"
_LEVEL: Final = 1
"""Higher levels take more time and save little on messages."""
_LINES_PER_BLOCK: Final = 500


class Block(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line of the index."""

    offset: int
    length: int
    first_at: datetime
    last_at: datetime
    stations: frozenset[str]

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.offset + self.length


_BLOCK: Final = msgspec.json.Decoder(Block)


class Segment:
    """The messages of one hour.

    Args:
        folder: Where segments are.
        name: Its hour: `2026-01-14T12`.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._lines = folder / f"{name}{_LINES_SUFFIX}"
        self._index = folder / f"{name}{_INDEX_SUFFIX}"

    @property
    def begins_at(self) -> datetime:
        """The begin of its hour."""
        return datetime.strptime(self.name, _HOUR).replace(tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """The end of its hour."""
        return self.begins_at + timedelta(hours=1)

    @property
    def size_bytes(self) -> int:
        """What it takes on the disk."""
        return sum(path.stat().st_size for path in (self._lines, self._index) if path.exists())

    def blocks(self) -> list[Block]:
        """Its blocks, the oldest first."""
        if not self._index.exists():
            return []
        *whole, _torn = self._index.read_bytes().split(b"\n")
        return [_BLOCK.decode(line) for line in whole]

    def read(self, block: Block) -> list[bytes]:
        """The lines of a block."""
        with self._lines.open("rb") as file:
            file.seek(block.offset)
            return zstandard.decompress(file.read(block.length)).split(b"\n")

    def append(self, noted: Sequence[Line], end: int) -> int:
        """Add blocks where the last one ends; return where the new ones do."""
        with self._lines.open("ab") as lines, self._index.open("ab") as index:
            for some in _in_blocks(noted):
                frame = zstandard.compress(b"\n".join(line.text for line in some), _LEVEL)
                lines.write(frame)
                lines.flush()
                block = _block(some, end, len(frame))
                index.write(msgspec.json.encode(block) + b"\n")
                index.flush()
                end = block.end
        return end

    def delete(self) -> None:
        """Delete it."""
        self._index.unlink(missing_ok=True)
        self._lines.unlink(missing_ok=True)

    def cut_torn_off(self) -> int:
        """Cut off what a crash has left behind; return where the next block begins."""
        blocks = self.blocks()
        end = blocks[-1].end if blocks else 0
        if self._lines.exists() and self._lines.stat().st_size != end:
            with self._lines.open("r+b") as lines:
                lines.truncate(end)
        if self._index.exists():
            whole = self._index.read_bytes().rpartition(b"\n")
            if whole[2]:
                self._index.write_bytes(whole[0] + whole[1])
        return end


def segments_in(folder: Path) -> list[Segment]:
    """All segments, the oldest first."""
    names = (path.name.removesuffix(_INDEX_SUFFIX) for path in folder.glob(f"*{_INDEX_SUFFIX}"))
    return [Segment(folder, name) for name in sorted(names)]


class Writer:
    """Adds lines to the segments of their hours. For one thread at a time.

    Args:
        folder: Where segments are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ends: dict[str, int] = {}

    def append(self, noted: Iterable[Line]) -> None:
        """Add lines.

        Raises:
            OSError: They could not all be written.
        """
        by_hour: defaultdict[int, list[Line]] = defaultdict(list)
        for line in noted:
            by_hour[int(line.called_at.timestamp()) // _HOUR_S].append(line)
        self._folder.mkdir(parents=True, exist_ok=True)
        ends, self._ends = self._ends, {}  # after a fault they are found out anew
        for hour, some in by_hour.items():
            name = datetime.fromtimestamp(hour * _HOUR_S, UTC).strftime(_HOUR)
            segment = Segment(self._folder, name)
            end = ends[name] if name in ends else segment.cut_torn_off()
            ends[name] = segment.append(some, end)
        self._ends = {name: ends[name] for name in sorted(ends)[-_HOURS_OPEN:]}


def _in_blocks(noted: Sequence[Line]) -> Iterator[Sequence[Line]]:
    for first in range(0, len(noted), _LINES_PER_BLOCK):
        yield noted[first : first + _LINES_PER_BLOCK]


def _block(noted: Sequence[Line], offset: int, length: int) -> Block:
    instants = [line.called_at for line in noted]
    return Block(
        offset=offset,
        length=length,
        first_at=min(instants),
        last_at=max(instants),
        stations=frozenset(line.station_id for line in noted),
    )
