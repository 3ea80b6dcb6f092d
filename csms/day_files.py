"""Files that tell of days: one of all, one for each, or all of a folder; read when they change."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Generic, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from csms.domain.errors import InvalidInputError
from csms.domain.price_source import FilePlace
from csms.domain.told_documents import MOST_BYTES

_MOST_FILES: Final = 1000
_SUFFIXES: Final = {True: ".csv", False: ".json"}

_Mark: TypeAlias = tuple[tuple[str, int, int], ...]
"""Names of files, their times in ns and their sizes."""
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class _Found(Generic[_Read]):
    mark: _Mark
    read: list[_Read] | None


class DayFiles(Generic[_Read]):
    """Reads files again whenever they have changed.

    Args:
        place: Where they are.
        zone: Whose days files are named by.
        is_csv: Whether a folder's tables are meant, and not its JSON.
        read: Reads a file's bytes.
        error: Made of a file's path, and what is wrong with it.
    """

    def __init__(
        self,
        place: FilePlace,
        zone: ZoneInfo,
        *,
        is_csv: bool,
        read: Callable[[bytes], _Read],
        error: Callable[[str, str], Exception],
    ) -> None:
        self._place = place
        self._zone = zone
        self._suffix = _SUFFIXES[is_csv]
        self._read_one = read
        self._error = error
        self._marks: dict[Path, _Mark] = {}

    async def changed(self, day: date) -> list[_Read] | None:
        """What the files of a day tell, in the order of their names; None: nothing has changed.

        Of what is told twice the last file counts.

        Raises:
            Exception: What `error` makes, if a file cannot be read.
        """
        path = self._place.of(day, self._zone)
        found = await asyncio.to_thread(self._look, path, self._marks.get(path))
        if not self._place.name.is_of_a_day:
            self._marks.clear()
        self._marks[path] = found.mark
        while len(self._marks) > _MOST_FILES:
            del self._marks[next(iter(self._marks))]
        return found.read

    def _look(self, path: Path, known: _Mark | None) -> _Found[_Read]:
        try:
            files = self._files(path)
            mark = tuple((one.name, *_stamp(one)) for one in files)
            if mark == known:
                return _Found(mark, None)
            return _Found(mark, [self._of(one) for one in files])
        except OSError as error:
            raise self._error(str(path), error.strerror or str(error)) from error

    def _files(self, path: Path) -> list[Path]:
        if path.is_dir():
            files = sorted(one for one in path.iterdir() if one.suffix.lower() == self._suffix)
            return files[-_MOST_FILES:]
        return [path] if path.exists() else []

    def _of(self, path: Path) -> _Read:
        with path.open("rb") as file:
            payload = file.read(MOST_BYTES + 1)
        if len(payload) > MOST_BYTES:
            raise self._error(str(path), f"expected at most {MOST_BYTES} bytes")
        try:
            return self._read_one(payload)
        except InvalidInputError as error:
            raise self._error(str(path), str(error)) from error


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size
