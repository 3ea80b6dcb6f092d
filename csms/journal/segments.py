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

from csms.domain.exchange import Exchange
from csms.journal.lines import write_line

_HOUR: Final = "%Y-%m-%dT%H"
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

    def append(self, exchanges: Sequence[Exchange]) -> None:
        """Add blocks."""
        end = self._cut_torn_off()
        with self._lines.open("ab") as lines, self._index.open("ab") as index:
            for some in _in_blocks(exchanges):
                frame = zstandard.compress(b"\n".join(map(write_line, some)), _LEVEL)
                lines.write(frame)
                lines.flush()
                block = _block(some, end, len(frame))
                index.write(msgspec.json.encode(block) + b"\n")
                index.flush()
                end = block.end

    def delete(self) -> None:
        """Delete it."""
        self._index.unlink(missing_ok=True)
        self._lines.unlink(missing_ok=True)

    def _cut_torn_off(self) -> int:
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


def append(folder: Path, exchanges: Iterable[Exchange]) -> None:
    """Add exchanges to the segments of their hours."""
    by_hour: defaultdict[str, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        by_hour[exchange.called_at.astimezone(UTC).strftime(_HOUR)].append(exchange)
    folder.mkdir(parents=True, exist_ok=True)
    for name, some in by_hour.items():
        Segment(folder, name).append(some)


def _in_blocks(exchanges: Sequence[Exchange]) -> Iterator[Sequence[Exchange]]:
    for first in range(0, len(exchanges), _LINES_PER_BLOCK):
        yield exchanges[first : first + _LINES_PER_BLOCK]


def _block(exchanges: Sequence[Exchange], offset: int, length: int) -> Block:
    instants = [exchange.called_at for exchange in exchanges]
    return Block(
        offset=offset,
        length=length,
        first_at=min(instants),
        last_at=max(instants),
        stations=frozenset(exchange.station_id for exchange in exchanges),
    )
