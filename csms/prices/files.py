"""Prices from a file, from one for each day, or from all files of a folder."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from csms.domain.errors import InvalidInputError, PriceSourceError
from csms.domain.price_source import FilePlace, PriceShape
from csms.domain.prices import PriceSeries
from csms.prices.reading import MOST_BYTES, Wanted, read_prices

logger = logging.getLogger(__name__)

_MOST_FILES: Final = 1000
_SUFFIXES: Final = {True: ".csv", False: ".json"}

_Mark: TypeAlias = tuple[tuple[str, int, int], ...]
"""Names of files, their times in ns and their sizes."""


@dataclass(frozen=True, slots=True)
class _Found:
    mark: _Mark
    prices: PriceSeries | None


class FilePrices:
    """Reads files again whenever they have changed.

    Args:
        place: Where they are.
        shape: How they become prices.
        wanted: Which prices they should tell.
        zone: Whose days files are named by.
    """

    def __init__(self, place: FilePlace, shape: PriceShape, wanted: Wanted, zone: ZoneInfo) -> None:
        self._place = place
        self._shape = shape
        self._wanted = wanted
        self._zone = zone
        self._marks: dict[Path, _Mark] = {}

    async def fetch(self, day: date) -> PriceSeries | None:
        """The prices of a day and what stands beside them; None: nothing has changed.

        Raises:
            PriceSourceError: A file cannot be read, or does not tell prices.
        """
        path = self._place.of(day, self._zone)
        found = await asyncio.to_thread(self._read, path, self._marks.get(path))
        if not self._place.name.is_of_a_day:
            self._marks.clear()
        self._marks[path] = found.mark
        while len(self._marks) > _MOST_FILES:
            del self._marks[next(iter(self._marks))]
        return found.prices

    def _read(self, path: Path, known: _Mark | None) -> _Found:
        try:
            files = self._files(path)
            mark = tuple((one.name, *_stamp(one)) for one in files)
            if mark == known:
                return _Found(mark, None)
            prices = PriceSeries()
            for one in files:
                prices = prices.replaced(self._prices(one))
        except OSError as error:
            raise PriceSourceError(str(path), error.strerror or str(error)) from error
        return _Found(mark, prices)

    def _files(self, path: Path) -> list[Path]:
        """The files in the order of their names: of prices told twice the last ones count."""
        if path.is_dir():
            suffix = _SUFFIXES[self._shape.is_csv]
            files = sorted(one for one in path.iterdir() if one.suffix.lower() == suffix)
            return files[-_MOST_FILES:]
        return [path] if path.exists() else []

    def _prices(self, path: Path) -> PriceSeries:
        with path.open("rb") as file:
            payload = file.read(MOST_BYTES + 1)
        if len(payload) > MOST_BYTES:
            raise PriceSourceError(str(path), f"expected at most {MOST_BYTES} bytes")
        try:
            return read_prices(payload, self._shape, self._wanted)
        except InvalidInputError as error:
            raise PriceSourceError(str(path), str(error)) from error


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size
