"""Which reports of a transaction have come, by their numbers in the station's sequence."""

import re
from bisect import bisect_right
from typing import Final

import msgspec

_STRETCH: Final = re.compile(r"(-?\d+)-(-?\d+)")
"""The schemas forbid no numbers below zero."""
_ONE_STRETCH: Final = 2
"""Bounds of numbers that have come without a gap."""


class ReportNumbers(msgspec.Struct, frozen=True, gc=False):
    """Numbers as stretches without a gap, in order. Written `0-57,60-60`.

    They mostly come one after the other, so that there is one stretch.

    Attributes:
        bounds: The first and the last number of each stretch.
    """

    bounds: tuple[int, ...] = ()

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self.bounds, number)
        return place % 2 == 1 or (place > 0 and self.bounds[place - 1] == number)

    def __str__(self) -> str:
        if len(self.bounds) == _ONE_STRETCH:
            return f"{self.bounds[0]}-{self.bounds[1]}"
        return ",".join([f"{first}-{last}" for first, last in self.stretches])

    @property
    def stretches(self) -> tuple[tuple[int, int], ...]:
        """The first and the last number of each stretch, as a pair."""
        return tuple(zip(self.bounds[::2], self.bounds[1::2], strict=True))

    @property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """Stretches that have not come though later ones have: first and last of each."""
        pairs = zip(self.stretches, self.stretches[1:], strict=False)
        return tuple((before[1] + 1, after[0] - 1) for before, after in pairs)

    def is_whole(self, first: int | None, last: int | None) -> bool:
        """Whether a start, an end and all in between have come (2.0.1 part 2 E, "seqNo").

        Args:
            first: The number of the start; None: it has not come.
            last: The number of the end; None: it has not come.
        """
        return None not in (first, last) and not self.missing

    def having(self, number: int) -> "ReportNumbers":
        """With one more number."""
        if self.bounds and number == self.bounds[-1] + 1:  # nearly always
            return ReportNumbers((*self.bounds[:-1], number))
        if number in self:
            return self
        place = bisect_right(self.bounds, number)
        before, after = self.bounds[:place], self.bounds[place:]
        first = last = number
        if before and before[-1] == number - 1:
            first, before = before[-2], before[:-2]
        if after and after[0] == number + 1:
            last, after = after[1], after[2:]
        return ReportNumbers((*before, first, last, *after))


class MissingReports(msgspec.Struct, frozen=True, kw_only=True):
    """Reports of a transaction that has ended, and that have not come.

    Attributes:
        missing: Stretches of numbers between those that have come.
        has_start: Whether its start was told.
    """

    station_id: str
    transaction: str
    missing: tuple[tuple[int, int], ...]
    has_start: bool


def read_numbers(text: str | None) -> ReportNumbers:
    """Read what `str` wrote; nothing stands for no numbers."""
    if not text:
        return ReportNumbers()
    stretches = _STRETCH.findall(text)
    return ReportNumbers(tuple(int(bound) for stretch in stretches for bound in stretch))
