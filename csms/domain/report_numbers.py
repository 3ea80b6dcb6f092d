"""Which reports of a transaction have come, by their numbers in the station's sequence."""

import re
from bisect import bisect_right
from typing import Final

import msgspec

_MOST: Final = 2**63
_STRETCH: Final = re.compile(r"(-?\d+)-(-?\d+)")
"""The schemas forbid no numbers below zero."""


class ReportNumbers(msgspec.Struct, frozen=True, gc=False):
    """Numbers as stretches without a gap, in order: first and last of each. Written `0-57,60-60`.

    They mostly come one after the other, so that there is one stretch.
    """

    stretches: tuple[tuple[int, int], ...] = ()

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self.stretches, (number, _MOST))
        return place > 0 and number <= self.stretches[place - 1][1]

    def __str__(self) -> str:
        if len(self.stretches) == 1:
            first, last = self.stretches[0]
            return f"{first}-{last}"
        return ",".join(f"{first}-{last}" for first, last in self.stretches)

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
        if number in self:
            return self
        place = bisect_right(self.stretches, (number, _MOST))
        before, after = self.stretches[:place], self.stretches[place:]
        first = last = number
        if before and before[-1][1] == number - 1:
            first, before = before[-1][0], before[:-1]
        if after and after[0][0] == number + 1:
            last, after = after[0][1], after[1:]
        return ReportNumbers((*before, (first, last), *after))


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
    return ReportNumbers(tuple((int(first), int(last)) for first, last in stretches))
