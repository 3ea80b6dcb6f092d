"""What a feeder may feed in at most, as a grid company's blocks of generation say it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from csms.domain.grid_profile import CapacityBlock, CapacityUnit
from csms.domain.site import Site

_W_PER_KW: Final = 1000.0
_LINES: Final = (1, 2, 3)
Line: TypeAlias = int | None
"""1 to 3; None: all lines together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FedLimit:
    """The most that a feeder may feed in from one instant to another; no end: for good.

    Attributes:
        line: Of which line; None: of all together.
        by: Whose limit it is.
        is_fallback: Whether it counts only as nothing is heard of the company.
    """

    watts: float
    line: Line
    start_at: datetime
    end_at: datetime | None
    by: str
    is_fallback: bool = False

    def holds_at(self, at: datetime) -> bool:
        """Whether it holds at an instant."""
        return self.start_at <= at and (self.end_at is None or at < self.end_at)

    def holds_within(self, start_at: datetime, end_at: datetime) -> bool:
        """Whether it holds at any time between two instants."""
        return self.start_at < end_at and (self.end_at is None or self.end_at > start_at)


def phase_w_per_a(site: Site) -> float:
    """Power of an ampere on one line that is in phase with its voltage."""
    return site.watts_per_ampere(len(_LINES)) / len(_LINES)


def fed_limits(
    block: CapacityBlock, site: Site, share: float, by: str, *, is_fallback: bool = False
) -> Iterator[FedLimit]:
    """What a block of generation leaves to a feeder: in A on each line, in W of all together.

    Args:
        block: The block.
        site: The feeder's.
        share: Of the capacity that is the feeder's.
        by: Whose it is.
        is_fallback: Whether it counts only as nothing is heard of the company.
    """
    line, capacity = block.phase.line, block.capacity * share
    lines: tuple[Line, ...] = (line,)
    if block.unit is CapacityUnit.A:
        watts, lines = capacity * phase_w_per_a(site), _LINES if line is None else (line,)
    else:
        watts = capacity * (_W_PER_KW if block.unit is CapacityUnit.KW else 1.0)
    for one in lines:
        yield FedLimit(
            watts=watts,
            line=one,
            start_at=block.start_at,
            end_at=block.end_at,
            by=by,
            is_fallback=is_fallback,
        )


def lowest_by_line(limits: Iterable[FedLimit]) -> Mapping[Line, FedLimit]:
    """Of several limits the lowest of each line, and of all together."""
    lowest: dict[Line, FedLimit] = {}
    for one in limits:
        if one.line not in lowest or one.watts < lowest[one.line].watts:
            lowest[one.line] = one
    return lowest
